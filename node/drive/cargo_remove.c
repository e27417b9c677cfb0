/* Taking a payload away, by the names it must have: nothing is listed, and
 * what has another name is somebody else's. */
#include <stdio.h>
#include <string.h>

#include "node/drive/berth.h"
#include "node/drive/cargo.h"
#include "node/torrentfile.h"

/* Remove a file of ours. What stands in its place and is none is left. */
static enum status remove_file(struct mount *m, const char *path,
			       struct err *err)
{
	uint64_t size;
	enum status status = mount_size(m, path, &size, err);

	if (status == STATUS_NOT_FOUND || status == STATUS_UNTRUSTED)
		return STATUS_OK;
	if (status == STATUS_OK)
		status = mount_remove(m, path, err);
	return status == STATUS_OK ? STATUS_OK : berth_failed(m, err);
}

/* Remove each file, or each of its parts. */
static enum status remove_files(const struct berth *b, struct err *err)
{
	char path[DRIVE_PATH_MAX];

	for (uint32_t i = 0; i < b->mi->file_count; i++) {
		const struct metainfo_file *file = &b->mi->files[i];
		unsigned parts = berth_parts(b, file->length);

		for (unsigned part = 0; part < parts; part++)
			if (berth_path(b, file, part, path, err) !=
				    STATUS_OK ||
			    remove_file(b->m, path, err) != STATUS_OK)
				return err->status;
	}
	return STATUS_OK;
}

static bool remove_if_empty(void *owner, const char *folder)
{
	mount_remove_empty(owner, folder, NULL);
	return true;
}

/* Remove what is ours in a folder, and the folder if nothing else is in it.
 * `above`: those above it as well, up to that one. */
static enum status remove_from(struct mount *m, const struct metainfo *mi,
			       const char *folder,
			       const struct drive_place *place,
			       const char *above, struct err *err)
{
	struct berth b = { .m = m, .mi = mi, .part_bytes = place->part_bytes };
	char path[DRIVE_PATH_MAX];
	int size;

	if (!mount_has_folder(m, folder))
		return STATUS_OK;
	strcpy(b.folder, folder);
	if (remove_files(&b, err) != STATUS_OK)
		return err->status;
	size = snprintf(path, sizeof(path), "%s/%s", folder, place->poster);
	if (place->poster[0] != 0 && size < (int)sizeof(path) &&
	    remove_file(m, path, err) != STATUS_OK)
		return err->status;
	(void)berth_each_folder(&b, remove_if_empty, m);
	mount_remove_empty(m, folder, above);
	return STATUS_OK;
}

/* Read a place file or plan; one that is not there is an empty one. */
static enum status read_place(struct mount *m, const char *path,
			      struct drive_place *out, struct err *err)
{
	enum status status = berth_read_place(m, path, out, err);

	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status cargo_remove_part(struct mount *m, const uint8_t btmh[static 32],
			      const struct metainfo *mi, struct err *err)
{
	struct drive_place plan = { .folder = "" };
	char part[DRIVE_PATH_MAX], path[DRIVE_PATH_MAX];
	enum status status;

	drive_path(DRIVE_PART, btmh, part);
	berth_plan_path(btmh, path);
	if (!mount_has_folder(m, part)) {
		/* A plan of what is mended in its place is to stay. */
		char place[DRIVE_PATH_MAX];
		uint64_t size;

		drive_path(DRIVE_PLACE, btmh, place);
		status = mount_size(m, place, &size, err);
		if (status == STATUS_NOT_FOUND)
			return remove_file(m, path, err);
		return status == STATUS_OK ? STATUS_OK : berth_failed(m, err);
	}
	status = read_place(m, path, &plan, err);
	/* Beside parts there may be whole files, when it had just gone over
	 * to parts. */
	for (unsigned i = 0; i < 2 && status == STATUS_OK && mi != NULL; i++) {
		status = remove_from(m, mi, part, &plan, NULL, err);
		plan.part_bytes = 0;
	}
	return status == STATUS_OK ? remove_file(m, path, err) : status;
}

/* Remove where the place file says, if it is there that they are, then all
 * that names it. */
static enum status remove_placed(struct mount *m,
				 const uint8_t btmh[static 32],
				 const struct metainfo *mi, bool is_there,
				 struct err *err)
{
	struct drive_place place = { .folder = "" };
	char path[DRIVE_PATH_MAX], plan[DRIVE_PATH_MAX],
		torrent[DRIVE_PATH_MAX];
	enum status status;

	drive_path(DRIVE_PLACE, btmh, path);
	berth_plan_path(btmh, plan);
	drive_path(DRIVE_TORRENT, btmh, torrent);
	status = read_place(m, path, &place, err);
	if (status == STATUS_OK && place.folder[0] != 0 && is_there &&
	    mi != NULL)
		status = remove_from(m, mi, place.folder, &place,
				     DRIVE_LESSONS, err);
	if (status == STATUS_OK)
		status = remove_file(m, path, err);
	if (status == STATUS_OK)
		status = remove_file(m, plan, err);
	if (status == STATUS_OK)
		status = remove_file(m, torrent, err);
	return status;
}

/* What the drive itself says it is, if that is proved. */
static void read_torrent(struct mount *m, const uint8_t btmh[static 32],
			 struct torrentfile **out)
{
	struct buf torrent = BUF_INIT;
	char path[DRIVE_PATH_MAX];
	struct err err = ERR_INIT;

	drive_path(DRIVE_TORRENT, btmh, path);
	if (mount_read(m, path, METAINFO_SIZE_MAX, &torrent, &err) ==
	    STATUS_OK)
		(void)torrentfile_open_bytes(out, buf_bytes(&torrent), btmh,
					     &err);
	buf_release(&torrent);
}

enum status cargo_remove(struct mount *m, const uint8_t btmh[static 32],
			 const struct metainfo *mi, struct err *err)
{
	struct torrentfile *tf = NULL;
	char part[DRIVE_PATH_MAX];
	enum status status;
	bool is_there;

	/* What is not renamed yet is not in its place: what is there then is
	 * somebody else's. */
	drive_path(DRIVE_PART, btmh, part);
	is_there = !mount_has_folder(m, part);
	if (mi == NULL)
		read_torrent(m, btmh, &tf);
	if (tf != NULL)
		mi = &tf->mi;
	status = cargo_remove_part(m, btmh, mi, err);
	if (status == STATUS_OK)
		status = remove_placed(m, btmh, mi, is_there, err);
	torrentfile_free(tf);
	return status;
}
