/* Sends files to a drive behind whoever writes them: each 8 MiB is begun when
 * it is written, and waited for when two more are. So a slow drive makes its
 * writer wait now and then instead of for minutes in the end, and a machine of
 * little memory is not filled with what is still to be written.
 *
 * This is no fsync: what is found to have failed is told, but a drive's own
 * cache is not emptied. Where the kernel or the file system cannot flush parts
 * of files, nothing is done here.
 *
 * Threads: one at a time for each. */
#ifndef NODE_DRIVE_FLUSH_H
#define NODE_DRIVE_FLUSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FLUSH_BYTES = 8 << 20,	   /* in one go */
	FLUSH_AWAITED_MAX = 16 << 20, /* begun and not waited for */
	FLUSH_FILES_MAX = 64	   /* that are open for it */
};

struct flush_range {
	int fd;
	bool last; /* of this file: to be closed then */
	uint64_t from, to;
};

struct flush {
	/* private */
	struct flush_range range; /* written and not begun; fd -1: none */
	struct flush_range awaited[FLUSH_FILES_MAX]; /* a ring */
	size_t first, count;
	uint64_t bytes; /* of those awaited */
};

void flush_init(struct flush *f);
/* Closes what it was given to close; waits for nothing. */
void flush_release(struct flush *f);
/* Bytes from..to of an open file were written. 0, or the errno of what failed
 * to be written before. */
int flush_wrote(struct flush *f, int fd, uint64_t from, uint64_t to);
/* Nothing more comes to this file: takes the descriptor. As flush_wrote(). */
int flush_close(struct flush *f, int fd);
/* Wait for all of it. As flush_wrote(). */
int flush_all(struct flush *f);

#endif
