/* Entries on their way into the tables: while one chunk is written, the next
 * one is opened. Private to node/office, and for who measures it.
 *
 *     gather A, open A | gather B, open B | gather C, open C | …
 *                      |     write A      |     write B      |
 *                                         |    let go of A   |
 *
 * Threads: the one that calls, a helper that opens, and one that now and then
 * moves pages from the write-ahead log to their places. */
#ifndef NODE_OFFICE_IMPORT_FLOW_H
#define NODE_OFFICE_IMPORT_FLOW_H

#include "catalog/strokes.h"
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
	struct chunk chunks[3];
	struct strokes strokes;
	uint64_t commits, written; /* counted; and pieces written since */
	uv_thread_t mover; /* of the write-ahead log */
	bool moving;
	_Atomic bool moved;
};

/* What an import may have of memory for pages of the database: it touches some
 * of each station all the time. For records_db_be_roomy(). */
unsigned import_cache_kib(void);

/* Until nothing is left, or it is to stop. As import_run(). */
enum status import_flow_run(struct import_flow *f, struct err *err);

#endif
