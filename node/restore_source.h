/* Where an office that lost its machine is rebuilt from: a node or mirror at a
 * URL, a drive, or a folder that is a mirror; all laid out alike
 * (docs/formats-http.md). Nothing that comes from it is believed here.
 *
 * Threads: one; reading blocks. Not from a loop's callback. */
#ifndef NODE_RESTORE_SOURCE_H
#define NODE_RESTORE_SOURCE_H

#include "node/join.h"

struct mount;

struct restore_source {
	const char *given;	 /* as the operator wrote it */
	char base[CONF_URL_MAX]; /* of a URL; "" for a drive or folder */
	struct join join;	 /* what it had to join with */

	/* What came of it, for people. */
	uint64_t size;	/* of the office's log, as it validly shows; 0: none */
	char why[200];	/* what it failed with; "" */

	/* private */
	struct mount *m;
	bool is_drive;
};

/*
 * Begin to read from a source whose `given`, and `base` where it is a URL, are
 * set. `is_drive` as join_drive_read() said.
 *
 * Returns: STATUS_OK, to be followed by restore_source_release(); as
 *          mount_open().
 */
enum status restore_source_open(struct restore_source *s, bool is_drive,
				struct err *err);
/* Also releases the join. May be called on one that was never opened. */
void restore_source_release(struct restore_source *s);

/*
 * Append the resource `path` ("tlog/…"), at most `max` bytes.
 *
 * Returns: STATUS_NOT_FOUND (with `err` set) when it has none; as
 *          fetch_once(), mount_read().
 */
enum status restore_source_read(struct restore_source *s, const char *path,
				size_t max, struct buf *out, struct err *err);

#endif
