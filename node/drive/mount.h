/* A drive (or any folder given in its place), as the only door to its files.
 *
 * Everything is opened beneath the mount, component by component or with
 * openat2(RESOLVE_BENEATH | NO_SYMLINKS | NO_MAGICLINKS | NO_XDEV): no link is
 * followed, no other file system entered. What is opened to be read must be a
 * regular file; opening never hangs (a FIFO named like a tile). Nothing is
 * mapped into memory, for a drive that is pulled out would end the program.
 * Sizes are looked at before a byte is read. What is read twice may differ:
 * read once, check what was read, use only that.
 *
 * Writing leaves, after every step, what a pulled drive may have: a small file
 * is there wholly or as it was before. Folders are made as needed, and the
 * names of those that are made are flushed (by mount_write_soon() later).
 *
 * Paths are relative, UTF-8, '/' between safe components (proto/drive.h makes
 * them); anything else is STATUS_MALFORMED.
 *
 * Threads: a struct mount may be used by several threads at once, as long as no
 *          two of them write one path. */
#ifndef NODE_DRIVE_MOUNT_H
#define NODE_DRIVE_MOUNT_H

#include "proto/drive.h"
#include "proto/err.h"

struct mount;

enum mount_kind {
	MOUNT_OTHER,
	MOUNT_FAT,   /* files below 4 GiB only */
	MOUNT_EXFAT,
	MOUNT_NTFS   /* or another through FUSE: not known to be FAT */
};

struct mount_facts {
	enum mount_kind kind;
	bool read_only; /* write-protected, or mounted so */
	uint64_t size;	/* bytes of the file system */
	uint64_t room;	/* that may still be written */
	uint64_t file_max; /* bytes of the longest file; 0: no such limit */
};

/*
 * Open the folder a drive is mounted at, or any other.
 *
 * Returns: STATUS_NOT_FOUND; STATUS_USAGE when it is no folder; STATUS_IO.
 */
enum status mount_open(struct mount **out, const char *path, struct err *err);
void mount_free(struct mount *m);
const char *mount_path(const struct mount *m); /* as given */
enum status mount_look(struct mount *m, struct mount_facts *out,
		       struct err *err);
/* Has the drive gone away (pulled out, unmounted)? Asked after an error, to
 * choose the words. */
bool mount_is_gone(const struct mount *m);
/*
 * Keep others of this machine from working on the drive at the same time.
 * Released by mount_free(). STATUS_BUSY when another does; a drive that takes
 * no locks (read-only, or a file system without them) is STATUS_OK.
 */
enum status mount_lock(struct mount *m, struct err *err);

/* --- reading --- */

/* Append a file of at most `limit` bytes. STATUS_NOT_FOUND, with `err` set;
 * STATUS_MALFORMED when it is larger (nothing was read); STATUS_UNTRUSTED for
 * a link, device, pipe or folder; STATUS_IO. */
enum status mount_read(struct mount *m, const char *path, size_t limit,
		       struct buf *content, struct err *err);
/* Append at most `limit` bytes from `offset` on; fewer at the end. For a tail:
 * a bundle from the byte where it is known to. As mount_read() otherwise;
 * `whole_max` bounds the size of the file. */
enum status mount_read_from(struct mount *m, const char *path, uint64_t offset,
			    size_t limit, uint64_t whole_max,
			    struct buf *content, struct err *err);
/* Open a regular file to read. *fd is the caller's. */
enum status mount_open_file(struct mount *m, const char *path, int *fd,
			    uint64_t *size, struct err *err);
/* The size of a regular file, without opening it. STATUS_NOT_FOUND leaves
 * `err` untouched; STATUS_UNTRUSTED for anything else there. */
enum status mount_size(struct mount *m, const char *path, uint64_t *size,
		       struct err *err);
/* Is there a folder of that name? A link to one is none. */
bool mount_has_folder(struct mount *m, const char *path);

/* --- writing --- */

/* Replace a small file as a whole: written beside it, fsynced, renamed, the
 * folder fsynced. Makes folders. On failure the old one stays. The same bytes
 * are not written again. STATUS_READ_ONLY, STATUS_NO_ROOM, STATUS_UNTRUSTED
 * when a link or something else is in the way, STATUS_IO. */
enum status mount_write(struct mount *m, const char *path,
			struct bytes content, struct err *err);
/* As mount_write() without the fsyncs, for many files that one mount_sync()
 * then makes durable before the name that counts is written. */
enum status mount_write_soon(struct mount *m, const char *path,
			     struct bytes content, struct err *err);
/* Flush the whole file system of the drive (syncfs) and report its errors. */
enum status mount_sync(struct mount *m, struct err *err);
/* Open a file for writing, made with its folders when missing, never cut. */
enum status mount_open_to_write(struct mount *m, const char *path, int *fd,
				struct err *err);
enum status mount_make_folder(struct mount *m, const char *path,
			      struct err *err);
/* Flush a folder's names; "" is the drive's top. File systems that cannot are
 * no failure. */
enum status mount_sync_folder(struct mount *m, const char *path,
			      struct err *err);
/* Rename a file or folder; what `to` is in is made. STATUS_EXISTS when there
 * is something at `to` (nothing is replaced), where the file system can tell
 * at once; else looked at before. Not flushed: mount_sync_folder(), or
 * mount_sync() in the end. */
enum status mount_rename(struct mount *m, const char *from, const char *to,
			 struct err *err);
/* Remove a file; that it is not there is no failure. */
enum status mount_remove(struct mount *m, const char *path, struct err *err);
/* Remove a folder if it is empty, then those above it that are, up to but not
 * including `above` (NULL: only the folder itself). */
void mount_remove_empty(struct mount *m, const char *path, const char *above);

/* --- listing: for people only, never to decide what to believe --- */

/* Up to `max` names in a folder ("" is the drive's top); false from the
 * callback ends it. Names that are no plain text (proto/text.h) are passed
 * over, but count. */
typedef bool (*mount_name_cb)(void *owner, const char *name, bool is_folder);
enum status mount_list(struct mount *m, const char *path, unsigned max,
		       mount_name_cb each, void *owner, struct err *err);

/* STATUS_READ_ONLY for EROFS; STATUS_NO_ROOM for ENOSPC, EDQUOT, EFBIG;
 * STATUS_NOT_FOUND; STATUS_UNTRUSTED for what a link, a folder, a device or
 * another file system in the way answers (ELOOP, EXDEV, ENOTDIR, EISDIR);
 * STATUS_NO_MEMORY; STATUS_IO else. */
enum status mount_status(int error);
/* What every call here does with an errno: set `err` to mount_status() with
 * words that say what to do, "the drive was pulled out" when it is so. For
 * those who read and write the descriptors they got from here. */
enum status mount_fail(const struct mount *m, const char *path, int error,
		       struct err *err);

#endif
