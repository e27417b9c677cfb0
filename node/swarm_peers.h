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
	const char *event;	 /* "completed", "stopped"; NULL for none */
	/* Where our HTTP is, to be met by others who swap over it; 0: as an
	 * ordinary client. */
	uint16_t http_port;
};

/* Append the URL of the request. */
void swarm_announce_url(const struct swarm_announce *what, struct buf *url);

/* "192.0.2.1:7434", "[2001:db8::1]:7434". */
enum { SWARM_ADDRESS_SIZE = 64 };
void swarm_address_text(const struct engine_address *at,
			char out[static SWARM_ADDRESS_SIZE]);

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

/* A node that swaps over HTTP. */
struct swarm_node {
	struct engine_address at; /* its HTTP port */
	uint64_t id;		  /* the first 8 bytes of its key */
};

/*
 * Call back for each node of an answer, the first SWARM_NODES_MAX.
 *
 * Returns: STATUS_OK, also when the answer tells of none; STATUS_NOT_FOUND,
 *          STATUS_MALFORMED as above.
 */
enum { SWARM_NODES_MAX = 50 };
typedef void (*swarm_node_cb)(void *owner, const struct swarm_node *node);
enum status swarm_nodes_read(struct bytes answer, swarm_node_cb each,
			     void *owner);

#endif
