/* The days by which the operator wants lessons here: `xiangtu pin ID --by DAY`.
 *
 * A day is a text YYYY-MM-DD and is compared as one, never with the clock. It
 * outlives revisions of its lesson, and counts while the lesson is wanted and
 * not held: what is due is fetched before all else (catalog/payloads.h), and
 * this node's statement tells of it.
 *
 * Writes are durable transactions of their own, unless the caller has one open
 * already. Errors not named below are SQLite's. */
#ifndef CATALOG_DUE_H
#define CATALOG_DUE_H

#include "catalog/catalog.h"
#include "catalog/lesson.h"

/* Lessons with a day, at most; bounds what a statement has to say. */
enum { DUE_MAX = 512 };

/*
 * Want the lesson with the full id `lesson` by `date`; takes the place of an
 * earlier day. It is for the caller to see that the lesson is wanted. When
 * DUE_MAX have a day, the soonest that is here already is forgotten.
 *
 * Returns: STATUS_OK; STATUS_MALFORMED when `date` is no day; STATUS_NO_ROOM
 *          when DUE_MAX others are still waited for. Nothing has changed then.
 */
enum status due_set(struct catalog *c, const char *lesson, const char *date,
		    struct err *err);
/* STATUS_OK also when there was none. */
enum status due_clear(struct catalog *c, const char *lesson, struct err *err);
/* STATUS_NOT_FOUND (err untouched) when it may come at any time. */
enum status due_get(struct catalog *c, const char *lesson,
		    char date[static LESSON_DATE_SIZE + 1], struct err *err);

/* Call back for the entries of a log whose lessons are wanted by a day, and
 * not held; in the order of the entries. A failure the callback returns ends
 * the walk and is returned. It must not come back to due_each(). */
typedef enum status (*due_cb)(void *owner, uint64_t entry, const char *date,
			      struct err *err);
enum status due_each(struct catalog *c, int64_t log, due_cb each, void *owner,
		     struct err *err);

#endif
