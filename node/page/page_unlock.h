/* POST /api/unlock and /api/lock: the keys of an office, opened from its desk
 * for a while (docs/formats-page.md 4). */
#ifndef NODE_PAGE_PAGE_UNLOCK_H
#define NODE_PAGE_PAGE_UNLOCK_H

#include "node/page/page_api.h"

enum {
	UNLOCK_PASSPHRASE_MAX = 1024, /* bytes */
	UNLOCK_MINUTES_MAX = 7 * 24 * 60
};

void page_unlock(struct page_call *call);
void page_lock(struct page_call *call);

#endif
