/* Inside the node: the payloads under way here, whom they can be had from, and
 * who of the LAN fetches them from beyond. For node*.c. */
#ifndef NODE_NODE_PEERS_H
#define NODE_NODE_PEERS_H

#include "node/node_inside.h"

enum {
	PEER_JOBS_MAX = 128,
	SWAPPERS_MAX = 24,
	/* A new job waits so long for word from neighbours that may have begun
	 * it, too; a node that has just started, until it has heard who is
	 * there. */
	PEER_WAIT_MS = 400,
	PEER_START_MS = 3000
};

/* A carrier of another LAN that fetches the same (node_swap.c). */
struct swapper {
	uint64_t id;
	struct source *source; /* held */
	bool failed;	       /* cannot be reached: behind NAT, or gone */
};

struct peer_job {
	struct peer_job *next;
	uint8_t btmh[32];
	int64_t began_ms;
	uint32_t pieces;
	enum carrier_role role; /* as last told to the fetcher */
	bool delivered;		/* a piece came since it is to carry */

	/* Where its lesson stands, when one lesson has it as main payload. */
	bool placed;
	char origin[ORIGIN_MAX + 1];
	uint8_t hash[32]; /* of the origin */
	uint64_t entry;

	/* Bytes that have come, as last looked at, and when they moved. */
	uint64_t bytes;
	int64_t moved_ms;

	unsigned asks;	/* of upstreams who else fetches it */
	int64_t ask_ms; /* when to ask them next */
	bool told;	/* those who may not hear our announcements */
	int64_t tell_ms;
	struct swapper swappers[SWAPPERS_MAX];
	unsigned n_swappers;
};

/* --- node_peers.c --- */
enum status node_peers_start(struct node *n, struct err *err);
void node_peers_release(struct node *n);
/* Every second: whose time is up, what of us is new to others. */
void node_peers_tick(struct node *n);
/* An announcement of somebody near, or one that says goodbye. */
void node_peers_heard(struct node *n, const struct datagram *d);
void node_peers_gone(struct node *n, const struct neighbour *row);
/* Its statement came. */
void node_peers_statement(struct node *n, const struct neighbour *row,
			  const struct statement *st);
/* Is there somebody beyond the LAN to fetch from? */
bool node_reaches_beyond(const struct node *n);
struct peer_job *node_peer_job(struct node *n, const uint8_t *btmh);
/* Look at all jobs again in so many ms, or sooner. */
void node_peers_wake(struct node *n, int64_t ms);
/* Is it there, and of this LAN? */
bool node_peer_is_near(const struct node *n, const struct neighbour *row);
/* Does its statement say that it holds the job's payload? */
bool node_peer_holds(const struct node *n, const struct peer_job *job,
		     const uint8_t *key);

/* For fetcher_options; `node` is a struct node. */
enum carrier_role node_role(void *node, const uint8_t *btmh);
void node_on_job(void *node, const uint8_t *btmh, bool running, bool beyond,
		 uint32_t pieces);
void node_peer_failed(void *node, const uint8_t *btmh, struct source *source);

/* --- node_whom.c --- */
/* For fetcher_options, too: the best first; returns how many. */
unsigned node_peers(void *node, const uint8_t *btmh, struct peer *out,
		    unsigned max);

/* --- node_swap.c --- */
/* While this job carries: tell upstreams so, and learn who else does, when it
 * is time. Near ones that may not hear our announcements (above us, or listed
 * by hand) are told whether it carries or not: they may lack what we have. */
void node_swap_look(struct node *n, struct peer_job *job);
/* The job is over; `held`: it has become complete. */
void node_swap_end(struct node *n, struct peer_job *job, bool held);
/* This one cannot be reached, or gives nothing. */
void node_swap_failed(struct peer_job *job, const struct source *source);
/* Those who told us so themselves, as peers after the `used` first ones;
 * returns how many there are then. */
unsigned node_swap_tellers(struct node *n, const uint8_t *btmh,
			   struct peer *out, unsigned used, unsigned max);
/* The number of a node among those who swap. */
uint64_t node_id_of(const uint8_t *key);

#endif
