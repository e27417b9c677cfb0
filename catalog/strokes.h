/* Writing a lot beside others who write: in short transactions one after the
 * other, with a moment between them for whoever waits. What is written so is
 * not whole before the last of them; who begins such work says what is left
 * when the power goes in between.
 *
 *     strokes_begin(&s, err);
 *     for each thing { write it; strokes_turn(&s, err); }
 *     strokes_end(&s, status, err);
 *
 * Threads: as the catalog, on a worker: it waits for others. */
#ifndef CATALOG_STROKES_H
#define CATALOG_STROKES_H

#include "catalog/catalog.h"

enum {
	STROKES_MS = 30, /* of one transaction, where `ms` does not say */
	STROKES_PATIENCE_MS = 60 * 1000, /* with others who write */
	STROKES_WAL_PAGES = 8000 /* where `wal_pages` does not say */
};

struct strokes {
	struct catalog *c;
	enum catalog_kind kind;
	const _Atomic bool *stop; /* end soon; NULL: nobody says that */
	unsigned ms; /* of one transaction, about, where nobody waits */
	int wal_pages; /* in the write-ahead log before it is moved; 0: as above */
	uint64_t commits; /* so far */

	/* private */
	int64_t begun_ms;
};

/*
 * Begin a transaction, and wait for others for as long as it takes within
 * reason.
 *
 * Returns: STATUS_OK; STATUS_CANCELLED when it was stopped; STATUS_BUSY after
 *          STROKES_PATIENCE_MS; as catalog_begin().
 */
enum status strokes_begin(struct strokes *s, struct err *err);

/* One thing was written: when it is time, or somebody waits to write, commit and
 * begin anew. After a failure strokes_end() is called all the same. As above. */
enum status strokes_turn(struct strokes *s, struct err *err);

/* Commit, or roll back where `status` is no success, which it then returns. */
enum status strokes_end(struct strokes *s, enum status status,
			struct err *err);

#endif
