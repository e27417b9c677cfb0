#include "node/drive/berth.h"

#include <stdio.h>
#include <string.h>

void berth_plan_path(const uint8_t btmh[static 32],
		     char out[static DRIVE_PATH_MAX])
{
	drive_path(DRIVE_PART, btmh, out);
	strcat(out, ".place");
}

enum status berth_failed(const struct mount *m, struct err *err)
{
	if (mount_is_gone(m))
		err->status = STATUS_UNREACHABLE;
	return err->status;
}

enum status berth_read_place(struct mount *m, const char *path,
			     struct drive_place *out, struct err *err)
{
	struct err reading = ERR_INIT;
	struct buf text = BUF_INIT;
	enum status status;

	status = mount_read(m, path, DRIVE_PLACE_MAX, &text, &reading);
	if (status == STATUS_OK)
		status = drive_place_parse(buf_bytes(&text), out);
	else if (mount_is_gone(m))
		status = reading.status = STATUS_UNREACHABLE;
	buf_release(&text);
	if (status == STATUS_MALFORMED)
		status = STATUS_NOT_FOUND;
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		*err = reading;
	return status;
}

unsigned berth_parts(const struct berth *b, uint64_t length)
{
	if (b->part_bytes == 0 || length <= b->part_bytes)
		return 1;
	return (unsigned)((length - 1) / b->part_bytes) + 1;
}

uint64_t berth_part_length(const struct berth *b, uint64_t length,
			   unsigned part)
{
	uint64_t before = part * b->part_bytes;

	if (part + 1 < berth_parts(b, length))
		return b->part_bytes;
	return length - before;
}

enum status berth_path(const struct berth *b,
		       const struct metainfo_file *file, unsigned part,
		       char out[static DRIVE_PATH_MAX], struct err *err)
{
	if (drive_file_path(b->folder, b->mi->folder, file->path, file->length,
			    b->part_bytes, part, out) == STATUS_OK)
		return STATUS_OK;
	return err_set(err, STATUS_UNTRUSTED,
		       "'%s' is too long a name for a drive", file->path);
}

/* Is there a file of that length? */
static enum status look_at(const struct berth *b, const char *path,
			   uint64_t length, struct berth_sight *sight,
			   struct err *err)
{
	uint64_t size;
	enum status status = mount_size(b->m, path, &size, err);

	if (status != STATUS_OK)
		sight->whole = false;
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return berth_failed(b->m, err);
	sight->bytes += size < length ? size : length;
	sight->whole = sight->whole && size == length;
	return STATUS_OK;
}

enum status berth_look(const struct berth *b, struct berth_sight *out,
		       struct err *err)
{
	struct berth_sight sight = { .whole = true };
	char path[DRIVE_PATH_MAX];
	uint64_t size;

	/* Said once, and not for each of its files. */
	if (!mount_has_folder(b->m, b->folder)) {
		enum status status = mount_size(b->m, b->folder, &size, err);

		if (status != STATUS_OK && status != STATUS_NOT_FOUND)
			return berth_failed(b->m, err);
		*out = (struct berth_sight){ 0 };
		return STATUS_OK;
	}
	for (uint32_t i = 0; i < b->mi->file_count; i++) {
		const struct metainfo_file *file = &b->mi->files[i];
		unsigned parts = berth_parts(b, file->length);

		for (unsigned part = 0; part < parts; part++) {
			uint64_t length =
				berth_part_length(b, file->length, part);

			if (berth_path(b, file, part, path, err) !=
				    STATUS_OK ||
			    look_at(b, path, length, &sight, err) !=
				    STATUS_OK)
				return err->status;
		}
	}
	*out = sight;
	return STATUS_OK;
}

/* How deep two paths go together: bytes up to and with the last '/' that they
 * share. */
static size_t shared_folders(const char *a, const char *b)
{
	size_t shared = 0;

	for (size_t i = 0; a[i] != 0 && a[i] == b[i]; i++)
		if (a[i] == '/')
			shared = i + 1;
	return shared;
}

bool berth_each_folder(const struct berth *b,
		       bool (*each)(void *owner, const char *folder),
		       void *owner)
{
	const struct metainfo *mi = b->mi;
	char folder[DRIVE_PATH_MAX];
	struct err err = ERR_INIT;

	/* Files come folder by folder: a folder ends where the file behind is
	 * in another. */
	for (uint32_t i = 0; mi->folder && i < mi->file_count; i++) {
		const char *path = mi->files[i].path;
		const char *next = i + 1 < mi->file_count ?
					   mi->files[i + 1].path :
					   "";
		size_t shared = shared_folders(path, next);
		size_t least = strlen(b->folder);
		char *slash;

		if (berth_path(b, &mi->files[i], 0, folder, &err) !=
		    STATUS_OK)
			continue;
		/* Of the path on the drive: the payload's own name is left
		 * out. */
		if (shared > 0)
			least += shared - strcspn(path, "/") - 1;
		while ((slash = strrchr(folder, '/')) != NULL &&
		       (size_t)(slash - folder) > least) {
			*slash = 0;
			if (!each(owner, folder))
				return false;
		}
	}
	return each(owner, b->folder);
}
