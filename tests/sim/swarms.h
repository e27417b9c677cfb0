/* Who fetches a lesson from beyond his LAN through the same upstream: what that
 * upstream's /announce tells. */
#ifndef TESTS_SIM_SWARMS_H
#define TESTS_SIM_SWARMS_H

#include "tests/sim/world.h"

struct swarm_member {
	uint32_t node;
	double until; /* it is told of so long */
};

struct swarm {
	uint32_t upstream, lesson;
	struct swarm_member *list;
	uint32_t count, room;
	struct swarm *next;
};

enum { SWARM_TOLD_S = 11 * 60 };

struct swarms *swarms_new(void);
void swarms_free(struct swarms *all);
/* NULL when nobody ever was in it. */
struct swarm *swarm_of(const struct swarms *all, uint32_t upstream,
		       uint32_t lesson);
void swarm_join(struct swarms *all, uint32_t upstream, uint32_t lesson,
		uint32_t node, double until);

#endif
