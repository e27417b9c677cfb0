/* Whose the files of a payload are, where the engine has a user of its own.
 *
 * Files are root's, whoever's the node is. While the engine fetches, those
 * that lack something are its own; folders never are, so it can make, rename
 * and remove nothing. Before anything it wrote counts, its files are taken
 * back and hashed anew. A folder whose files it may own has its group: that is
 * how they are found after a power cut.
 *
 * Everything here follows no link, blocks, and belongs on a worker, but for
 * payload_take_back() and payload_set_modes(), which do little. */
#ifndef NODE_PAYLOAD_OWNER_H
#define NODE_PAYLOAD_OWNER_H

#include "node/engine_user.h"
#include "proto/err.h"
#include "proto/metainfo.h"

/* Clear the bits of all pieces in files that lack any: what is left of `have`
 * is in files that the engine will not be given. */
void payload_owner_keep(const struct metainfo *mi, uint8_t *have);

/*
 * Make the files of `mi` that lack pieces the engine's, making those that are
 * not there, empty ones too (which stay ours). One that is also a file of
 * another payload (a hard link) is copied first. Calls payload_set_modes().
 *
 * Returns: STATUS_UNTRUSTED for a link or a special file in the way;
 *          STATUS_NO_ROOM; STATUS_IO. On failure some may be given.
 */
enum status payload_give(const char *dir, const struct metainfo *mi,
			 const uint8_t *have, const struct engine_user *user,
			 struct err *err);

/*
 * Make everything in `dir` ours again. *open: somebody still has a file open
 * for writing (where the file system knows leases), and can go on writing to
 * it. That `dir` is not there is no failure.
 */
enum status payload_take_back(const char *dir, bool *open, struct err *err);

/* At the start, before an engine runs: take back what one left behind. `user`
 * has the uid that engines have here. */
enum status payload_take_back_all(const char *payload_dir,
				  const struct engine_user *user,
				  struct err *err);

/* Give what lies in `dir`, and `dir` itself, the modes it would have had from
 * the usual umask: read by all, written by its owner. What fails is left as it
 * is. */
void payload_set_modes(const char *dir);
/* The same for one folder, without what lies in it. */
void payload_set_mode(const char *dir);

#endif
