/* /api/drafts…: the publisher's desk (docs/formats-page.md, 4).
 *
 * Threads: the loop. */
#ifndef NODE_PAGE_PAGE_DRAFTS_H
#define NODE_PAGE_PAGE_DRAFTS_H

#include "node/page/page_api.h"

struct draft;

void page_drafts(struct page_call *call);
void page_drafts_new(struct page_call *call);
void page_draft(struct page_call *call);
void page_draft_change(struct page_call *call);
void page_draft_file(struct page_call *call);
void page_draft_remove_file(struct page_call *call);
void page_draft_prepare(struct page_call *call);
void page_draft_stop(struct page_call *call);
void page_draft_delete(struct page_call *call);
void page_draft_preview(struct page_call *call);

/* draft_approve.c */
void page_draft_approve(struct page_call *call);
/* draft_publish.c */
void page_draft_publish(struct page_call *call);

/* The renditions a new draft begins with. */
enum status page_draft_usual(const struct node *n, struct draft *d,
			     struct err *err);
/* The draft a path names; NULL: it was answered. */
struct draft *page_draft_of(struct page_call *call);
/* Answer with it as it is now. */
void page_draft_answer(struct page_call *call, const struct draft *d);

#endif
