/* The drive as a whole: what kind it is, is it still there, is anybody else
 * at it, has it taken everything. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "node/drive/mount_inside.h"

#define FAT_FILE_MAX UINT64_C(0xffffffff)
enum {
	MAGIC_NTFS = 0x5346544e,
	MAGIC_NTFS3 = 0x7366746e,
	MAGIC_EXFAT = 0x2011bab0
};

/* --- what kind --- */

/* One line of mountinfo: "36 35 98:0 / /mnt rw - fuseblk /dev/sdb1 rw". The
 * device's file system and its source, or false for another device's line. */
static bool read_mount_line(char *line, dev_t device, const char **type)
{
	unsigned device_major, device_minor;
	char *dash = strstr(line, " - ");

	if (dash == NULL ||
	    sscanf(line, "%*u %*u %u:%u", &device_major, &device_minor) != 2 ||
	    device_major != major(device) || device_minor != minor(device))
		return false;
	*type = dash + 3;
	dash = strchr(dash + 3, ' ');
	if (dash != NULL)
		*dash = 0;
	return true;
}

/* Programs that stand for a file system name themselves after it. */
static enum mount_kind kind_of_type(const char *type)
{
	if (strstr(type, "exfat") != NULL)
		return MOUNT_EXFAT;
	if (strstr(type, "ntfs") != NULL)
		return MOUNT_NTFS;
	if (strstr(type, "fat") != NULL)
		return MOUNT_FAT;
	return strncmp(type, "fuseblk", 7) == 0 ? MOUNT_NTFS : MOUNT_OTHER;
}

static enum mount_kind kind_behind_fuse(dev_t device)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	enum mount_kind kind = MOUNT_OTHER;
	const char *type;
	size_t room = 0;
	char *line = NULL;

	if (mounts == NULL)
		return kind;
	while (getline(&line, &room, mounts) >= 0)
		if (read_mount_line(line, device, &type)) {
			kind = kind_of_type(type);
			break;
		}
	free(line);
	(void)fclose(mounts);
	return kind;
}

static enum mount_kind kind_of(long magic, dev_t device)
{
	switch (magic) {
	case MSDOS_SUPER_MAGIC:
		return MOUNT_FAT;
	case MAGIC_EXFAT:
		return MOUNT_EXFAT;
	case MAGIC_NTFS:
	case MAGIC_NTFS3:
		return MOUNT_NTFS;
	case FUSE_SUPER_MAGIC:
		return kind_behind_fuse(device);
	default:
		return MOUNT_OTHER;
	}
}

/* Asked without touching anything. */
static bool refuses_writes(const struct mount *m)
{
	return faccessat(m->root, ".", W_OK, AT_EACCESS) != 0 &&
	       (errno == EROFS || errno == EACCES || errno == EPERM);
}

enum status mount_look(struct mount *m, struct mount_facts *out,
		       struct err *err)
{
	struct statvfs fs;
	struct statfs type;

	if (fstatvfs(m->root, &fs) != 0 || fstatfs(m->root, &type) != 0)
		return mount_fail(m, m->path, errno, err);
	*out = (struct mount_facts){
		.kind = kind_of((long)type.f_type, m->device),
		.read_only = (fs.f_flag & ST_RDONLY) != 0 ||
			     refuses_writes(m),
		.size = (uint64_t)fs.f_blocks * fs.f_frsize,
		.room = (uint64_t)fs.f_bavail * fs.f_frsize,
	};
	if (out->kind == MOUNT_FAT)
		out->file_max = FAT_FILE_MAX;
	return STATUS_OK;
}

/* --- is it still there --- */

static bool means_gone(int error)
{
	return error == EIO || error == ENODEV || error == ENXIO ||
	       error == ENOTCONN || error == ESHUTDOWN || error == ESTALE ||
	       error == ENOENT || error == ENOMEDIUM;
}

bool mount_is_gone(const struct mount *m)
{
	int error = errno;
	struct statfs fs;
	struct stat st;
	bool gone;

	if (fstat(m->root, &st) != 0 || fstatfs(m->root, &fs) != 0)
		gone = means_gone(errno);
	else
		gone = (st.st_nlink == 0 && m->links_counted) ||
		       (m->present[0] != 0 && access(m->present, F_OK) != 0);
	errno = error;
	return gone;
}

/* --- others --- */

enum status mount_lock(struct mount *m, struct err *err)
{
	while (flock(m->root, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EINTR)
			continue;
		if (errno == EWOULDBLOCK)
			return err_set(err, STATUS_BUSY,
				       "another program is working on the "
				       "drive at '%s': wait until it is done",
				       m->path);
		if (mount_is_gone(m))
			return mount_fail(m, m->path, EIO, err);
		break; /* It takes no locks. */
	}
	return STATUS_OK;
}

/* --- has it taken everything --- */

enum status mount_sync(struct mount *m, struct err *err)
{
	/* The second makes vfat empty the drive's own cache, too. */
	if (syncfs(m->root) != 0 || mount_flush_folder(m->root) != 0)
		return mount_fail(m, m->path, errno, err);
	return mount_is_gone(m) ? mount_fail(m, m->path, EIO, err) : STATUS_OK;
}

enum status mount_sync_folder(struct mount *m, const char *path,
			      struct err *err)
{
	int fd, error;

	if (path[0] != 0 && mount_check_path(path, err) != STATUS_OK)
		return err->status;
	fd = mount_walk_folder(m, path, MOUNT_AS_IS);
	if (fd < 0)
		return mount_fail(m, path, errno, err);
	error = mount_flush_folder(fd) == 0 ? 0 : errno;
	(void)close(fd);
	return error == 0 ? STATUS_OK : mount_fail(m, path, error, err);
}
