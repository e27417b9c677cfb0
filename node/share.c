#include "node/share.h"

#include <assert.h>

#include "node/scatter.h"

void share_init(struct share *share, uint64_t seed, unsigned max)
{
	*share = (struct share){ .seed = seed, .max = max };
}

static unsigned *slot_of(struct share *share, uint64_t source)
{
	return &share->of[scatter(source, share->seed) % SHARE_SLOTS];
}

bool share_take(struct share *share, uint64_t source)
{
	unsigned *own = slot_of(share, source);

	if (*own >= share->max - share->taken)
		return false;
	++*own;
	share->taken++;
	return true;
}

void share_give(struct share *share, uint64_t source)
{
	unsigned *own = slot_of(share, source);

	assert(*own > 0 && share->taken > 0);
	--*own;
	share->taken--;
}
