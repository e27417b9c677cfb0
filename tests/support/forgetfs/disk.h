/* A disk in memory that knows what a power cut would leave of it.
 *
 * Every inode has two sides: what programs see now (live), and what is sure to
 * be there after the power went (durable). A write, truncation or change of a
 * name changes the live side and is noted as pending; an fsync of the file
 * makes its pending data durable, an fsync of the directory its names. A cut
 * goes back to the durable side and then lets each pending change, by a random
 * source that depends on the seed and the change alone, survive wholly, in
 * part, or not at all: the same history and seed give the same result.
 *
 * What the worst honest disk may do, and so does this one:
 * - data and names survive independently of each other: a name may come back
 *   with no data, a rename without the content it was meant to publish;
 * - a pending write is torn at 512 or 4,096 bytes, and any of its parts may be
 *   there; a file may have grown without its data (zeros);
 * - pending changes of names survive in any mix (names_in_order: only a
 *   prefix of them, as from a journal). One rename is one change: the target
 *   is either the old file or the new one.
 * Mode, owner and times are durable at once: nobody here depends on them.
 *
 * Not thread safe. Functions that can fail return 0 or a negative errno. */
#ifndef TESTS_SUPPORT_FORGETFS_DISK_H
#define TESTS_SUPPORT_FORGETFS_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "tests/support/forgetfs/image.h"
#include "tests/support/forgetfs/names.h"

enum { DISK_NAME_MAX = 255 };

/* A change of a file's content that no fsync has covered yet. */
struct data_change {
	struct data_change *next;
	uint64_t number;   /* its place in the history: what the dice are for */
	bool is_write;     /* else: the size became `at` */
	off_t at;
	size_t length;
	uint8_t bytes[];
};

struct inode {
	struct inode *next; /* of all, ascending number */
	uint64_t number;
	struct stat stat;   /* st_nlink counts live names */
	char *target;       /* of a symbolic link */

	struct image live, durable;
	struct data_change *changes, **changes_end;
	uint64_t pending_bytes;

	struct names names, durable_names;
	struct inode *parent; /* of a directory: where it is now */

	uint64_t lookups; /* the kernel's references */
	uint64_t opens;
	bool reachable;   /* for the sweep */
	off_t told;       /* read as it is up to here; a liar's next answer is
			   * another */
};

/* A change of names that no fsync has covered yet. `from` is empty for a new
 * name, `to` for a removal; both are set for a rename. */
struct name_change {
	struct name_change *next;
	uint64_t number;
	struct inode *inode;
	struct inode *from_directory, *to_directory;
	char *from, *to;
};

struct disk {
	struct inode *root, *inodes, **inodes_end;
	struct name_change *changes, **changes_end;
	uint64_t last_inode;
	uint64_t history;    /* changes so far */
	uint64_t page_count; /* live and durable */
	uint64_t page_limit; /* 0: none; beyond it -ENOSPC */
	uint64_t dies_at;    /* history number at which the power goes, 0 never */
	bool dead;           /* gone: everything answers -EIO until disk_cut() */
	bool names_in_order; /* see above */
	bool fsync_names;    /* fsync of a file makes its names durable too */
	uint64_t fsyncs;
};

/* What a cut did. */
struct cut_report {
	uint64_t writes, writes_whole, writes_torn;
	uint64_t names, names_kept;
};

/* Out of memory is not survived here: this is a test's tool. */
void disk_init(struct disk *disk);
void disk_release(struct disk *disk);

/* Find a live name in a directory; NULL if there is none. */
struct inode *disk_lookup(const struct inode *directory, const char *name);

/* Make a file, directory, node or symbolic link (`target` not NULL). */
int disk_create(struct disk *disk, struct inode *directory, const char *name,
		mode_t mode, dev_t device, const char *target, uid_t uid,
		gid_t gid, struct inode **out);
int disk_link(struct disk *disk, struct inode *inode, struct inode *directory,
	      const char *name);
int disk_unlink(struct disk *disk, struct inode *directory, const char *name,
		bool is_directory);
/* `flags` as of renameat2(); RENAME_NOREPLACE is known, others are -EINVAL. */
int disk_rename(struct disk *disk, struct inode *from_directory,
		const char *from, struct inode *to_directory, const char *to,
		unsigned flags);

/* Read up to `length` bytes; returns how many. */
size_t disk_read(const struct inode *inode, uint8_t *bytes, size_t length,
		 off_t at);
int disk_write(struct disk *disk, struct inode *inode, const uint8_t *bytes,
	       size_t length, off_t at);
int disk_truncate(struct disk *disk, struct inode *inode, off_t size);
int disk_allocate(struct disk *disk, struct inode *inode, int mode, off_t at,
		  off_t length);

/* Make the content and size of a file, or the names in a directory, durable. */
int disk_fsync(struct disk *disk, struct inode *inode);

/* The power goes and comes back. Seed 0: nothing pending survives.
 * UINT64_MAX: all of it does. Ends `dead`. */
struct cut_report disk_cut(struct disk *disk, uint64_t seed);

/* Between disk.c and fate.c: apply the oldest pending change of a file to its
 * durable side; free a change of names. */
void disk_settle_oldest(struct disk *disk, struct inode *inode);
void name_change_free(struct name_change *change);

/* Drop inodes that no name, reference or pending change leads to. */
void disk_sweep(struct disk *disk);

#endif
