/* A program run to its end: its own process group, nothing on standard input,
 * no descriptor of ours, standard output into a buffer or line by line to a
 * callback, the end of standard error kept where it is wanted, killed when its
 * time is over or the thread that runs it dies. Blocks; belongs on a worker. */
#ifndef NODE_CHILD_H
#define NODE_CHILD_H

#include <stdatomic.h>

#include "proto/bytes.h"
#include "proto/err.h"

enum { CHILD_ERRORS_MAX = 64 * 1024, CHILD_LINE_MAX = 1000 };

struct child_options {
	const char *const *argv; /* [0] is looked up in PATH; NULL at the end */
	unsigned timeout_s;
	size_t output_max;
	const atomic_bool *cancel; /* may be NULL */
	/* Set, it is asked to end (SIGTERM), once, and has as long for that as
	 * it would have had; may be NULL. */
	const atomic_bool *stop;
	/* Called with each line of standard output, which is then not kept
	 * (longer ones are cut); may be NULL. */
	void (*line)(void *owner, const char *line);
	void *owner;
	/* What it wrote to standard error, at least the last half of
	 * CHILD_ERRORS_MAX; NULL throws it away. */
	struct buf *errors;
	/* For work that gives way to others, and for hostile input; 0 sets no
	 * limit. */
	bool behind_others;  /* niced */
	uint64_t memory_max; /* bytes of address space */
	uint64_t file_max;   /* bytes of any file it writes */
	/* When it is cancelled or takes too long: asked to end (SIGTERM) and
	 * given so long before it is killed. 0: killed at once. */
	unsigned grace_s;
};

/*
 * Run it and append what it wrote to `output`.
 *
 * Returns: STATUS_NOT_FOUND when there is no such program, STATUS_MALFORMED
 *          when it ended with another exit code than 0 or wrote too much,
 *          STATUS_UNREACHABLE when it took too long, STATUS_CANCELLED,
 *          STATUS_NO_ROOM when it wrote a file beyond file_max, STATUS_IO,
 *          STATUS_NO_MEMORY. It has ended in every case.
 */
enum status child_run(const struct child_options *options, struct buf *output,
		      struct err *err);

#endif
