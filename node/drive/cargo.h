/* One payload on a drive: reading it by pieces, putting it there, taking it
 * away. Files of 4 GiB and more may lie in parts; nobody outside sees that.
 *
 * Putting it there:
 *
 *     part/<btmh>.place  written, fsynced    the plan: a place file; as long as
 *                                            it is there, pieces are missing
 *     part/<btmh>/…      written, fsynced    a pulled drive has some pieces
 *     place/<btmh>       written, fsynced    says where it is about to be
 *     part/<btmh>.place  removed, fsynced    nothing is missing any more
 *     part/<btmh> -> 乡土课件/<topic>/<title>   one rename, then it plays
 *
 * What is damaged in its place is mended there, under a plan of its own. The
 * plan says how files are in parts until the place file does. Both are the
 * format of drive_place_parse(); the poster goes in before the rename.
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
 *          STATUS_UNTRUSTED when a link, device or folder is in the place of a
 *          file; STATUS_UNREACHABLE when the drive is gone; STATUS_IO.
 */
enum status cargo_open(struct cargo **out, struct mount *m,
		       const uint8_t btmh[static 32],
		       const struct metainfo *mi, struct err *err);
void cargo_free(struct cargo *c);
/* Is every file there in its length, in its place, and no plan? (Not: are the
 * bytes right.) */
bool cargo_is_whole(const struct cargo *c);
/* Bytes that are there, of those it should have. */
uint64_t cargo_bytes(const struct cargo *c);
/* The folder of its files, "" when it has no place yet. */
const char *cargo_folder(const struct cargo *c);
/* It will be read here and there, a little at a time, perhaps while another
 * copies it: nothing is asked for ahead of that, and what lies in memory of it
 * stays. Before the first read. */
void cargo_will_seek(struct cargo *c);
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
	struct bytes poster; /* a JPEG, or empty; must outlive it, too */
	/* A multiple of 64 MiB; 0: whole files, until the drive refuses one
	 * (then DRIVE_PART_BYTES). An earlier one's stay as they are. */
	uint64_t part_bytes;
	/* Go on although it is there: some of its bytes are known to be wrong
	 * (stow_have() finds them). */
	bool mend;
	/* For stow_have(), as in node/drive/pump.h; may be NULL. */
	bool (*progress)(void *owner, uint64_t bytes);
	void *owner;
};

/*
 * Begin, or go on where an earlier one ended. Owns nothing of the options;
 * `m`, `btmh`, `mi` and texts must outlive it.
 *
 * Returns: STATUS_EXISTS when it is there already, whole and in its place, or
 *          lacked only its name, which it has now;
 *          STATUS_BUSY when both names it could have are somebody else's;
 *          STATUS_READ_ONLY; STATUS_NO_ROOM (also for what cannot be in parts);
 *          STATUS_UNTRUSTED when a link, device or folder is in the way;
 *          STATUS_UNREACHABLE; STATUS_IO. What is there stays.
 */
enum status stow_open(struct stowing **out,
		      const struct stow_options *options, struct err *err);
/* Which pieces an earlier one left there and read back right: a have-map to
 * fill, all zero at first. Reads as many bytes as there are. What cannot be
 * read is left out. STATUS_CANCELLED; STATUS_UNREACHABLE; STATUS_NO_MEMORY. */
enum status stow_have(struct stowing *s, uint8_t *have, struct err *err);
/* Write a piece; as pump.write, with the stowing as `to`. Flushes behind
 * itself as it goes, so that progress is the drive's own and little is left to
 * wait for in the end. STATUS_NO_ROOM, STATUS_READ_ONLY, STATUS_UNREACHABLE,
 * STATUS_IO. */
enum status stow_write(void *stowing, uint32_t piece, const uint8_t *data,
		       struct err *err);
/* Every piece is written or was there: fsync, name, move into place. It is on
 * the drive, or a failure says why not and what is written stays for the next
 * time. As stow_write(), and STATUS_BUSY as stow_open(). Only stow_free() may
 * follow. */
enum status stow_finish(struct stowing *s, struct err *err);
/* Free, at any time; keeps what was written for the next time. */
void stow_free(struct stowing *s);

/* --- taking it away --- */

/*
 * Remove a payload and all that says where it is: its files, its poster,
 * folders that are empty then, the place file, the drive's torrent file. The
 * place file goes behind the files, so that a drive that is pulled meanwhile
 * has a damaged lesson, which the next time removes, and no files that are
 * nobody's.
 *
 * `mi` may be NULL when its torrent file is not known: then the drive's own
 * (proven) torrent file says which files; without one they stay.
 * Returns: STATUS_OK also when there was nothing; STATUS_READ_ONLY;
 *          STATUS_UNTRUSTED; STATUS_UNREACHABLE; STATUS_IO.
 */
enum status cargo_remove(struct mount *m, const uint8_t btmh[static 32],
			 const struct metainfo *mi, struct err *err);
/* Remove only a half-written one; what is being mended in its place stays. */
enum status cargo_remove_part(struct mount *m, const uint8_t btmh[static 32],
			      const struct metainfo *mi, struct err *err);

#endif
