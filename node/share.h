/* Whose is how much of something that is short: places to wait in, say.
 *
 * A source may have one more as long as it has fewer than are left over for
 * everybody. So one alone gets half of them, the next half of the rest, and
 * whoever has none finds one until nine or ten hold all they can.
 *
 * Fixed memory: sources that fall into one slot share a share. Pure.
 * Threads: the caller's lock. */
#ifndef NODE_SHARE_H
#define NODE_SHARE_H

#include <stdbool.h>
#include <stdint.h>

enum { SHARE_SLOTS = 1024 };

struct share {
	uint64_t seed;
	unsigned max;
	unsigned taken;
	unsigned of[SHARE_SLOTS];
};

/* `seed` is random: who shares a slot is not to be foreseen. */
void share_init(struct share *share, uint64_t seed, unsigned max);
/* One more for `source` (node/pace.h)? Counted when so. */
bool share_take(struct share *share, uint64_t source);
/* It has one less. */
void share_give(struct share *share, uint64_t source);

#endif
