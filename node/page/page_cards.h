/* /api/cards…: cards at an office's desk (docs/formats-page.md, "Cards"). */
#ifndef NODE_PAGE_PAGE_CARDS_H
#define NODE_PAGE_PAGE_CARDS_H

#include "node/page/page_api.h"

/* Issuing, a step a call (node/page/card_issue.h): a table of people in; how
 * it stands; numbers and PINs; "I have them"; "away with them". */
void page_cards_issue(struct page_call *call);
void page_cards_issuing(struct page_call *call);
void page_cards_sheet(struct page_call *call);
void page_cards_confirm(struct page_call *call);
void page_cards_drop(struct page_call *call);

struct card_issue;
/* The node's; NULL: out of memory. Frees with card_issue_free(). */
struct card_issue *page_cards_new(struct node *n);
/* Once a second: who looks at a desk of the office is told how it stands. */
void page_cards_tick(struct node *n);

void page_cards(struct page_call *call);
void page_cards_person(struct page_call *call);
void page_cards_end(struct page_call *call);
void page_cards_forget(struct page_call *call);

#endif
