/* What could not be had is not tried at once again: payloads rest, longer each
 * time. */
#include <stdio.h>
#include <string.h>

#include "node/fetch_job.h"

enum { REST_MS = 30 * 1000, REST_MAX_MS = 60 * 60 * 1000 };

bool fetcher_is_resting(const struct fetcher *f, const uint8_t *btmh)
{
	for (unsigned i = 0; i < f->n_resting; i++)
		if (memcmp(f->resting[i].btmh, btmh, 32) == 0)
			return fetcher_now(f) < f->resting[i].until_ms;
	return false;
}

void fetcher_put_to_rest(struct fetcher *f, const uint8_t *btmh, bool bad,
			 bool no_room, const char *why)
{
	int64_t rest = REST_MS;
	unsigned at = 0;

	while (at < f->n_resting && memcmp(f->resting[at].btmh, btmh, 32) != 0)
		at++;
	if (at == FETCHER_RESTING_MAX) {
		at = 0; /* forget the one whose rest ends first */
		for (unsigned i = 1; i < f->n_resting; i++)
			if (f->resting[i].until_ms < f->resting[at].until_ms)
				at = i;
		f->resting[at].times = 0;
	} else if (at == f->n_resting) {
		f->resting[f->n_resting++].times = 0;
	}
	for (unsigned i = 0; i < f->resting[at].times && rest < REST_MAX_MS;
	     i++)
		rest *= 2;
	memcpy(f->resting[at].btmh, btmh, 32);
	f->resting[at].bad = bad;
	f->resting[at].no_room = no_room;
	f->resting[at].times++;
	f->resting[at].until_ms = fetcher_now(f) + rest;
	(void)snprintf(f->resting[at].why, sizeof(f->resting[at].why), "%s",
		       why);
}
