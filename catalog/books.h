/* The books of one place (catalog/report.h) at its office: the registers of
 * collective and of personal study, the equipment ledger, faults, wishes, and
 * what its machine says of itself. Names stand here, for who keeps the office's
 * books; never in a report.
 *
 * Threads: as catalog/report.h. */
#ifndef CATALOG_BOOKS_H
#define CATALOG_BOOKS_H

#include "catalog/report.h"

enum { BOOKS_PLAYS_MAX = 500 }; /* the newest are told */

/*
 * The books of a month. `code` is that of the station or of a box whose place
 * it took, as people type it. As docs/formats-page.md 5 has it: "station",
 * "studies", "personals", "plays" of the month (those of an uncertain date
 * that may be in it last), "equipment", "faults", "wishes" of all times,
 * "machine".
 *
 * Returns: STATUS_OK; STATUS_USAGE when that is no code; STATUS_NOT_FOUND when
 *          no station with it stood in that month; as report_make().
 */
enum status books_read(json_t **out, struct catalog *node,
		       struct catalog *records, const struct report_query *q,
		       const char *code, struct err *err);

/*
 * Append the photo of a study (16 hex digits) to `jpeg`.
 *
 * Returns: STATUS_OK; STATUS_USAGE; STATUS_NOT_FOUND; what SQLite failed with.
 */
enum status books_photo(struct catalog *records, const char *code,
			const char *study, struct buf *jpeg, struct err *err);

#endif
