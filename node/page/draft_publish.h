/* A draft becomes a lesson: what is asked of the log, and what is found of it
 * after a power cut.
 *
 * Threads: the loop; what takes no node is pure. */
#ifndef NODE_PAGE_DRAFT_PUBLISH_H
#define NODE_PAGE_DRAFT_PUBLISH_H

#include "node/page/draft.h"

struct node;

/* May it be published as it is? STATUS_BUSY, with why not. */
enum status draft_may_publish(const struct draft *d, bool approval,
			      struct err *err);

/* May `second` approve it, beside `who` is logged in, having seen `seen` (""
 * where that is not told)? STATUS_USAGE, STATUS_BUSY. */
enum status draft_may_approve(const struct draft *d, bool approval,
			      const char *who, const char *second,
			      const char *seen, struct err *err);

/* What is asked (docs/architecture.md, "publish"); NULL when out of memory. */
json_t *draft_request(const struct draft *d, bool only_try, bool alone);

/* Look at those that a power cut has left while they were published. */
void draft_publish_tick(struct node *n);

#endif
