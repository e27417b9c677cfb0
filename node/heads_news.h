/* What a node answers at /heads (docs/formats-http.md): what is new there.
 * Pure; nothing in it is verified. */
#ifndef NODE_HEADS_NEWS_H
#define NODE_HEADS_NEWS_H

#include <jansson.h>

#include "proto/bytes.h"

struct heads_news {
	uint64_t number;	/* to ask after, the next time */
	uint64_t root, trust;	/* versions it has; 0: it does not say */
	/* The digest of its proofs of forks, valid until the release; NULL
	 * when it does not say. */
	const char *evidence;
	/* The log it writes itself, by origin hash, valid until the release;
	 * NULL when it does not say. How many entries of it it has, and
	 * whether it asks for more that others may have. */
	const char *own_log;
	uint64_t own_size;
	bool own_asks;

	/* private */
	json_t *answer;
	size_t at;
};

/*
 * Read an answer.
 *
 * Owns:    `out` needs heads_news_release() after STATUS_OK.
 * Returns: STATUS_MALFORMED; `out` is then untouched.
 */
enum status heads_news_read(struct bytes body, struct heads_news *out);
void heads_news_release(struct heads_news *news);

/* The next checkpoint note in it, valid until the release; false at the end. */
bool heads_news_next(struct heads_news *news, struct bytes *note);

#endif
