/* GET and POST /api/conf: quota and limits, as node.conf says them
 * (docs/formats-page.md 3). */
#ifndef NODE_PAGE_PAGE_CONF_H
#define NODE_PAGE_PAGE_CONF_H

#include "node/page/page_api.h"

void page_conf_get(struct page_call *call);
void page_conf_set(struct page_call *call);

struct conf;

/* {"quota": "200G", "floor": "5G", "limit": […], "cap", "cap-reserve": …,
 * "lan-only": bool}: "" and [] for what is not set. */
json_t *page_conf_json(const struct conf *conf);

/*
 * A node.conf's text with what `set` says: strings, lists of strings for
 * `limit`, booleans for `lan-only`; null, "" and [] take a setting away. What
 * comes out is a file that conf_parse() takes; it is in `conf`, too.
 *
 * Returns: STATUS_USAGE for what is no setting of a desk; STATUS_MALFORMED with
 *          what a value must look like; STATUS_NO_MEMORY.
 */
enum status page_conf_edit(const char *text, const json_t *set,
			   struct buf *out, struct conf *conf,
			   struct err *err);

#endif
