/* Small files that are either wholly there after a power cut or not at all:
 * written under another name, fsynced, renamed, and the directory fsynced. */
#ifndef NODE_DURABLE_H
#define NODE_DURABLE_H

#include "proto/bytes.h"
#include "proto/err.h"

/* Names that begin with this are unfinished work; a start removes them. */
#define DURABLE_UNFINISHED ".tmp-"

/* Write `content` to `path`, replacing what was there. On failure `path` is
 * as it was and nothing else is left. STATUS_NO_ROOM, STATUS_IO. */
enum status durable_write(const char *path, struct bytes content, int mode,
			  struct err *err);
/* Read a regular file of at most `limit` bytes. STATUS_NOT_FOUND, STATUS_IO,
 * STATUS_MALFORMED when larger, STATUS_NO_MEMORY; appends to `content`. */
enum status durable_read(const char *path, size_t limit, struct buf *content,
			 struct err *err);
/* Fsync a directory. */
enum status durable_sync_dir(const char *path, struct err *err);
/* Make a directory and what is above it, durably. That it exists is fine. */
enum status durable_make_dir(const char *path, int mode, struct err *err);

#endif
