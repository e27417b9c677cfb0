/* What takes an office the longer the more was recorded: listing people,
 * telling all of one, forgetting somebody, closing a month. Requests of these
 * names (docs/architecture.md, "Requests").
 *
 * What such a request needs of the house is taken where the house is; then it
 * is done anywhere, with a connection of its own to records.db, beside whoever
 * else writes there (catalog/strokes.h): a running node does it on a worker
 * (node/node_ask.c), a command where none runs in its own thread.
 *
 *     office_work_new()  the house's thread
 *     office_work_do()   any; office_work_watch() meanwhile, from another
 *     office_work_free() after that
 */
#ifndef NODE_OFFICE_OFFICE_WORK_H
#define NODE_OFFICE_OFFICE_WORK_H

#include <jansson.h>

#include "catalog/people.h"
#include "node/house.h"

struct office_work;

enum office_kind {
	OFFICE_NONE,  /* no request of this file */
	OFFICE_READS, /* quick enough to wait for */
	OFFICE_WRITES /* one after the other */
};
/* By the "verb" of a request. */
enum office_kind office_work_kind(const json_t *request);

/*
 * Take in such a request, which is borrowed for this call only.
 *
 * Returns: STATUS_OK; STATUS_USAGE, and what else can be told at once; as
 *          house_records(); STATUS_NO_MEMORY.
 */
enum status office_work_new(struct office_work **out, struct house *house,
			    const json_t *request, struct err *err);
void office_work_free(struct office_work *w);

/*
 * Do it. `node` is node.db, of this thread.
 *
 * Owns:    `*answer` is a new reference.
 * Returns: STATUS_OK; STATUS_CANCELLED when it was stopped, after which it can
 *          be said again; what the verb fails with.
 */
enum status office_work_do(struct office_work *w, struct catalog *node,
			   json_t **answer, struct err *err);

/* For whoever watches it, or wants it to stop. */
struct people_watch *office_work_watch(struct office_work *w);
/* How far it is: {"looked": registers, "share": 0 to 1}. NULL: nothing to tell
 * of that verb, or out of memory. */
json_t *office_work_progress(const struct office_work *w);

#endif
