/* The room this node's payloads may take: a quota, a floor of free space on
 * the disk, and what is promised to fetches under way. Neither is ever
 * exceeded: room is reserved before a fetch starts, and given back as it ends.
 *
 * node.conf:  quota = 200G   (no line: the disk is the quota)
 *             floor = 5G     (no line: 1 GiB, or a tenth of a disk below 10 GiB)
 *
 * What is deleted to make room is decided by node/evict.h and written into the
 * journal with why.
 *
 * Threads: loop thread. */
#ifndef NODE_CACHE_H
#define NODE_CACHE_H

#include <jansson.h>

#include "node/evict.h"
#include "node/house.h"

struct cache;

struct cache_options {
	struct house *house;
	void *owner;
	/* What only the running node knows of a payload: busy, copies, others. */
	void (*facts)(void *owner, struct evict_facts *facts);
	/* Delete it (fetcher_discard); cache_deleted() is called when done. */
	void (*discard)(void *owner, const uint8_t *btmh);
};

enum status cache_open(struct cache **out, const struct cache_options *options,
		       struct err *err);
void cache_free(struct cache *cache);

/*
 * May a fetch of `bytes` (in all; `here` of them lie on disk already) begin or
 * go on? Reserves the rest until cache_release(); asked again for the same
 * payload, the new figures count. `first`: it outranks wanted lessons (due,
 * pinned, watched).
 *
 * Returns: STATUS_OK; STATUS_BUSY: something is being deleted for it, ask again
 *          soon; STATUS_NO_ROOM with a sentence that says how much lacks.
 */
enum status cache_reserve(struct cache *cache, const uint8_t *btmh,
			  uint64_t bytes, uint64_t here, bool first,
			  struct err *err);
void cache_release(struct cache *cache, const uint8_t *btmh);
/* Its files are gone. */
void cache_deleted(struct cache *cache, const uint8_t *btmh);

/* Quota, floor, used, reserved, free; what would go next and why: a new
 * reference. */
json_t *cache_status(struct cache *cache);

#endif
