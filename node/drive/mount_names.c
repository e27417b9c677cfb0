/* Names on a drive: folders made, things renamed, removed and listed. */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/drive/mount_inside.h"
#include "proto/text.h"

enum status mount_make_folder(struct mount *m, const char *path,
			      struct err *err)
{
	int fd;

	if (mount_check_path(path, err) != STATUS_OK)
		return err->status;
	fd = mount_walk_folder(m, path, MOUNT_DURABLE);
	if (fd < 0)
		return mount_fail(m, path, errno, err);
	(void)close(fd);
	return STATUS_OK;
}

/* --- renaming --- */

/* Where the file system cannot refuse to replace, look before. */
static int rename_plainly(int from_dir, const char *from, int to_dir,
			  const char *to)
{
	struct stat st;

	if (fstatat(to_dir, to, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	if (errno != ENOENT)
		return -1;
	return renameat(from_dir, from, to_dir, to);
}

static int rename_new(const struct mount *m, int from_dir, const char *from,
		      int to_dir, const char *to)
{
	if (!m->plain && renameat2(from_dir, from, to_dir, to,
				   RENAME_NOREPLACE) == 0)
		return 0;
	if (!m->plain && errno != EINVAL && errno != ENOSYS &&
	    errno != ENOTSUP && errno != EPERM)
		return -1;
	return rename_plainly(from_dir, from, to_dir, to);
}

/* Only files and folders are ours to move. */
static int expect_ours(int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
		return 0;
	errno = ELOOP;
	return -1;
}

enum status mount_rename(struct mount *m, const char *from, const char *to,
			 struct err *err)
{
	const char *from_name, *to_name;
	int from_dir, to_dir, error = 0;

	if (mount_check_path(from, err) != STATUS_OK ||
	    mount_check_path(to, err) != STATUS_OK)
		return err->status;
	from_dir = mount_walk_parent(m, from, MOUNT_AS_IS, &from_name);
	if (from_dir < 0)
		return mount_fail(m, from, errno, err);
	if (expect_ours(from_dir, from_name) != 0) {
		error = errno;
		(void)close(from_dir);
		return mount_fail(m, from, error, err);
	}
	to_dir = mount_walk_parent(m, to, MOUNT_DURABLE, &to_name);
	if (to_dir < 0 ||
	    rename_new(m, from_dir, from_name, to_dir, to_name) != 0)
		error = errno;
	(void)close(from_dir);
	if (to_dir >= 0)
		(void)close(to_dir);
	if (error == EEXIST || error == ENOTEMPTY)
		return err_set(err, STATUS_EXISTS,
			       "'%s' is already on the drive", to);
	return error == 0 ? STATUS_OK : mount_fail(m, to, error, err);
}

/* --- removing --- */

enum status mount_remove(struct mount *m, const char *path, struct err *err)
{
	const char *name;
	int dir, error = 0;

	if (mount_check_path(path, err) != STATUS_OK)
		return err->status;
	dir = mount_walk_parent(m, path, MOUNT_AS_IS, &name);
	if (dir < 0)
		return errno == ENOENT ? STATUS_OK :
					 mount_fail(m, path, errno, err);
	if (unlinkat(dir, name, 0) != 0 && errno != ENOENT)
		error = errno;
	(void)close(dir);
	return error == 0 ? STATUS_OK : mount_fail(m, path, error, err);
}

/* True when it is not there (any more). */
static bool remove_folder(struct mount *m, const char *path)
{
	const char *name;
	bool gone;
	int dir = mount_walk_parent(m, path, MOUNT_AS_IS, &name);

	if (dir < 0)
		return errno == ENOENT;
	gone = unlinkat(dir, name, AT_REMOVEDIR) == 0 || errno == ENOENT;
	(void)close(dir);
	return gone;
}

void mount_remove_empty(struct mount *m, const char *path, const char *above)
{
	char folder[DRIVE_PATH_MAX];
	size_t stop = above == NULL ? strlen(path) : strlen(above);
	char *slash;

	if (drive_path_check(bytes_of(path)) != STATUS_OK)
		return;
	assert(above == NULL || strncmp(path, above, stop) == 0);

	strcpy(folder, path);
	while (remove_folder(m, folder)) {
		slash = strrchr(folder, '/');
		if (slash == NULL || (size_t)(slash - folder) <= stop)
			return;
		*slash = 0;
	}
}

/* --- listing --- */

static bool is_folder(DIR *list, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat(dirfd(list), entry->d_name, &st,
		       AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

static int list_names(DIR *list, unsigned max, mount_name_cb each, void *owner)
{
	for (unsigned seen = 0; seen < max;) {
		const struct dirent *entry;

		errno = 0;
		entry = readdir(list);
		if (entry == NULL)
			return errno;
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		seen++;
		if (text_is_plain(bytes_of(entry->d_name)) &&
		    !each(owner, entry->d_name, is_folder(list, entry)))
			return 0;
	}
	return 0;
}

enum status mount_list(struct mount *m, const char *path, unsigned max,
		       mount_name_cb each, void *owner, struct err *err)
{
	int fd, error;
	DIR *list;

	if (path[0] != 0 && mount_check_path(path, err) != STATUS_OK)
		return err->status;
	/* Not a duplicate of the root: they would share where they are. */
	fd = path[0] == 0 ? mount_step(m, m->root, ".",
				       O_RDONLY | O_DIRECTORY) :
			    mount_walk_folder(m, path, MOUNT_AS_IS);
	if (fd < 0)
		return mount_fail(m, path, errno, err);
	list = fdopendir(fd);
	if (list == NULL) {
		error = errno;
		(void)close(fd);
		return mount_fail(m, path, error, err);
	}
	error = list_names(list, max, each, owner);
	(void)closedir(list);
	return error == 0 ? STATUS_OK : mount_fail(m, path, error, err);
}
