/* Takes in record logs that are sent up (docs/formats-records.md 5), and what
 * this office lost of its own log of lessons and others give back; whatever
 * carries the bytes: one body in, one answer out.
 *
 * A log that gained little comes in one body. A longer one is asked for by
 * resource: the intake stays open between bodies, at most UPLOAD_TAKING_MAX of
 * them, and what it has proven is on disk already.
 *
 * Threads: as the catalog of the house. */
#ifndef NODE_UPLOAD_TAKER_H
#define NODE_UPLOAD_TAKER_H

#include "node/house.h"

enum {
	UPLOAD_TAKING_MAX = 4,		/* intakes open at once */
	UPLOAD_TAKING_MS = 60 * 1000	/* silence that ends one */
};

struct upload_taker;

struct upload_answer {
	unsigned code; /* of HTTP */
	/* 200: the newest acknowledgement note or nothing; 202: what is
	 * wanted; 409: the size here; else a sentence. */
	struct buf body;
	uint64_t size;	    /* entries here now; with 200, 202 and 409 */
	unsigned retry_s;   /* of 503; 0: none */
	int64_t grown;	    /* the log that has grown by this; 0 */
	int64_t acked;	    /* the log whose acknowledgement this brought; 0 */
	bool forked;	    /* evidence was kept: tell the operator */
	bool own_is_ahead;  /* others have more of our own log than we */
	bool own_shown;	    /* our own log of lessons is here as far as the
			     * sender has it */
};

/* NULL when out of memory. `house` outlives it. */
struct upload_taker *upload_taker_new(struct house *house);
void upload_taker_free(struct upload_taker *t);

/* Take what was sent to "/up/<hash>". Fills `answer` in any case; its body is
 * the caller's to release. */
void upload_taker_take(struct upload_taker *t, const char *hash,
		       struct bytes body, uint64_t now_s, int64_t now_ms,
		       struct upload_answer *answer);

/* Drop intakes that nobody goes on with. */
void upload_taker_tick(struct upload_taker *t, int64_t now_ms);

#endif
