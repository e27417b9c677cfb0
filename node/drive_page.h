/* The page at /drive: how the visit of a drive goes, and how the last one
 * went, for whoever stands before the screen in the room. Pure: JSON in, HTML
 * out, in Chinese or English; it loads nothing and runs nothing. */
#ifndef NODE_DRIVE_PAGE_H
#define NODE_DRIVE_PAGE_H

#include <jansson.h>
#include <stdbool.h>

#include "proto/bytes.h"

/*
 * Append the page. `now` is {step, title, done, total} of a visit under way,
 * or NULL; `last` is the report of the last one (docs/architecture.md), or
 * NULL. Whatever is missing in them is left out; what is in them is shown as
 * text, never as HTML.
 */
void drive_page(const json_t *now, const json_t *last, bool chinese,
		struct buf *out);

#endif
