/* What makes drafts fit to be published: our own program, as a child, with
 * `publish --prepare` (docs/decisions/0006: the heavy work is not the node's).
 * It says on lines of JSON how far it is and at last what came of it:
 *
 *     {"step":"converting","file":"课.wmv","rendition":"480p",
 *      "done":1048576,"total":9437184}
 *     {"check":{"file":…,"what":…,"ok":…,"text":…}}
 *     {"prepared":{"btmh":…,"bytes":…,"files":…,…}}   or
 *     {"failed":{"status":…,"text":…}}
 *
 * One at a time, behind other work (niced). A thread of its own waits for it,
 * so that no thread of the pool does for hours; it dies with the node.
 *
 * Threads:  loop thread only.
 * Lifetime: workshop_open() -> works -> workshop_close() -> closed callback ->
 *           workshop_free(). */
#ifndef NODE_PAGE_WORKSHOP_H
#define NODE_PAGE_WORKSHOP_H

#include <jansson.h>
#include <uv.h>

#include "proto/err.h"
#include "proto/safename.h"

enum {
	WORKSHOP_STEP_MAX = 23,
	WORKSHOP_CHECKS_MAX = 300,
	WORKSHOP_ARGS_MAX = 32,
	WORKSHOP_GRACE_S = 10 /* to clean up, when it is stopped */
};

struct workshop;

/* Where it is. */
struct workshop_step {
	char step[WORKSHOP_STEP_MAX + 1]; /* "" before the first word */
	char file[SAFENAME_PATH_MAX + 1];
	char rendition[WORKSHOP_STEP_MAX + 1]; /* "": the lesson itself */
	uint64_t done, total;
	int64_t left_s; /* seconds; -1: not to be told */
};

/* What came of it. */
struct workshop_result {
	struct err err;	  /* STATUS_OK; STATUS_CANCELLED when it was stopped */
	json_t *prepared; /* NULL after a failure; borrowed, as the other */
	json_t *checks;	  /* array */
};
typedef void (*workshop_done_cb)(void *owner,
				 const struct workshop_result *result);

/* STATUS_IO, STATUS_NO_MEMORY. */
enum status workshop_open(struct workshop **out, uv_loop_t *loop,
			  struct err *err);

/*
 * Begin. `argv` is copied; it ends with NULL.
 *
 * Returns: STATUS_BUSY while one is under way; STATUS_IO.
 * Callback: `done` exactly once after STATUS_OK, later, on the loop.
 */
enum status workshop_begin(struct workshop *w, const char *const *argv,
			   workshop_done_cb done, void *owner,
			   struct err *err);
bool workshop_is_busy(const struct workshop *w);
/* Where it is now; false while nothing is under way. */
bool workshop_where(struct workshop *w, struct workshop_step *out);
/* Have it end; `done` comes. */
void workshop_stop(struct workshop *w);

/* Stop it and let go; perhaps from inside. */
void workshop_close(struct workshop *w, void (*closed)(void *owner),
		    void *owner);
void workshop_free(struct workshop *w);

/* --- for tests --- */

/* How long it still takes, from how long `done - first` took; -1: not known
 * yet. */
int64_t workshop_left_s(uint64_t first, uint64_t done, uint64_t total,
			uint64_t took_ms);

#endif
