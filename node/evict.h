/* What to delete when room is needed: a pure decision.
 *
 * In this order: withdrawn, expired, superseded, not wanted any more; then what
 * is wanted and useful least. Among those of one kind: kept by many neighbours
 * before kept by few (beyond three all is the same), not played for long before
 * played lately, old before new.
 *
 * Never: pinned, due, being carried, lent or read; never the only copy in the
 * neighbourhood while somebody there may want it (withdrawn ones excepted).
 * What is wanted here goes only for something that is wanted more.
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
 * `wanted_more`: the room is for something that outranks wanted lessons; else
 * only EVICT_WITHDRAWN … EVICT_UNWANTED are chosen. Returns how many; *freed
 * may be less than `need`: then it cannot be done.
 */
size_t evict_choose(const struct evict_facts *facts, size_t count,
		    uint64_t need, bool wanted_more, const char *today,
		    size_t *chosen, enum evict_reason *reasons,
		    uint64_t *freed);

#endif
