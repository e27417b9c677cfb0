/* /api/coverage: who holds a lesson by now (docs/formats-page.md, 4).
 *
 * Threads: the loop. */
#ifndef NODE_PAGE_PAGE_COVERAGE_H
#define NODE_PAGE_PAGE_COVERAGE_H

#include "node/page/page_api.h"

void page_coverage(struct page_call *call);

#endif
