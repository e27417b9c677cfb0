/* Numbers out of a world that has run. */
#ifndef TESTS_SIM_MEASURES_H
#define TESTS_SIM_MEASURES_H

#include "tests/sim/why.h"

struct spread {
	double min, median, p95, max;
	uint32_t count;
};

/* Seconds until so many of a lesson's boxes have it: the medians of all
 * lessons that at least five boxes of this kind want. */
struct times {
	double p50, p90, p99;
	uint32_t lessons;
};

struct measures {
	struct spread township, village, county;
	struct times times[WAYS];
	uint64_t why[2][WHYS]; /* connected, by drive only */
	double near, again;    /* bytes */
	char worst[1024];
};

void measures_take(struct measures *m, const struct world *w);

#endif
