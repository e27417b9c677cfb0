/* Opening: a walk by openat() with O_NOFOLLOW from the payload's directory,
 * so that every component is what it seems when it is used. */
#include "node/payload.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "node/drive/flush.h"
#include "node/payload_walk.h"
#include "proto/safename.h"

struct payload {
	const struct metainfo *mi;
	enum payload_mode mode;
	int dir;
	/* The file used last. */
	int fd; /* -1: none */
	uint32_t file;
	bool behind; /* flush what is written */
	struct flush flush;
};

enum status payload_status(int error)
{
	switch (error) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return STATUS_NO_ROOM;
	case ENOENT:
		return STATUS_NOT_FOUND;
	case ELOOP:
	case ENOTDIR:
		return STATUS_UNTRUSTED;
	case ENOMEM:
		return STATUS_NO_MEMORY;
	default:
		return STATUS_IO;
	}
}

enum status payload_walk_error(struct err *err, const char *path, int error)
{
	return err_set(err, payload_status(error), "%s: %s", path,
		       error == ELOOP || error == ENOTDIR ?
			       "leads through a link or a file" :
			       strerror(error));
}

/* Step into a folder below `dir`, making it when asked. Closes `dir` unless
 * it is `top`. -1 with errno. */
static int step_into(int dir, int top, const char *name, bool make)
{
	int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir, name, flags), error;

	if (fd < 0 && errno == ENOENT && make &&
	    (mkdirat(dir, name, 0755) == 0 || errno == EEXIST))
		fd = openat(dir, name, flags);
	error = errno;
	if (dir != top)
		(void)close(dir);
	errno = error;
	return fd;
}

int payload_walk_folder(int top, const char *path, bool make,
			const char **name)
{
	char component[SAFENAME_MAX + 1];
	const char *slash;
	int dir = top;

	for (; (slash = strchr(path, '/')) != NULL; path = slash + 1) {
		memcpy(component, path, (size_t)(slash - path));
		component[slash - path] = 0;
		dir = step_into(dir, top, component, make);
		if (dir < 0)
			return -1;
	}
	if (name != NULL) {
		*name = path;
		return dir == top ? fcntl(top, F_DUPFD_CLOEXEC, 0) : dir;
	}
	return step_into(dir, top, path, make);
}

int payload_walk_file(int top, const char *path, enum payload_mode mode)
{
	int flags = O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	bool make = mode == PAYLOAD_WRITE;
	const char *name;
	struct stat st;
	int dir, fd, error;

	dir = payload_walk_folder(top, path, make, &name);
	if (dir < 0)
		return -1;
	flags |= make ? O_RDWR | O_CREAT : O_RDONLY;
	fd = openat(dir, name, flags, 0644);
	error = errno;
	(void)close(dir);
	if (fd < 0) {
		/* What only a device, a pipe or a folder can answer. */
		errno = error == ENXIO || error == EISDIR || error == ENODEV ?
				ELOOP :
				error;
		return -1;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		errno = ELOOP;
		return -1;
	}
	return fd;
}

static int open_top(const char *dir)
{
	return open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

enum status payload_file_open(const char *dir, const char *path, int *fd,
			      uint64_t *size, struct err *err)
{
	struct stat st;
	int top, file, error;

	if (safename_path_check(bytes_of(path)) != STATUS_OK)
		return err_set(err, STATUS_UNTRUSTED, "not a safe path");
	top = open_top(dir);
	if (top < 0)
		return payload_walk_error(err, dir, errno);
	file = payload_walk_file(top, path, PAYLOAD_READ);
	error = errno;
	(void)close(top);
	if (file < 0)
		return payload_walk_error(err, path, error);
	if (fstat(file, &st) != 0) {
		error = errno;
		(void)close(file);
		return payload_walk_error(err, path, error);
	}
	*fd = file;
	*size = (uint64_t)st.st_size;
	return STATUS_OK;
}

enum status payload_open(struct payload **out, const char *dir,
			 const struct metainfo *mi, enum payload_mode mode,
			 struct err *err)
{
	struct payload *p;
	int top;

	if (mode == PAYLOAD_WRITE && mkdir(dir, 0755) != 0 && errno != EEXIST)
		return payload_walk_error(err, dir, errno);
	top = open_top(dir);
	if (top < 0)
		return payload_walk_error(err, dir, errno);
	p = malloc(sizeof(*p));
	if (p == NULL) {
		(void)close(top);
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	}
	*p = (struct payload){ .mi = mi, .mode = mode, .dir = top, .fd = -1 };
	flush_init(&p->flush);
	*out = p;
	return STATUS_OK;
}

void payload_free(struct payload *p)
{
	if (p == NULL)
		return;
	if (p->fd >= 0)
		(void)close(p->fd);
	flush_release(&p->flush);
	(void)close(p->dir);
	free(p);
}

void payload_flush_behind(struct payload *p)
{
	assert(p->mode == PAYLOAD_WRITE);

	p->behind = true;
}

/* 0, or an errno of what was written before. */
static int close_file(struct payload *p)
{
	int fd = p->fd;

	p->fd = -1;
	if (fd < 0)
		return 0;
	if (p->behind)
		return flush_close(&p->flush, fd);
	(void)close(fd);
	return 0;
}

/* Have the file of a piece open in p->fd. */
static enum status use_file(struct payload *p, uint32_t file, struct err *err)
{
	int error;

	if (p->fd >= 0 && p->file == file)
		return STATUS_OK;
	error = close_file(p);
	if (error != 0)
		return payload_walk_error(err, p->mi->files[p->file].path,
					  error);
	p->fd = payload_walk_file(p->dir, p->mi->files[file].path, p->mode);
	p->file = file;
	if (p->fd < 0)
		return payload_walk_error(err, p->mi->files[file].path, errno);
	return STATUS_OK;
}

enum status payload_read(struct payload *p, uint32_t piece, uint8_t *data,
			 struct err *err)
{
	struct metainfo_piece at = metainfo_piece(p->mi, piece);
	enum status status = use_file(p, at.file, err);
	const char *path = p->mi->files[at.file].path;

	if (status != STATUS_OK)
		return status;
	for (uint32_t got = 0; got < at.length;) {
		ssize_t n = pread(p->fd, data + got, at.length - got,
				  (off_t)(at.offset + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return payload_walk_error(err, path, errno);
		if (n == 0)
			return err_set(err, STATUS_NOT_FOUND,
				       "%s: ends too soon", path);
		got += (uint32_t)n;
	}
	return STATUS_OK;
}

enum status payload_write(struct payload *p, uint32_t piece,
			  const uint8_t *data, struct err *err)
{
	struct metainfo_piece at = metainfo_piece(p->mi, piece);
	const struct metainfo_file *file = &p->mi->files[at.file];
	enum status status;
	struct stat st;
	int error;

	assert(p->mode == PAYLOAD_WRITE);

	status = use_file(p, at.file, err);
	if (status != STATUS_OK)
		return status;
	for (uint32_t done = 0; done < at.length;) {
		ssize_t n = pwrite(p->fd, data + done, at.length - done,
				   (off_t)(at.offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return payload_walk_error(err, file->path,
						  n == 0 ? EIO : errno);
		done += (uint32_t)n;
	}
	if (at.offset + at.length == file->length &&
	    (fstat(p->fd, &st) != 0 ||
	     ((uint64_t)st.st_size > file->length &&
	      ftruncate(p->fd, (off_t)file->length) != 0)))
		return payload_walk_error(err, file->path, errno);
	error = p->behind ? flush_wrote(&p->flush, p->fd, at.offset,
					at.offset + at.length) :
			    0;
	return error == 0 ? STATUS_OK :
			    payload_walk_error(err, file->path, error);
}

bool payload_piece_good_by(struct merkle *hasher, const struct metainfo *mi,
			   uint32_t piece, const uint8_t *data)
{
	struct metainfo_piece at = metainfo_piece(mi, piece);
	uint8_t hash[32];

	merkle_piece(hasher, data, at.length, at.leaves, hash);
	return memcmp(hash, at.hash, sizeof(hash)) == 0;
}

bool payload_piece_good(const struct metainfo *mi, uint32_t piece,
			const uint8_t *data)
{
	struct merkle *hasher = merkle_new();
	bool good = hasher != NULL &&
		    payload_piece_good_by(hasher, mi, piece, data);

	merkle_free(hasher);
	return good;
}

enum status payload_room(const char *dir, uint64_t *room, struct err *err)
{
	struct statvfs st;

	if (statvfs(dir, &st) != 0)
		return payload_walk_error(err, dir, errno);
	*room = (uint64_t)st.f_bavail * st.f_frsize;
	return STATUS_OK;
}
