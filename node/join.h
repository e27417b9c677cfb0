/* The join file: what a new node needs to believe and to find its county.
 *
 * JSON, readable by eye: {"xiangtu": "join/v1", "upstream": [URL…],
 * "roots": [note 1, note 2, …], "trust": note}. It holds nothing secret and
 * proves nothing by itself: the notes in it are signed, and a person compares
 * the fingerprint of root 1 in words. docs/formats-trust.md, "Join file". */
#ifndef NODE_JOIN_H
#define NODE_JOIN_H

#include "node/conf.h"
#include "proto/bytes.h"
#include "proto/err.h"

enum {
	JOIN_SIZE_MAX = 4 << 20,
	JOIN_ROOTS_MAX = 1024,
	JOIN_NOTE_MAX = 64 << 10
};

struct join {
	char upstream[CONF_UPSTREAMS_MAX][CONF_URL_MAX];
	unsigned upstreams;
	struct buf *roots; /* n_roots notes, version 1 first */
	unsigned n_roots;
	struct buf trust;
};

#define JOIN_INIT { .upstreams = 0, .roots = NULL, .n_roots = 0, \
		    .trust = BUF_INIT }

/*
 * Read a join file as it came from outside. Nothing in it is verified yet.
 *
 * Owns:    `out` is the caller's until join_release().
 * Returns: STATUS_OK; STATUS_MALFORMED with a text; STATUS_NO_MEMORY. `out` is
 *          JOIN_INIT on failure.
 */
enum status join_parse(struct join *out, struct bytes text, struct err *err);
void join_release(struct join *join);

/* Append the file to `out`. */
enum status join_format(const struct join *join, struct buf *out,
			struct err *err);

/* Append one more root note (a copy). */
enum status join_add_root(struct join *join, struct bytes note);

#endif
