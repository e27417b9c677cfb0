#include "node/payload_reuse.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/file_copy.h"
#include "node/payload_walk.h"
#include "node/torrentfile.h"
#include "proto/encoding.h"

enum { KEEP_FREE = 64 << 20 };

struct taking {
	const struct payload_reuse *what;
	const struct metainfo_file **old; /* by root, then length */
	uint32_t old_count;
	int top, old_top; /* `top` -1 until there is something to put there */
};

static int by_root(const void *a, const void *b)
{
	const struct metainfo_file *const *one = a, *const *two = b;
	int order = memcmp((*one)->root, (*two)->root, METAINFO_HASH_SIZE);

	if (order == 0)
		order = ((*one)->length > (*two)->length) -
			((*one)->length < (*two)->length);
	return order;
}

static bool index_old(struct taking *t)
{
	const struct metainfo *mi = t->what->old_mi;

	t->old = malloc((mi->file_count + 1) * sizeof(*t->old));
	if (t->old == NULL)
		return false;
	for (uint32_t i = 0; i < mi->file_count; i++)
		if (mi->files[i].root != NULL)
			t->old[t->old_count++] = &mi->files[i];
	qsort(t->old, t->old_count, sizeof(*t->old), by_root);
	return true;
}

static const struct metainfo_file *same_file(const struct taking *t,
					     const struct metainfo_file *file)
{
	const struct metainfo_file *const *found =
		t->old_count == 0 ? NULL :
				    bsearch(&file, t->old, t->old_count,
					    sizeof(*t->old), by_root);

	return found == NULL ? NULL : *found;
}

/* Are its pieces the same ones in both? */
static bool is_cut_alike(const struct payload_reuse *what, uint64_t length)
{
	uint32_t a = what->mi->piece_length, b = what->old_mi->piece_length;

	return a == b || length <= (a < b ? a : b);
}

/* -1 with errno. Whatever there is under the name is the opened file, or the
 * link is taken back. */
static int link_file(const struct taking *t, const struct metainfo_file *old,
		     int fd, int folder, const char *name)
{
	const char *old_name;
	struct stat a, b;
	int from = payload_walk_folder(t->old_top, old->path, false,
				       &old_name);
	int done, error;

	if (from < 0)
		return -1;
	done = linkat(from, old_name, folder, name, 0);
	error = errno;
	(void)close(from);
	if (done == 0 &&
	    (fstat(fd, &a) != 0 ||
	     fstatat(folder, name, &b, AT_SYMLINK_NOFOLLOW) != 0 ||
	     a.st_dev != b.st_dev || a.st_ino != b.st_ino)) {
		(void)unlinkat(folder, name, 0);
		done = -1;
		error = EXDEV;
	}
	errno = error;
	return done;
}

static int copy_file(const struct taking *t, int fd, uint64_t length,
		     int folder, const char *name)
{
	struct err err = ERR_INIT;
	uint64_t room;
	int to, error;

	if (payload_room(t->what->dir, &room, &err) == STATUS_OK &&
	    room < length + KEEP_FREE)
		return ENOSPC;
	to = openat(folder, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0644);
	if (to < 0)
		return errno;
	error = file_copy(fd, to, length);
	if (close(to) != 0 && error == 0)
		error = errno;
	return error;
}

/* Link it or copy it. 0, or an errno. */
static int take_opened(const struct taking *t,
		       const struct metainfo_file *file,
		       const struct metainfo_file *old, int fd)
{
	const char *name;
	struct stat st;
	int folder, error = 0;

	if (fstat(fd, &st) != 0)
		return errno;
	if ((uint64_t)st.st_size > file->length ||
	    (t->what->old_whole && (uint64_t)st.st_size != file->length))
		return ENOENT; /* not what it should be */
	folder = payload_walk_folder(t->top, file->path, true, &name);
	if (folder < 0)
		return errno;
	if (!t->what->old_whole || !is_cut_alike(t->what, file->length) ||
	    link_file(t, old, fd, folder, name) != 0)
		error = copy_file(t, fd, file->length, folder, name);
	(void)close(folder);
	return error;
}

/* 0 also for what is not there; or an errno. */
static int take_file(struct taking *t, const struct metainfo_file *file,
		     const struct metainfo_file *old, uint64_t *bytes)
{
	int fd = t->top < 0 ? -1 :
			      payload_walk_file(t->top, file->path,
						PAYLOAD_READ);
	int error;

	if (fd >= 0)
		(void)close(fd);
	if (fd >= 0 || (t->top >= 0 && errno != ENOENT))
		return 0; /* there is something already */
	fd = payload_walk_file(t->old_top, old->path, PAYLOAD_READ);
	if (fd < 0)
		return 0;
	if (t->top < 0 && (mkdir(t->what->dir, 0755) == 0 || errno == EEXIST))
		t->top = open(t->what->dir, O_RDONLY | O_DIRECTORY |
						    O_NOFOLLOW | O_CLOEXEC);
	error = t->top < 0 ? errno : take_opened(t, file, old, fd);
	(void)close(fd);
	if (error == 0)
		*bytes += file->length;
	return error == ENOENT || error == EEXIST ? 0 : error;
}

enum status payload_reuse(const struct payload_reuse *what, uint64_t *bytes,
			  struct err *err)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	struct taking t = { .what = what };
	enum status status = STATUS_OK;

	t.old_top = open(what->old_dir, flags);
	if (t.old_top < 0)
		return STATUS_OK;
	t.top = open(what->dir, flags);
	if (!index_old(&t))
		status = err_set(err, STATUS_NO_MEMORY, "out of memory");
	for (uint32_t i = 0;
	     i < what->mi->file_count && status == STATUS_OK; i++) {
		const struct metainfo_file *file = &what->mi->files[i];
		const struct metainfo_file *old =
			file->root == NULL ? NULL : same_file(&t, file);
		int error = old == NULL ? 0 : take_file(&t, file, old, bytes);

		if (error != 0)
			status = payload_walk_error(err, file->path, error);
	}
	free(t.old);
	(void)close(t.old_top);
	if (t.top >= 0)
		(void)close(t.top);
	return status;
}

static void path_of(char **out, const char *folder, const uint8_t *btmh)
{
	char hex[65];
	size_t room = strlen(folder) + 70;

	hex_encode((struct bytes){ btmh, 32 }, hex);
	*out = malloc(room);
	if (*out != NULL)
		(void)snprintf(*out, room, "%s/%s", folder, hex);
}

void payload_reuse_all(const char *payload_dir, const char *torrent_dir,
		       const uint8_t btmh[static 32],
		       const struct metainfo *mi,
		       const struct payload_source *from, unsigned count,
		       uint64_t *bytes)
{
	char *dir;

	path_of(&dir, payload_dir, btmh);
	for (unsigned i = 0; dir != NULL && i < count; i++) {
		struct torrentfile *tf = NULL;
		struct err err = ERR_INIT;
		char *old_dir, *torrent;

		path_of(&old_dir, payload_dir, from[i].btmh);
		path_of(&torrent, torrent_dir, from[i].btmh);
		if (old_dir != NULL && torrent != NULL &&
		    torrentfile_open(&tf, torrent, from[i].btmh, &err) ==
			    STATUS_OK) {
			struct payload_reuse what = {
				.dir = dir,
				.mi = mi,
				.old_dir = old_dir,
				.old_mi = &tf->mi,
				.old_whole = from[i].whole,
			};

			(void)payload_reuse(&what, bytes, &err);
		}
		torrentfile_free(tf);
		free(old_dir);
		free(torrent);
	}
	free(dir);
}
