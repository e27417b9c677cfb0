/* Moves pieces of a payload from one place to another, each one hashed on its
 * way, at the speed of the slower of the two: one thread reads, one hashes (two
 * where there are processors for it), one writes, through a ring of buffers of
 * fixed size.
 *
 * A piece that is missing, damaged or cannot be read is left out and the rest
 * goes on; a place that cannot be written ends it. What arrived is in `moved`,
 * in the end as after any failure; it is not fsynced here.
 *
 * Threads: pump_run() blocks its caller; `read` and `write` are called on one
 *          thread each, one call at a time; `progress` on the caller's. */
#ifndef NODE_DRIVE_PUMP_H
#define NODE_DRIVE_PUMP_H

#include <stdatomic.h>

#include "proto/err.h"
#include "proto/metainfo.h"

enum {
	PUMP_MEMORY = 24 << 20, /* bytes of buffers, or three pieces */
	PUMP_READ_ERRORS_MAX = 16 /* then the source is given up */
};

struct pump {
	const struct metainfo *mi;
	const uint8_t *want; /* have-map: the pieces to move, in order */

	/* Fill `data` with the piece. STATUS_NOT_FOUND when it is not there;
	 * STATUS_UNREACHABLE ends everything (the drive is gone); any other
	 * failure counts as a read error of this piece. */
	enum status (*read)(void *from, uint32_t piece, uint8_t *data,
			    struct err *err);
	void *from;
	/* Any failure ends everything. NULL: read and hash, no more; `moved`
	 * then says which pieces are good. */
	enum status (*write)(void *to, uint32_t piece, const uint8_t *data,
			     struct err *err);
	void *to;

	/* Bytes that have arrived or turned out not to be had; at least twice
	 * a second while it runs. May be NULL. Returning false ends it as
	 * STATUS_CANCELLED, with what is under way written. */
	bool (*progress)(void *owner, uint64_t bytes);
	void *owner;
};

struct pump_result {
	uint32_t moved;	  /* pieces */
	uint32_t missing; /* not there */
	uint32_t damaged; /* other bytes than were signed */
	uint32_t unread;  /* the source failed to read them */
	uint64_t bytes;	  /* of the moved ones */
};

/*
 * Run it to its end.
 *
 * `moved` (havemap_size()) gets the bits of pieces that were written; bits of
 * others stay. `result` is filled whatever is returned.
 * Returns: STATUS_OK also when pieces were left out; STATUS_CANCELLED; what
 *          `write` failed with; STATUS_UNREACHABLE; STATUS_IO after
 *          PUMP_READ_ERRORS_MAX read errors; STATUS_NO_MEMORY.
 */
enum status pump_run(const struct pump *pump, uint8_t *moved,
		     struct pump_result *result, struct err *err);

#endif
