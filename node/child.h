/* A program run to its end: its own process group, nothing on standard input,
 * no descriptor of ours, standard output into a buffer, standard error thrown
 * away, killed when its time is over. Blocks; belongs on a worker. */
#ifndef NODE_CHILD_H
#define NODE_CHILD_H

#include <stdatomic.h>

#include "proto/bytes.h"
#include "proto/err.h"

struct child_options {
	const char *const *argv; /* [0] is looked up in PATH; NULL at the end */
	unsigned timeout_s;
	size_t output_max;
	const atomic_bool *cancel; /* may be NULL */
};

/*
 * Run it and append what it wrote to `output`.
 *
 * Returns: STATUS_NOT_FOUND when there is no such program, STATUS_MALFORMED
 *          when it ended with another exit code than 0 or wrote too much,
 *          STATUS_UNREACHABLE when it took too long, STATUS_CANCELLED,
 *          STATUS_IO, STATUS_NO_MEMORY. It has ended in every case.
 */
enum status child_run(const struct child_options *options, struct buf *output,
		      struct err *err);

#endif
