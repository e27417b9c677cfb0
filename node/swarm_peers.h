/* The client's half of /announce (BEP 3, BEP 7, BEP 23): the URL to ask and
 * the peers in the answer. Pure. */
#ifndef NODE_SWARM_PEERS_H
#define NODE_SWARM_PEERS_H

#include "proto/bytes.h"
#include "proto/enginewire.h"

struct swarm_announce {
	const char *url;	 /* of the node asked, without a final slash */
	const uint8_t *btmh;	 /* 32 bytes; 20 of them are sent */
	const uint8_t *node_key; /* 32 bytes; makes our peer id */
	uint16_t port;		 /* where our engine listens */
	uint64_t left;		 /* bytes still missing */
};

/* Append the URL of the request. */
void swarm_announce_url(const struct swarm_announce *what, struct buf *url);

/*
 * Call back for each peer of an answer, compact or not; at most
 * SWARM_PEERS_MAX of them.
 *
 * Returns: STATUS_OK; STATUS_NOT_FOUND for a `failure reason`;
 *          STATUS_MALFORMED (peers before the fault were called back).
 */
enum { SWARM_PEERS_MAX = 200 };
typedef void (*swarm_peer_cb)(void *owner, const struct engine_address *peer);
enum status swarm_peers_read(struct bytes answer, swarm_peer_cb each,
			     void *owner);

#endif
