/* Changes settings in the text of a node.conf and leaves everything else as an
 * administrator wrote it: comments, order, lines nobody understands. Pure. */
#ifndef NODE_CONF_EDIT_H
#define NODE_CONF_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/bytes.h"

/*
 * Have `key` say these values: the first line that sets it becomes one line for
 * each value, others that set it go; where there is none they are added at the
 * end. No value: it is no longer set.
 *
 * Before:  neither key nor values have line breaks.
 * Returns: STATUS_OK, STATUS_NO_MEMORY; appends to `out`.
 */
enum status conf_edit(const char *text, const char *key,
		      const char *const *values, size_t count,
		      struct buf *out);

#endif
