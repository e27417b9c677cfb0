/* Who of a LAN fetches a lesson from beyond it: the carrier.
 *
 * Every node decides for itself, from what all of them announce, and comes to
 * the same answer as the others when it knows the same. Candidates are nodes
 * that are fetching the payload now and can fetch from beyond the LAN, this one
 * among them. Of these
 *
 *   1. who is out for this payload does not count;
 *   2. who carries it already stays: of several, who has verified pieces since
 *      it began; of several of those, the one with the highest hash. (Not by
 *      failures: each remembers its own, and two that deliver must agree who
 *      goes on.)
 *   3. else the one with the best rank: fewest failures remembered, then the
 *      highest SHA-256("xiangtu-carrier/v1\n" || node key || btmh)
 *      (rendezvous hashing: Thaler and Ravishankar, 1998).
 *
 * A candidate elected here that shows no new piece for CARRIER_PATIENCE_MS is
 * out for this payload until it shows one, and has one failure more, for
 * CARRIER_MEMORY_MS or until it carries and brings what nobody had. One whose
 * line is so slow that a piece takes longer says that it moves, and has
 * CARRIER_MOVING_MS: a township's thin line, shared by many, gives each of them
 * less than a piece in minutes, and another one of the same LAN would only
 * begin that piece anew. One not heard for CARRIER_SILENT_MS is out, too; one
 * that cannot be reached, or that stops carrying though nobody else does, at
 * once.
 *
 * What is said costs nothing. One elected that says it has more pieces than
 * this node, while none comes here for CARRIER_SLOW_MS (CARRIER_MOVING_MS while
 * bytes come), is out whatever it shows, and has one failure more; after
 * CARRIER_FAILURES_MAX of these a node fetches by itself.
 *
 * After CARRIER_FAILURES_MAX of those elected were out without a piece in
 * between, a node fetches by itself, until it sees another one deliver. When
 * all are out, or that brings nothing either, everybody has another chance,
 * with twice the patience (at most CARRIER_SLOW_MS): the line is down, and
 * running in circles does not mend it.
 *
 * Pure: no I/O, no clock; `now` is monotonic milliseconds, handed in.
 * Memory is bounded: what was heard longest ago is forgotten. */
#ifndef NODE_CARRIER_H
#define NODE_CARRIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/status.h"

enum {
	CARRIER_KEY_SIZE = 32,
	CARRIER_NAME_SIZE = 8, /* of a btmh, as announcements name it */
	CARRIER_PATIENCE_MS = 12 * 1000,
	CARRIER_SILENT_MS = 10 * 1000, /* three announcements and some */
	CARRIER_SLOW_MS = 60 * 1000,
	CARRIER_MOVING_MS = 10 * 60 * 1000,
	CARRIER_HEARD_MS = 25 * 1000, /* what a neighbour said counts so long */
	CARRIER_MEMORY_MS = 6 * 60 * 60 * 1000,
	/* After so many carriers failed a node fetches by itself. */
	CARRIER_FAILURES_MAX = 2
};

/* --- the decision --- */

struct carrier_candidate {
	uint8_t key[CARRIER_KEY_SIZE];
	bool beyond;	   /* it can and may fetch from beyond the LAN */
	bool carries;	   /* it says it does so */
	bool delivers;	   /* and has verified pieces since it began */
	bool out;	   /* for this payload */
	unsigned failures; /* remembered of it, of any payload */
};

/* --- what was heard --- */

/* What one node says of one payload it is at. */
enum carrier_saying {
	CARRIER_WANTS = 1,   /* a job for it runs */
	CARRIER_CARRIES = 2, /* and fetches from beyond the LAN */
	CARRIER_BEYOND = 4,  /* it could do so */
	CARRIER_HOLDS = 8,   /* it has all of it, since a moment ago */
	CARRIER_MOVES = 16   /* carries, and bytes came in the last seconds */
};

enum {
	CARRIERS_SAYINGS_MAX = 2048, /* of (neighbour, payload) */
	CARRIERS_OWN_MAX = 128,
	CARRIERS_FAILURES_MAX = 512 /* nodes */
};

struct carriers;

/* NULL when out of memory. `key` is this node's own. */
struct carriers *carriers_new(const uint8_t key[static CARRIER_KEY_SIZE]);
void carriers_free(struct carriers *c);

/* A neighbour said this of a payload (`name`: the start of its btmh). */
void carriers_heard(struct carriers *c,
		    const uint8_t key[static CARRIER_KEY_SIZE],
		    const uint8_t name[static CARRIER_NAME_SIZE],
		    unsigned saying, uint32_t pieces, int64_t now);
/* All that a neighbour says (an announcement): what it said of others before
 * holds no longer, unless the list is as long as lists can be. */
struct datagram_fetch;
void carriers_heard_list(struct carriers *c,
			 const uint8_t key[static CARRIER_KEY_SIZE],
			 const struct datagram_fetch *list, size_t count,
			 int64_t now);
/* It is gone. */
void carriers_gone(struct carriers *c,
		   const uint8_t key[static CARRIER_KEY_SIZE]);
/* It could not be reached, for this payload. */
void carriers_failed(struct carriers *c,
		     const uint8_t key[static CARRIER_KEY_SIZE],
		     const uint8_t btmh[static 32], int64_t now);

/* What this node is at: a job began, verified pieces (from anywhere), has all
 * of it (CARRIER_HOLDS alone: said on for CARRIER_HEARD_MS), ended (`saying`
 * 0). CARRIER_CARRIES is not to be given: carriers_role() knows. CARRIER_MOVES:
 * bytes came lately, from anywhere; said on only by who carries. False when
 * there are CARRIERS_OWN_MAX already: then this payload has no carrier for us
 * but us (carriers_role()). */
bool carriers_own(struct carriers *c, const uint8_t btmh[static 32],
		  unsigned saying, uint32_t pieces, int64_t now);

enum carrier_role {
	CARRIER_WAIT,	/* another one carries it */
	CARRIER_CARRY,	/* this node does */
	CARRIER_NOBODY	/* nobody can: no way beyond, or not allowed now */
};

/*
 * This node's part in a payload it wants (carriers_own()). To be asked often
 * (each time more is to be requested): it also notices who has run out of time.
 *
 * `carrier` (may be NULL) gets the key of who carries it with CARRIER_WAIT.
 */
enum carrier_role carriers_role(struct carriers *c,
				const uint8_t btmh[static 32], int64_t now,
				uint8_t carrier[CARRIER_KEY_SIZE]);

/* What `key` last said of a payload, 0 when nothing (any more); `pieces` may
 * be NULL. */
unsigned carriers_said(const struct carriers *c,
		       const uint8_t key[static CARRIER_KEY_SIZE],
		       const uint8_t btmh[static 32], int64_t now,
		       uint32_t *pieces);

/* Who says something of a payload: at most `max`, in no order; returns how
 * many. */
struct carrier_sayer {
	uint8_t key[CARRIER_KEY_SIZE];
	unsigned saying;
	uint32_t pieces;
};
size_t carriers_sayers(const struct carriers *c, const uint8_t btmh[static 32],
		       int64_t now, struct carrier_sayer *out, size_t max);

/* What is to be announced, most important first; returns how many. */
size_t carriers_to_say(const struct carriers *c, int64_t now,
		       struct datagram_fetch *out, size_t max);
/* Did that change, but for the numbers of pieces, since this was last asked? */
bool carriers_take_change(struct carriers *c);

#endif
