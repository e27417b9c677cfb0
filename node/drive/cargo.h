/* One payload on a drive: reading it by pieces, putting it there, taking it
 * away. Files of 4 GiB and more may lie in parts; nobody outside sees that.
 *
 * Putting it there:
 *
 *     part/<btmh>/…  written, fsynced        a pulled drive has some pieces
 *     place/<btmh>   written, fsynced        says where it is about to be
 *     part/<btmh> -> 乡土课件/<topic>/<title>   one rename, then it plays
 *
 * Reading looks where the place file says, then in part/<btmh>: whatever of
 * this a pulled drive has is read as what it is. What is read is checked by
 * whoever reads (node/drive/pump.h); nothing here is believed.
 *
 * Foreign files are never touched: a folder that is already somebody's gets
 * the lesson's short id behind its title, and only files of this payload's
 * names, its poster, and folders left empty are removed.
 *
 * Threads: one thread at a time for each. */
#ifndef NODE_DRIVE_CARGO_H
#define NODE_DRIVE_CARGO_H

#include "node/drive/mount.h"
#include "proto/metainfo.h"

/* --- reading --- */

struct cargo;

/*
 * Look at what a drive has of a payload. `m` and `mi` must outlive it.
 *
 * Returns: STATUS_NOT_FOUND (err untouched) when there is nothing;
 *          STATUS_UNTRUSTED when a link or device is in its place; STATUS_IO.
 */
enum status cargo_open(struct cargo **out, struct mount *m,
		       const uint8_t btmh[static 32],
		       const struct metainfo *mi, struct err *err);
void cargo_free(struct cargo *c);
/* Is every file there in its length, in its place? (Not: are the bytes
 * right.) */
bool cargo_is_whole(const struct cargo *c);
/* Bytes that are there, of those it should have. */
uint64_t cargo_bytes(const struct cargo *c);
/* The folder of its files, "" when it has no place yet. */
const char *cargo_folder(const struct cargo *c);
/* Read one piece. STATUS_NOT_FOUND when it is not (wholly) there;
 * STATUS_UNREACHABLE when the drive is gone; STATUS_UNTRUSTED; STATUS_IO.
 * As pump.read, with the cargo as `from`. */
enum status cargo_read(void *cargo, uint32_t piece, uint8_t *data,
		       struct err *err);

/* --- putting it there --- */

struct stowing;

struct stow_options {
	struct mount *m;
	const uint8_t *btmh;
	const struct metainfo *mi;
	const char *topic, *title;
	const char *mark;     /* short id, for a name that is taken */
	const char *lesson;   /* full id, for the place file; or NULL */
	uint32_t rev;
	struct bytes poster;  /* a JPEG, or empty */
	uint64_t part_bytes;  /* 0: whole files, until the drive refuses */
};

/*
 * Begin, or go on where an earlier one ended. Owns nothing of the options;
 * `btmh`, `mi` and texts must outlive it.
 *
 * Returns: STATUS_EXISTS when it is there already, whole and in its place;
 *          STATUS_READ_ONLY; STATUS_NO_ROOM; STATUS_UNTRUSTED; STATUS_IO.
 */
enum status stow_open(struct stowing **out,
		      const struct stow_options *options, struct err *err);
/* Which pieces an earlier one left there and read back right: a have-map to
 * fill, all zero at first. Reads as many bytes as there are. */
enum status stow_have(struct stowing *s, uint8_t *have, struct err *err);
/* Write a piece; as pump.write, with the stowing as `to`. Flushes behind
 * itself as it goes, so that progress is the drive's own and little is left to
 * wait for in the end. STATUS_NO_ROOM, STATUS_READ_ONLY, STATUS_UNREACHABLE,
 * STATUS_IO. */
enum status stow_write(void *stowing, uint32_t piece, const uint8_t *data,
		       struct err *err);
/* Every piece is written: fsync, name, move into place. It is on the drive, or
 * a failure says why not and part/<btmh> keeps what there is. */
enum status stow_finish(struct stowing *s, struct err *err);
/* Free, at any time; keeps what was written for the next time. */
void stow_free(struct stowing *s);

/* --- taking it away --- */

/*
 * Remove a payload and all that says where it is, place file first.
 * `mi` may be NULL when its torrent file is not known: then only the place
 * file and what the drive's own (proven) torrent file names.
 * Returns: STATUS_OK also when there was nothing; STATUS_READ_ONLY; STATUS_IO.
 */
enum status cargo_remove(struct mount *m, const uint8_t btmh[static 32],
			 const struct metainfo *mi, struct err *err);
/* Remove only a half-written one. */
enum status cargo_remove_part(struct mount *m, const uint8_t btmh[static 32],
			      const struct metainfo *mi, struct err *err);

#endif
