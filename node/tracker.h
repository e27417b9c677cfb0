/* The answer to `/announce` (BEP 3, 7, 23) for the lessons this node knows.
 *
 * A swarm is keyed by the 20 bytes of an info-hash. The v1 hash of a hybrid
 * torrent and its v2 hash cut to 20 bytes name one swarm (BEP 52). The address
 * of a peer is that of its connection, never what the query says.
 *
 * Nodes of our own kind that fetch over HTTP say so with two parameters more,
 * `http` and `node`. They are no BitTorrent peers: ordinary clients are neither
 * given them nor count them; they get each other, under a key of its own
 * (docs/formats-neighbourhood.md 4.4).
 *
 * Memory is bounded: swarms, peers per swarm, peers in all, peers per source;
 * the swarm used or peer heard longest ago makes room. So the owner adds a
 * swarm when it is asked for (tracker_knows), not all at the start. A source is
 * an IPv4 address or the /64 of an IPv6 one (node/pace.h). One alone may have
 * half of all peers, the next half of the rest (node/share.h); who is beyond
 * that is answered all the same, and told that he is not remembered.
 *
 * Pure: no I/O, no clock. `now` is monotonic milliseconds, handed in.
 * Threads: the owner's one. */
#ifndef NODE_TRACKER_H
#define NODE_TRACKER_H

#include "proto/bytes.h"

enum {
	TRACKER_HASH_SIZE = 20,
	TRACKER_SWARMS_MAX = 20000,
	TRACKER_PEERS_MAX = 200,         /* in one swarm */
	TRACKER_PEERS_TOTAL = 65536,     /* in all */
	TRACKER_PEERS_PER_SOURCE = 16,   /* in one swarm; not for loopback */
	TRACKER_NUMWANT = 50,            /* the most, and the usual */
	TRACKER_NODES = 50,              /* in one answer, those heard last */
	TRACKER_NODE_SIZE = 26,          /* address, HTTP port, node id */
	TRACKER_INTERVAL_S = 90,
	TRACKER_MIN_INTERVAL_S = 30,
	/* libtorrent announces every 300 s at the most, whatever it is told:
	 * two of those and some. */
	TRACKER_EXPIRY_MS = 11 * 60 * 1000
};

/* An IPv6 address, or an IPv4 one as ::ffff:a.b.c.d (RFC 4291 2.5.5.2). */
struct tracker_address {
	uint8_t ip[16];
	uint16_t port;
};

/* `address` in host order. */
struct tracker_address tracker_ipv4(uint32_t address, uint16_t port);

enum tracker_event {
	TRACKER_NONE,
	TRACKER_STARTED,
	TRACKER_STOPPED,
	TRACKER_COMPLETED
};

struct tracker_request {
	uint8_t hash[TRACKER_HASH_SIZE];
	uint16_t port;
	enum tracker_event event;
	bool seed;        /* left is said, and 0 */
	bool compact;     /* the default */
	unsigned numwant; /* 0..TRACKER_NUMWANT */
	uint16_t http_port; /* of a node that swaps; 0: an ordinary client */
	uint64_t node_id;   /* the start of its key */
};

/*
 * Read the query string of a GET, raw as it came, without the '?'.
 *
 * Returns: STATUS_OK, or STATUS_MALFORMED: info_hash missing, twice or not 20
 *          bytes; port missing, zero or not a number. Parameters that are
 *          not known are ignored, `ip` among them.
 */
enum status tracker_parse(struct bytes query, struct tracker_request *out);

struct tracker;

/* `seed` is random: it places the hashes. NULL when out of memory. */
struct tracker *tracker_new(uint64_t seed);
void tracker_free(struct tracker *t);

/* Is there a swarm under this hash? When not, the owner looks whether it knows
 * such a lesson, adds it and answers. */
bool tracker_knows(const struct tracker *t,
		   const uint8_t hash[static TRACKER_HASH_SIZE]);
/*
 * Make a swarm. `v2` is the btmh cut to 20 bytes; `v1` may be NULL when it is
 * not known yet and added by a later call. Beyond TRACKER_SWARMS_MAX the swarm
 * that was asked for longest ago is forgotten. Adding twice is fine.
 *
 * Returns: STATUS_OK; STATUS_EXISTS when `v1` names another swarm;
 *          STATUS_NO_MEMORY.
 */
enum status tracker_add(struct tracker *t,
			const uint8_t v2[static TRACKER_HASH_SIZE],
			const uint8_t *v1);
/* tracker_add() with both hashes, in the order of their versions. */
enum status tracker_alias(struct tracker *t,
			  const uint8_t v1[static TRACKER_HASH_SIZE],
			  const uint8_t v2[static TRACKER_HASH_SIZE]);
/* Forget a swarm by either hash; unknown is fine. */
void tracker_remove(struct tracker *t,
		    const uint8_t hash[static TRACKER_HASH_SIZE]);

/* What the tracker needs to know about the connection and this node. */
struct tracker_context {
	struct tracker_address from; /* the requester; its port is not used */
	/* This node's own place in the swarm, given to everybody first: the
	 * address the request came to, and the swarm port; port 0 when it
	 * has no part in this swarm. */
	struct tracker_address self;
	bool self_seeds; /* it holds the whole payload */
	const char *warning; /* for people, in the reply; NULL: none */
	/* Are both on this node's LAN? NULL: two addresses are near when they
	 * are equal or share a /24 (IPv6: /64). */
	bool (*near)(const void *arg, const struct tracker_address *a);
	const void *near_arg;
};

/*
 * Take in the announce and append the bencoded reply to `reply`. A hash
 * without a swarm gets a `failure reason`, and STATUS_NOT_FOUND.
 *
 * Returns: STATUS_OK, STATUS_NOT_FOUND (`reply` is written in both cases; both
 *          are sent as HTTP 200, as clients expect), STATUS_NO_MEMORY.
 */
enum status tracker_answer(struct tracker *t, const struct tracker_request *rq,
			   const struct tracker_context *at, int64_t now,
			   struct buf *reply);

/* Who said lately that he fetches it, or has it, and serves HTTP: at most `max`
 * (not more than TRACKER_NODES), the one heard last first; returns how many. */
struct tracker_node {
	struct tracker_address at; /* its HTTP port */
	uint64_t id;
	bool seed;
};
size_t tracker_nodes(const struct tracker *t,
		     const uint8_t hash[static TRACKER_HASH_SIZE],
		     struct tracker_node *out, size_t max);

/* Append the reply that says why not. */
void tracker_refuse(struct buf *reply, const char *reason);

/* Drop what has expired, in a bounded slice of work; call every few seconds. */
void tracker_expire(struct tracker *t, int64_t now);

struct tracker_counts {
	size_t swarms;
	size_t peers;
};
struct tracker_counts tracker_count(const struct tracker *t);

#endif
