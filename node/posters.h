/* Fetches the posters of lessons: small pictures at /blob/<sha256>, asked of
 * everybody in turn until one has it, checked against the signed hash.
 *
 * A poster is an extra: nothing waits for it, and after a while of nobody
 * having it, it is given up until the lesson is looked at again.
 *
 * Threads:  loop thread; the pictures are small enough to be written there.
 * Lifetime: posters_open() -> posters_close() -> closed callback. */
#ifndef NODE_POSTERS_H
#define NODE_POSTERS_H

#include "node/http_client.h"
#include "node/sources.h"

enum { POSTERS_QUEUE_MAX = 512, POSTER_SIZE_MAX = 64 << 10 };

struct posters;

struct posters_options {
	uv_loop_t *loop;
	struct http_client *client;
	const char *blob_dir; /* copied */
	void *owner;
	unsigned (*sources)(void *owner, const uint8_t *hash,
			    struct source **out, unsigned max);
	void (*came)(void *owner); /* one is here now; or NULL */
};

enum status posters_open(struct posters **out,
			 const struct posters_options *options,
			 struct err *err);
/* Have this poster fetched unless it is here. Beyond POSTERS_QUEUE_MAX the
 * call does nothing. */
void posters_want(struct posters *p, const uint8_t hash[static 32]);
void posters_close(struct posters *p, void (*on_closed)(void *owner),
		   void *owner);

#endif
