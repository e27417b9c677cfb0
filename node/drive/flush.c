#include "node/drive/flush.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* 0, or an errno that is about the bytes and not about the asking. */
static int sync_range(const struct flush_range *r, unsigned how)
{
	if (r->from == r->to ||
	    sync_file_range(r->fd, (off_t)r->from, (off_t)(r->to - r->from),
			    how) == 0 ||
	    errno == ENOSYS || errno == ESPIPE || errno == EINVAL ||
	    errno == ENOTSUP || errno == EPERM)
		return 0;
	return errno;
}

static int close_file(int fd)
{
	/* Some file systems write only now. */
	return close(fd) != 0 && errno != EINTR ? errno : 0;
}

/* Wait for the oldest. */
static int await_one(struct flush *f)
{
	struct flush_range r = f->awaited[f->first];
	int error, closing = 0;

	f->first = (f->first + 1) % FLUSH_FILES_MAX;
	f->count--;
	f->bytes -= r.to - r.from;
	error = sync_range(&r, SYNC_FILE_RANGE_WAIT_BEFORE |
				       SYNC_FILE_RANGE_WRITE |
				       SYNC_FILE_RANGE_WAIT_AFTER);
	/* It is on the drive: nobody here reads it again. */
	if (r.to > r.from)
		(void)posix_fadvise(r.fd, (off_t)r.from,
				    (off_t)(r.to - r.from),
				    POSIX_FADV_DONTNEED);
	if (r.last)
		closing = close_file(r.fd);
	return error != 0 ? error : closing;
}

/* Begin the range at hand, and wait for older ones. */
static int begin(struct flush *f)
{
	struct flush_range r = f->range;
	int error = sync_range(&r, SYNC_FILE_RANGE_WRITE), waiting;

	f->range = (struct flush_range){ .fd = -1 };
	f->awaited[(f->first + f->count++) % FLUSH_FILES_MAX] = r;
	f->bytes += r.to - r.from;
	while (f->bytes > FLUSH_AWAITED_MAX || f->count == FLUSH_FILES_MAX) {
		waiting = await_one(f);
		error = error != 0 ? error : waiting;
	}
	return error;
}

void flush_init(struct flush *f)
{
	*f = (struct flush){ .range = { .fd = -1 } };
}

void flush_release(struct flush *f)
{
	for (; f->count > 0; f->count--) {
		if (f->awaited[f->first].last)
			(void)close(f->awaited[f->first].fd);
		f->first = (f->first + 1) % FLUSH_FILES_MAX;
	}
	flush_init(f);
}

int flush_wrote(struct flush *f, int fd, uint64_t from, uint64_t to)
{
	int error = 0;

	if (f->range.fd >= 0 && (f->range.fd != fd || f->range.to != from))
		error = begin(f);
	if (f->range.fd < 0)
		f->range = (struct flush_range){ fd, false, from, from };
	f->range.to = to;
	if (error == 0 && to - f->range.from >= FLUSH_BYTES)
		error = begin(f);
	return error;
}

int flush_close(struct flush *f, int fd)
{
	int error = 0;

	if (f->range.fd >= 0 && f->range.fd != fd)
		error = begin(f);
	if (f->range.fd < 0)
		f->range = (struct flush_range){ .fd = fd };
	f->range.last = true;
	if (error == 0)
		return begin(f);
	(void)begin(f);
	return error;
}

int flush_all(struct flush *f)
{
	int error = 0, waiting;

	if (f->range.fd >= 0)
		error = begin(f);
	while (f->count > 0) {
		waiting = await_one(f);
		error = error != 0 ? error : waiting;
	}
	return error;
}
