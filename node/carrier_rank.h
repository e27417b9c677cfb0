/* Inside the election: candidates with their hash, which is worked out once.
 * For node/carrier*.c. */
#ifndef NODE_CARRIER_RANK_H
#define NODE_CARRIER_RANK_H

#include "node/carrier.h"

enum { CARRIER_RANK_SIZE = 32 };

struct carrier_ranked {
	struct carrier_candidate is;
	uint8_t rank[CARRIER_RANK_SIZE];
};

void carrier_rank(const uint8_t key[static CARRIER_KEY_SIZE],
		  const uint8_t btmh[static 32],
		  uint8_t out[static CARRIER_RANK_SIZE]);
/* Would `a` be elected before `b`, if both can fetch and neither is out? */
bool carrier_goes_first(const struct carrier_ranked *a,
			const struct carrier_ranked *b);

#endif
