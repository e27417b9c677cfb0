#include "node/turns.h"

/* The finalizer of MurmurHash3: every bit of source and seed matters. */
static unsigned slot_of(const struct turns *t, uint64_t source)
{
	uint64_t mixed = source ^ t->seed;

	mixed = (mixed ^ mixed >> 33) * 0xff51afd7ed558ccd;
	mixed = (mixed ^ mixed >> 33) * 0xc4ceb9fe1a85ec53;
	return (unsigned)((mixed ^ mixed >> 33) % TURNS_SLOTS);
}

uint64_t turns_take(struct turns *t, uint64_t source)
{
	uint64_t *last = &t->last[slot_of(t, source)];

	if (*last < t->now)
		*last = t->now;
	return ++*last;
}

void turns_go(struct turns *t, uint64_t round)
{
	if (round > t->now)
		t->now = round;
}
