/* Whom one payload can be had from: a list made by the neighbourhood
 * (node/node_peers.c) for the fetcher, new each time it is asked for. */
#ifndef NODE_PEERS_H
#define NODE_PEERS_H

#include "node/sources.h"

enum { PEERS_MAX = 40 };

enum peer_reach {
	PEER_NEAR,  /* on this LAN: costs nothing */
	PEER_BEYOND /* over the uplink */
};

enum peer_has {
	PEER_HAS_ALL,	 /* it says it holds the whole payload */
	PEER_HAS_PIECES, /* it is fetching it: /pieces/<btmh> tells which */
	PEER_CAN_GET,	 /* it fetches what it is asked for (an upstream) */
	PEER_MAY_HAVE	 /* nothing is known */
};

struct peer {
	struct source *source;
	uint64_t id; /* the first 8 bytes of its node key, big-endian: its rank
		      * among those who swap; 0 not known (a plain server) */
	enum peer_reach reach;
	enum peer_has has;
	bool carries; /* it is fetching it from beyond the LAN */
	bool swaps;   /* beyond, met through /announce: it fetches it, too */
};

#endif
