/* `event: desk` on /api/desk/events: what an operator sees of this node while he
 * looks (docs/formats-page.md, 3).
 *
 * Made once a second at most, for all who look, of
 *
 *     what is known on the loop        every second
 *     what the loop must ask the       every few seconds, and when lessons
 *     database for                     have changed
 *     node/page/desk_look.h            the same, beside the loop
 *
 * While nobody looks nothing is made, and nothing is kept for who comes next.
 *
 * Threads:  the loop.
 * Lifetime: desk_events_new() -> … -> desk_events_close() -> closed callback
 *           -> desk_events_free(). */
#ifndef NODE_PAGE_DESK_EVENTS_H
#define NODE_PAGE_DESK_EVENTS_H

struct desk_events;
struct node;

/* NULL: out of memory. */
struct desk_events *desk_events_new(struct node *n);
void desk_events_free(struct desk_events *d);
/* Every second. */
void desk_events_tick(struct desk_events *d);
/* `closed` when nothing is looked at any more; perhaps from inside. */
void desk_events_close(struct desk_events *d, void (*closed)(void *node));

#endif
