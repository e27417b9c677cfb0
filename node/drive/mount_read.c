/* Reading: regular files only, their size looked at first. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/drive/mount_inside.h"

/* Neither a pipe nor a modem may hold us. */
enum { READ_FLAGS = O_RDONLY | O_NONBLOCK | O_NOCTTY };

/* What only a device, a socket or a folder answers to being opened, as long as
 * the drive is there. */
static int plain_error(int error)
{
	return error == ENXIO || error == ENODEV ? ELOOP : error;
}

/* -1 with errno. */
static int open_file(const struct mount *m, const char *path, uint64_t *size)
{
	int fd = mount_walk(m, path, READ_FLAGS);

	if (fd < 0) {
		errno = plain_error(errno);
		return -1;
	}
	if (mount_expect_file(fd, size) != 0) {
		mount_close(fd);
		return -1;
	}
	return fd;
}

enum status mount_open_file(struct mount *m, const char *path, int *fd,
			    uint64_t *size, struct err *err)
{
	uint64_t bytes;
	int file;

	if (mount_check_path(path, err) != STATUS_OK)
		return err->status;
	file = open_file(m, path, &bytes);
	if (file < 0)
		return mount_fail(m, path, errno, err);
	*fd = file;
	*size = bytes;
	return STATUS_OK;
}

enum status mount_size(struct mount *m, const char *path, uint64_t *size,
		       struct err *err)
{
	uint64_t bytes;
	int fd, error = 0;

	if (mount_check_path(path, err) != STATUS_OK)
		return err->status;
	fd = mount_walk(m, path, O_PATH);
	if (fd < 0 && errno == ENOENT && !mount_is_gone(m))
		return STATUS_NOT_FOUND;
	if (fd < 0)
		return mount_fail(m, path, errno, err);
	if (mount_expect_file(fd, &bytes) != 0)
		error = errno;
	(void)close(fd);
	if (error != 0)
		return mount_fail(m, path, error, err);
	*size = bytes;
	return STATUS_OK;
}

bool mount_has_folder(struct mount *m, const char *path)
{
	int fd;

	if (drive_path_check(bytes_of(path)) != STATUS_OK)
		return false;
	fd = mount_walk(m, path, O_PATH | O_DIRECTORY);
	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

/* Append exactly `size` bytes from `offset` on. 0, or an errno; ENODATA when
 * the file has become shorter. */
static int read_exactly(int fd, uint64_t offset, size_t size,
			struct buf *content)
{
	size_t start = content->size;

	while (content->size - start < size) {
		size_t left = size - (content->size - start);
		uint8_t *at = buf_reserve(content, left);
		ssize_t n;

		if (at == NULL)
			return ENOMEM;
		n = pread(fd, at, left,
			  (off_t)(offset + content->size - start));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			int error = n < 0 ? errno : ENODATA;

			buf_cut(content, start);
			return error;
		}
		buf_grew(content, (size_t)n);
	}
	return 0;
}

enum status mount_read_from(struct mount *m, const char *path, uint64_t offset,
			    size_t limit, uint64_t whole_max,
			    struct buf *content, struct err *err)
{
	uint64_t size, left;
	int fd, error = 0;

	if (mount_open_file(m, path, &fd, &size, err) != STATUS_OK)
		return err->status;
	left = offset < size ? size - offset : 0;
	if (size > whole_max) {
		(void)close(fd);
		return err_set(err, STATUS_MALFORMED,
			       "'%s' on the drive is longer than it may be: "
			       "remove it and try again",
			       path);
	}
	if (left > limit)
		left = limit;
	if (left > 0)
		error = read_exactly(fd, offset, (size_t)left, content);
	(void)close(fd);
	if (error == ENODATA)
		return err_set(err, STATUS_IO,
			       "'%s' on the drive changed while it was read: "
			       "try again when nothing else writes there",
			       path);
	return error == 0 ? STATUS_OK : mount_fail(m, path, error, err);
}

enum status mount_read(struct mount *m, const char *path, size_t limit,
		       struct buf *content, struct err *err)
{
	return mount_read_from(m, path, 0, limit, limit, content, err);
}
