#include "node/carrier.h"

#include <string.h>

#include "node/carrier_rank.h"
#include "signing/digest.h"

void carrier_rank(const uint8_t key[static CARRIER_KEY_SIZE],
		  const uint8_t btmh[static 32],
		  uint8_t out[static CARRIER_RANK_SIZE])
{
	static const char domain[] = "xiangtu-carrier/v1\n";
	struct sha256 state;

	sha256_init(&state);
	sha256_update(&state, domain, sizeof(domain) - 1);
	sha256_update(&state, key, CARRIER_KEY_SIZE);
	sha256_update(&state, btmh, 32);
	sha256_final(&state, out);
}

/* Keys are all different, so that this never comes to a draw. */
static bool has_higher_hash(const struct carrier_ranked *a,
			    const struct carrier_ranked *b)
{
	int order = memcmp(a->rank, b->rank, CARRIER_RANK_SIZE);

	if (order == 0)
		order = memcmp(a->is.key, b->is.key, CARRIER_KEY_SIZE);
	return order > 0;
}

static bool outranks(const struct carrier_ranked *a,
		     const struct carrier_ranked *b)
{
	if (a->is.failures != b->is.failures)
		return a->is.failures < b->is.failures;
	return has_higher_hash(a, b);
}

static bool goes_first(const struct carrier_ranked *a,
		       const struct carrier_ranked *b)
{
	if (a->is.carries != b->is.carries)
		return a->is.carries;
	if (a->is.carries && a->is.delivers != b->is.delivers)
		return a->is.delivers;
	if (a->is.carries && a->is.delivers)
		return has_higher_hash(a, b);
	return outranks(a, b);
}

bool carrier_beats(const struct carrier_ranked *it,
		   const struct carrier_ranked *best)
{
	if (!it->is.beyond || it->is.out)
		return false;
	return best == NULL || goes_first(it, best);
}
