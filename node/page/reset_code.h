/* Challenges that a station has given out so that a forgotten PIN can be set
 * anew with a code of the office (signing/resetcode.h).
 *
 * One is open per person. Whoever asks meanwhile is told the same one: if each
 * asking made another, a viewer could have the operator's be void before the
 * office has picked up the telephone. It ends when it was used, when it is
 * RESET_LIFE_MS old, and after RESET_TRIES wrong codes; it ends with the node,
 * too. Half-way through its life who asks gets a new one, so that there is
 * always some time left.
 *
 * Pure: `now_ms` is monotonic and handed in, as is what is random. Threads:
 * one. */
#ifndef NODE_PAGE_RESET_CODE_H
#define NODE_PAGE_RESET_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "node/page/secret_rules.h"
#include "signing/resetcode.h"

enum {
	RESET_LIFE_MS = 24 * 60 * 60 * 1000,
	RESET_TRIES = 32, /* more than lockout_admit() lets through in hours */
	RESETS_MAX = 2	  /* A and B */
};

struct resets {
	/* private */
	struct {
		char who[SECRET_WHO_MAX + 1]; /* "": none */
		uint8_t challenge[RESETCODE_CHALLENGE_SIZE];
		uint64_t made_ms;
		unsigned tries;
	} all[RESETS_MAX];
};

void resets_init(struct resets *r);

/* The challenge for `who`, "A" or "B": the open one, or `fresh`. */
void resets_ask(struct resets *r, const char *who, uint64_t now_ms,
		const uint8_t fresh[static RESETCODE_CHALLENGE_SIZE],
		uint8_t challenge[static RESETCODE_CHALLENGE_SIZE]);
/* Take a try at it: false when none is open. */
bool resets_try(struct resets *r, const char *who, uint64_t now_ms,
		uint8_t challenge[static RESETCODE_CHALLENGE_SIZE]);
/* It was used, or the PIN was changed otherwise. */
void resets_end(struct resets *r, const char *who);

#endif
