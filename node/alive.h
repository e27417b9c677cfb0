/* Whether another process that was promised something is still there to keep
 * its side. Told by a descriptor for the process where the kernel has such, so
 * that a number given to another process later is not mistaken for it.
 *
 * Threads: each on one at a time. */
#ifndef NODE_ALIVE_H
#define NODE_ALIVE_H

#include <stdbool.h>
#include <sys/types.h>

#include "proto/err.h"

struct alive {
	pid_t pid;

	/* private */
	int fd; /* -1: only the number is known */
};

/* STATUS_USAGE when there is no such process; `a` is untouched then. */
enum status alive_init(struct alive *a, pid_t pid, struct err *err);
void alive_release(struct alive *a);
bool alive_still(const struct alive *a);
/* Ask it to end (SIGTERM); false when that may not be, or it has ended. */
bool alive_ask_to_end(const struct alive *a);

#endif
