/* Opening a mount, and walking below it: in one call where the kernel has
 * openat2(), else folder by folder, with the same answers. */
#include "node/drive/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "node/drive/mount_inside.h"

/* --- one step and many --- */

static int open_beneath(int dir, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC),
		.mode = (flags & O_CREAT) != 0 ? 0644 : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
			   RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
	};
	long fd;

	do
		fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));
	while (fd < 0 && errno == EINTR);
	return (int)fd;
}

/* As open_beneath() of one name: a folder that is another file system has
 * another device. (Files are not asked: on an overlay theirs differs.) */
static int open_plainly(const struct mount *m, int dir, const char *name,
			int flags)
{
	struct stat st;
	int fd;

	do
		fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC, 0644);
	while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) != 0) {
		mount_close(fd);
		return -1;
	}
	if (S_ISDIR(st.st_mode) && st.st_dev != m->device) {
		mount_close(fd);
		errno = EXDEV;
		return -1;
	}
	return fd;
}

int mount_step(const struct mount *m, int dir, const char *name, int flags)
{
	return m->plain ? open_plainly(m, dir, name, flags) :
			  open_beneath(dir, name, flags);
}

/* The next component of a path, for a call that wants a string. False when it
 * is the last, which `*path` then is. */
static bool next_component(const char **path, char name[static NAME_MAX + 1])
{
	const char *slash = strchr(*path, '/');

	if (slash == NULL)
		return false;
	memcpy(name, *path, (size_t)(slash - *path));
	name[slash - *path] = 0;
	*path = slash + 1;
	return true;
}

int mount_walk(const struct mount *m, const char *path, int flags)
{
	char name[NAME_MAX + 1];
	int dir = m->root, next;

	if (!m->plain)
		return open_beneath(m->root, path, flags);
	while (next_component(&path, name)) {
		next = open_plainly(m, dir, name, O_PATH | O_DIRECTORY);
		if (dir != m->root)
			mount_close(dir);
		if (next < 0)
			return -1;
		dir = next;
	}
	next = open_plainly(m, dir, path, flags);
	if (dir != m->root)
		mount_close(dir);
	return next;
}

/* Step into a folder, making it if need be. */
static int step_making(const struct mount *m, int dir, const char *name,
		       enum mount_make make)
{
	int fd = mount_step(m, dir, name, O_RDONLY | O_DIRECTORY);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (mkdirat(dir, name, 0755) != 0 && errno != EEXIST)
		return -1;
	if (make == MOUNT_DURABLE && mount_flush_folder(dir) != 0)
		return -1;
	return mount_step(m, dir, name, O_RDONLY | O_DIRECTORY);
}

static int make_folder(const struct mount *m, const char *path,
		       enum mount_make make)
{
	char name[NAME_MAX + 1];
	int dir = m->root;

	for (bool more = true; more;) {
		int next;

		more = next_component(&path, name);
		next = step_making(m, dir, more ? name : path, make);
		if (dir != m->root)
			mount_close(dir);
		if (next < 0)
			return -1;
		dir = next;
	}
	return dir;
}

int mount_walk_folder(const struct mount *m, const char *path,
		      enum mount_make make)
{
	int fd;

	if (path[0] == 0)
		return fcntl(m->root, F_DUPFD_CLOEXEC, 0);
	fd = mount_walk(m, path, O_RDONLY | O_DIRECTORY);
	if (fd < 0 && errno == ENOENT && make != MOUNT_AS_IS)
		fd = make_folder(m, path, make);
	return fd;
}

int mount_walk_parent(const struct mount *m, const char *path,
		      enum mount_make make, const char **name)
{
	char folder[DRIVE_PATH_MAX] = "";
	const char *slash = strrchr(path, '/');

	*name = slash == NULL ? path : slash + 1;
	if (slash != NULL) {
		memcpy(folder, path, (size_t)(slash - path));
		folder[slash - path] = 0;
	}
	return mount_walk_folder(m, folder, make);
}

void mount_close(int fd)
{
	int error = errno;

	(void)close(fd);
	errno = error;
}

int mount_flush_folder(int dir)
{
	if (fsync(dir) == 0 || errno == EINVAL || errno == ENOTSUP ||
	    errno == EBADF || errno == ENOSYS)
		return 0;
	return -1;
}

int mount_expect_file(int fd, uint64_t *size)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = ELOOP;
		return -1;
	}
	*size = (uint64_t)st.st_size;
	return 0;
}

void mount_walk_plainly(struct mount *m)
{
	m->plain = true;
}

/* --- the mount --- */

static enum status open_failed(const char *path, int error, struct err *err)
{
	if (error == ENOENT)
		return err_set(err, STATUS_NOT_FOUND,
			       "there is no '%s': is the drive plugged in "
			       "and mounted?",
			       path);
	if (error == ENOTDIR)
		return err_set(err, STATUS_USAGE,
			       "'%s' is not a folder: give the folder at which "
			       "the drive is mounted",
			       path);
	if (error == ENOMEM)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	return err_set(err, STATUS_IO, "cannot open '%s': %s", path,
		       strerror(error));
}

/* A drive that is pulled out answers from memory for a while; its entry in
 * sysfs goes at once. */
static void find_device(struct mount *m)
{
	(void)snprintf(m->present, sizeof(m->present), "/sys/dev/block/%u:%u",
		       major(m->device), minor(m->device));
	if (major(m->device) == 0 || access(m->present, F_OK) != 0)
		m->present[0] = 0;
}

static bool lacks_openat2(int root)
{
	int fd = open_beneath(root, ".", O_PATH | O_DIRECTORY);

	if (fd < 0)
		return true;
	(void)close(fd);
	return false;
}

/* The kernel keeps syncfs() from programs that serve a file system, unless
 * there is a block device below that it can flush itself. */
static bool sync_is_lost(int root, const struct stat *st)
{
	struct statfs fs;

	return fstatfs(root, &fs) == 0 && fs.f_type == FUSE_SUPER_MAGIC &&
	       major(st->st_dev) == 0;
}

enum status mount_open(struct mount **out, const char *path, struct err *err)
{
	int root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct mount *m;
	struct stat st;
	int error;

	if (root < 0)
		return open_failed(path, errno, err);
	if (fstat(root, &st) != 0) {
		error = errno;
		goto close_root;
	}
	error = ENOMEM;
	m = malloc(sizeof(*m));
	if (m == NULL)
		goto close_root;
	*m = (struct mount){ .path = strdup(path),
			     .root = root,
			     .device = st.st_dev,
			     .plain = lacks_openat2(root),
			     .links_counted = st.st_nlink > 0,
			     .sync_is_lost = sync_is_lost(root, &st) };
	if (m->path == NULL)
		goto free_mount;
	find_device(m);
	*out = m;
	return STATUS_OK;

free_mount:
	free(m);
close_root:
	(void)close(root);
	return open_failed(path, error, err);
}

void mount_free(struct mount *m)
{
	if (m == NULL)
		return;
	(void)close(m->root);
	free(m->path);
	free(m);
}

const char *mount_path(const struct mount *m)
{
	return m->path;
}
