/* Tables of reports as office software opens them: UTF-8 with a byte order
 * mark, RFC 4180, a line of titles. A cell that office software would take for
 * a formula begins with an apostrophe there; a code that it would show as
 * another number (12 digits, a zero in front) ends with a tab, in quotes, which
 * makes it text and is not seen. Numbers stay numbers.
 *
 * Threads: as catalog/tables.h. */
#ifndef NODE_OFFICE_REPORT_CSV_H
#define NODE_OFFICE_REPORT_CSV_H

#include "catalog/tables.h"

/* Append one cell; NULL is an empty one. `number`: it is one. */
void report_csv_cell(struct buf *out, const char *cell, bool number);

/* Append a row; `wish` NULL: of titles. STATUS_NO_MEMORY. */
enum status report_csv_row(struct buf *out, const struct table_wish *wish,
			   const char *const *cells, unsigned count,
			   struct err *err);

/* Append the whole table. As table_rows(). */
enum status report_csv(const struct table_wish *wish, struct catalog *node,
		       struct catalog *records, struct buf *out,
		       struct err *err);

#endif
