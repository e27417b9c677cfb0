/* Whom this office has given cards to, as docs/formats-page.md 4.1 lists them.
 *
 * Threads: any, with connections of its own: it grows with how many there
 * are. */
#ifndef NODE_OFFICE_PEOPLE_LIST_H
#define NODE_OFFICE_PEOPLE_LIST_H

#include <jansson.h>

#include "catalog/catalog.h"

/*
 * {"people","total"} of `query` (catalog/people.h, people_find()). `node` is
 * node.db. `settle`: mark whom the log is known to have issued by now, where
 * `records` can be written and nobody else just does.
 *
 * Returns: STATUS_OK; STATUS_NO_MEMORY; what SQLite failed with. `*out` is the
 *          caller's.
 */
enum status people_list(struct catalog *node, struct catalog *records,
			const char *query, bool settle, json_t **out,
			struct err *err);

#endif
