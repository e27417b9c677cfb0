/* The walk below a payload's directory, for the files of node/payload.h and
 * node/prepare.h. */
#ifndef NODE_PAYLOAD_WALK_H
#define NODE_PAYLOAD_WALK_H

#include "node/payload.h"

/* Open the folder of `path` below `top`, component by component and through
 * no link; PAYLOAD_WRITE-like making when `make`. With `name`, the last
 * component is left out and *name is it. The descriptor is the caller's. -1
 * with errno; ELOOP or ENOTDIR for what is no folder. Components must be
 * safe names (the metainfo's are). */
int payload_walk_folder(int top, const char *path, bool make,
			const char **name);
/* Open a regular file the same way; writing makes it and its folders. -1 with
 * errno; ELOOP for whatever is no regular file. */
int payload_walk_file(int top, const char *path, enum payload_mode mode);

/* Tell of a failed walk. */
enum status payload_walk_error(struct err *err, const char *path, int error);

#endif
