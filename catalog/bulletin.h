/* Closing a month: its report is kept as it is then, and stays so. What comes
 * later for that month is a supplement beside it, by the day it came (table
 * `late`, which is written where records are taken in).
 *
 * Threads: as the catalog; errors not named below are SQLite's. */
#ifndef CATALOG_BULLETIN_H
#define CATALOG_BULLETIN_H

#include "catalog/report.h"

struct bulletin_closed {
	unsigned stations, reached, zero, silent;
};

/*
 * Close a month. Sums, denominator, names, groups, the norm and who was silent
 * are as report_make() tells them now for `q`, whose group and rank are not
 * looked at.
 *
 * The report is made, and its rows written, without keeping others from writing
 * for more than a moment; the last short transaction, which is durable, closes
 * the month if nothing was written beside meanwhile. Else it is made anew, and
 * after some tries in one transaction. Where the power goes before the last,
 * the month is open as before, and rows of nobody go when it is closed.
 *
 * Returns: STATUS_OK; STATUS_EXISTS when it is closed already; STATUS_USAGE
 *          while it still runs by q->now_s; STATUS_NOT_FOUND when no station
 *          stood in it; STATUS_BUSY while others write for a whole minute;
 *          what report_make() returns. `*out` may be NULL.
 */
enum status bulletin_close(struct catalog *node, struct catalog *records,
			   const struct report_query *q,
			   struct bulletin_closed *out, struct err *err);

#endif
