/* Which pieces to ask whom for next: a pure decision, the same function in
 * the daemon, in property tests and in the small swarm of tests/sim.
 *
 * The rules, in this order:
 *
 *   1. What somebody looks at comes first (`urgent`), in its order.
 *   2. What a near peer has is never asked from beyond the LAN, unless near
 *      ones failed with that piece PIECE_NEAR_FAILURES times.
 *   3. From beyond only a carrier asks (`may_beyond`).
 *   4. Of what several swap, each asks the common source first for the pieces
 *      that fall to it (rendezvous hashing over id and piece number), so that
 *      each piece leaves the source once; then for those that it comes second
 *      for; for what falls to others and that nobody is known to have only
 *      when nothing came for long (`starving`).
 *   5. Otherwise the piece that the fewest peers have; of equal ones by chance,
 *      or in order when one peer alone serves us (long runs are cheap). At the
 *      beginning (`early`) one alone at a time and by chance from beyond, lest
 *      many who begin at once, and have not heard of one another, all fetch
 *      the same.
 *   6. A piece that is asked for and does not come is asked elsewhere only
 *      when nothing else is left and its holder is slow (the end game), or
 *      when it is urgent.
 *
 * Pure: no clock, no allocation beyond the caller's; randomness handed in. */
#ifndef NODE_PIECE_PLAN_H
#define NODE_PIECE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "node/peers.h"

enum {
	PIECE_NEAR_FAILURES = 2,
	PIECE_EARLY_MS = 1500, /* others are heard of in that time */
	PIECE_STARVING_MS = 3000
};

/* One peer as the plan sees it. */
struct piece_peer {
	uint64_t id;
	enum peer_reach reach;
	enum peer_has has;
	bool swaps;
	const uint8_t *map; /* have-map it told, or NULL: not known */
	uint32_t asked;	    /* pieces asked of it and not here yet */
	uint32_t room; /* pieces it may be asked for at once, by its rate */
	uint64_t rate;	    /* bytes a second it gave lately; 0 not known */
};

struct piece_facts {
	uint32_t pieces;
	const uint8_t *have;	/* verified here */
	const uint8_t *pending; /* asked of somebody, or being verified */
	const uint8_t *late; /* of these, asked of who is slow; NULL: none */
	const uint8_t *near_failures; /* a count per piece; NULL: none */
	const uint32_t *urgent; /* in their order; need not be missing */
	uint32_t n_urgent;
	bool may_beyond;
	bool early;    /* this node has begun PIECE_EARLY_MS ago or less */
	bool starving; /* nothing was pending for PIECE_STARVING_MS */
	uint64_t own_id;
	const struct piece_peer *peers;
	unsigned n_peers;
	uint32_t run_max; /* pieces in one request */
};

/* Ask for pieces first .. first + count - 1. */
struct piece_ask {
	uint32_t first;
	uint32_t count;
	bool again; /* it is asked of somebody else already */
};

/* What to ask `peer` (an index) for now; false: nothing. Near peers that can
 * get a piece count as having it: who cannot any more is not in `peers`. Looks
 * at some thousands of pieces at most. */
bool piece_plan(const struct piece_facts *facts, unsigned peer,
		uint64_t random, struct piece_ask *ask);

/* Whose piece it is of those who swap: the highest weight. */
uint64_t piece_weight(uint64_t id, uint32_t piece);

/* Which way to fetch: by pieces over HTTP, or through the engine. */
enum piece_way { PIECE_WAY_HTTP, PIECE_WAY_SWARM };
struct piece_way_facts {
	unsigned peers;		/* that answer HTTP and may be asked */
	unsigned swarm_peers;	/* ordinary clients /announce told of */
	bool moved;		/* something came lately the present way */
	bool stalled;		/* nothing did for long */
	enum piece_way present;
};
enum piece_way piece_way(const struct piece_way_facts *facts);

#endif
