/* How many signatures are checked for whom: a limit per source address and one
 * for all, so that a flood of datagrams costs a bounded share of a processor,
 * and a reserve for neighbours who have shown that they live where they say.
 *
 * Token buckets in fixed memory. Pure; `now` is monotonic milliseconds. */
#ifndef NODE_GATE_H
#define NODE_GATE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	GATE_PER_SOURCE = 50, /* a second, and at once */
	GATE_STRANGERS = 300, /* a second, all strangers together */
	GATE_KNOWN = 200,     /* a second, all confirmed neighbours together */
	GATE_SLOTS = 1024     /* sources remembered; sharers share a limit */
};

/* Tokens are counted in thousandths: one a millisecond is one a second. */
struct gate_bucket {
	int64_t at_ms;
	int64_t tokens;
};

struct gate {
	uint64_t seed;
	struct gate_bucket strangers;
	struct gate_bucket known;
	struct gate_bucket sources[GATE_SLOTS];
};

/* `seed` is random: which sources share a slot is not to be foreseen. */
void gate_init(struct gate *g, uint64_t seed, int64_t now);
/* May the next one from `source` be checked? Takes a token when so. */
bool gate_admit(struct gate *g, uint32_t source, bool known, int64_t now);

#endif
