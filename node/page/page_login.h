/* POST /api/login, logout and reset (docs/formats-page.md, 1). */
#ifndef NODE_PAGE_PAGE_LOGIN_H
#define NODE_PAGE_PAGE_LOGIN_H

#include "node/page/page_api.h"

void page_login(struct page_call *call);
void page_logout(struct page_call *call);
void page_reset(struct page_call *call);

#endif
