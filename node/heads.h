/* What changed lately, for whoever polls: `GET /heads?after=N`
 * (docs/formats-neighbourhood.md, "/heads").
 *
 * Every change of a log or of trust gets the next number. A poller that knows
 * all up to N waits until something newer happens, or until HEADS_WAIT_MS.
 * Numbers begin at boot << 32, so they grow over restarts; a poller with a
 * number from elsewhere gets everything.
 *
 * Threads: loop thread only. */
#ifndef NODE_HEADS_H
#define NODE_HEADS_H

#include "catalog/catalog.h"
#include "node/http_server.h"
#include "node/trust_book.h"

enum {
	HEADS_WAIT_MS = 50 * 1000,
	HEADS_WAITERS_MAX = 1500,
	/* Of one address, behind which a township may be. Who comes when so
	 * many wait takes the place of the one that has waited longest, which
	 * is answered: most likely nobody is there any more. */
	HEADS_PER_ADDRESS = 400
};

struct heads;

/* `boot` counts this node's starts. NULL when out of memory. */
struct heads *heads_new(uv_loop_t *loop, struct catalog *catalog,
			const struct trust_book *trust, uint32_t boot);
/* Answers those who wait; `on_closed` once, later. */
void heads_close(struct heads *h, void (*on_closed)(void *owner),
		 void *owner);

/* `log` (0: none) is this node's own: those below are told of it, and while
 * `asks`, that they are to say what they hold of it. */
void heads_own(struct heads *h, int64_t log, bool asks);
/* Called before that log's checkpoint is given to anybody. */
void heads_on_given(struct heads *h, void (*given)(void *owner, int64_t log),
		    void *owner);
/* A log has a new checkpoint. */
void heads_log_changed(struct heads *h, int64_t log);
/* A root or trust note is newer. */
void heads_trust_changed(struct heads *h);
/* There are other proofs of forks (catalog/forks.h). */
void heads_evidence_changed(struct heads *h);

/* Answer a request for /heads, now or later. */
void heads_request(struct heads *h, struct http_request *request);

#endif
