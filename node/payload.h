/* The files of a payload on disk, below one directory (payload/<btmh>/).
 *
 * Every open walks from that directory component by component, follows no
 * link and takes regular files only, so nothing that is put into the
 * directory can make it read or write elsewhere. Everything here blocks and
 * belongs on a worker; there are no globals.
 *
 * Threads: a struct payload belongs to one thread at a time; the same
 *          directory may be opened many times.
 * Writers: one at a time per payload, which is the caller's to see to. */
#ifndef NODE_PAYLOAD_H
#define NODE_PAYLOAD_H

#include <stdatomic.h>

#include "node/merkle.h"
#include "proto/err.h"
#include "proto/metainfo.h"

/*
 * Open a regular file below `dir` for reading; `path` as in metainfo_file.
 *
 * Owns:    *fd is the caller's.
 * Returns: STATUS_NOT_FOUND; STATUS_UNTRUSTED for an unsafe path, a link, a
 *          device, a pipe or anything else that is no regular file; STATUS_IO.
 */
enum status payload_file_open(const char *dir, const char *path, int *fd,
			      uint64_t *size, struct err *err);

struct payload;

enum payload_mode {
	PAYLOAD_READ,
	PAYLOAD_WRITE /* makes the directory and what is missing below it */
};

/* `mi` and `dir` must outlive the payload. STATUS_NOT_FOUND when reading and
 * there is no such directory, STATUS_IO, STATUS_NO_ROOM. */
enum status payload_open(struct payload **out, const char *dir,
			 const struct metainfo *mi, enum payload_mode mode,
			 struct err *err);
void payload_free(struct payload *p);

/* Read a piece, metainfo_piece().length bytes. STATUS_NOT_FOUND when the file
 * is missing or ends before, STATUS_UNTRUSTED, STATUS_IO. */
enum status payload_read(struct payload *p, uint32_t piece, uint8_t *data,
			 struct err *err);
/* Write a whole piece where it belongs (not fsynced). The last piece of a
 * file also cuts the file to its length. Empty files are made by
 * payload_sync(). STATUS_NO_ROOM, STATUS_UNTRUSTED, STATUS_IO. */
enum status payload_write(struct payload *p, uint32_t piece,
			  const uint8_t *data, struct err *err);

/* For many pieces in a row: let what is written go to the disk behind the
 * writer (node/drive/flush.h), which then meets failures of what it wrote
 * before. Still not fsynced. */
void payload_flush_behind(struct payload *p);

/* Are these the bytes of that piece? */
bool payload_piece_good(const struct metainfo *mi, uint32_t piece,
			const uint8_t *data);
/* The same for whoever asks about many: with a hasher of the caller's. */
bool payload_piece_good_by(struct merkle *hasher, const struct metainfo *mi,
			   uint32_t piece, const uint8_t *data);

struct payload_check {
	/* Which pieces to look at: a have-map, NULL for all. */
	const uint8_t *only;
	/* Called now and then, at the end too; may be NULL. */
	void (*progress)(void *owner, uint64_t done, uint64_t total);
	void *owner;
	const atomic_bool *cancel; /* may be NULL */
};

/*
 * Hash what is on disk. On success the bits of `have` (havemap_size() bytes)
 * of the pieces looked at are set or cleared; those of others stay. Missing
 * and short files, and what the disk fails to read, only clear bits; holes
 * cost nothing. A file longer than it
 * should be lacks its last piece.
 *
 * Returns: STATUS_CANCELLED, STATUS_IO (a file could not be opened: bits
 *          so far are right), STATUS_NO_MEMORY. A missing directory is no
 *          failure: no bit is set.
 */
enum status payload_verify(const char *dir, const struct metainfo *mi,
			   const struct payload_check *check, uint8_t *have,
			   struct err *err);

/* Make what was written survive a power cut: every file, then every directory
 * up to and including the one that holds `dir`. Makes the empty files.
 * STATUS_NOT_FOUND when a file is missing, and then the others are flushed;
 * STATUS_IO. */
enum status payload_sync(const char *dir, const struct metainfo *mi,
			 struct err *err);

/* Remove a directory with all that is in it, following no link. That it is
 * not there is no failure. */
enum status payload_delete(const char *dir, struct err *err);

/* Bytes of disk that a directory with all below it takes, its own included; 0
 * when it is not there or cannot be read. */
uint64_t payload_disk(const char *dir);

/* Bytes an unprivileged program may still write below `dir`. */
enum status payload_room(const char *dir, uint64_t *room, struct err *err);

/* STATUS_NO_ROOM for ENOSPC, EDQUOT and EFBIG; STATUS_NOT_FOUND for ENOENT;
 * STATUS_UNTRUSTED for ELOOP; STATUS_IO for the rest. */
enum status payload_status(int error);

#endif
