/* GET and POST /api/tell: what people at a station tell their office by hand
 * (docs/formats-page.md). A wish is anybody's; the rest is for operators and
 * for the station's own screen. */
#ifndef NODE_PAGE_PAGE_TELL_H
#define NODE_PAGE_PAGE_TELL_H

#include "node/page/page_api.h"

void page_tell(struct page_call *call);
void page_told(struct page_call *call);

/* Does the request come from this machine itself: the station's own screen? */
bool page_is_here(const struct page_call *call);

#endif
