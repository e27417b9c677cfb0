#include "node/file_copy.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { CHUNK = 1 << 20 };

/* Some bytes from `at` on; 0 at the end, -1 with errno. */
static ssize_t copy_some(int from, int to, off_t at, size_t most,
			 uint8_t *chunk)
{
	off_t in = at, out = at;
	ssize_t n = copy_file_range(from, &in, to, &out, most, 0);

	if (n > 0 || (n < 0 && errno != EXDEV && errno != EINVAL &&
		      errno != ENOSYS && errno != EOPNOTSUPP))
		return n;
	n = pread(from, chunk, most < CHUNK ? most : CHUNK, at);
	for (ssize_t done = 0; n > 0 && done < n;) {
		ssize_t wrote = pwrite(to, chunk + done, (size_t)(n - done),
				       at + done);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return -1;
		done += wrote;
	}
	return n;
}

int file_copy(int from, int to, uint64_t length)
{
	uint8_t *chunk = malloc(CHUNK);
	off_t at = 0, end = 0;
	int error = chunk == NULL ? ENOMEM : 0;
	ssize_t n;

	while (error == 0) {
		if (at >= end) {
			at = lseek(from, at, SEEK_DATA);
			end = at < 0 ? at : lseek(from, at, SEEK_HOLE);
			if (at < 0 || (uint64_t)at >= length)
				break; /* only a hole is left */
			if (end < at || (uint64_t)end > length)
				end = (off_t)length;
		}
		n = copy_some(from, to, at, (size_t)(end - at), chunk);

		if (n < 0 && errno != EINTR)
			error = errno;
		if (n == 0)
			break;
		at += n > 0 ? n : 0;
	}
	free(chunk);
	return error;
}
