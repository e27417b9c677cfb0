/* Whom this node can ask: upstreams and neighbours by their URL, with how
 * each has behaved.
 *
 * A source that fails, or gives bytes that do not verify, rests for a while:
 * 1 s, doubled each time up to half a minute, from the beginning after a
 * success; after a lie, only after something from it that verified.
 * Nobody is shut out for ever: a relay may be repaired.
 *
 * Pure: `now` is monotonic milliseconds, handed in. Threads: the owner's one.
 * A source lives until sources_release(), or, while nobody holds it, until
 * SOURCES_MAX others are newer. */
#ifndef NODE_SOURCES_H
#define NODE_SOURCES_H

#include <stdint.h>

#include "node/conf.h"

enum {
	SOURCES_MAX = 640,
	SOURCE_REST_MS = 1000,
	SOURCE_REST_MAX_MS = 30 * 1000
};

struct source {
	char url[CONF_URL_MAX]; /* without a final slash */
	bool upstream;
	bool is_static; /* a plain web server: no /heads, no /announce */
	bool ok;	/* answered the last time */
	int64_t ok_ms;	/* when it last did; -1 never */
	unsigned failures; /* in a row */
	int64_t rest_until_ms;
	uint64_t lies; /* bytes from it that did not verify, ever */
	bool lied;     /* the last failure was such a thing */
	char trouble[160]; /* why the last one failed; "" while ok */

	/* Proofs of forks there (node/node_evidence.c), by their digests:
	 * what it says it has, what was looked at, what it was given. */
	char evidence[17], evidence_seen[17], evidence_given[17];
	int64_t evidence_due_ms; /* not looked at before */

	/* When node/trust_walk.c last asked it; 0 never. */
	int64_t walked_ms;

	/* private */
	unsigned holders;
	int64_t used_ms;
};

struct sources {
	struct source *list[SOURCES_MAX];
	unsigned count;
};

/* The source of `url`, made if need be; NULL when out of memory or when all
 * SOURCES_MAX are held. */
struct source *sources_at(struct sources *all, const char *url, int64_t now);
void sources_release(struct sources *all);

/* Keep it from being forgotten, and let go again. */
void source_hold(struct source *s);
void source_drop(struct source *s);

/* It gave something that was signed, and is what was signed. */
void source_worked(struct source *s, int64_t now);
/* It answered, but with nothing that proves it honest: that ends a rest for
 * silence, not one for lies. */
void source_answered(struct source *s, int64_t now);
void source_failed(struct source *s, int64_t now, const char *why);
/* It gave bytes that are not what was signed. */
void source_lied(struct source *s, int64_t now, const char *what);
/* It says that this is the digest of its proofs of forks; NULL for none. */
void source_has_evidence(struct source *s, const char *digest);
/* May it be asked now? */
bool source_is_fit(const struct source *s, int64_t now);

#endif
