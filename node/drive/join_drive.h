/* Joining without a line: what a new node needs, read from a drive or from a
 * folder that is a static mirror (docs/formats-http.md). A join file is taken
 * where there is one, else the notes under trust/. Nothing of it is believed
 * here: create_node() verifies it like any other join file. */
#ifndef NODE_DRIVE_JOIN_DRIVE_H
#define NODE_DRIVE_JOIN_DRIVE_H

#include "node/join.h"

/*
 * Read PATH/.xiangtu, or PATH itself when it has no such folder; `*is_drive`
 * tells which. Only regular files beneath it are read, each up to its limit
 * (node/drive/mount.h).
 *
 * Owns:    `out` is the caller's until join_release(); JOIN_INIT on failure.
 *          There may be no upstream in it.
 * Returns: STATUS_OK; STATUS_NOT_FOUND when nothing to join with is there;
 *          STATUS_MALFORMED, STATUS_UNTRUSTED: not what xiangtu writes;
 *          STATUS_USAGE when PATH is no folder; STATUS_IO; STATUS_NO_MEMORY.
 */
enum status join_drive_read(struct join *out, const char *path,
			    bool *is_drive, struct err *err);

#endif
