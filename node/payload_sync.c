/* Durability and removal of a whole payload directory. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/durable.h"
#include "node/payload.h"
#include "node/payload_walk.h"
#include "proto/safename.h"

static int sync_fd(int fd)
{
	int error = 0;

	/* Some file systems cannot fsync a directory, and say so. */
	if (fsync(fd) != 0 && errno != EINVAL)
		error = errno;
	(void)close(fd);
	return error;
}

static enum status sync_file(int top, const struct metainfo_file *file,
			     struct err *err)
{
	/* Only what has no bytes is made here. */
	int fd = payload_walk_file(top, file->path,
				   file->length == 0 ? PAYLOAD_WRITE :
						       PAYLOAD_READ);
	int error = fd < 0 ? errno : sync_fd(fd);

	return error == 0 ? STATUS_OK :
			    payload_walk_error(err, file->path, error);
}

/* Fsync the folders of `path` that are not also folders of `before`. */
static enum status sync_folders(int top, const char *path, const char *before,
				struct err *err)
{
	char folder[SAFENAME_PATH_MAX + 1];

	for (size_t i = 0; path[i] != 0; i++) {
		int fd, error;

		if (path[i] != '/' || strncmp(path, before, i + 1) == 0)
			continue;
		memcpy(folder, path, i);
		folder[i] = 0;
		fd = payload_walk_folder(top, folder, false, NULL);
		error = fd < 0 ? errno : sync_fd(fd);
		/* A folder that is not there yet has nothing to flush. */
		if (error != 0 && error != ENOENT)
			return payload_walk_error(err, folder, error);
	}
	return STATUS_OK;
}

/* All the files there are; STATUS_NOT_FOUND, after the last, when one is
 * missing. */
static enum status sync_files(int top, const struct metainfo *mi,
			      struct err *err)
{
	enum status status, missing = STATUS_OK;

	for (uint32_t i = 0; i < mi->file_count; i++) {
		status = sync_file(top, &mi->files[i], err);
		if (status == STATUS_NOT_FOUND)
			missing = status;
		else if (status != STATUS_OK)
			return status;
	}
	return missing;
}

enum status payload_sync(const char *dir, const struct metainfo *mi,
			 struct err *err)
{
	enum status status, missing;
	const char *before = "";
	int top = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int parent, error;

	if (top < 0)
		return payload_walk_error(err, dir, errno);
	missing = sync_files(top, mi, err);
	status = missing == STATUS_NOT_FOUND ? STATUS_OK : missing;
	for (uint32_t i = 0; i < mi->file_count && status == STATUS_OK; i++) {
		status = sync_folders(top, mi->files[i].path, before, err);
		before = mi->files[i].path;
	}
	parent = openat(top, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	error = parent < 0 ? errno : 0;
	if (status == STATUS_OK && error == 0)
		error = sync_fd(fcntl(top, F_DUPFD_CLOEXEC, 0));
	if (status == STATUS_OK && error == 0)
		error = sync_fd(fcntl(parent, F_DUPFD_CLOEXEC, 0));
	if (parent >= 0)
		(void)close(parent);
	(void)close(top);
	if (status == STATUS_OK && error != 0)
		return payload_walk_error(err, dir, error);
	return status == STATUS_OK ? missing : status;
}

/* Empty the directory `fd` (closed at the end). An errno or 0. */
static int empty_folder(int fd, unsigned depth)
{
	DIR *list = fdopendir(fd);
	struct dirent *entry;
	int error = 0;

	if (list == NULL) {
		error = errno;
		(void)close(fd);
		return error;
	}
	while (error == 0 && (errno = 0, entry = readdir(list)) != NULL) {
		int inner;

		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, entry->d_name, 0) == 0 || errno == ENOENT)
			continue;
		if (errno != EISDIR && errno != EPERM) {
			error = errno;
			break;
		}
		inner = openat(fd, entry->d_name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (inner < 0)
			error = errno;
		else if (depth == 0)
			error = (close(inner), ELOOP);
		else
			error = empty_folder(inner, depth - 1);
		if (error == 0 &&
		    unlinkat(fd, entry->d_name, AT_REMOVEDIR) != 0)
			error = errno;
	}
	if (error == 0 && entry == NULL && errno != 0)
		error = errno;
	(void)closedir(list);
	return error;
}

enum status payload_delete(const char *dir, struct err *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int error;

	if (fd < 0)
		return errno == ENOENT ? STATUS_OK :
					 payload_walk_error(err, dir, errno);
	error = empty_folder(fd, 64);
	if (error == 0 && rmdir(dir) != 0 && errno != ENOENT)
		error = errno;
	return error == 0 ? STATUS_OK : payload_walk_error(err, dir, error);
}
