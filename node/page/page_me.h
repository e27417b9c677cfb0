/* GET /api/me: who asks, and what this node is (docs/formats-page.md, 1). */
#ifndef NODE_PAGE_PAGE_ME_H
#define NODE_PAGE_PAGE_ME_H

#include "node/page/page_api.h"

void page_me(struct page_call *call);

/* The same as JSON, of the call's `role` and `who`: what logging in and out
 * answer. A new reference; NULL: out of memory. */
json_t *page_me_json(const struct page_call *call);

/* "zh" or "en": the one that Accept-Language prefers; "en" where it names
 * neither, or is NULL. */
const char *page_language(const char *accept);

#endif
