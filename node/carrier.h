/* Who of a LAN fetches a lesson from beyond it: the carrier.
 *
 * Every node decides for itself, from what all of them announce, and comes to
 * the same answer as the others when it knows the same. Candidates are nodes
 * that are fetching the payload now and can fetch from beyond the LAN, this one
 * among them. Of these
 *
 *   1. who is out for this payload does not count;
 *   2. who carries it already and goes on verifying pieces stays;
 *      of several, the one with the best rank;
 *   3. else the one with the best rank: fewest failures remembered, then the
 *      highest SHA-256("xiangtu-carrier/v1\n" || node key || btmh)
 *      (rendezvous hashing: Thaler and Ravishankar, 1998).
 *
 * A candidate elected here that shows no new piece for CARRIER_PATIENCE_MS is
 * out for this payload until it shows one, and has one failure more, for
 * CARRIER_MEMORY_MS. One that cannot be reached is out at once.
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
	bool out;	   /* for this payload */
	unsigned failures; /* remembered of it, of any payload */
};

/* Which of them is to carry; -1 for none. The order of the list does not
 * matter. */
int carrier_elect(const struct carrier_candidate *candidates, size_t count,
		  const uint8_t btmh[static 32]);

/* Is `a` ahead of `b` in rank for this payload? Never both ways. */
bool carrier_outranks(const struct carrier_candidate *a,
		      const struct carrier_candidate *b,
		      const uint8_t btmh[static 32]);

/* --- what was heard --- */

/* What one node says of one payload it is at. */
enum carrier_saying {
	CARRIER_WANTS = 1,   /* a job for it runs */
	CARRIER_CARRIES = 2, /* and fetches from beyond the LAN */
	CARRIER_BEYOND = 4,  /* it could do so */
	CARRIER_HOLDS = 8    /* it has all of it, since a moment ago */
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
/* It is gone, or says nothing of any payload any more. */
void carriers_gone(struct carriers *c,
		   const uint8_t key[static CARRIER_KEY_SIZE]);
/* It could not be reached, for this payload. */
void carriers_failed(struct carriers *c,
		     const uint8_t key[static CARRIER_KEY_SIZE],
		     const uint8_t btmh[static 32], int64_t now);

/* What this node is at: a job began, verified pieces (from anywhere), ended
 * (`saying` 0). */
void carriers_own(struct carriers *c, const uint8_t btmh[static 32],
		  unsigned saying, uint32_t pieces, int64_t now);

enum carrier_role {
	CARRIER_WAIT,	/* another one carries it */
	CARRIER_CARRY,	/* this node does */
	CARRIER_NOBODY	/* nobody can: no way beyond, or not allowed now */
};

/*
 * This node's part in a payload it wants. To be asked often (each time more is
 * to be requested): it also notices who has run out of time.
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

/* What is to be announced, most important first; returns how many. */
struct datagram_fetch;
size_t carriers_to_say(const struct carriers *c, int64_t now,
		       struct datagram_fetch *out, size_t max);

#endif
