/* What the files of node/drive/mount.h share: walking below the mount.
 *
 * All of it answers like the system calls do: -1 and errno. */
#ifndef NODE_DRIVE_MOUNT_INSIDE_H
#define NODE_DRIVE_MOUNT_INSIDE_H

#include <sys/types.h>

#include "node/drive/mount.h"

/* Unchanged between mount_open() and mount_free(). */
struct mount {
	char *path;
	int root;	    /* the folder, open to be read */
	dev_t device;	    /* what it is on */
	bool plain;	    /* there is no openat2() here */
	bool links_counted; /* a folder that is there has links */
	bool sync_is_lost;  /* syncfs() does not reach who serves it */
	char present[64];   /* is there as long as the device; "": not known */
};

/* Walk without openat2(), as on a kernel that has none; for tests. */
void mount_walk_plainly(struct mount *m);

/* Open one name in the folder `dir`. No link, no other file system. */
int mount_step(const struct mount *m, int dir, const char *name, int flags);

/* Open what is at a path that drive_path_check() has passed; O_CREAT is not
 * for here. */
int mount_walk(const struct mount *m, const char *path, int flags);

enum mount_make {
	MOUNT_AS_IS,  /* what is not there is ENOENT */
	MOUNT_MAKE,   /* make folders that are missing */
	MOUNT_DURABLE /* and flush the names of those that are made */
};

/* Open a folder to be read; "" is the mount itself. */
int mount_walk_folder(const struct mount *m, const char *path,
		      enum mount_make make);
/* Open the folder a path is in; *name is its last component, in `path`. */
int mount_walk_parent(const struct mount *m, const char *path,
		      enum mount_make make, const char **name);

/* Close and leave errno as it is. */
void mount_close(int fd);
/* Fsync a folder; a file system that cannot is no failure. */
int mount_flush_folder(int dir);
/* Is this a regular file? ELOOP if not, which then stands for anything that is
 * in the way. */
int mount_expect_file(int fd, uint64_t *size);

/* STATUS_MALFORMED, said so, for what is no path. */
enum status mount_check_path(const char *path, struct err *err);

#endif
