/* Lessons as rows of the database, for the .c files of catalog/ only. */
#ifndef CATALOG_LESSONROW_H
#define CATALOG_LESSONROW_H

#include "catalog/expiry.h"
#include "catalog/lessons.h"
#include "catalog/sql.h"

enum { LESSON_ROW_SHIFT = 40 };

/* The number of entry `n` of a log, in tables that speak of all logs. */
static inline int64_t lesson_row_number(int64_t log, uint64_t n)
{
	return log << LESSON_ROW_SHIFT | (int64_t)n;
}

/* What lessonrow_read() reads, of `lesson l`; put behind "SELECT ". */
#define LESSONROW_COLUMNS                                                  \
	"l.row, o.name, l.short, l.rev, l.withdrawn, l.choice, l.wanted,"  \
	" l.why, l.date, l.region, l.topic, l.btmh, l.bytes, l.files,"     \
	" l.seconds, l.title, l.initials, l.series, l.series_n, l.lang,"   \
	" l.expires, l.poster, l.trust, l.summary, l.due,"                 \
	" p.state, p.pieces, p.verified, " EXPIRY_OVER("l.") ", l.keep,"   \
	LESSONROW_SHOWN ", s.state, s.pieces, s.verified,"       \
	" l.office"
/* The payload that the node shows of it: its own, unless only the one taken in
 * its place is, or is to be, here. */
#define LESSONROW_SHOWN                                                    \
	" CASE WHEN l.take IS NULL OR EXISTS (SELECT 1 FROM payload m"     \
	" WHERE m.btmh = l.btmh AND m.state = 2) THEN l.btmh"              \
	" ELSE l.take END"
#define LESSONROW_JOINS                       \
	" JOIN origin o ON o.id = l.origin"   \
	" LEFT JOIN payload p ON p.btmh = l.btmh" \
	" LEFT JOIN payload s ON s.btmh =" LESSONROW_SHOWN

/* LESSONS_HERE, in the terms of the index lesson_here
 * (catalog/schema_pages.c). */
#define LESSONROW_HERE                                     \
	"withdrawn = 0 AND (held = 1 OR wanted = 1)"       \
	" AND (held = 1 OR NOT " EXPIRY_OVER("") ")"

/* Fill `out` from the present row of `q`, its renditions from the database.
 * What SQLite failed with, and `out` half written, otherwise. */
enum status lessonrow_read(struct sql *q, struct lesson_row *out,
			   struct err *err);

/* Write a lesson under a row number, with what is decided about it. */
struct lessonrow_standing {
	int64_t row;
	int64_t origin; /* number of the id's origin */
	uint64_t short_id;
	bool withdrawn;
	enum choice choice;
	bool wanted;
	enum want_reason why;
	bool held;
};
enum status lessonrow_insert(struct catalog *c, const struct lesson *lesson,
			     const struct lessonrow_standing *standing,
			     struct err *err);
/* Remove it with its renditions. */
enum status lessonrow_delete(struct catalog *c, int64_t row, struct err *err);

#endif
