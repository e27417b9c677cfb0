/* GET /api/records: how the office's import stands (docs/formats-page.md).
 *
 * Threads: the loop. */
#ifndef NODE_PAGE_PAGE_RECORDS_H
#define NODE_PAGE_PAGE_RECORDS_H

struct page_call;

void page_records(struct page_call *call);

#endif
