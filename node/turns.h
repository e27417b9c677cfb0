/* Whose turn it is: requests of many sources are answered in rounds, one of
 * each, so that whoever asks little need not wait for all that somebody else
 * has asked before.
 *
 * Fixed memory: sources that fall into one slot share their turns. Pure. */
#ifndef NODE_TURNS_H
#define NODE_TURNS_H

#include <stdint.h>

enum { TURNS_SLOTS = 256 };

struct turns {
	uint64_t seed; /* random: who shares a slot is not to be foreseen */
	uint64_t now;  /* the round of what was answered last */
	uint64_t last[TURNS_SLOTS]; /* the last round given out */
};

/* In which round a request from `source` that has just come is answered:
 * lower rounds go first, and within one who came first. */
uint64_t turns_take(struct turns *t, uint64_t source);
/* A request of this round is answered now. */
void turns_go(struct turns *t, uint64_t round);

#endif
