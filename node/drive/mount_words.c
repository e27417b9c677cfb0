/* What went wrong with a drive, in words that say what to do. */
#include <errno.h>
#include <string.h>

#include "node/drive/mount_inside.h"

enum status mount_status(int error)
{
	switch (error) {
	case EROFS:
		return STATUS_READ_ONLY;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return STATUS_NO_ROOM;
	case ENOENT:
		return STATUS_NOT_FOUND;
	case ELOOP:
	case EXDEV:
	case ENOTDIR:
	case EISDIR:
		return STATUS_UNTRUSTED;
	case ENOMEM:
		return STATUS_NO_MEMORY;
	default:
		return STATUS_IO;
	}
}

/* What is said behind the name of the file. */
static const char *words_for(int error)
{
	switch (error) {
	case ENOENT:
		return "is not there";
	case ELOOP:
	case ENOTDIR:
	case EISDIR:
		return "is a link, a device or a folder where a file should "
		       "be, or leads through one: remove it and try again";
	case EXDEV:
		return "is on another file system that is mounted inside the "
		       "drive: unmount it and try again";
	case EIO:
		return "cannot be read or written, the drive fails there: copy "
		       "what matters from it and use another";
	case EACCES:
	case EPERM:
		return "may not be used by this account: mount the drive for "
		       "it, or run this as the user that may";
	case EINVAL:
	case EILSEQ:
		return "has a name that the drive does not take: mount it with "
		       "the option utf8 (vfat) or iocharset=utf8 (exfat, ntfs)";
	default:
		return NULL;
	}
}

enum status mount_fail(const struct mount *m, const char *path, int error,
		       struct err *err)
{
	enum status status = mount_status(error);
	const char *words = words_for(error);

	if (status == STATUS_NO_MEMORY)
		return err_set(err, status, "out of memory");
	if (mount_is_gone(m))
		return err_set(err, STATUS_IO,
			       "the drive was pulled out: plug it in again");
	if (status == STATUS_READ_ONLY)
		return err_set(err, status,
			       "the drive is write-protected: move its switch, "
			       "or mount it to be written");
	if (error == EFBIG)
		return err_set(err, status,
			       "'%s' is longer than a file may be on the drive",
			       path);
	if (status == STATUS_NO_ROOM)
		return err_set(err, status,
			       "the drive is full: make room on it and try "
			       "again");
	if (words != NULL)
		return err_set(err, status, "'%s' on the drive %s", path,
			       words);
	return err_set(err, status, "'%s' on the drive: %s", path,
		       strerror(error));
}

enum status mount_check_path(const char *path, struct err *err)
{
	if (drive_path_check(bytes_of(path)) == STATUS_OK)
		return STATUS_OK;
	return err_set(err, STATUS_MALFORMED, "not a path on a drive");
}
