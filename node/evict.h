/* What to delete when room is needed: a pure decision.
 *
 * In this order: withdrawn, expired, superseded, not wanted any more; then what
 * is wanted and useful least. Among those of one kind: kept by many neighbours
 * before kept by few (beyond three all is the same), not played for long before
 * played lately, old before new.
 *
 * Never: pinned, due, being carried, lent or read; never the only copy in the
 * neighbourhood while somebody there may want it (withdrawn ones excepted).
 * What is wanted here goes only for something that is wanted more (due, pinned,
 * watched), or for a newer wanted lesson: then strictly by age, the oldest
 * first. Ages do not change, so what was displaced never comes back by
 * displacing what displaced it, and nothing goes to and fro.
 *
 * "Expired" is judged against the verified lower bound of time: `today` is the
 * earliest day it can be. */
#ifndef NODE_EVICT_H
#define NODE_EVICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "catalog/lesson.h"

enum evict_reason {
	EVICT_KEEP,
	EVICT_WITHDRAWN,
	EVICT_EXPIRED,
	EVICT_SUPERSEDED,
	EVICT_UNWANTED,
	EVICT_LEAST_USEFUL
};
/* For people; static, English, known to tr(). */
const char *evict_reason_text(enum evict_reason reason);

/* How new a lesson is: by its date, then by where it is written (the order of
 * the entries of a log). A date of "" is older than all: no lesson that this
 * node wants. */
struct evict_age {
	char date[LESSON_DATE_SIZE + 1];
	int64_t row;
};
bool evict_older(const struct evict_age *a, const struct evict_age *b);

/* What room is needed for. */
struct evict_for {
	bool first; /* it outranks wanted lessons, whatever their age */
	struct evict_age age; /* else older wanted ones may go for it */
};

struct evict_facts {
	uint8_t btmh[LESSON_BTMH_SIZE];
	uint64_t bytes;	   /* that deleting it frees */
	bool withdrawn;
	bool named;	   /* by the present revision of a lesson */
	bool wanted;
	bool pinned;
	bool due;	   /* wanted by a day */
	bool busy;	   /* being carried, lent, read or verified */
	char expires[LESSON_DATE_SIZE + 1]; /* "" never */
	uint64_t used_s;   /* last played or served; 0 never */
	uint64_t added_s;
	struct evict_age age; /* of the newest lesson that wants it */
	unsigned copies;   /* neighbours that hold it */
	unsigned others;   /* neighbours that want it */
};

/* Why it may go, or EVICT_KEEP. `today`: YYYY-MM-DD, "" not known. */
enum evict_reason evict_judge(const struct evict_facts *facts,
			      const char *today);

/* Which goes first: negative when `a` does. Both may go. */
int evict_order(const struct evict_facts *a, const struct evict_facts *b,
		const char *today);

/*
 * Choose what to delete until `need` bytes are free, best first: indexes into
 * `facts` go to `chosen` (room for `count`), their reasons to `reasons`.
 * Unless the room is for something first, EVICT_LEAST_USEFUL is chosen only of
 * what is older than it, oldest first; and none of them that the others make
 * needless. Returns how many; *freed may be less
 * than `need`: then it cannot be done.
 */
size_t evict_choose(const struct evict_facts *facts, size_t count,
		    uint64_t need, const struct evict_for *what,
		    const char *today,
		    size_t *chosen, enum evict_reason *reasons,
		    uint64_t *freed);

#endif
