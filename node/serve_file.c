#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "node/serve_file.h"

#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED 0x20
#endif

const char *content_type_of(const char *name)
{
	static const struct {
		const char *ending;
		const char *type;
	} types[] = {
		{ "mp4", "video/mp4" },
		{ "m4v", "video/mp4" },
		{ "webm", "video/webm" },
		{ "m4a", "audio/mp4" },
		{ "mp3", "audio/mpeg" },
		{ "jpg", "image/jpeg" },
		{ "jpeg", "image/jpeg" },
		{ "png", "image/png" },
		{ "pdf", "application/pdf" },
		{ "vtt", "text/vtt; charset=utf-8" },
		{ "srt", "text/plain; charset=utf-8" },
		{ "txt", "text/plain; charset=utf-8" },
	};
	const char *dot = strrchr(name, '.');

	if (dot != NULL && strchr(dot, '/') == NULL)
		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			if (strcasecmp(dot + 1, types[i].ending) == 0)
				return types[i].type;
	return "application/octet-stream";
}

/* Open the component of `size` bytes, at most 255, below `dir`, through no
 * link. */
static int open_component(int dir, const char *name, size_t size, bool is_last)
{
	int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC;
	char part[256];

	memcpy(part, name, size);
	part[size] = '\0';
	/* O_NONBLOCK so that a fifo in the folder cannot hold a thread. */
	flags |= is_last ? O_NONBLOCK | O_NOCTTY : O_DIRECTORY;
	return openat(dir, part, flags);
}

/* Walk down from `dir`, one component at a time: nothing on the way may be a
 * link, so nothing leads out. */
static int open_walking(int dir, const char *path)
{
	const char *at = path;
	int here = dir;

	for (;;) {
		size_t size = strcspn(at, "/");
		bool is_last = at[size] == '\0';
		int next = open_component(here, at, size, is_last);
		int saved = errno;

		if (here != dir)
			(void)close(here);
		errno = saved;
		if (next < 0 || is_last)
			return next;
		here = next;
		at += size + 1;
	}
}

/* Nothing but names that a folder can have. */
static bool is_plain(const char *path)
{
	for (;;) {
		size_t size = strcspn(path, "/");

		if (size == 0 || size > 255 ||
		    (path[0] == '.' &&
		     (size == 1 || (size == 2 && path[1] == '.'))))
			return false;
		if (path[size] == '\0')
			return true;
		path += size + 1;
	}
}

/* The kernel walks in one call, where it can; ranges of a file that is held
 * are asked for thousands of times a second. `how_else` is a further RESOLVE_
 * flag, or 0. */
static int open_by_kernel(int dir, const char *path, uint64_t how_else)
{
	const struct open_how how = {
		.flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK |
			 O_NOCTTY,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
			   RESOLVE_NO_MAGICLINKS | how_else,
	};

	if (!is_plain(path)) {
		errno = ENOENT;
		return -1;
	}
	return (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

static int open_beneath(int dir, const char *path)
{
	int fd = open_by_kernel(dir, path, 0);

	/* Not known (before Linux 5.6), forbidden by a sandbox, or something
	 * was renamed meanwhile. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EAGAIN))
		return open_walking(dir, path);
	return fd;
}

static enum status not_opened(const char *path, struct err *err)
{
	if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP ||
	    errno == ENXIO)
		return err_set(err, STATUS_NOT_FOUND, "no file '%s'", path);
	return err_set(err, STATUS_IO, "open '%s': %s", path, strerror(errno));
}

/* `fd` is taken over. */
static enum status serve_opened(struct http_answer *answer, int fd,
				const char *path, uint64_t length,
				struct err *err)
{
	enum status status;
	struct stat info;

	if (fstat(fd, &info) != 0) {
		status = err_set(err, STATUS_IO, "stat '%s': %s", path,
				 strerror(errno));
		goto close_fd;
	}
	if (!S_ISREG(info.st_mode)) {
		status = err_set(err, STATUS_NOT_FOUND,
				 "'%s' is not a regular file", path);
		goto close_fd;
	}
	if (length == SERVE_FILE_WHOLE)
		length = (uint64_t)info.st_size;
	if ((uint64_t)info.st_size < length) {
		status = err_set(err, STATUS_DAMAGED, "'%s' is cut short",
				 path);
		goto close_fd;
	}
	answer->fd = fd;
	answer->offset = 0;
	answer->length = length;
	answer->type = content_type_of(path);
	answer->flags |= HTTP_NO_SNIFF;
	return STATUS_OK;

close_fd:
	(void)close(fd);
	return status;
}

enum status serve_file(struct http_answer *answer, int dir, const char *path,
		       uint64_t length, struct err *err)
{
	int fd = open_beneath(dir, path);

	return fd < 0 ? not_opened(path, err) :
			serve_opened(answer, fd, path, length, err);
}

enum status serve_file_warm(struct http_answer *answer, int dir,
			    const char *path, struct err *err)
{
	int fd = open_by_kernel(dir, path, RESOLVE_CACHED);

	/* EINVAL: before Linux 5.12. */
	if (fd < 0 && (errno == EAGAIN || errno == ENOSYS || errno == EPERM ||
		       errno == EINVAL))
		return err_set(err, STATUS_BUSY, "'%s' is not in memory",
			       path);
	return fd < 0 ? not_opened(path, err) :
			serve_opened(answer, fd, path, SERVE_FILE_WHOLE, err);
}
