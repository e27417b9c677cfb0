/* What catalog/books*.c share. */
#ifndef CATALOG_BOOKS_INSIDE_H
#define CATALOG_BOOKS_INSIDE_H

#include "catalog/books.h"
#include "catalog/lessons.h"
#include "catalog/sql.h"

/* Whose books are read, and of when. */
struct books_of {
	struct catalog *node, *records;
	int64_t from_s, to_s; /* of the month */
	int month;
	struct lesson_row *row; /* room to look lessons up */
};

/* Append what one box has to a list; of what moves with a month only that. */
enum status books_studies(struct books_of *b, int64_t box, json_t *list,
			  struct err *err);
enum status books_personals(struct books_of *b, int64_t box, json_t *list,
			    struct err *err);
enum status books_plays(struct books_of *b, int64_t box, json_t *list,
			struct err *err);
enum status books_equipment(struct books_of *b, int64_t box, json_t *list,
			    struct err *err);
enum status books_faults(struct books_of *b, int64_t box, json_t *list,
			 struct err *err);
enum status books_wishes(struct books_of *b, int64_t box, json_t *list,
			 struct err *err);

/* The title of a lesson "origin#id"; its name where it is not known. A new
 * string, or NULL: out of memory. */
json_t *books_title(struct books_of *b, const char *name);

#endif
