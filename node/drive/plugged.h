/* The drives that are plugged into this machine and mounted: what stands on
 * USB, and whatever else is prepared as a drive (node/drive/mark.h).
 *
 * Only file systems that drives have are looked into (share/xiangtu/plugged),
 * never the one this system or the node's data is on.
 *
 * Threads: blocks its caller, for as long as a slow drive wants. */
#ifndef NODE_DRIVE_PLUGGED_H
#define NODE_DRIVE_PLUGGED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node/aside.h"

enum {
	PLUGGED_MAX = 8,
	PLUGGED_LABEL_MAX = 120,
	PLUGGED_PATH_MAX = 4095
};

struct plugged {
	/* Of the file system, else the folder's name; plain text, may be "". */
	char label[PLUGGED_LABEL_MAX + 1];
	char path[PLUGGED_PATH_MAX + 1]; /* where it is mounted */
	bool prepared;
	bool read_only;
	uint64_t free, total; /* bytes */
};

/* Those there are, in the order they were mounted; how many. Of all paths that
 * are looked at, `root` ("": this machine) stands in front; `own` is where the
 * node's data is. */
size_t plugged_find(const char *root, const char *own,
		    struct plugged out[static PLUGGED_MAX]);

/* The same aside (node/aside.h), so that a drive that hangs holds nobody. */
struct plugged_look {
	struct aside_task task; /* in front: it is both */
	char own[PLUGGED_PATH_MAX + 1];
	void (*looked)(void *owner); /* on a thread of the disk's, or NULL */
	void *owner;

	struct plugged found[PLUGGED_MAX];
	size_t count;
};
/* Begin to look at this machine; NULL when that cannot be. */
struct plugged_look *plugged_look_begin(struct aside *aside, const char *own,
					void (*looked)(void *owner),
					void *owner);
/* Has it ended? It is the caller's to free() then. */
bool plugged_look_ended(struct aside *aside, struct plugged_look *look);
/* It is not wanted any more. NULL is allowed. */
void plugged_look_leave(struct aside *aside, struct plugged_look *look);

#endif
