/* Tables as office software saves them: rows of fields, by commas, tabs or
 * semicolons (whichever its first row has most of), RFC 4180 quotes. Pure;
 * texts are UTF-8 (catalog/charset.h). */
#ifndef NODE_CSV_H
#define NODE_CSV_H

#include "proto/bytes.h"
#include "proto/err.h"

enum { CSV_COLUMNS_MAX = 64, CSV_FIELD_MAX = 8000 };

struct csv {
	struct bytes_reader left;
	char separator;
	unsigned next_line; /* where the next row begins; the first is 1 */

	/* the row read last */
	unsigned line; /* where it begins */
	unsigned count;
	const char *fields[CSV_COLUMNS_MAX]; /* white space cut off; valid
						until the next row */

	/* private */
	struct buf text;
};

/* Owns: csv_release() it; `text` is borrowed till then. */
void csv_init(struct csv *csv, struct bytes text);
void csv_release(struct csv *csv);

/*
 * Read the next row that has something in it.
 *
 * Returns: STATUS_OK; STATUS_NOT_FOUND (no err) behind the last one;
 *          STATUS_MALFORMED with the line, for a quote that never ends or has
 *          something behind it, too many columns, too long a field or a
 *          control character in one; STATUS_NO_MEMORY.
 */
enum status csv_next(struct csv *csv, struct err *err);

/* Append `field`, quoted where it must be. */
void csv_put(struct buf *out, const char *field);

#endif
