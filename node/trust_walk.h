/* Walks through the root notes of one source after another to the newest trust
 * note: GET /trust/root/N+1.note until the root it says it has, then
 * /trust/trust.note. What comes is verified and kept by node/trust_book.h,
 * note by note, so that a walk that breaks off has still come as far as it
 * came.
 *
 * One walk at a time; what others offer meanwhile waits, so that one who lacks
 * a note, shows a forged one or is slow never keeps an honest one from being
 * asked. Upstreams go first, then whoever was asked longest ago; when too many
 * wait, whoever would be last is dropped. So neighbours that make up versions,
 * as many as they may be, delay an upstream by one question of
 * TRUST_WALK_NEAR_MS, and another neighbour until each was asked once. Whoever
 * lies or fails rests (node/sources.h).
 *
 * Threads:  loop thread only.
 * Lifetime: trust_walk_init() -> offers -> trust_walk_stop(). */
#ifndef NODE_TRUST_WALK_H
#define NODE_TRUST_WALK_H

#include "node/http_client.h"
#include "node/sources.h"
#include "node/trust_book.h"

enum {
	TRUST_WALK_WAITING_MAX = 16,
	TRUST_WALK_NEAR_MS = 10 * 1000 /* for a note of a neighbour's */
};

struct trust_walk_options {
	uv_loop_t *loop;
	struct trust_book *book;
	struct http_client *client;
	void *owner;
	/* A root or trust note was taken in. */
	void (*on_trust)(void *owner);
	/* `source` failed or lied, or could not be asked: it should be asked
	 * for its heads again when it is fit. */
	void (*on_starved)(void *owner, struct source *source);
};

/* What a source says it has. */
struct trust_offer {
	struct source *source; /* held */
	uint32_t root;
	uint64_t trust;
};

struct trust_walk {
	struct trust_walk_options o;

	/* private */
	struct trust_offer now; /* .source NULL while idle */
	uint32_t asked; /* the root it is asked for; 0: the trust note */
	struct http_fetch *fetch;
	struct trust_offer waiting[TRUST_WALK_WAITING_MAX];
	unsigned n_waiting;
	bool stopped;
};

void trust_walk_init(struct trust_walk *w,
		     const struct trust_walk_options *options);

/* `source` says it has these versions. When that is nothing new, nothing
 * happens; of one source the last word counts. Who is dropped because too many
 * wait is not told of: whoever still is ahead of us is to be offered again. */
void trust_walk_offer(struct trust_walk *w, struct source *source,
		      uint64_t root_version, uint64_t trust_version);

bool trust_walk_is_under_way(const struct trust_walk *w);

/* Break off and let go of all sources; nobody is called back any more. */
void trust_walk_stop(struct trust_walk *w);

#endif
