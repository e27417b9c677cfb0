/* Beginning, or finding out where an earlier one ended. The plan file is there
 * as long as pieces may be missing, the part folder until it is renamed, the
 * place file from when all is flushed:
 *
 *     plan  part  place  place's folder
 *      x     ?     ?      ?       go on in part/<btmh>
 *      x     -     x      x       go on there: it was damaged in its place
 *      -     x     x      ?       whole: the rename is to be done
 *      -     -     x      whole   it is there
 *      -     -     x      damaged go on there
 *      otherwise                  begin
 */
#include <stdlib.h>
#include <string.h>

#include "node/drive/stow_inside.h"
#include "node/serve_file.h"

/* --- names --- */

/* The file's path in the folder that people see. */
static const char *seen_path(const struct metainfo *mi,
			     const struct metainfo_file *file)
{
	return mi->folder ? strchr(file->path, '/') + 1 : file->path;
}

static bool is_taken(const struct metainfo *mi, const char *name)
{
	for (uint32_t i = 0; i < mi->file_count; i++) {
		struct bytes top = bytes_of(seen_path(mi, &mi->files[i]));
		const uint8_t *slash = memchr(top.data, '/', top.size);

		if (slash != NULL)
			top.size = (size_t)(slash - top.data);
		if (safename_collide(top, bytes_of(name)))
			return true;
	}
	return false;
}

/* The file that a poster is of, or NULL. */
static const struct metainfo_file *main_file(const struct metainfo *mi)
{
	const struct metainfo_file *largest = &mi->files[0];
	const char *path;

	for (uint32_t i = 1; i < mi->file_count; i++)
		if (mi->files[i].length > largest->length)
			largest = &mi->files[i];
	path = seen_path(mi, largest);
	if (mi->folder && (strchr(path, '/') != NULL ||
			   strncmp(content_type_of(path), "video/", 6) != 0))
		return NULL;
	return largest;
}

void stow_name_poster(const struct metainfo *mi,
		      char out[static SAFENAME_MAX + 1])
{
	const struct metainfo_file *file = main_file(mi);
	char name[SAFENAME_MAX + sizeof(".jpg")] = "";
	char *dot;

	if (file != NULL) {
		strcpy(name, seen_path(mi, file));
		dot = strrchr(name, '.');
		strcpy(dot == NULL || dot == name ? name + strlen(name) : dot,
		       ".jpg");
	}
	if (safename_check(bytes_of(name)) != STATUS_OK || is_taken(mi, name))
		strcpy(name, "folder.jpg");
	strcpy(out, is_taken(mi, name) ? "" : name);
}

static enum status is_free(struct mount *m, const char *folder, bool *is_so,
			   struct err *err)
{
	struct err looking = ERR_INIT;
	uint64_t size;
	enum status status = mount_size(m, folder, &size, &looking);

	*is_so = status == STATUS_NOT_FOUND;
	if (status == STATUS_NOT_FOUND || status == STATUS_OK ||
	    status == STATUS_UNTRUSTED)
		return STATUS_OK;
	*err = looking;
	return berth_failed(m, err);
}

enum status stow_choose_folder(struct stowing *s, struct err *err)
{
	const struct stow_options *o = &s->options;
	char *folder = s->place.folder;
	bool is_so;

	for (unsigned i = 0; i < 3; i++) {
		if (i > 0)
			drive_lesson_folder(o->topic, o->title,
					    i == 1 ? NULL : o->mark, folder);
		else if (folder[0] == 0)
			continue;
		if (is_free(o->m, folder, &is_so, err) != STATUS_OK)
			return err->status;
		if (is_so)
			return STATUS_OK;
	}
	return err_set(err, STATUS_BUSY,
		       "there is something else at '%s' on the drive: rename "
		       "or remove it and try again",
		       folder);
}

enum status stow_write_place(struct stowing *s, const char *path,
			     struct err *err)
{
	struct buf text = BUF_INIT;
	enum status status;

	drive_place_format(&s->place, &text);
	status = buf_status(&text);
	if (status != STATUS_OK)
		(void)err_set(err, status, "out of memory");
	else if (mount_write(s->options.m, path, buf_bytes(&text), err) !=
		 STATUS_OK)
		status = berth_failed(s->options.m, err);
	buf_release(&text);
	return status;
}

/* --- beginning --- */

/* What an earlier one left. */
struct remains {
	bool has_plan, has_place, has_part;
	struct drive_place plan, place;
};

static enum status look_for(struct mount *m, const char *path,
			    struct drive_place *out, bool *found,
			    struct err *err)
{
	enum status status = berth_read_place(m, path, out, err);

	*found = status == STATUS_OK;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status look_around(struct stowing *s, struct remains *r,
			       struct err *err)
{
	struct mount *m = s->options.m;
	char part[DRIVE_PATH_MAX];

	*r = (struct remains){ .has_part = false };
	if (look_for(m, s->place_path, &r->place, &r->has_place, err) !=
		    STATUS_OK ||
	    look_for(m, s->plan_path, &r->plan, &r->has_plan, err) !=
		    STATUS_OK)
		return err->status;
	drive_path(DRIVE_PART, s->options.btmh, part);
	r->has_part = mount_has_folder(m, part);
	return STATUS_OK;
}

/* Make `folder` the berth and look what is there. */
static enum status moor(struct stowing *s, const char *folder,
			uint64_t part_bytes, struct err *err)
{
	strcpy(s->berth.folder, folder);
	s->berth.part_bytes = part_bytes;
	return berth_look(&s->berth, &s->sight, err);
}

/* Find the berth. STATUS_EXISTS when there is nothing left to do. */
static enum status find_berth(struct stowing *s, const struct remains *r,
			      struct err *err)
{
	char part[DRIVE_PATH_MAX];
	enum status status;

	drive_path(DRIVE_PART, s->options.btmh, part);
	if (r->has_place && !r->has_part) {
		if (moor(s, r->place.folder,
			 r->has_plan ? r->plan.part_bytes :
				       r->place.part_bytes,
			 err) != STATUS_OK)
			return err->status;
		s->in_place = s->sight.bytes > 0;
		if (s->sight.whole && !r->has_plan && !s->options.mend) {
			s->place = r->place;
			stow_put_poster(s);
			return STATUS_EXISTS;
		}
		if (s->in_place)
			return STATUS_OK;
	}
	if (moor(s, part,
		 r->has_plan			  ? r->plan.part_bytes :
		 r->has_place && r->has_part ? r->place.part_bytes :
						    s->options.part_bytes,
		 err) != STATUS_OK)
		return err->status;
	if (!r->has_place || !r->has_part || r->has_plan || !s->sight.whole)
		return STATUS_OK;
	status = stow_settle(s, err);
	return status == STATUS_OK ? STATUS_EXISTS : status;
}

/* What is written down about it, as far as it is known already. */
static void note_down(struct stowing *s, const struct remains *r)
{
	const struct stow_options *o = &s->options;
	struct drive_place *place = &s->place;

	*place = r->has_plan ? r->plan : r->place;
	if (r->has_place && !r->has_part)
		*place = r->place;
	if (o->poster.size > 0 && place->poster[0] == 0)
		stow_name_poster(o->mi, place->poster);
	if (o->lesson != NULL && o->lesson[0] != 0 &&
	    strlen(o->lesson) <= DRIVE_LESSON_ID_MAX) {
		strcpy(place->lesson, o->lesson);
		place->rev = o->rev;
	}
}

enum status stow_check_parts(const struct stowing *s, struct err *err)
{
	const struct metainfo *mi = s->options.mi;
	char path[SAFENAME_PATH_MAX + 1];

	for (uint32_t i = 0; s->berth.part_bytes > 0 && i < mi->file_count;
	     i++) {
		const struct metainfo_file *of;
		char *dot;

		strcpy(path, mi->files[i].path);
		dot = strrchr(path, '.');
		if (dot == NULL || dot[1] == 0 ||
		    dot[1 + strspn(dot + 1, "0123456789")] != 0)
			continue;
		*dot = 0;
		of = metainfo_find(mi, path);
		if (of != NULL && berth_parts(&s->berth, of->length) > 1)
			return err_set(err, STATUS_NO_ROOM,
				       "'%s' cannot be in parts beside '%s': "
				       "use a drive with exFAT or NTFS",
				       of->path, mi->files[i].path);
	}
	return STATUS_OK;
}

static enum status check_room(const struct stowing *s, struct err *err)
{
	struct mount *m = s->options.m;
	struct mount_facts facts;

	if (mount_look(m, &facts, err) != STATUS_OK)
		return berth_failed(m, err);
	if (facts.read_only)
		return err_set(err, STATUS_READ_ONLY,
			       "the drive is write-protected: move its switch, "
			       "or mount it to be written");
	if (facts.room < s->options.mi->total - s->sight.bytes)
		return err_set(err, STATUS_NO_ROOM,
			       "the drive is full: make room on it and try "
			       "again");
	return STATUS_OK;
}

static enum status begin(struct stowing *s, struct err *err)
{
	struct remains r;
	enum status status;

	drive_path(DRIVE_PLACE, s->options.btmh, s->place_path);
	berth_plan_path(s->options.btmh, s->plan_path);
	if (look_around(s, &r, err) != STATUS_OK)
		return err->status;
	note_down(s, &r);
	status = find_berth(s, &r, err);
	if (status != STATUS_OK)
		return status;
	if (check_room(s, err) != STATUS_OK ||
	    stow_check_parts(s, err) != STATUS_OK)
		return err->status;
	if (!s->in_place && stow_choose_folder(s, err) != STATUS_OK)
		return err->status;
	s->place.part_bytes = s->berth.part_bytes;
	if (stow_write_place(s, s->plan_path, err) != STATUS_OK)
		return err->status;
	return stow_split(s, err);
}

enum status stow_open(struct stowing **out,
		      const struct stow_options *options, struct err *err)
{
	struct stowing *s = calloc(1, sizeof(*s));
	enum status status;

	if (s == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	s->options = *options;
	s->berth.m = options->m;
	s->berth.mi = options->mi;
	s->fd = -1;
	flush_init(&s->flush);
	status = begin(s, err);
	if (status != STATUS_OK) {
		stow_free(s);
		return status;
	}
	*out = s;
	return STATUS_OK;
}
