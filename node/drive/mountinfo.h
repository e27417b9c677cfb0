/* What is mounted where, as /proc/self/mountinfo says it (proc(5)). Pure. */
#ifndef NODE_DRIVE_MOUNTINFO_H
#define NODE_DRIVE_MOUNTINFO_H

#include "proto/bytes.h"

enum { MOUNTINFO_PATH_MAX = 4095, MOUNTINFO_NAME_MAX = 255 };

struct mountinfo {
	unsigned major, minor; /* of the device */
	bool whole; /* not a folder of it, mounted elsewhere as well */
	char path[MOUNTINFO_PATH_MAX + 1];
	char type[MOUNTINFO_NAME_MAX + 1]; /* "vfat", "fuseblk" */
	char source[MOUNTINFO_NAME_MAX + 1]; /* "/dev/sdb1", or any word */
};

/* Take the next mount off `*text`; lines that do not follow the format, or are
 * too long, are passed over. False behind the last. */
bool mountinfo_next(struct bytes *text, struct mountinfo *out);

#endif
