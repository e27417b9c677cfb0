/* Looking at a drive before anything else: its mark, its lists, its route. */
#include <stdlib.h>
#include <string.h>

#include "catalog/lessons.h"
#include "node/drive/sync_inside.h"

/* Seconds to look for lessons on a drive that has lost its list. */
static const double RECOLLECT_S = 20;

/* `*whole`: there was a list, and every line of it is one. */
static enum status read_list(struct visit *v, enum drive_kind kind,
			     struct hashes *out, bool *whole, struct err *err)
{
	char path[DRIVE_PATH_MAX];
	struct buf text = BUF_INIT;
	uint8_t hash[DRIVE_HASH_SIZE];
	struct bytes rest;
	size_t lines = 0;
	enum status status;

	drive_path_list(kind, path);
	status = visit_read(v, path, DRIVE_LIST_MAX, &text, err);
	if (status == STATUS_OK) {
		status = hashes_read(out, buf_bytes(&text));
		if (status != STATUS_OK)
			(void)err_set(err, status, "out of memory");
		for (rest = buf_bytes(&text); drive_list_next(&rest, hash);)
			lines++;
		*whole = lines > 0 && lines * 65 == text.size;
	} else if (status == STATUS_NOT_FOUND) {
		status = STATUS_OK;
	} else {
		status = visit_failed(v, err, "'%s'", path);
	}
	buf_release(&text);
	return status;
}

/* A list is a hint. Where it is lost or spoiled, the drive is asked by name
 * for every lesson known here, for as long as that may take. */
struct recollecting {
	struct visit *v;
	double until;
	enum status status;
	struct err *err;
};

bool visit_finds(struct visit *v, const uint8_t *btmh)
{
	char path[DRIVE_PATH_MAX];
	struct err ignored = ERR_INIT;
	uint64_t size;

	drive_path(DRIVE_PLACE, btmh, path);
	if (mount_size(v->m, path, &size, &ignored) == STATUS_OK)
		return true;
	drive_path(DRIVE_PART, btmh, path);
	return mount_has_folder(v->m, path);
}

static bool recollect_lesson(void *context, const struct lesson_row *row)
{
	struct recollecting *r = context;

	if (visit_finds(r->v, row->lesson.btmh) &&
	    hashes_put(&r->v->places, row->lesson.btmh) == STATUS_NO_MEMORY)
		r->status = err_set(r->err, STATUS_NO_MEMORY, "out of memory");
	/* Also when time is over: half a list is taken for a whole one. */
	(void)visit_show(r->v, SYNC_LOOKING, "", 0, 0);
	return r->status == STATUS_OK && visit_clock() < r->until &&
	       !r->v->stopped && !r->v->gone;
}

enum status sync_recollect(struct visit *v, struct err *err)
{
	struct recollecting r = { v, visit_clock() + RECOLLECT_S, STATUS_OK,
				  err };
	struct lessons_query all = { .filter = LESSONS_ALL }, gone = {
		.filter = LESSONS_WITHDRAWN
	};
	enum status status;

	if (v->places_known ||
	    (!mount_has_folder(v->m, DRIVE_SYSTEM "/place") &&
	     !mount_has_folder(v->m, DRIVE_SYSTEM "/part")))
		return STATUS_OK;
	status = lessons_find(visit_catalog(v), &all, recollect_lesson, &r,
			      err);
	if (status == STATUS_OK)
		status = lessons_find(visit_catalog(v), &gone,
				      recollect_lesson, &r, err);
	return status == STATUS_OK ? r.status : status;
}

static enum status read_route(struct visit *v, struct err *err)
{
	struct buf text = BUF_INIT;
	size_t room = DRIVE_ROUTE_STOPS_MAX;
	enum status status = STATUS_NOT_FOUND;

	v->route = calloc(room, sizeof(*v->route));
	if (v->route == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	if (v->o->route_count > 0) {
		v->route_count = v->o->route_count < room ?
					 v->o->route_count :
					 room;
		memcpy(v->route, v->o->route,
		       v->route_count * sizeof(*v->route));
		return STATUS_OK;
	}
	status = visit_read(v, DRIVE_ROUTE, DRIVE_ROUTE_MAX, &text, err);
	if (status == STATUS_OK &&
	    drive_route_parse(buf_bytes(&text), v->route, room,
			      &v->route_count) != STATUS_OK)
		status = err_set(err, STATUS_MALFORMED,
				 "it does not read; give --route again");
	buf_release(&text);
	return status == STATUS_OK || status == STATUS_NOT_FOUND ?
		       STATUS_OK :
		       visit_failed(v, err, "the route on the drive");
}

enum status sync_look(struct visit *v, struct err *err)
{
	bool known = false;
	enum status status;

	status = mount_look(v->m, &v->facts, err);
	if (status != STATUS_OK)
		return status;
	v->writable = !v->facts.read_only && !v->o->only_in;
	if (v->facts.read_only)
		visit_trouble(v, "the drive is write-protected: nothing can "
				 "be put on it");
	status = mark_read(v->m, &v->mark, err);
	v->has_mark = status == STATUS_OK;
	if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	if (status == STATUS_OLD) /* a newer program's: hands off */
		return err_wrap(err, "this drive");
	if (status == STATUS_UNTRUSTED)
		v->writable = false;
	/* A torn one is made anew by 'drive prepare'. */
	if (status != STATUS_OK)
		status = visit_failed(v, err, "what this drive says of "
					      "itself");
	if (status == STATUS_OK)
		status = read_list(v, DRIVE_PLACE, &v->places,
				   &v->places_known, err);
	if (status == STATUS_OK)
		status = read_list(v, DRIVE_NODE, &v->nodes, &known, err);
	if (status == STATUS_OK)
		status = read_list(v, DRIVE_UP, &v->ups, &known, err);
	if (status == STATUS_OK)
		status = read_list(v, DRIVE_EVIDENCE, &v->proofs, &known, err);
	if (status == STATUS_OK)
		status = read_route(v, err);
	return status;
}
