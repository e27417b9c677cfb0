/* Files of a new payload that lie on this disk already, in the folder of
 * another one: an earlier revision, another part of the series. They are taken
 * from there instead of being fetched. That two files are the same is told by
 * the signed torrents (pieces root and length); what is taken counts for
 * nothing until it was hashed, like anything that lies in a payload's folder.
 *
 * A whole file is linked where its pieces are cut in the same way in both, so
 * that it takes no room and no time; else it is copied. Two names of one file
 * are sound here, because
 *
 *   - a piece that is bad in one is the same bad piece in the other: whoever
 *     repairs it in place writes where both lack it, never over what the other
 *     has (with pieces cut differently he would: those are copied);
 *   - nobody cuts a file to anything but its length, which is the same;
 *   - deleting takes one name away, and leaves the other;
 *   - a file of which only a part is known to be good is copied: one of its
 *     writers may not be through with it.
 *
 * Threads: no globals; everything here but payload_reuse_find() blocks for as
 *          long as the disk takes and belongs on a worker. */
#ifndef NODE_PAYLOAD_REUSE_H
#define NODE_PAYLOAD_REUSE_H

#include "catalog/catalog.h"
#include "proto/err.h"
#include "proto/metainfo.h"

enum { PAYLOAD_REUSE_MAX = 32 /* other payloads looked at */ };

/* A payload to look at. */
struct payload_source {
	uint8_t btmh[32];
	bool whole; /* it is held; else a part of it is here */
};

/*
 * Which payloads here may have files of `btmh`: those no lesson names any more
 * (earlier revisions), then held ones of its series, then of its topic. At
 * most PAYLOAD_REUSE_MAX; *count is set.
 */
enum status payload_reuse_find(struct catalog *c,
			       const uint8_t btmh[static 32],
			       struct payload_source *out, unsigned *count,
			       struct err *err);

/* What is taken of another payload. */
struct payload_reuse {
	const char *dir; /* of the new one; made when there is something */
	const struct metainfo *mi;
	const char *old_dir;
	const struct metainfo *old_mi;
	bool old_whole;
};

/*
 * Take the files that are not in `dir` yet and are in `old_dir`. No link is
 * followed. Nothing is flushed: payload_sync() does that. Copies leave 64 MiB
 * of the disk free.
 *
 * `*bytes` grows by the length of what was taken, in any case.
 * Returns: STATUS_OK, also when there was nothing to take; STATUS_NO_ROOM or
 *          STATUS_IO, and then a copy may be in `dir` in part.
 */
enum status payload_reuse(const struct payload_reuse *what, uint64_t *bytes,
			  struct err *err);

/* The same from each of `count` others, below the folders of a house; those
 * whose torrent file is not here are passed over, and so is what fails. */
void payload_reuse_all(const char *payload_dir, const char *torrent_dir,
		       const uint8_t btmh[static 32],
		       const struct metainfo *mi,
		       const struct payload_source *from, unsigned count,
		       uint64_t *bytes);

#endif
