/* The election itself: candidates with their hash, which is worked out once.
 * For node/carrier*.c and their tests. */
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
/* May `it` carry, and would it be elected before `best`, who may (NULL: nobody
 * yet)? Who beats all others is the same one in whichever order they are
 * looked at. */
bool carrier_beats(const struct carrier_ranked *it,
		   const struct carrier_ranked *best);

#endif
