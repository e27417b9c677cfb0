/* What is done with the drafts of a running node: files come in, one draft
 * after the other is made fit, payloads nobody needs any more go
 * (docs/formats-page.md, 4).
 *
 * Drafts that are `preparing` and not at work wait for their turn, in the
 * order they were asked for. The end of the node is no end of a draft: it is
 * open again at the next start, and says why.
 *
 * Threads:  loop thread only.
 * Lifetime: draft_works_open() -> draft_works_close() -> closed callback ->
 *           draft_works_free(). */
#ifndef NODE_PAGE_DRAFT_WORKS_H
#define NODE_PAGE_DRAFT_WORKS_H

#include "node/page/drafts.h"
#include "node/page/page_api.h"
#include "node/page/workshop.h"

/* Files that lists name lie below this folder of the data directory. */
#define DRAFT_LISTED_DIR "incoming"

struct draft_works;

enum status draft_works_open(struct draft_works **out, struct node *n,
			     struct err *err);
/* Once a second: tells the desks what has changed. */
void draft_works_tick(struct draft_works *w);
/* `closed` once, when nothing is under way any more; perhaps from inside. */
void draft_works_close(struct draft_works *w, void (*closed)(void *owner),
		       void *owner);
void draft_works_free(struct draft_works *w);

/* The node's. */
struct draft_works *draft_works_of(struct node *n);
struct drafts *draft_works_drafts(struct draft_works *w);
/* Work of somebody else that the end waits for; false: the end has begun. */
bool draft_works_hold(struct draft_works *w);
void draft_works_landed(struct draft_works *w);
bool draft_works_is_closing(const struct draft_works *w);
/* Something about a draft is different: the desks are told. */
void draft_works_changed(struct draft_works *w);

/* As the pages show it; NULL when out of memory. `whole`: with its files,
 * checks and, when it is prepared, what a station would show. */
json_t *draft_works_json(struct draft_works *w, const struct draft *d,
			 bool whole);

/* Prepare it, when its turn comes. STATUS_BUSY, STATUS_USAGE (a file lacks),
 * STATUS_IO. */
enum status draft_works_prepare(struct draft_works *w, struct draft *d,
				struct err *err);
/* No more of that. STATUS_BUSY when it is not being prepared. */
enum status draft_works_stop(struct draft_works *w, struct draft *d,
			     struct err *err);

/* Take a piece of a file: answers, later. */
void draft_works_piece(struct draft_works *w, struct draft *d,
		       struct http_request *request, const char *name,
		       uint64_t offset, uint64_t total);
enum status draft_works_remove_file(struct draft_works *w, struct draft *d,
				    const char *name, struct err *err);
/* Is a piece of one of its files being written? */
bool draft_works_is_written(const struct draft *d);

/* Its files, its payload and it itself go. */
enum status draft_works_delete(struct draft_works *w, struct draft *d,
			       struct err *err);
/* It is published: its files are not needed any more. */
void draft_works_clear(struct draft_works *w, struct draft *d);

/* Is what was prepared still there? (It may have gone for room: nobody wants
 * it yet.) */
bool draft_works_has_payload(struct draft_works *w, const struct draft *d);

#endif
