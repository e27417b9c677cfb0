/* Writing pieces where they belong, and going over to parts when the drive
 * takes no longer files. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/drive/pump.h"
#include "node/drive/stow_inside.h"

static enum status failed(struct stowing *s, const char *path, int error,
			  struct err *err)
{
	(void)mount_fail(s->options.m, path, error, err);
	return berth_failed(s->options.m, err);
}

/* --- what is there already --- */

static enum status read_back(struct stowing *s, struct cargo *c,
			     const uint8_t *want, uint8_t *have,
			     struct err *err)
{
	const struct pump pump = {
		.mi = s->options.mi,
		.want = want,
		.read = cargo_read,
		.from = c,
		.progress = s->options.progress,
		.owner = s->options.owner,
	};
	struct pump_result result;
	struct err reading = ERR_INIT;
	enum status status = pump_run(&pump, have, &result, &reading);

	/* What the drive cannot read is written anew. */
	if (status == STATUS_OK ||
	    (status == STATUS_IO && !mount_is_gone(s->options.m)))
		return STATUS_OK;
	*err = reading;
	return berth_failed(s->options.m, err);
}

enum status stow_have(struct stowing *s, uint8_t *have, struct err *err)
{
	const struct metainfo *mi = s->options.mi;
	enum status status;
	struct cargo *c;
	uint8_t *want;

	if (s->sight.bytes == 0)
		return STATUS_OK;
	want = calloc(1, havemap_size(mi->pieces));
	c = cargo_in_berth(&s->berth);
	if (want == NULL || c == NULL) {
		status = err_set(err, STATUS_NO_MEMORY, "out of memory");
	} else {
		for (uint32_t i = 0; i < mi->pieces; i++)
			havemap_set(want, i);
		status = read_back(s, c, want, have, err);
	}
	cargo_free(c);
	free(want);
	return status;
}

/* --- parts --- */

/* Copy from..to of a file to the beginning of `path`. */
static enum status copy_range(struct stowing *s, int from_fd, uint64_t from,
			      uint64_t to, const char *path, struct err *err)
{
	enum { BLOCK = 1 << 20 };
	uint8_t *block = malloc(BLOCK);
	uint64_t at = from;
	int fd, error = 0;

	if (block == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	if (mount_open_to_write(s->options.m, path, &fd, err) != STATUS_OK) {
		free(block);
		return berth_failed(s->options.m, err);
	}
	while (error == 0 && at < to) {
		size_t want = to - at < BLOCK ? (size_t)(to - at) : BLOCK;
		ssize_t n = pread(from_fd, block, want, (off_t)at);

		if (n > 0)
			n = pwrite(fd, block, (size_t)n, (off_t)(at - from));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			error = n < 0 ? errno : EIO;
		else
			at += (uint64_t)n;
	}
	free(block);
	if (close(fd) != 0 && error == 0)
		error = errno;
	return error == 0 ? STATUS_OK : failed(s, path, error, err);
}

/* Move what stands behind the first part into parts of its own, and cut it
 * off. */
static enum status cut(struct stowing *s, const struct metainfo_file *file,
		       int fd, uint64_t size, struct err *err)
{
	uint64_t length = s->berth.part_bytes;
	char path[DRIVE_PATH_MAX];

	if (size > file->length)
		size = file->length;
	for (unsigned part = 1; size > part * length; part++) {
		uint64_t from = part * length;
		uint64_t to = size < from + length ? size : from + length;

		if (berth_path(&s->berth, file, part, path, err) !=
			    STATUS_OK ||
		    copy_range(s, fd, from, to, path, err) != STATUS_OK)
			return err->status;
	}
	if (size > length && ftruncate(fd, (off_t)length) != 0)
		return failed(s, file->path, errno, err);
	return STATUS_OK;
}

/* Whatever step this ends at, beginning again does the rest. */
static enum status split_file(struct stowing *s,
			      const struct metainfo_file *file, struct err *err)
{
	char path[DRIVE_PATH_MAX], first[DRIVE_PATH_MAX];
	struct mount *m = s->options.m;
	struct berth whole = s->berth;
	enum status status;
	uint64_t size;
	int fd;

	whole.part_bytes = 0;
	if (berth_path(&whole, file, 0, path, err) != STATUS_OK ||
	    berth_path(&s->berth, file, 0, first, err) != STATUS_OK)
		return err->status;
	status = mount_size(m, path, &size, err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK ||
	    mount_open_to_write(m, path, &fd, err) != STATUS_OK)
		return berth_failed(m, err);
	status = cut(s, file, fd, size, err);
	(void)close(fd);
	if (status != STATUS_OK)
		return status;
	if (mount_remove(m, first, err) != STATUS_OK ||
	    mount_rename(m, path, first, err) != STATUS_OK)
		return berth_failed(m, err);
	return STATUS_OK;
}

enum status stow_split(struct stowing *s, struct err *err)
{
	const struct metainfo *mi = s->options.mi;
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < mi->file_count && status == STATUS_OK; i++)
		if (berth_parts(&s->berth, mi->files[i].length) > 1)
			status = split_file(s, &mi->files[i], err);
	return status;
}

/* The drive took no more of a file: go over to parts. */
static enum status begin_parts(struct stowing *s, struct err *err)
{
	if (stow_close_file(s, err) != STATUS_OK)
		return err->status;
	s->berth.part_bytes = s->place.part_bytes = DRIVE_PART_BYTES;
	if (stow_check_parts(s, err) != STATUS_OK ||
	    stow_write_place(s, s->plan_path, err) != STATUS_OK)
		return err->status;
	return stow_split(s, err);
}

/* --- writing --- */

enum status stow_close_file(struct stowing *s, struct err *err)
{
	const char *path = s->options.mi->files[s->file].path;
	int fd = s->fd, error;

	if (fd < 0)
		return STATUS_OK;
	s->fd = -1;
	error = flush_close(&s->flush, fd);
	return error == 0 ? STATUS_OK : failed(s, path, error, err);
}

static enum status use_file(struct stowing *s, uint32_t file, unsigned part,
			    struct err *err)
{
	char path[DRIVE_PATH_MAX];

	if (s->fd >= 0 && s->file == file && s->part == part)
		return STATUS_OK;
	if (stow_close_file(s, err) != STATUS_OK ||
	    berth_path(&s->berth, &s->options.mi->files[file], part, path,
		       err) != STATUS_OK)
		return err->status;
	if (mount_open_to_write(s->options.m, path, &s->fd, err) != STATUS_OK)
		return berth_failed(s->options.m, err);
	s->file = file;
	s->part = part;
	return STATUS_OK;
}

/* 0, or an errno. */
static int write_at(int fd, uint64_t offset, const uint8_t *data,
		    uint32_t size)
{
	for (uint32_t done = 0; done < size;) {
		ssize_t n = pwrite(fd, data + done, size - done,
				   (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? errno : EIO;
		done += (uint32_t)n;
	}
	return 0;
}

/* The same, and goes on to parts if it must. */
static enum status write_piece(struct stowing *s,
			       const struct metainfo_piece *at,
			       const uint8_t *data, struct err *err)
{
	const struct metainfo_file *file = &s->options.mi->files[at->file];
	uint64_t offset = at->offset;
	unsigned part = 0;
	int error;

	if (berth_parts(&s->berth, file->length) > 1) {
		part = (unsigned)(offset / s->berth.part_bytes);
		offset -= part * s->berth.part_bytes;
	}
	if (use_file(s, at->file, part, err) != STATUS_OK)
		return err->status;
	error = write_at(s->fd, offset, data, at->length);
	if (error == 0)
		error = flush_wrote(&s->flush, s->fd, offset,
				    offset + at->length);
	if (error != EFBIG || s->berth.part_bytes != 0 ||
	    file->length <= DRIVE_PART_BYTES)
		return error == 0 ? STATUS_OK :
				    failed(s, file->path, error, err);
	if (begin_parts(s, err) != STATUS_OK)
		return err->status;
	return write_piece(s, at, data, err);
}

enum status stow_write(void *stowing, uint32_t piece, const uint8_t *data,
		       struct err *err)
{
	struct stowing *s = stowing;
	struct metainfo_piece at = metainfo_piece(s->options.mi, piece);

	return write_piece(s, &at, data, err);
}

void stow_free(struct stowing *s)
{
	if (s == NULL)
		return;
	if (s->fd >= 0)
		(void)close(s->fd);
	flush_release(&s->flush);
	free(s);
}
