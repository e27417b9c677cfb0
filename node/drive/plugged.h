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

#endif
