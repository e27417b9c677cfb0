/* What the files requests_drive.c and requests_visit.c share: the state of a
 * drive visit across requests. */
#ifndef NODE_REQUESTS_VISIT_H
#define NODE_REQUESTS_VISIT_H

#include "catalog/intake.h"
#include "node/alive.h"
#include "node/drive_readers.h"
#include "node/requests_internal.h"
#include "node/statement_make.h"

struct requests_visit {
	/* The log that is being taken in. */
	struct intake *intake; /* NULL: none */
	struct alive taker;    /* whose it is; pid 0: nobody said */
	struct log_info log;   /* as it was before */
	bool wanted;	       /* `want` was given out and not answered yet */
	struct intake_want want;

	/* How the visit goes, as its process says; NULL when none does. */
	json_t *now;
	uint64_t now_ms; /* when it said so, of a clock that never jumps */
	struct alive visitor; /* whose it is; pid 0: nobody said */
	struct drive_readers readers;

	/* Without a running node: whoever says what this node is. */
	bool has_maker;
	struct statement_maker maker;
};

/* The text at "note", borrowed. STATUS_USAGE without one. */
enum status request_note(const json_t *request, struct bytes *note,
			 struct err *err);
/* The visit under way, begun when there is none; NULL when out of memory. */
struct requests_visit *request_visit(struct requests *r);

/* The visit under way as {step, title, done, total}, borrowed, or NULL. One
 * whose process ended without a report is over, and is reported as failed: no
 * older "done" is shown for it. The report of the last one, whole: a new
 * reference, or NULL. */
const json_t *request_drive_now(struct requests *r);
/* Is a drive being read that has not shown yet what it has of our records? */
bool request_drive_reads(struct requests *r);
/* Ask the process of the visit under way to end; false when it is not known. */
bool request_drive_stop(struct requests *r);
json_t *request_drive_report(struct requests *r);
/* Another number for each report there was; 0: there is none. */
uint64_t request_drive_number(struct requests *r);

#endif
