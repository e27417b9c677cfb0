/* /api/report…: what was studied, for the office (docs/formats-page.md, 5).
 * Made beside the loop (node/page/page_jobs.h), from both databases.
 *
 * Threads: the loop. */
#ifndef NODE_PAGE_PAGE_REPORT_H
#define NODE_PAGE_PAGE_REPORT_H

#include "node/page/page_api.h"

void page_report(struct page_call *call);
void page_report_close(struct page_call *call);
void page_report_station(struct page_call *call);
void page_report_photo(struct page_call *call);
void page_report_attention(struct page_call *call);
void page_report_wishes(struct page_call *call);
void page_report_csv(struct page_call *call);

#endif
