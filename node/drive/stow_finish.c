/* The end of it: flushed, named, moved into place. Each step leaves one of the
 * states of node/drive/stow.c. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/drive/stow_inside.h"

/* Beyond that, all at once is faster than one by one. */
enum { FSYNC_EACH_MAX = 32 };

/* --- flushing --- */

/* Cut a file, or part, to its length and flush it. Makes an empty one. */
static enum status seal_file(struct stowing *s,
			     const struct metainfo_file *file, unsigned part,
			     struct err *err)
{
	uint64_t length = berth_part_length(&s->berth, file->length, part);
	struct mount *m = s->options.m;
	char path[DRIVE_PATH_MAX];
	struct stat st;
	int fd, error = 0;

	if (berth_path(&s->berth, file, part, path, err) != STATUS_OK)
		return err->status;
	if (mount_open_to_write(m, path, &fd, err) != STATUS_OK)
		return berth_failed(m, err);
	if (fstat(fd, &st) != 0 ||
	    ((uint64_t)st.st_size > length &&
	     ftruncate(fd, (off_t)length) != 0) ||
	    fsync(fd) != 0)
		error = errno;
	else if ((uint64_t)st.st_size < length)
		error = EIO;
	if (close(fd) != 0 && error == 0)
		error = errno;
	if (error == 0)
		return STATUS_OK;
	(void)mount_fail(m, path, error, err);
	return berth_failed(m, err);
}

struct flushing {
	struct mount *m;
	struct err *err;
};

static bool flush_folder(void *owner, const char *folder)
{
	struct flushing *f = owner;

	if (mount_sync_folder(f->m, folder, f->err) == STATUS_OK)
		return true;
	(void)berth_failed(f->m, f->err);
	return false;
}

static enum status flush_data(struct stowing *s, struct err *err)
{
	const struct metainfo *mi = s->options.mi;
	struct flushing f = { s->options.m, err };
	enum status status = stow_close_file(s, err);
	int error = flush_all(&s->flush);

	if (status == STATUS_OK && error != 0)
		status = mount_fail(f.m, s->berth.folder, error, err);
	if (status == STATUS_OK && mi->file_count > FSYNC_EACH_MAX)
		status = mount_sync(f.m, err);
	if (status != STATUS_OK)
		return berth_failed(f.m, err);
	for (uint32_t i = 0; i < mi->file_count; i++) {
		const struct metainfo_file *file = &mi->files[i];
		unsigned parts = berth_parts(&s->berth, file->length);

		for (unsigned part = 0; part < parts; part++)
			if (seal_file(s, file, part, err) != STATUS_OK)
				return err->status;
	}
	if (!berth_each_folder(&s->berth, flush_folder, &f))
		return err->status;
	return STATUS_OK;
}

/* --- naming --- */

void stow_put_poster(struct stowing *s)
{
	char path[DRIVE_PATH_MAX];
	struct err err = ERR_INIT;
	int size;

	if (s->options.poster.size == 0 || s->place.poster[0] == 0)
		return;
	size = snprintf(path, sizeof(path), "%s/%s", s->berth.folder,
			s->place.poster);
	if (size > 0 && size < (int)sizeof(path))
		(void)mount_write(s->options.m, path, s->options.poster, &err);
}

/* Nothing is missing any more. */
static enum status remove_plan(struct stowing *s, struct err *err)
{
	struct mount *m = s->options.m;

	if (mount_remove(m, s->plan_path, err) != STATUS_OK ||
	    mount_sync_folder(m, DRIVE_SYSTEM "/part", err) != STATUS_OK)
		return berth_failed(m, err);
	return STATUS_OK;
}

/* Flush the folder a path is in and those above it. */
static enum status flush_above(struct mount *m, const char *path,
			       struct err *err)
{
	char folder[DRIVE_PATH_MAX];
	char *slash;

	strcpy(folder, path);
	while (folder[0] != 0) {
		slash = strrchr(folder, '/');
		*(slash == NULL ? folder : slash) = 0;
		if (mount_sync_folder(m, folder, err) != STATUS_OK)
			return berth_failed(m, err);
	}
	return STATUS_OK;
}

enum status stow_settle(struct stowing *s, struct err *err)
{
	struct mount *m = s->options.m;
	enum status status = STATUS_EXISTS;

	stow_put_poster(s);
	/* Somebody may take a name between the look and the rename. */
	for (unsigned i = 0; i < 3 && status == STATUS_EXISTS; i++) {
		if (stow_choose_folder(s, err) != STATUS_OK ||
		    stow_write_place(s, s->place_path, err) != STATUS_OK ||
		    remove_plan(s, err) != STATUS_OK)
			return err->status;
		status = mount_rename(m, s->berth.folder, s->place.folder,
				      err);
	}
	if (status == STATUS_EXISTS)
		err->status = STATUS_BUSY;
	if (status != STATUS_OK)
		return berth_failed(m, err);
	if (mount_sync_folder(m, DRIVE_SYSTEM "/part", err) != STATUS_OK)
		return berth_failed(m, err);
	return flush_above(m, s->place.folder, err);
}

enum status stow_finish(struct stowing *s, struct err *err)
{
	if (flush_data(s, err) != STATUS_OK)
		return err->status;
	if (!s->in_place)
		return stow_settle(s, err);
	stow_put_poster(s);
	if (stow_write_place(s, s->place_path, err) != STATUS_OK)
		return err->status;
	return remove_plan(s, err);
}
