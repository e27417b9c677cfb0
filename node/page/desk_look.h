/* What the operator's live picture needs of the database, the machine and its
 * drives: looked at beside the loop, now and then, while somebody watches.
 *
 * The drives are looked at apart from the rest (node/aside.h): one that hangs
 * keeps nothing else from being told.
 *
 * Threads:  the loop; the work is the pool's, or aside.
 * Lifetime: desk_look_new() -> … -> desk_look_close() -> closed callback ->
 *           desk_look_free(). */
#ifndef NODE_PAGE_DESK_LOOK_H
#define NODE_PAGE_DESK_LOOK_H

#include "catalog/lessons.h"
#include "node/drive/plugged.h"
#include "node/page/health.h"
#include "node/page/page_names.h"

struct node;
struct desk_look;

enum {
	DESK_LACKS_MAX = 50, /* told */
	/* Looked at: those that come are among them. */
	DESK_LACKS_LOOKED = DESK_LACKS_MAX + 80
};

/* A lesson that is wanted and not held. */
struct desk_lack {
	uint8_t btmh[32];
	char id[LESSON_ID_MAX + 1];
	char title[LESSON_TITLE_MAX + 1];
	char due[LESSON_DATE_SIZE + 1];
	uint64_t bytes;
};

struct desk_seen {
	struct lessons_summary lessons;
	struct desk_lack lacks[DESK_LACKS_LOOKED]; /* the most urgent first */
	unsigned n_lacks;
	struct page_names *names; /* of places and offices */
	struct health health;
};

/* NULL: out of memory. */
struct desk_look *desk_look_new(struct node *n);
void desk_look_free(struct desk_look *look);

/* Begin to look, at what has not been looked at for a while or what is said to
 * have changed. */
void desk_look_begin(struct desk_look *look, bool lessons_changed);

/* What was seen last, NULL before that; it stays until the loop goes on.
 * *number is another for each look. */
const struct desk_seen *desk_look_seen(const struct desk_look *look,
				       uint64_t *number);
const struct plugged *desk_look_drives(const struct desk_look *look,
				       size_t *count);
/* Nobody watches any more: what was seen is too old for the next one. */
void desk_look_forget(struct desk_look *look);

/* No more looks begin; `closed` when the last has ended, perhaps from inside
 * this call. */
void desk_look_close(struct desk_look *look, void (*closed)(void *node));

#endif
