#include "node/traffic.h"

#include <string.h>

void traffic_crossed(struct traffic *traffic, bool near, uint64_t down,
		     uint64_t up)
{
	atomic_fetch_add(near ? &traffic->lan_down : &traffic->uplink_down,
			 down);
	atomic_fetch_add(near ? &traffic->lan_up : &traffic->uplink_up, up);
}

void traffic_swarm(struct traffic *traffic, const struct traffic_swarm *now)
{
	struct traffic_swarm *told = &traffic->swarm_told;

	/* An engine that was started again begins at zero: what it tells is
	 * the difference to what it told before. */
	if (now->down < told->down || now->up < told->up ||
	    now->pieces_down < told->pieces_down ||
	    now->beyond_down < told->beyond_down ||
	    now->beyond_up < told->beyond_up)
		memset(told, 0, sizeof(*told));
	atomic_fetch_add(&traffic->swarm_down, now->down - told->down);
	atomic_fetch_add(&traffic->swarm_up, now->up - told->up);
	atomic_fetch_add(&traffic->swarm_pieces_down,
			 now->pieces_down - told->pieces_down);
	atomic_fetch_add(&traffic->swarm_beyond_down,
			 now->beyond_down - told->beyond_down);
	atomic_fetch_add(&traffic->swarm_beyond_up,
			 now->beyond_up - told->beyond_up);
	*told = *now;
}

json_t *traffic_json(const struct traffic *t)
{
	return json_pack(
		"{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
		"uplink_down", (json_int_t)atomic_load(&t->uplink_down),
		"uplink_up", (json_int_t)atomic_load(&t->uplink_up), "lan_down",
		(json_int_t)atomic_load(&t->lan_down), "lan_up",
		(json_int_t)atomic_load(&t->lan_up), "swarm_down",
		(json_int_t)atomic_load(&t->swarm_down), "swarm_up",
		(json_int_t)atomic_load(&t->swarm_up), "swarm_beyond_down",
		(json_int_t)atomic_load(&t->swarm_beyond_down),
		"swarm_beyond_up",
		(json_int_t)atomic_load(&t->swarm_beyond_up), "redundant",
		(json_int_t)atomic_load(&t->redundant), "failed",
		(json_int_t)atomic_load(&t->failed), "from_beyond",
		(json_int_t)atomic_load(&t->from_beyond), "from_near",
		(json_int_t)atomic_load(&t->from_near));
}
