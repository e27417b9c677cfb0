/* Who is ahead of a drive, and what they lack: from the statements of nodes
 * and the office's enrolments, newest of each.
 *
 * A station that was retired is no stop, whatever it says. A node that nobody
 * has enrolled is one (a new village), but at most STOPS_STRANGERS_MAX of
 * them, those heard last. Where a station is and what it is called the office
 * says, if it enrolled it; else its statement does.
 *
 * A node is a stop when it is on the route, or, without a route, when it is
 * known at all: an enrolled station, or a node whose statement came. The node
 * that asks is none. What a stop wants is what its statement says; lessons its
 * statement could not know of yet (entries beyond the log's size there), and
 * all lessons for a station that has made no statement, by its place
 * (catalog/want.h), if they are not over here (catalog/expiry.h).
 *
 * Memory is bounded: what statements say takes at most STOPS_MEMORY; of those
 * for which it does not suffice, the longest unheard, nothing is known to be
 * lacking but entries they could not know of.
 *
 * Threads: as the catalog. */
#ifndef NODE_DRIVE_STOPS_H
#define NODE_DRIVE_STOPS_H

#include "catalog/catalog.h"
#include "catalog/lessons.h"
#include "proto/drive.h"
#include "proto/statement.h"

enum { STOPS_STRANGERS_MAX = 256, STOPS_MEMORY = 24 << 20 };

struct stop {
	uint8_t key[32];
	char name[STATEMENT_NAME_MAX + 1];
	char region[REGION_MAX + 1];
	enum level level;
	bool enrolled;
	bool has_statement;
	uint64_t age_s; /* of the statement: how long ago it was made */
	uint64_t room;	/* bytes it would still take, as it says */
	int on_route;	/* its place on the route from 0 on; -1 without one */

	/* private */
	struct stop_logs *logs;
};

struct stops {
	struct stop *list; /* by route, then region, then name */
	size_t count;
	/* Places of the route that no known node is at: they are stops, too,
	 * with `enrolled` and `has_statement` false and an empty key. */
};

struct stops_options {
	const uint8_t *self; /* this node's key: never a stop */
	const struct drive_stop *route;
	size_t route_count; /* 0: everybody known */
	const char *within; /* without a route, only regions inside; NULL any */
	uint64_t now_s;
};

/*
 * Gather. Returns STATUS_OK, `out` to be released; STATUS_NO_MEMORY; what
 * SQLite failed with.
 */
enum status stops_gather(struct stops *out, struct catalog *c,
			 const struct stops_options *options, struct err *err);
void stops_release(struct stops *stops);

/* Does the stop want this lesson and not hold it? `*due` (may be NULL) gets
 * the day it is wanted by, or "". */
bool stop_lacks(const struct stop *stop, const struct lesson_row *row,
		char due[LESSON_DATE_SIZE + 1]);
/* Does its statement say that it holds it? */
bool stop_holds(const struct stop *stop, const struct lesson_row *row);

#endif
