/* POST /api/drive (docs/formats-page.md, 3): the visit of a drive that is
 * plugged in, begun and ended at a desk. The visit is a process of its own,
 * the same `xiangtu drive sync` that plugging in starts
 * (share/xiangtu/plugged); how it goes it tells by itself, as ever
 * (`drive-progress`, `drive-done`).
 *
 * One visit at a time, whoever began it. A node that stops asks the one it began
 * to end, and after PAGE_DRIVE_GRACE_MS ends it.
 *
 * Threads:  the loop; a thread of its own waits for the process.
 * Lifetime: page_drive_new() -> … -> page_drive_close() -> closed callback ->
 *           page_drive_free(). */
#ifndef NODE_PAGE_PAGE_DRIVE_H
#define NODE_PAGE_PAGE_DRIVE_H

#include "node/drive/plugged.h"
#include "node/page/page_api.h"

enum { PAGE_DRIVE_GRACE_MS = 15 * 1000 };

struct page_drive;

/* NULL: out of memory. */
struct page_drive *page_drive_new(struct node *n);
void page_drive_free(struct page_drive *d);
void page_drive_close(struct page_drive *d, void (*closed)(void *node));

/* Why the visit begun here last came to nothing; "" when it did not. Where
 * there is a report, that says more. */
const char *page_drive_trouble(const struct page_drive *d);

/* The handler. */
void page_drive_asked(struct page_call *call);

/* --- for tests --- */

/* The first prepared one, of this label where that is not NULL; NULL: none. */
const struct plugged *page_drive_choose(const struct plugged *drives,
					size_t count, const char *label);
/* What the process said in the end: why it failed without a report, or "". */
void page_drive_ended(const char *said, char *out, size_t room);

#endif
