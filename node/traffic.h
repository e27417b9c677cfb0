/* Bytes of courseware and talk that crossed this node's links, counted where
 * they are received and sent. Read by `status` and /metrics.
 *
 * Threads: any. */
#ifndef NODE_TRAFFIC_H
#define NODE_TRAFFIC_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What the engine says it has moved since its start. */
struct traffic_swarm {
	uint64_t down, up; /* everything */
	uint64_t pieces_down;
	uint64_t beyond_down, beyond_up; /* pieces */
};

struct traffic {
	_Atomic uint64_t uplink_down, uplink_up; /* HTTP heads included */
	_Atomic uint64_t lan_down, lan_up;
	/* The engine's, as it last told (node/engine.h); never less. */
	_Atomic uint64_t swarm_down, swarm_up;
	/* Of these, what was pieces; and what of the pieces was moved with peers
	 * beyond the LAN. */
	_Atomic uint64_t swarm_pieces_down;
	_Atomic uint64_t swarm_beyond_down, swarm_beyond_up;
	_Atomic uint64_t redundant; /* verified pieces that came twice */
	_Atomic uint64_t failed;    /* bytes that did not verify */
	_Atomic uint64_t from_beyond; /* payload bytes fetched over the uplink */
	_Atomic uint64_t from_near;   /* payload bytes fetched on the LAN */

	/* private, loop thread */
	struct traffic_swarm swarm_told;
};

/* Bytes of an HTTP exchange with somebody near, or beyond the LAN. Any
 * thread. */
void traffic_crossed(struct traffic *traffic, bool near, uint64_t down,
		     uint64_t up);
/* The engine has told. Loop thread. */
void traffic_swarm(struct traffic *traffic, const struct traffic_swarm *now);

/* The counters by the names they have here: a new reference. */
json_t *traffic_json(const struct traffic *traffic);

#endif
