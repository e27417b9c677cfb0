/* Asks one upstream what is new, for ever: by long poll of /heads where it is
 * a node, by looking at the files now and then where it is a static mirror.
 * What it shows goes to the follower.
 *
 * Threads:  loop thread only.
 * Lifetime: poller_open() -> poller_close() -> closed callback. */
#ifndef NODE_POLLER_H
#define NODE_POLLER_H

#include "catalog/catalog.h"
#include "node/follower.h"
#include "node/http_client.h"
#include "node/sources.h"

enum {
	POLLER_WAIT_MS = 60 * 1000,  /* a little more than the other side's */
	POLLER_STATIC_MS = 30 * 1000 /* between looks at a static mirror */
};

struct poller;

struct poller_options {
	uv_loop_t *loop;
	struct catalog *catalog;
	const struct trust_book *trust;
	struct http_client *client;
	struct follower *follower;
	struct source *source;	/* outlives the poller */
	unsigned static_ms;	/* 0: POLLER_STATIC_MS */
	void *owner;
	/* It writes the log of this hash, and has `size` entries of it;
	 * `asks`: it wants to know what others hold. May be NULL. */
	void (*on_own)(void *owner, struct source *source, const char *hash,
		       uint64_t size, bool asks);
	/* It answered after not having done so. May be NULL. */
	void (*on_back)(void *owner, struct source *source);
};

enum status poller_open(struct poller **out,
			const struct poller_options *options, struct err *err);
/* Forget what was seen: ask for everything when the source is fit again. */
void poller_again(struct poller *p);
void poller_close(struct poller *p, void (*on_closed)(void *owner),
		  void *owner);

#endif
