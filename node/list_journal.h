/* How far the publishing of a table has come: a file beside it, one line of
 * JSON an event, each flushed before the next step. Read again after a power
 * cut, it says what was published already, and under which id what was begun
 * is to be published, so that nothing is published twice. */
#ifndef NODE_LIST_JOURNAL_H
#define NODE_LIST_JOURNAL_H

#include "catalog/lesson.h"
#include "proto/bytes.h"
#include "proto/err.h"

enum list_step { LIST_NEW, LIST_BEGUN, LIST_DONE, LIST_FAILED };

struct list_event {
	char key[33]; /* of a row (node/lesson_table.h) */
	enum list_step step;
	char id[LESSON_ID_MAX + 1]; /* "" only of what failed before it had one */
	uint64_t rev;
};

struct list_journal;

/*
 * Open or make it. STATUS_BUSY while somebody else has it open;
 * STATUS_MALFORMED when it is no such file; STATUS_IO, STATUS_NO_ROOM,
 * STATUS_NO_MEMORY. A last line that was not finished is cut off.
 */
enum status list_journal_open(struct list_journal **out, const char *path,
			      struct err *err);
void list_journal_free(struct list_journal *journal);

/* What was written last of a row; step LIST_NEW when nothing was. */
void list_journal_last(const struct list_journal *journal, const char *key,
		       struct list_event *out);

/* Write one; durable when it returns. */
enum status list_journal_add(struct list_journal *journal,
			     const struct list_event *event, struct err *err);

/* The lines of a journal, for list_journal_open() and its tests: the events,
 * the last of a row counts. `*whole` is how many bytes are whole lines.
 * STATUS_MALFORMED for anything else. */
enum status list_journal_read(struct list_journal *journal, struct bytes text,
			      size_t *whole, struct err *err);
struct list_journal *list_journal_new(void);

#endif
