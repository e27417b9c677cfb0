/* A payload on loan: while a drive's pieces are copied into it, the node keeps
 * its hands off. Used by sync_in.c only. */
#ifndef NODE_DRIVE_SYNC_LOAN_H
#define NODE_DRIVE_SYNC_LOAN_H

#include "node/drive/cargo.h"
#include "node/drive/sync_inside.h"
#include "node/torrentfile.h"

struct loan {
	struct torrentfile *tf;
	struct cargo *cargo; /* what the drive has of it */
	char dir[HOUSE_PATH_MAX + 96];
	char hex[65];
	uint8_t *have;	/* verified and flushed, as the node is told */
	uint8_t *want;
	uint8_t *moved;
	size_t size;
	bool held; /* it arrived some other way meanwhile */
};

/* Borrow it; `tf`, `dir` and `hex` are set. STATUS_BUSY when the node or
 * another process does not let go of it. Then `held`, or `have`, `want` (empty)
 * and `moved` (empty) are there. Files that are here already are taken. */
enum status loan_begin(struct visit *v, struct loan *loan, struct err *err);
/* Hash what lies here and is not known to be good; it is then in `have`. */
enum status loan_look(struct loan *loan, struct err *err);
/* Flush what was written: only then `moved` counts as `have`. */
enum status loan_settle(struct loan *loan, struct err *err);
/* Give it back, with `have`. */
enum status loan_end(struct visit *v, struct loan *loan, struct err *err);
/* Free what it holds; not: give it back. */
void loan_release(struct loan *loan);

#endif
