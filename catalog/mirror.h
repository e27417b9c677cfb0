/* A log as a static mirror: the resources that any web server or drive needs
 * to serve it (C2SP tlog-tiles). */
#ifndef CATALOG_MIRROR_H
#define CATALOG_MIRROR_H

#include "catalog/log.h"

/* Write the resource at `path` below the log's prefix; the bytes are valid
 * until the callback returns. A failure ends the walk and is returned. */
typedef enum status (*mirror_write_cb)(void *owner, const char *path,
				       struct bytes content, struct err *err);

/*
 * Call back for every resource of the log at its present size: bundles, then
 * hash tiles level by level, full ones and the partial one of each, and the
 * checkpoint last. What is complete in a mirror of `since` entries (0: an
 * empty one) is left out, for it never changes.
 *
 * Returns: STATUS_OK; STATUS_NOT_FOUND when there is no such log or it has no
 *          checkpoint; STATUS_DAMAGED; what the callback fails with.
 */
enum status mirror_log(struct catalog *c, int64_t id, uint64_t since,
		       mirror_write_cb write, void *owner, struct err *err);

#endif
