/* Closing a month, for who asks the node that writes (catalog/bulletin.h). What
 * it takes of the house is asked first; the rest takes the longer the more
 * stations there are.
 *
 * Threads: closing_ask() the house's; closing_do() any. */
#ifndef NODE_OFFICE_CLOSING_H
#define NODE_OFFICE_CLOSING_H

#include <jansson.h>

#include "node/office/reports.h"

struct closing {
	struct report_asked asked;
	bool imports; /* this node reads what stations sent, */
	bool locked;  /* once its records key is unlocked */
};

/* Which month, of which region. STATUS_OK; STATUS_USAGE for what is no month,
 * or without a clock. */
enum status closing_ask(const struct house *house, const char *month,
			struct closing *out, struct err *err);

/*
 * Close that month for all of this office's region. `node` is node.db,
 * `records` records.db to write, both of this thread.
 *
 * Owns:    `*answer` is the caller's: {"month", "stations", "reached", "zero",
 *          "silent"}.
 * Returns: STATUS_OK; STATUS_USAGE while it runs; STATUS_EXISTS when it is
 *          closed; STATUS_NOT_FOUND when no station stood in it; STATUS_LOCKED
 *          and STATUS_BUSY while entries of enrolled stations are here and not
 *          imported: they would come too late for nothing; as SQLite fails.
 */
enum status closing_do(const struct closing *closing, struct catalog *node,
		       struct catalog *records, json_t **answer,
		       struct err *err);

#endif
