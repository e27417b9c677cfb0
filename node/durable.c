#include "node/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status set_errno(struct err *err, const char *what, int error)
{
	enum status status = STATUS_IO;

	if (error == ENOENT)
		status = STATUS_NOT_FOUND;
	if (error == ENOSPC || error == EDQUOT || error == EFBIG)
		status = STATUS_NO_ROOM;
	if (error == ENOMEM)
		status = STATUS_NO_MEMORY;
	return err_set(err, status, "%s: %s", what, strerror(error));
}

/* The directory of a path: "." when it has no '/'. False when too long. */
static bool parent_of(const char *path, char parent[static PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t size = slash == NULL ? 0 : (size_t)(slash - path);

	if (size >= PATH_MAX)
		return false;
	if (slash == NULL || slash == path) {
		strcpy(parent, slash == NULL ? "." : "/");
		return true;
	}
	memcpy(parent, path, size);
	parent[size] = 0;
	return true;
}

static int write_all(int fd, struct bytes content)
{
	while (content.size > 0) {
		ssize_t n = write(fd, content.data, content.size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		content.data += n;
		content.size -= (size_t)n;
	}
	return 0;
}

enum status durable_sync_dir(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return set_errno(err, path, errno);
	/* Some file systems cannot fsync a directory, and say so. */
	if (fsync(fd) != 0 && errno != EINVAL)
		error = errno;
	(void)close(fd);
	return error == 0 ? STATUS_OK : set_errno(err, path, error);
}

enum status durable_write(const char *path, struct bytes content, int mode,
			  struct err *err)
{
	char parent[PATH_MAX], unfinished[PATH_MAX + 32];
	int fd, error;

	if (!parent_of(path, parent))
		return set_errno(err, path, ENAMETOOLONG);
	(void)snprintf(unfinished, sizeof(unfinished),
		       "%s/" DURABLE_UNFINISHED "XXXXXX", parent);
	fd = mkostemp(unfinished, O_CLOEXEC);
	if (fd < 0)
		return set_errno(err, parent, errno);
	if (fchmod(fd, (mode_t)mode) != 0 || write_all(fd, content) != 0 ||
	    fsync(fd) != 0) {
		error = errno;
		(void)close(fd);
		goto remove_unfinished;
	}
	if (close(fd) != 0 || rename(unfinished, path) != 0) {
		error = errno;
		goto remove_unfinished;
	}
	return durable_sync_dir(parent, err);

remove_unfinished:
	(void)unlink(unfinished);
	return set_errno(err, path, error);
}

/* What may be no longer than a block is read into memory that never moves: it
 * may be a secret. */
static enum status read_all(int fd, size_t limit, struct buf *content,
			    const char *path, struct err *err)
{
	size_t start = content->size, block = 64 * 1024;

	for (;;) {
		size_t left = limit + 1 - (content->size - start);
		size_t size = left < block ? left : block;
		uint8_t *at = buf_reserve(content, size);
		ssize_t n;

		if (at == NULL)
			return set_errno(err, path, ENOMEM);
		n = read(fd, at, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return set_errno(err, path, errno);
		if (n == 0)
			return STATUS_OK;
		buf_grew(content, (size_t)n);
		if (content->size - start > limit)
			return err_set(err, STATUS_MALFORMED,
				       "%s: larger than it may be", path);
	}
}

enum status durable_read(const char *path, size_t limit, struct buf *content,
			 struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	enum status status;

	if (fd < 0)
		return set_errno(err, path, errno);
	if (fstat(fd, &st) != 0)
		status = set_errno(err, path, errno);
	else if (!S_ISREG(st.st_mode))
		status = err_set(err, STATUS_IO, "%s: not a file", path);
	else if ((uint64_t)st.st_size > limit)
		status = err_set(err, STATUS_MALFORMED,
				 "%s: larger than it may be", path);
	else
		status = read_all(fd, limit, content, path, err);
	(void)close(fd);
	return status;
}

enum status durable_make_dir(const char *path, int mode, struct err *err)
{
	char parent[PATH_MAX];
	struct stat st;
	enum status status;

	if (stat(path, &st) == 0)
		return S_ISDIR(st.st_mode) ? STATUS_OK :
					     set_errno(err, path, ENOTDIR);
	if (errno != ENOENT || !parent_of(path, parent))
		return set_errno(err, path, errno);
	if (strcmp(parent, ".") != 0 && strcmp(parent, path) != 0) {
		status = durable_make_dir(parent, mode, err);
		if (status != STATUS_OK)
			return status;
	}
	if (mkdir(path, (mode_t)mode) != 0 && errno != EEXIST)
		return set_errno(err, path, errno);
	return durable_sync_dir(parent, err);
}
