/* Importing: entries of stations' record logs are opened, verified and taken
 * into records.db (catalog/imported.h).
 *
 * Of each log the entries that are not in yet, in order. Entries that are
 * sealed to others are passed over; what cannot be read is listed as odd.
 * Strangers' logs wait until somebody enrols them; the logs of those who are no
 * longer enrolled, and forked ones as far as they are held, are taken in. Where
 * a key is here that was not in the round before, all is read once more: what
 * was passed over may be for it.
 *
 * What was verified stands in node.db; so nothing here has to be durable at
 * once: what a power cut takes back is imported again.
 *
 * Threads: any, with connections of its own; opening and verifying goes on on a
 * second thread while the first one writes. */
#ifndef NODE_OFFICE_IMPORT_H
#define NODE_OFFICE_IMPORT_H

#include <jansson.h>

#include "node/house.h"

enum { IMPORT_TOLD_MAX = 100 /* strangers, forked logs */ };

/* What is going on, for whoever looks from another thread. */
struct import_watch {
	_Atomic bool stop; /* end soon */
	_Atomic uint64_t waiting; /* entries that are not in yet */
	_Atomic uint64_t imported; /* entries taken in since the start */
	_Atomic uint64_t odd; /* of them, what could not be read */
};

struct import_options {
	const char *node_db, *records_db;
	uint8_t own[PUBLIC_KEY_SIZE];
	const struct seal_key *key; /* NULL while it is locked: only counts */
	const struct seal_key *before; /* the key before that, or NULL */
	uint64_t now_s;
	bool again; /* what is in, too: imported_again() */
	unsigned keep_months; /* what is personal; 0: for ever */
	/* These logs; with `count` 0 all of them. */
	const int64_t *logs;
	size_t count;
	struct import_watch *watch;
};

/* What a look at all logs found. */
struct import_found {
	json_t *strangers; /* [{"code","entries","heard_s"}] */
	json_t *forked;	   /* [{"code","name"}] */
};

/*
 * Import what there is. `found` (may be NULL) is filled when all logs were
 * looked at; the caller releases it.
 *
 * Returns: STATUS_OK, also when it was stopped; STATUS_NO_ROOM, STATUS_BUSY and
 *          other failures of the databases: what was imported before stays.
 */
enum status import_run(const struct import_options *options,
		       struct import_found *found, struct err *err);
void import_found_release(struct import_found *found);

/* The same for whoever has the house and no loop. STATUS_LOCKED while the
 * records key is; STATUS_NOT_FOUND where there is none. */
enum status import_house(struct house *h, bool again,
			 struct import_watch *watch, struct err *err);
/* Does the trust note name neither of the keys that are open here, so that
 * what stations seal now is not for them? Another key may lie in the place of
 * the office's own; what is passed over meanwhile is read once that is back.
 * False where the trust note names nobody. */
bool import_is_unnamed(const struct house *h);
/* Only count what waits. STATUS_NOT_FOUND where there is no records.key. */
enum status import_count(struct house *h, struct import_watch *watch,
			 struct err *err);

#endif
