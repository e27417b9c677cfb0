/* What became of payloads on this node, for people: deletions with why, damage
 * found and repaired. The newest JOURNAL_ROWS_MAX rows are kept. */
#ifndef CATALOG_JOURNAL_H
#define CATALOG_JOURNAL_H

#include "catalog/catalog.h"
#include "catalog/lesson.h"

enum { JOURNAL_ROWS_MAX = 1000 };

/* Kept by number: never renumber. */
enum journal_what {
	JOURNAL_DELETED = 1,
	JOURNAL_DAMAGED = 2,
	JOURNAL_REPAIRED = 3
};
/* "deleted", "damaged", "repaired". */
const char *journal_what_name(enum journal_what what);

struct journal_row {
	uint64_t at_s; /* as this machine told the time */
	enum journal_what what;
	uint8_t btmh[LESSON_BTMH_SIZE];
	const char *title; /* of its lesson; "" when none is known */
	uint64_t bytes;
	const char *why; /* in words; "" */
};

/* Write one down; the title is looked up. Durable, or part of the transaction
 * that is open. Returns what SQLite failed with. */
enum status journal_add(struct catalog *c, enum journal_what what,
			const uint8_t btmh[static LESSON_BTMH_SIZE],
			uint64_t bytes, const char *why, uint64_t now_s,
			struct err *err);

typedef bool (*journal_cb)(void *context, const struct journal_row *row);
/* The newest first, at most `limit` (0: all); what a row points to is borrowed
 * until the callback returns. */
enum status journal_list(struct catalog *c, uint32_t limit, journal_cb each,
			 void *context, struct err *err);

/* The newest row that tells of `what` happening to this payload: its number,
 * or 0. */
enum status journal_last(struct catalog *c, enum journal_what what,
			 const uint8_t btmh[static LESSON_BTMH_SIZE],
			 int64_t *id, struct err *err);

#endif
