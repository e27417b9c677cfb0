#include "node/turns.h"

#include "node/scatter.h"

uint64_t turns_take(struct turns *t, uint64_t source)
{
	uint64_t *last = &t->last[scatter(source, t->seed) % TURNS_SLOTS];

	if (*last < t->now)
		*last = t->now;
	return ++*last;
}

void turns_go(struct turns *t, uint64_t round)
{
	if (round > t->now)
		t->now = round;
}
