#include "node/payload_owner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/file_copy.h"
#include "node/payload_walk.h"

enum { DEEPEST = 64, LISTED = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* --- giving --- */

static bool lacks_any(const struct metainfo *mi, const uint8_t *have,
		      uint32_t file, uint32_t *piece)
{
	bool lacks = false;

	/* Pieces are in the order of files. */
	for (; *piece < mi->pieces && metainfo_piece(mi, *piece).file == file;
	     ++*piece)
		lacks |= !havemap_has(have, *piece);
	return lacks;
}

void payload_owner_keep(const struct metainfo *mi, uint8_t *have)
{
	for (uint32_t i = 0, first, piece = 0; piece < mi->pieces; i++) {
		first = piece;
		if (!lacks_any(mi, have, i, &piece))
			continue;
		for (uint32_t p = first; p < piece; p++)
			havemap_unset(have, p);
	}
}

/* A copy of `fd` takes the place of `path`. The copy's descriptor, or -1 with
 * errno. */
static int unshare_file(int top, const char *path, int fd, uint64_t length)
{
	static const char own[] = ".tmp-own";
	const char *name;
	int folder = payload_walk_folder(top, path, false, &name), copy, error;

	if (folder < 0)
		return -1;
	(void)unlinkat(folder, own, 0);
	copy = openat(folder, own,
		      O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	error = copy < 0 ? errno : file_copy(fd, copy, length);
	if (error == 0 && renameat(folder, own, folder, name) != 0)
		error = errno;
	if (error != 0 && copy >= 0) {
		(void)unlinkat(folder, own, 0);
		(void)close(copy);
		copy = -1;
	}
	(void)close(folder);
	errno = error;
	return copy;
}

/* 0, or an errno. */
static int give_file(int top, const struct metainfo_file *file, bool lacks,
		     const struct engine_user *user)
{
	int fd = payload_walk_file(top, file->path, PAYLOAD_WRITE), copy;
	int error = 0;
	struct stat st;

	if (fd < 0)
		return errno;
	if (!lacks) {
		(void)close(fd);
		return 0;
	}
	if (fstat(fd, &st) != 0)
		error = errno;
	if (error == 0 && st.st_nlink > 1) {
		copy = unshare_file(top, file->path, fd, file->length);
		error = copy < 0 ? errno : 0;
		(void)close(fd);
		fd = copy;
	}
	if (error == 0 &&
	    (fchmod(fd, 0644) != 0 || fchown(fd, user->uid, user->gid) != 0))
		error = errno;
	if (fd >= 0)
		(void)close(fd);
	return error;
}

enum status payload_give(const char *dir, const struct metainfo *mi,
			 const uint8_t *have, const struct engine_user *user,
			 struct err *err)
{
	int top, error = 0;
	uint32_t piece = 0;

	if (mkdir(dir, 0755) != 0 && errno != EEXIST)
		return payload_walk_error(err, dir, errno);
	top = open(dir, LISTED);
	/* The mark first, and durable before any file is given. */
	if (top < 0 || fchown(top, (uid_t)-1, user->gid) != 0 ||
	    fsync(top) != 0)
		error = errno;
	if (error != 0)
		(void)payload_walk_error(err, dir, error);
	for (uint32_t i = 0; i < mi->file_count && error == 0; i++) {
		bool lacks = lacks_any(mi, have, i, &piece);

		error = give_file(top, &mi->files[i], lacks, user);
		if (error != 0)
			(void)payload_walk_error(err, mi->files[i].path,
						 error);
	}
	if (top >= 0)
		(void)close(top);
	payload_set_modes(dir);
	return error == 0 ? STATUS_OK : err->status;
}

/* --- going through a folder --- */

struct walk {
	/* A regular file or a folder, as fstatat() saw it. 0, or an errno. */
	int (*visit)(struct walk *w, int folder, const char *name,
		     const struct stat *st);
	bool open;
};

/* All below `fd`, which is closed at the end. 0, or the first errno. */
static int walk_folder(struct walk *w, int fd, unsigned depth)
{
	DIR *list = fdopendir(fd);
	const struct dirent *entry;
	int first = 0;

	if (list == NULL) {
		first = errno;
		(void)close(fd);
		return first;
	}
	while ((entry = readdir(list)) != NULL) {
		const char *name = entry->d_name;
		struct stat st;
		int error = 0, inner;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
		    fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
			error = w->visit(w, fd, name, &st);
		if (S_ISDIR(st.st_mode) && depth > 0) {
			inner = openat(fd, name, LISTED);
			if (inner < 0)
				error = errno;
			else
				error = walk_folder(w, inner, depth - 1);
		}
		first = first == 0 ? error : first;
	}
	(void)closedir(list);
	return first;
}

static int open_seen(int folder, const char *name)
{
	return openat(folder, name,
		      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/* --- taking back --- */

/* A read lease is given only where nobody can write, however he came by it:
 * an open file, a mapping, a descriptor on its way somewhere. */
static bool is_open_for_writing(int fd)
{
	/* Should somebody open it meanwhile, nothing is to happen. */
	(void)fcntl(fd, F_SETSIG, SIGURG);
	if (fcntl(fd, F_SETLEASE, F_RDLCK) != 0)
		return errno == EAGAIN;
	(void)fcntl(fd, F_SETLEASE, F_UNLCK);
	return false;
}

static int take_back_one(struct walk *w, int folder, const char *name,
			 const struct stat *st)
{
	int fd, error = 0;

	if (!S_ISREG(st->st_mode))
		return 0;
	fd = open_seen(folder, name);
	if (fd < 0)
		return errno;
	if (st->st_uid != geteuid() &&
	    (fchown(fd, geteuid(), getegid()) != 0 || fchmod(fd, 0644) != 0))
		error = errno;
	w->open |= is_open_for_writing(fd);
	(void)close(fd);
	return error;
}

enum status payload_take_back(const char *dir, bool *open_still,
			      struct err *err)
{
	struct walk w = { .visit = take_back_one };
	int top = open(dir, LISTED), error;

	*open_still = false;
	if (top < 0)
		return errno == ENOENT ? STATUS_OK :
					 payload_walk_error(err, dir, errno);
	error = walk_folder(&w, fcntl(top, F_DUPFD_CLOEXEC, 0), DEEPEST);
	/* The mark last, and only when there is nothing more to be found. */
	if (error == 0 && !w.open &&
	    (fsync(top) != 0 || fchown(top, (uid_t)-1, getegid()) != 0))
		error = errno;
	(void)close(top);
	*open_still = w.open;
	return error == 0 ? STATUS_OK : payload_walk_error(err, dir, error);
}

enum status payload_take_back_all(const char *payload_dir,
				  const struct engine_user *user,
				  struct err *err)
{
	enum status status = STATUS_OK;
	const struct dirent *entry;
	DIR *list = opendir(payload_dir);
	char path[4096 + 300];
	struct stat st;
	bool still;

	if (list == NULL)
		return payload_walk_error(err, payload_dir, errno);
	while (status == STATUS_OK && (entry = readdir(list)) != NULL) {
		if (strlen(entry->d_name) != 64 ||
		    fstatat(dirfd(list), entry->d_name, &st,
			    AT_SYMLINK_NOFOLLOW) != 0 ||
		    !S_ISDIR(st.st_mode) || st.st_gid != user->gid)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", payload_dir,
			       entry->d_name);
		status = payload_take_back(path, &still, err);
	}
	(void)closedir(list);
	return status;
}

/* --- modes --- */

static void set_mode(int fd, const struct stat *st)
{
	mode_t wanted = S_ISDIR(st->st_mode) ? 0755 : 0644;

	if ((st->st_mode & 0777) != wanted)
		(void)fchmod(fd, wanted);
}

static int set_mode_of(struct walk *w, int folder, const char *name,
		       const struct stat *st)
{
	int fd;

	(void)w;
	if ((st->st_mode & 0777) == (S_ISDIR(st->st_mode) ? 0755 : 0644))
		return 0;
	fd = open_seen(folder, name);
	if (fd >= 0) {
		set_mode(fd, st);
		(void)close(fd);
	}
	return 0;
}

void payload_set_mode(const char *dir)
{
	int top = open(dir, LISTED);
	struct stat st;

	if (top < 0)
		return;
	if (fstat(top, &st) == 0)
		set_mode(top, &st);
	(void)close(top);
}

void payload_set_modes(const char *dir)
{
	struct walk w = { .visit = set_mode_of };
	int top = open(dir, LISTED);

	payload_set_mode(dir);
	if (top >= 0)
		(void)walk_folder(&w, top, DEEPEST);
}
