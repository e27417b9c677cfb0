/* Who has obeyed a withdrawal, and who has not yet: from the statements that
 * have come here (docs/formats-neighbourhood.md, 3.1).
 *
 * A node has when its copy of the log goes beyond the withdrawal and its
 * statement has the lesson's bit clear. Asked are the nodes that follow the
 * log, and the stations enrolled, also those never heard from; not this
 * node. */
#ifndef NODE_CONFIRMATIONS_H
#define NODE_CONFIRMATIONS_H

#include <jansson.h>

#include "catalog/withdrawals.h"
#include "node/house.h"

/*
 * The withdrawals known here, the newest first; `lesson`: only that of this id,
 * NULL: all.
 *
 * *list is a new array of {id, title, reason, confirmed, heard, missing[]}:
 * `heard` counts those asked that were heard from, `missing` is of {name,
 * region, code, heard_ago_s}, -1 when never heard from.
 * Returns: what SQLite failed with; STATUS_NO_MEMORY.
 */
enum status confirmations_list(struct house *h, const char *lesson,
			       json_t **list, struct err *err);

#endif
