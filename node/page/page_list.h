/* /api/list: a table of lessons (node/lesson_table.h) becomes drafts
 * (docs/formats-page.md, 4). The files it names lie in DIR/incoming already.
 *
 * Threads: the loop. */
#ifndef NODE_PAGE_PAGE_LIST_H
#define NODE_PAGE_PAGE_LIST_H

#include "node/lesson_table.h"
#include "node/page/page_api.h"

/* The fields of one row, as draft_set_fields() takes them; a new reference,
 * NULL when out of memory. */
json_t *page_list_fields(const struct lesson_table_row *row);

void page_list(struct page_call *call);

#endif
