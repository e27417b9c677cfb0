/* The room this node's payloads may take: a quota, a floor of free space on
 * the disk, and what is promised to fetches under way. Neither is ever
 * exceeded: room is reserved before a fetch starts, and given back as it ends.
 *
 * node.conf:  quota = 200G  (no line: the disk is the quota)
 *             floor = 5G    (no line: 1 GiB, or a tenth of a disk below 10 GiB)
 *
 * A payload counts with what it takes on disk; while it is fetched, with all it
 * will take. Files that two payloads share (node/payload_reuse.h) count twice:
 * there may be more room than is told, never less.
 *
 * What is deleted to make room is decided by node/evict.h and written into the
 * journal with why. What this node published itself is never deleted.
 *
 * Threads: loop thread; without a loop, the one of the house. */
#ifndef NODE_CACHE_H
#define NODE_CACHE_H

#include <jansson.h>

#include "node/evict.h"
#include "node/house.h"

struct cache;

enum {
	CACHE_RESERVED_MAX = 128, /* at a time */
	CACHE_DELETING_MAX = 8,
	CACHE_NEXT_MAX = 5 /* told in cache_status() */
};

struct cache_options {
	struct house *house;
	void *owner;
	/* What only the running node knows of a payload: busy, copies, others.
	 * `origin` and `entry` say where its lesson is written; NULL when no
	 * lesson that stands names it. NULL: nothing is busy, nobody near. */
	void (*facts)(void *owner, struct evict_facts *facts,
		      const char *origin, uint64_t entry);
	/* Delete it (fetcher_discard); cache_deleted() is called when done,
	 * perhaps before this returns. */
	void (*discard)(void *owner, const uint8_t *btmh, const char *why);
};

enum status cache_open(struct cache **out, const struct cache_options *options,
		       struct err *err);
void cache_free(struct cache *cache);

/* For whoever has no loop: payloads are deleted at once (node/tidy.h). */
enum status cache_open_alone(struct cache **out, struct house *house,
			     struct err *err);

/*
 * May a fetch of `bytes` (in all; `here` of them lie on disk already) begin or
 * go on? Reserves the rest until cache_release(); asked again for the same
 * payload, the new figures count. `first`: it outranks wanted lessons (due,
 * pinned, watched); else, when a lesson wants it, older wanted ones may go for
 * it (node/evict.h).
 *
 * Returns: STATUS_OK; STATUS_BUSY: something is being deleted for it, ask again
 *          soon: nobody else gets that room meanwhile; cache_release() when it
 *          is not needed after all; STATUS_NO_ROOM with a sentence that says
 *          how much lacks.
 */
enum status cache_reserve(struct cache *cache, const uint8_t *btmh,
			  uint64_t bytes, uint64_t here, bool first,
			  struct err *err);
void cache_release(struct cache *cache, const uint8_t *btmh);

/* The same for what process `pid` is about to publish, whose hash is not known
 * yet; given back when it ends, or with `bytes` 0. */
enum status cache_reserve_for(struct cache *cache, pid_t pid, uint64_t bytes,
			      struct err *err);

/* It is held now, however it came. */
void cache_held(struct cache *cache, const uint8_t *btmh);
/* Its files are gone. */
void cache_deleted(struct cache *cache, const uint8_t *btmh);

/* Every second or so: room of processes that ended is given back; what is over
 * the quota goes, and what nobody wants when others fill the disk. */
void cache_tick(struct cache *cache);

/* Quota and floor of the house's settings are other ones now. */
void cache_conf_changed(struct cache *cache);

/* For those who watch machines. */
struct cache_counts {
	uint64_t quota, floor;	 /* bytes; a quota of 0: none */
	uint64_t used, reserved; /* bytes */
	uint64_t deleted, deleted_bytes; /* payloads, since the start */
};
struct cache_counts cache_count(const struct cache *cache);

/* Bytes of disk that must stay free. */
uint64_t cache_floor(const struct cache *cache);

/* {quota (0: none), floor, used, reserved, free, deleting, over, next[]} in
 * bytes; `over` is what is above the quota and must not go; `next` what would
 * go first, {btmh, title, bytes, why}: a new reference. */
json_t *cache_status(struct cache *cache);
/* `next` is found anew when it is asked for again; else it may be a minute old.
 * It costs a look at all that is held. */
void cache_next_stale(struct cache *cache);

#endif
