/* What the files requests_drive.c and requests_visit.c share: the state of a
 * drive visit across requests. */
#ifndef NODE_REQUESTS_VISIT_H
#define NODE_REQUESTS_VISIT_H

#include "catalog/intake.h"
#include "node/requests_internal.h"
#include "node/statement_make.h"

struct requests_visit {
	/* The log that is being taken in. */
	struct intake *intake; /* NULL: none */
	struct log_info log;   /* as it was before */
	bool wanted;	       /* `want` was given out and not answered yet */
	struct intake_want want;

	/* Without a running node: whoever says what this node is. */
	bool has_maker;
	struct statement_maker maker;
};

/* The text at "note", borrowed. STATUS_USAGE without one. */
enum status request_note(const json_t *request, struct bytes *note,
			 struct err *err);
/* The visit under way, begun when there is none; NULL when out of memory. */
struct requests_visit *request_visit(struct requests *r);

#endif
