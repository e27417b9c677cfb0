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

struct traffic {
	_Atomic uint64_t uplink_down, uplink_up; /* HTTP heads included */
	_Atomic uint64_t lan_down, lan_up;
	/* The engine's, as it last told (node/engine.h); never less. */
	_Atomic uint64_t swarm_down, swarm_up;
	_Atomic uint64_t redundant; /* verified pieces that came twice */
	_Atomic uint64_t failed;    /* bytes that did not verify */
	_Atomic uint64_t from_beyond; /* payload bytes fetched over the uplink */
	_Atomic uint64_t from_near;   /* payload bytes fetched on the LAN */

	/* private, loop thread */
	uint64_t swarm_told_down, swarm_told_up;
};

/* Bytes of an HTTP exchange with somebody near, or beyond the LAN. Any
 * thread. */
void traffic_crossed(struct traffic *traffic, bool near, uint64_t down,
		     uint64_t up);
/* What the engine says it has received and sent since its start. Loop
 * thread. */
void traffic_swarm(struct traffic *traffic, uint64_t down, uint64_t up);

/* The counters by the names they have here: a new reference. */
json_t *traffic_json(const struct traffic *traffic);

#endif
