/* What arrives at this node, and what has arrived lately, with the bytes of each
 * source (docs/formats-page.md, "event: desk").
 *
 * Threads: the loop. */
#ifndef NODE_PAGE_DESK_ARRIVING_H
#define NODE_PAGE_DESK_ARRIVING_H

#include <jansson.h>

struct desk_arriving;
struct node;

/* NULL: out of memory. */
struct desk_arriving *desk_arriving_new(struct node *n);
/* NULL is allowed. */
void desk_arriving_free(struct desk_arriving *a);

/* New references. */
json_t *desk_transfers_json(struct desk_arriving *a);
json_t *desk_arrived_json(struct desk_arriving *a);

#endif
