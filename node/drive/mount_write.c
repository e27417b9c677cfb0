/* Writing: a small file beside its place and then renamed there, a large one
 * where it is. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/drive/mount_inside.h"
#include "node/durable.h"

enum { WRITE_FLAGS = O_NONBLOCK | O_NOCTTY };

/* --- small files --- */

/* The same bytes, from beginning to end? What cannot be read is not. */
static bool reads_as(int fd, struct bytes content)
{
	uint8_t block[16 * 1024];

	for (size_t done = 0; done < content.size;) {
		size_t want = content.size - done < sizeof(block) ?
				      content.size - done :
				      sizeof(block);
		ssize_t n = pread(fd, block, want, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || memcmp(block, content.data + done, (size_t)n))
			return false;
		done += (size_t)n;
	}
	return true;
}

/* Look at what is at `name`: 1 when it is this content, 0 when it is to be
 * written; -1 when it is in the way, or cannot be looked at. */
static int look_before(const struct mount *m, int dir, const char *name,
		       struct bytes content)
{
	uint64_t size;
	bool same;
	int fd = mount_step(m, dir, name, O_PATH);

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (mount_expect_file(fd, &size) != 0) {
		mount_close(fd);
		return -1;
	}
	(void)close(fd);
	if (size != content.size)
		return 0;
	fd = mount_step(m, dir, name, O_RDONLY | WRITE_FLAGS);
	if (fd < 0)
		return 0;
	same = mount_expect_file(fd, &size) == 0 && size == content.size &&
	       reads_as(fd, content);
	(void)close(fd);
	return same;
}

static int write_all(int fd, struct bytes content)
{
	while (content.size > 0) {
		ssize_t n = write(fd, content.data, content.size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EIO;
		if (n <= 0)
			return -1;
		content.data += n;
		content.size -= (size_t)n;
	}
	return 0;
}

/* Make the unfinished file anew; one that an earlier run left is removed. */
static int make_unfinished(const struct mount *m, int dir, const char *name)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | WRITE_FLAGS;
	int fd = mount_step(m, dir, name, flags);

	if (fd >= 0 || errno != EEXIST)
		return fd;
	if (unlinkat(dir, name, 0) != 0 && errno != ENOENT)
		return -1;
	return mount_step(m, dir, name, flags);
}

/* 0, or an errno and nothing changed. */
static int replace(const struct mount *m, int dir, const char *name,
		   struct bytes content, bool durable)
{
	char unfinished[NAME_MAX + 1];
	int fd, error = 0;

	(void)snprintf(unfinished, sizeof(unfinished), DURABLE_UNFINISHED "%s",
		       name);
	fd = make_unfinished(m, dir, unfinished);
	if (fd < 0)
		return errno;
	if (write_all(fd, content) != 0 || (durable && fsync(fd) != 0))
		error = errno;
	if (close(fd) != 0 && error == 0)
		error = errno;
	if (error == 0 && renameat(dir, unfinished, dir, name) != 0)
		error = errno;
	if (error != 0) {
		(void)unlinkat(dir, unfinished, 0);
		return error;
	}
	return durable && mount_flush_folder(dir) != 0 ? errno : 0;
}

static enum status write_small(struct mount *m, const char *path,
			       struct bytes content, bool durable,
			       struct err *err)
{
	const char *name;
	int dir, error = 0;

	if (mount_check_path(path, err) != STATUS_OK)
		return err->status;
	dir = mount_walk_parent(m, path, durable ? MOUNT_DURABLE : MOUNT_MAKE,
				&name);
	if (dir < 0)
		return mount_fail(m, path, errno, err);
	switch (look_before(m, dir, name, content)) {
	case 0:
		error = replace(m, dir, name, content, durable);
		break;
	case -1:
		error = errno;
		break;
	}
	(void)close(dir);
	return error == 0 ? STATUS_OK : mount_fail(m, path, error, err);
}

enum status mount_write(struct mount *m, const char *path,
			struct bytes content, struct err *err)
{
	return write_small(m, path, content, true, err);
}

enum status mount_write_soon(struct mount *m, const char *path,
			     struct bytes content, struct err *err)
{
	return write_small(m, path, content, m->sync_is_lost, err);
}

/* --- large ones --- */

enum status mount_open_to_write(struct mount *m, const char *path, int *fd,
				struct err *err)
{
	const char *name;
	uint64_t size;
	int dir, file, error;

	if (mount_check_path(path, err) != STATUS_OK)
		return err->status;
	dir = mount_walk_parent(m, path, MOUNT_DURABLE, &name);
	if (dir < 0)
		return mount_fail(m, path, errno, err);
	file = mount_step(m, dir, name, O_RDWR | O_CREAT | WRITE_FLAGS);
	error = errno;
	(void)close(dir);
	if (file < 0)
		/* What only a device or a socket answers. */
		return mount_fail(m, path,
				  error == ENXIO || error == ENODEV ? ELOOP :
								      error,
				  err);
	if (mount_expect_file(file, &size) != 0) {
		error = errno;
		(void)close(file);
		return mount_fail(m, path, error, err);
	}
	*fd = file;
	return STATUS_OK;
}
