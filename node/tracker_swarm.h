/* Inside the tracker: the peers of one swarm, and the reply made of them. For
 * node/tracker*.c. */
#ifndef NODE_TRACKER_SWARM_H
#define NODE_TRACKER_SWARM_H

#include "node/share.h"
#include "node/tracker.h"

struct swarm_peer;

struct swarm_peers {
	struct share *share; /* of all swarms' peers */
	struct swarm_peer *list;
	uint32_t count;
	uint32_t room;
};

void swarm_peers_release(struct swarm_peers *peers);
/* Note who asks, from there, as alive; what was heard longest ago makes room.
 * STATUS_OK; STATUS_NO_ROOM: his source has its share; STATUS_NO_MEMORY. */
enum status swarm_peers_hear(struct swarm_peers *peers,
			     const struct tracker_request *rq,
			     const struct tracker_address *from, int64_t now);
void swarm_peers_remove(struct swarm_peers *peers,
			const struct tracker_request *rq,
			const struct tracker_address *from);
void swarm_peers_expire(struct swarm_peers *peers, int64_t now);
/* As tracker_nodes(). */
size_t swarm_peers_nodes(const struct swarm_peers *peers,
			 struct tracker_node *out, size_t max);
/* Append the reply; `turn` shifts who comes first among equals. */
void swarm_peers_reply(const struct swarm_peers *peers,
		       const struct tracker_request *rq,
		       const struct tracker_context *at, uint32_t turn,
		       struct buf *reply);

#endif
