/* Reports and books as tables of text: for office software, for a province's
 * database, for the command line. Rows are those of report_json() and
 * books_read(), each with the columns named here.
 *
 * Threads: as catalog/report.h. */
#ifndef CATALOG_TABLES_H
#define CATALOG_TABLES_H

#include "catalog/report.h"

enum table_name {
	TABLE_STATIONS,
	TABLE_PLACES, /* the regions next below the one asked for */
	TABLE_GROUPS,
	TABLE_STUDIES,
	TABLE_PERSONALS,
	TABLE_EQUIPMENT,
	TABLE_FAULTS,
	TABLE_WISHES,
	TABLE_MACHINES, /* what they say of themselves, newest */
	TABLE_NAMES
};

enum { TABLE_COLUMNS_MAX = 32 };

/* "stations", …; false when none is called so. */
const char *table_text(enum table_name table);
bool table_parse(const char *text, enum table_name *table);
/* Does it change with the month, or is it of all times? */
bool table_is_monthly(enum table_name table);

struct table_wish {
	enum table_name table;
	const struct report_query *query;
	const char *code; /* only of this station; NULL: of all */
	/* With what is personal: names, numbers of cards, notes. */
	bool personal;
	bool chinese; /* titles and words */
};

/* Cells are borrowed until it returns; NULL is none. A failure it returns ends
 * the walk. */
typedef enum status (*table_row_cb)(void *owner, const char *const *cells,
				    unsigned count, struct err *err);

/* The titles of the columns; with `keys` their names as programs know them. */
enum status table_titles(const struct table_wish *wish, bool keys,
			 table_row_cb row, void *owner, struct err *err);
/* All rows. As report_make() and books_read(). */
enum status table_rows(const struct table_wish *wish, struct catalog *node,
		       struct catalog *records, table_row_cb row, void *owner,
		       struct err *err);
/* The Chinese for a word that stations and reports use, where it is asked for
 * and there is one (tables_words.c). */
const char *table_word(const char *word, bool chinese);

/* Is it a number in all rows? For who types columns. */
bool table_is_number(const struct table_wish *wish, unsigned column);

#endif
