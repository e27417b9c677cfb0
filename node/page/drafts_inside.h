/* What the files drafts*.c share. */
#ifndef NODE_PAGE_DRAFTS_INSIDE_H
#define NODE_PAGE_DRAFTS_INSIDE_H

#include "node/page/drafts.h"

/* DIR/drafts/<id>/<inner>; "" is its folder. */
void drafts_path(const struct drafts *drafts, const struct draft *d,
		 const char *inner, char path[static DRAFT_PATH_MAX]);
/* Put it into the list, by its number. */
enum status drafts_insert(struct drafts *drafts, struct draft *d,
			  struct err *err);

#endif
