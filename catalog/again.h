/* Logs whose entries are being judged again, and how far that has come: in the
 * database, so that it goes on after a power cut where it was.
 *
 *   strip   from the newest entry down, what came of entries that count for
 *           nothing now is taken away, before anything else is taken in;
 *   read    from the first entry up, what counts now is put in where it is
 *           missing.
 *
 * What stays is not touched by either. catalog/index_again.c does it.
 *
 * Calls belong into the caller's transaction. Errors are SQLite's. */
#ifndef CATALOG_AGAIN_H
#define CATALOG_AGAIN_H

#include "catalog/catalog.h"

struct again {
	int64_t log;
	/* What came of entries from here on is of another history than the
	 * one that is here. */
	bool has_stale;
	uint64_t stale;
	bool strips;	/* else it is being read */
	uint64_t strip; /* entries from here on are stripped */
	uint64_t at;	/* entries below are read */
};

/* A log stands otherwise than it did: all of it. Begins anew where it was under
 * way. */
enum status again_all(struct catalog *c, int64_t log, struct err *err);
/* Some of its entries may count now that did not, because of another log. */
enum status again_read(struct catalog *c, int64_t log, struct err *err);
/* Its entries from `first` on are not those that were taken in, or wait now:
 * what came of them goes, and they are taken in when they are there. */
enum status again_from(struct catalog *c, int64_t log, uint64_t first,
		       struct err *err);

/* One that is to be stripped; else, unless `strips_only`, one that is to be
 * read. STATUS_NOT_FOUND (err untouched) when there is none. */
enum status again_next(struct catalog *c, bool strips_only, struct again *out,
		       struct err *err);
/* Keep how far it has come; or forget about it. */
enum status again_put(struct catalog *c, const struct again *again,
		      struct err *err);
enum status again_end(struct catalog *c, int64_t log, struct err *err);

/* How many entries are still to be looked at. */
enum status again_left(struct catalog *c, uint64_t *entries, struct err *err);

#endif
