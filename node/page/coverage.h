/* Who holds a lesson by now: from what nodes say in their statements
 * (docs/formats-neighbourhood.md, 3), told against who was enrolled.
 *
 * Counted are stations that were enrolled and that the lesson is meant for (its
 * region contains theirs), or that hold or want it all the same; where nobody
 * was enrolled at all, those that were heard of. A statement is anybody's word:
 * once stations are enrolled, strangers are listed and not counted.
 *
 *     held     its statement says so
 *     partial  it holds an earlier revision, and has not this one yet
 *     wanted   it wants it
 *     none     it was heard, and neither holds nor wants it
 *     unheard  it never said anything: nobody knows, so it is not "none"
 *
 * Pure. The order is: lessons, stations, statements, answers. */
#ifndef NODE_PAGE_COVERAGE_H
#define NODE_PAGE_COVERAGE_H

#include <jansson.h>

#include "catalog/lesson.h"
#include "catalog/stations.h"
#include "proto/statement.h"

enum {
	COVERAGE_LESSONS_MAX = 5000,
	COVERAGE_NODES_MAX = 8192,
	COVERAGE_LOGS_MAX = 64,	  /* different logs that lessons are in */
	COVERAGE_FORMER_MAX = 64, /* earlier revisions of the one asked for */
	COVERAGE_PLACE_SIZE = 9	  /* digits of a township */
};

struct coverage;

/* `each`: keep what every node says, for coverage_lesson(); then there is one
 * lesson only. NULL: out of memory. */
struct coverage *coverage_new(bool each);
void coverage_free(struct coverage *c);

/* A lesson, and where its present revision is written. STATUS_NO_ROOM. */
enum status coverage_add_lesson(struct coverage *c, const struct lesson *lesson,
				const char *log, uint64_t entry);
/* Where an earlier revision of the last one is; in the same log. */
void coverage_add_former(struct coverage *c, uint64_t entry);

/* A station that is enrolled. STATUS_NO_ROOM, STATUS_NO_MEMORY. */
enum status coverage_add_station(struct coverage *c,
				 const struct station *station);

/* What a node says, and how many seconds ago. A bitmap that does not open says
 * nothing. STATUS_NO_ROOM, STATUS_NO_MEMORY. */
enum status coverage_add_statement(struct coverage *c,
				   const struct statement *st, int64_t ago_s);

/* All statements are in: answers, new references; NULL when out of memory. */
json_t *coverage_lesson(struct coverage *c); /* of the one there is */
json_t *coverage_list(struct coverage *c);   /* {"lessons":[…]} */

#endif
