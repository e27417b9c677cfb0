/* Keeps up with the logs and trust notes that others show: given a checkpoint
 * note and who showed it, fetches what is new from there, verifies it through
 * catalog/intake.h, and tells when a log has grown.
 *
 *     follower_offer(note) -> intake -> GET tiles and bundles -> commit
 *     follower_offer_trust(versions) -> GET root notes, trust note
 *
 * A log has one intake at a time; what others show meanwhile waits. When a
 * source fails or lies, it rests and the next that offered is tried; when all
 * have failed, `on_starved` asks for new offers. Logs without a publisher in
 * the trust note are passed over. This node's own log is followed like any
 * other: what others have of it and this node has not (its disk was lost, or
 * put back to an earlier state) comes back before anything is signed again.
 *
 * Threads:  loop thread; large bodies are checked on libuv's pool.
 * Lifetime: follower_open() -> offers -> follower_close() -> closed. */
#ifndef NODE_FOLLOWER_H
#define NODE_FOLLOWER_H

#include "node/house.h"
#include "node/http_client.h"
#include "node/sources.h"

struct follower;

struct follower_options {
	uv_loop_t *loop;
	struct house *house;
	struct http_client *client;
	void *owner;
	/* The log `id` has new entries, on disk. */
	void (*on_grown)(void *owner, int64_t id);
	/* A root or trust note was taken in. */
	void (*on_trust)(void *owner);
	/* `source` showed a head of this node's own log that is not above what
	 * is here. May be NULL. */
	void (*on_own_shown)(void *owner, const struct source *source);
	/* The log forked: evidence is kept, it is no longer followed. */
	void (*on_fork)(void *owner, const char *origin);
	/* `source` shows a head that is no news; its signatures may be. May be
	 * NULL. */
	void (*on_seen)(void *owner, int64_t id, struct bytes note,
			struct source *source);
	/* `source` failed or lied about a log and nobody else offers: it should
	 * be asked again when it is fit. */
	void (*on_starved)(void *owner, struct source *source);
};

/* Owns: options are copied, all they point to outlives the follower. */
enum status follower_open(struct follower **out,
			  const struct follower_options *options,
			  struct err *err);

/* `source` shows this checkpoint note. Unknown origins, old news and notes
 * that do not verify cost nothing but the look. */
void follower_offer(struct follower *f, struct source *source,
		    struct bytes note);

/* `source` says it has these versions. */
void follower_offer_trust(struct follower *f, struct source *source,
			  uint64_t root_version, uint64_t trust_version);

/* Stop all work and free; `on_closed` once, later. */
void follower_close(struct follower *f, void (*on_closed)(void *owner));


#endif
