/* Entries on their way into the tables: while one chunk is written, the next
 * one is opened. Private to node/office, and for who measures it.
 *
 *     gather A, open A | gather B, open B | gather A, open A | …
 *                      |     write A      |     write B      |
 *
 * Threads: the one that calls, and a helper that opens. */
#ifndef NODE_OFFICE_IMPORT_FLOW_H
#define NODE_OFFICE_IMPORT_FLOW_H

#include "catalog/catalog.h"
#include "node/office/import.h"
#include "node/office/import_open.h"

struct import_flow {
	struct catalog *office; /* records.db, to write */
	struct import_watch *watch;
	int64_t now_s;
	const struct seal_key *key;
	const struct seal_key *before; /* the key before that, or NULL */
	/* Fill the chunk, which is empty; it stays so when nothing is left. */
	enum status (*gather)(void *owner, struct chunk *chunk,
			      struct err *err);
	void *owner;

	/* private */
	struct chunk chunks[2];
};

/* Until nothing is left, or it is to stop. As import_run(). */
enum status import_flow_run(struct import_flow *f, struct err *err);

#endif
