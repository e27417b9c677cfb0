/* POST /api/ask: what the command line may ask of a node, asked by a desk
 * (docs/architecture.md, "Requests"; docs/formats-page.md 3). */
#ifndef NODE_PAGE_PAGE_ASK_H
#define NODE_PAGE_PAGE_ASK_H

#include "node/page/page_api.h"

void page_ask(struct page_call *call);

/* Who may put a request with this verb: PAGE_OPERATOR or PAGE_OFFICE; false:
 * nobody at a desk. */
bool page_ask_least(const char *verb, enum page_role *least);

/* Answer with what a long request says (node_is_long()), when it is done beside
 * the loop. Takes `request`; `done` (may be NULL) is called first when it has
 * gone well. */
void page_ask_beside(struct page_call *call, json_t *request,
		     void (*done)(struct node *n));

#endif
