/* What the files cache*.c share. */
#ifndef NODE_CACHE_INSIDE_H
#define NODE_CACHE_INSIDE_H

#include "catalog/deletions.h"
#include "node/alive.h"
#include "node/cache.h"

/* One payload on this disk, whole or in part. */
struct lying {
	uint8_t btmh[32];
	uint64_t bytes;
};

/* Room promised to a fetch, or to process `who` (then `btmh` is made up). */
struct promise {
	uint8_t btmh[32];
	uint64_t bytes; /* in all */
	struct alive who;
	bool has_who;
	/* It is not promised yet: room is being made for it, which nobody else
	 * is to take. So many ticks it has not asked again. */
	bool waiting;
	unsigned idle;
};

struct leaving {
	uint8_t btmh[32];
	uint64_t bytes;
};

struct cache {
	struct cache_options o;
	uint64_t quota, floor;
	struct lying *rows; /* sorted */
	size_t count, room;
	uint64_t used; /* of all rows */
	struct promise promises[CACHE_RESERVED_MAX];
	unsigned n_promises;
	struct leaving leaving[CACHE_DELETING_MAX];
	unsigned n_leaving;
	uint64_t over; /* the quota, and nothing may go */
	uint64_t deleted, deleted_bytes;
	unsigned ticks;
	struct {
		uint8_t btmh[32];
		char why[DELETION_WHY_MAX + 1];
	} again[CACHE_DELETING_MAX]; /* deletions to go on with */
	unsigned n_again;
	json_t *next; /* what would go next, as of `next_ticks`; or NULL */
	unsigned next_ticks;
};

/* --- cache.c --- */
struct promise *cache_promise_of(struct cache *c, const uint8_t *btmh);
/* What a payload counts with; 0 when nothing of it is here. */
uint64_t cache_row_bytes(const struct cache *c, const uint8_t *btmh);

/* --- cache_choose.c --- */
/*
 * Begin to delete `need` bytes for `what` (node/evict.h). `all`: nothing
 * is begun unless it is enough; else what can go goes.
 *
 * Returns: STATUS_BUSY: it is under way, or done; STATUS_NO_ROOM; what the
 *          catalog failed with. *lacking: what could not be found.
 */
enum status cache_make_room(struct cache *c, uint64_t need,
			    const struct evict_for *what,
			    bool all, uint64_t *lacking, struct err *err);
/* Bytes on their way out. */
uint64_t cache_leaving(const struct cache *c);
/* What would go next: a new reference. Reading everything that lies here takes
 * a while, so it is not done at every asking: the answer may be a minute old,
 * but never names what has gone. */
json_t *cache_next(struct cache *c);

#endif
