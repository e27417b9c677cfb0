/* Sends a record log up (docs/formats-records.md 5): which body is next, and
 * what an answer means. What carries the bytes is the caller's.
 *
 *     upload_giving_init(&g, log, there)
 *     do
 *         upload_give(&g, house, &body)     … POST it, wait for the answer …
 *     while (upload_given(&g, house, &answer) == UPLOAD_AGAIN)
 *
 * Threads: as the catalog of the house. */
#ifndef NODE_UPLOAD_GIVER_H
#define NODE_UPLOAD_GIVER_H

#include "node/house.h"
#include "proto/upload.h"

struct upload_giving {
	int64_t log;
	uint64_t there; /* entries the receiver has, as far as is known */

	/* private */
	uint64_t size; /* of our log when the body was made */
	bool no_entries; /* they did not do: have it ask by resource */
	bool wanted;
	struct tile_path want;
	uint64_t offset;
	unsigned stuck; /* answers in a row that brought nothing on */
};

enum upload_outcome {
	UPLOAD_AGAIN,	/* the next body at once */
	UPLOAD_DONE,	/* the receiver has all of it */
	UPLOAD_FAILED,	/* come back later */
	UPLOAD_REFUSED	/* come back much later, and say why */
};

struct upload_reply {
	unsigned code;
	struct bytes body;
};

void upload_giving_init(struct upload_giving *g, int64_t log, uint64_t there);

/*
 * Append the next body to `out`.
 *
 * Returns: STATUS_NOT_FOUND when the log has no checkpoint, or lacks what the
 *          receiver asked for; STATUS_NO_MEMORY; what SQLite failed with.
 */
enum status upload_give(struct upload_giving *g, struct house *h,
			struct buf *out, struct err *err);

/* `*acked` (may be NULL): an acknowledgement came along and was kept. */
enum upload_outcome upload_given(struct upload_giving *g, struct house *h,
				 const struct upload_reply *reply,
				 bool *acked);

#endif
