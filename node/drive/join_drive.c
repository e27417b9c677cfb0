#include "node/drive/join_drive.h"

#include <string.h>

#include "node/drive/mount.h"

/* Where `path`, of a drive, is below a folder that is none. */
static const char *below(const char *path, bool is_drive)
{
	return is_drive ? path : path + strlen(DRIVE_SYSTEM "/");
}

static enum status read_join_file(struct join *out, struct mount *m,
				  bool is_drive, struct err *err)
{
	struct buf text = BUF_INIT;
	enum status status = mount_read(m, below(DRIVE_JOIN, is_drive),
					JOIN_SIZE_MAX, &text, err);

	if (status == STATUS_OK)
		status = join_parse(out, buf_bytes(&text), err);
	buf_release(&text);
	return status;
}

/* Root notes from 1 on, as far as they go. */
static enum status read_roots(struct join *join, struct mount *m,
			      bool is_drive, struct err *err)
{
	struct buf note = BUF_INIT;
	enum status status = STATUS_OK;

	for (unsigned v = 1; v <= JOIN_ROOTS_MAX && status == STATUS_OK; v++) {
		char path[DRIVE_PATH_MAX];

		drive_path_root(v, path);
		buf_clear(&note);
		status = mount_read(m, below(path, is_drive), JOIN_NOTE_MAX,
				    &note, err);
		if (status == STATUS_OK &&
		    join_add_root(join, buf_bytes(&note)) != STATUS_OK)
			status = err_set(err, STATUS_NO_MEMORY, "join");
	}
	buf_release(&note);
	if (status == STATUS_NOT_FOUND && join->n_roots > 0)
		status = STATUS_OK;
	return status;
}

static enum status read_notes(struct join *out, struct mount *m,
			      bool is_drive, struct err *err)
{
	struct join join = JOIN_INIT;
	enum status status = read_roots(&join, m, is_drive, err);

	if (status == STATUS_OK)
		status = mount_read(m, below(DRIVE_TRUST_NOTE, is_drive),
				    JOIN_NOTE_MAX, &join.trust, err);
	if (status != STATUS_OK) {
		join_release(&join);
		return status;
	}
	*err = (struct err)ERR_INIT; /* the roots ended somewhere */
	*out = join;
	return STATUS_OK;
}

enum status join_drive_read(struct join *out, const char *path,
			    bool *is_drive, struct err *err)
{
	struct mount *m;
	enum status status = mount_open(&m, path, err);
	bool drive;

	*out = (struct join)JOIN_INIT;
	if (status != STATUS_OK)
		return status;
	drive = mount_has_folder(m, DRIVE_SYSTEM);
	status = read_join_file(out, m, drive, err);
	if (status == STATUS_NOT_FOUND)
		status = read_notes(out, m, drive, err);
	if (status == STATUS_NOT_FOUND)
		(void)err_set(err, status,
			      "there is nothing to join with in '%s': plug in "
			      "a drive that a node of the county has synced, "
			      "or give the folder of a mirror",
			      path);
	else if (status == STATUS_OK)
		*is_drive = drive;
	mount_free(m);
	return status;
}
