/* One GET, waited for: for commands that need a file from a URL before
 * anything else can begin. Runs a loop of its own; must not be called from a
 * loop's callback. */
#ifndef NODE_FETCH_ONCE_H
#define NODE_FETCH_ONCE_H

#include "proto/bytes.h"
#include "proto/err.h"

/*
 * Append the body of `url`, at most `max` bytes, to `out`.
 *
 * Returns: STATUS_OK; STATUS_NOT_FOUND for HTTP 404 and 410;
 *          STATUS_UNREACHABLE; STATUS_MALFORMED when it is larger;
 *          STATUS_USAGE for a URL that is none.
 */
enum status fetch_once(const char *url, size_t max, struct buf *out,
		       struct err *err);

#endif
