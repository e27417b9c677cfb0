/* Lessons to be published, as an office lists them in a table: a row each, its
 * columns named in Chinese or English. Pure: what files are there is asked
 * elsewhere. */
#ifndef NODE_LESSON_TABLE_H
#define NODE_LESSON_TABLE_H

#include <stdint.h>

#include "catalog/lesson.h"
#include "proto/bytes.h"
#include "proto/err.h"

enum { LESSON_TABLE_ROWS_MAX = 20000, LESSON_TABLE_FAULTS_MAX = 20 };

enum lesson_column {
	COLUMN_FILE,
	COLUMN_TITLE,
	COLUMN_TOPIC,
	COLUMN_REGION,
	COLUMN_SUMMARY,
	COLUMN_SERIES,
	COLUMN_NUMBER,
	COLUMN_DATE,
	COLUMN_EXPIRES,
	COLUMN_LANG,
	COLUMN_REVISES,
	COLUMN_INITIALS,
	COLUMN_KEEP,
	COLUMNS
};

/* "file"; "文件". */
const char *lesson_column_name(enum lesson_column column);
const char *lesson_column_chinese(enum lesson_column column);

struct lesson_table_row {
	unsigned line;
	/* Never NULL, "" for nothing. Dates are YYYY-MM-DD, the number is
	 * digits, keep is "" or "1". */
	char *text[COLUMNS];
	/* The same for the same lesson in the same table, wherever its row
	 * stands: hex of a hash of file, title, series, number and what it
	 * revises. */
	char key[33];
};

struct lesson_table {
	struct lesson_table_row *rows;
	size_t count;
	/* What is wrong with it, a line each with the number of its row, at
	 * most LESSON_TABLE_FAULTS_MAX of them; "" when nothing is. */
	struct buf faults;
	unsigned fault_count;
};

#define LESSON_TABLE_INIT { .rows = NULL, .count = 0, .faults = BUF_INIT }

/*
 * Read a table in any encoding that charset_to_utf8() reads.
 *
 * Returns: STATUS_OK, also when single rows have faults; STATUS_MALFORMED when
 *          it is no such table (no or a wrong first row, quotes that do not
 *          close, too many rows, none); STATUS_NO_MEMORY.
 *          lesson_table_release() in every case.
 */
enum status lesson_table_read(struct bytes file, struct lesson_table *out,
			      struct err *err);
void lesson_table_release(struct lesson_table *table);

/* Add a fault of a row. */
__attribute__((format(printf, 3, 4))) void
lesson_table_fault(struct lesson_table *table, unsigned line, const char *fmt,
		   ...);

/* An empty table with an example, as office software opens it: with a byte
 * order mark. */
void lesson_table_template(bool chinese, struct buf *out);

#endif
