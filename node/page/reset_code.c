#include "node/page/reset_code.h"

#include <stdio.h>
#include <string.h>

void resets_init(struct resets *r)
{
	memset(r, 0, sizeof(*r));
}

/* Where `who`'s is, or a place for it. */
static unsigned place_of(const struct resets *r, const char *who)
{
	unsigned place = 0;

	for (unsigned i = 0; i < RESETS_MAX; i++) {
		if (strcmp(r->all[i].who, who) == 0)
			return i;
		if (r->all[i].who[0] == 0)
			place = i;
	}
	return place;
}

static bool is_open(const struct resets *r, unsigned i, const char *who,
		    uint64_t now_ms)
{
	return strcmp(r->all[i].who, who) == 0 &&
	       now_ms - r->all[i].made_ms < RESET_LIFE_MS &&
	       r->all[i].tries < RESET_TRIES;
}

void resets_ask(struct resets *r, const char *who, uint64_t now_ms,
		const uint8_t fresh[static RESETCODE_CHALLENGE_SIZE],
		uint8_t challenge[static RESETCODE_CHALLENGE_SIZE])
{
	unsigned i = place_of(r, who);

	if (!is_open(r, i, who, now_ms) ||
	    now_ms - r->all[i].made_ms >= RESET_LIFE_MS / 2) {
		memset(&r->all[i], 0, sizeof(r->all[i]));
		(void)snprintf(r->all[i].who, sizeof(r->all[i].who), "%s",
			       who);
		memcpy(r->all[i].challenge, fresh, RESETCODE_CHALLENGE_SIZE);
		r->all[i].made_ms = now_ms;
	}
	memcpy(challenge, r->all[i].challenge, RESETCODE_CHALLENGE_SIZE);
}

bool resets_try(struct resets *r, const char *who, uint64_t now_ms,
		uint8_t challenge[static RESETCODE_CHALLENGE_SIZE])
{
	unsigned i = place_of(r, who);

	if (!is_open(r, i, who, now_ms))
		return false;
	r->all[i].tries++;
	memcpy(challenge, r->all[i].challenge, RESETCODE_CHALLENGE_SIZE);
	return true;
}

void resets_end(struct resets *r, const char *who)
{
	unsigned i = place_of(r, who);

	if (strcmp(r->all[i].who, who) == 0)
		memset(&r->all[i], 0, sizeof(r->all[i]));
}
