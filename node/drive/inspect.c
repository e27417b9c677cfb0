/* Lessons, and all together; logs and records are in inspect_logs.c. */
#include "node/drive/inspect_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/drive/cargo.h"
#include "node/drive/pump.h"
#include "proto/encoding.h"

bool inspect_tell(struct inspecting *i)
{
	if (i->o->progress == NULL || i->cancelled)
		return !i->cancelled;
	i->cancelled = !i->o->progress(i->o->owner, i->title, i->done,
				       i->total);
	return !i->cancelled;
}

enum status inspect_stopped(struct err *err)
{
	return err_set(err, STATUS_CANCELLED, "stopped before the end");
}

/* --- lessons --- */

static bool pumped(void *owner, uint64_t bytes)
{
	struct inspecting *i = owner;

	i->done = i->before + bytes;
	return inspect_tell(i);
}

static enum status read_all(struct inspecting *i, struct cargo *cargo,
			    const struct metainfo *mi,
			    struct pump_result *result, struct err *err)
{
	size_t size = havemap_size(mi->pieces);
	uint8_t *want = calloc(1, size), *moved = calloc(1, size);
	struct pump pump = { .mi = mi,
			     .want = want,
			     .read = cargo_read,
			     .from = cargo,
			     .progress = pumped,
			     .owner = i };
	enum status status;

	if (want == NULL || moved == NULL) {
		status = err_set(err, STATUS_NO_MEMORY, "check a drive");
	} else {
		for (uint32_t n = 0; n < mi->pieces; n++)
			havemap_set(want, n);
		status = pump_run(&pump, moved, result, err);
	}
	free(want);
	free(moved);
	return status;
}

/* Is it being put there, as far as the drive says? */
static bool is_under_way(struct mount *m, const uint8_t *btmh)
{
	char part[DRIVE_PATH_MAX], plan[DRIVE_PATH_MAX + 8];
	struct err ignored = ERR_INIT;
	uint64_t size;

	drive_path(DRIVE_PART, btmh, part);
	(void)snprintf(plan, sizeof(plan), "%s.place", part);
	return mount_has_folder(m, part) ||
	       mount_size(m, plan, &size, &ignored) == STATUS_OK;
}

static const char *judge(const struct inspecting *i, const uint8_t *btmh,
			 const struct pump_result *r, uint32_t pieces)
{
	if (r->moved == pieces)
		return "good";
	if (r->damaged > 0 || r->unread > 0 ||
	    !is_under_way(i->o->survey.m, btmh))
		return "damaged";
	return "partly";
}

static enum status put_lesson(struct inspecting *i, const json_t *seen,
			      const char *state, uint32_t pieces,
			      const struct pump_result *r, struct err *err)
{
	json_t *row = json_pack(
		"{s:O, s:O, s:O, s:I, s:s, s:I, s:I, s:I, s:I}", "btmh",
		json_object_get(seen, "btmh"), "title",
		json_object_get(seen, "title"), "bytes",
		json_object_get(seen, "bytes"), "good", (json_int_t)r->bytes,
		"state", state, "pieces", (json_int_t)pieces, "damaged",
		(json_int_t)r->damaged, "missing", (json_int_t)r->missing,
		"unread", (json_int_t)r->unread);

	i->damaged += strcmp(state, "damaged") == 0;
	i->bytes += r->bytes;
	return json_array_append_new(i->lessons, row) == 0 ?
		       STATUS_OK :
		       err_set(err, STATUS_NO_MEMORY, "check a drive");
}

bool inspect_is_of_one(enum status status)
{
	return status == STATUS_IO || status == STATUS_UNTRUSTED ||
	       status == STATUS_MALFORMED || status == STATUS_NOT_FOUND ||
	       status == STATUS_DAMAGED;
}

static enum status inspect_lesson(struct inspecting *i, const json_t *seen,
				  struct err *err)
{
	const struct survey *s = &i->o->survey;
	struct pump_result r = { .moved = 0 };
	struct torrentfile *tf;
	struct cargo *cargo;
	const char *state = "damaged";
	uint32_t pieces = 0;
	uint8_t btmh[32];
	enum status status;

	(void)hex_decode(bytes_of(json_string_value(
				 json_object_get(seen, "btmh"))),
			 btmh, 32);
	status = survey_open_torrent(s, btmh, &tf, err);
	if (status == STATUS_OK) {
		pieces = tf->mi.pieces;
		status = cargo_open(&cargo, s->m, btmh, &tf->mi, err);
		if (status == STATUS_OK) {
			status = read_all(i, cargo, &tf->mi, &r, err);
			if (status == STATUS_OK)
				state = judge(i, btmh, &r, pieces);
			cargo_free(cargo);
		} else if (status == STATUS_NOT_FOUND) {
			state = "missing";
		}
		torrentfile_free(tf);
	} else if (status == STATUS_NOT_FOUND) {
		state = "missing";
	}
	if (mount_is_gone(s->m))
		return err_set(err, STATUS_UNREACHABLE,
			       "the drive was pulled out");
	if (status != STATUS_OK && !inspect_is_of_one(status))
		return status;
	*err = (struct err)ERR_INIT;
	return put_lesson(i, seen, state, pieces, &r, err);
}

static uint64_t number(const json_t *object, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(object, key));
}

static enum status inspect_lessons(struct inspecting *i, struct err *err)
{
	json_t *seen = json_array();
	const json_t *lesson;
	size_t n;
	enum status status = survey_lessons(&i->o->survey, seen, err);

	json_array_foreach(seen, n, lesson)
		i->total += number(lesson, "there");
	json_array_foreach(seen, n, lesson) {
		if (status != STATUS_OK)
			break;
		i->title = json_string_value(json_object_get(lesson, "title"));
		i->done = i->before;
		status = inspect_tell(i) ? inspect_lesson(i, lesson, err) :
					   inspect_stopped(err);
		i->before += number(lesson, "there");
	}
	json_decref(seen);
	return status;
}

/* --- the whole --- */

enum status inspect_drive(const struct inspect_options *options,
			  json_t **report, struct err *err)
{
	struct inspecting i = { .o = options,
				.lessons = json_array(),
				.logs = json_array(),
				.records = json_array() };
	enum status status = inspect_lessons(&i, err);

	if (status == STATUS_OK)
		status = inspect_logs(&i, err);
	if (status == STATUS_OK)
		status = inspect_records(&i, err);
	if (status == STATUS_OK)
		*report = json_pack("{s:O, s:O, s:O, s:I, s:I}", "lessons",
				    i.lessons, "logs", i.logs, "records",
				    i.records, "bytes", (json_int_t)i.bytes,
				    "damaged", (json_int_t)i.damaged);
	if (status == STATUS_OK && *report == NULL)
		status = err_set(err, STATUS_NO_MEMORY, "check a drive");
	json_decref(i.lessons);
	json_decref(i.logs);
	json_decref(i.records);
	if (status == STATUS_OK && i.damaged > 0)
		status = err_set(err, STATUS_DAMAGED,
				 "%u of what is on the drive is damaged: "
				 "'xiangtu drive sync %s --repair' mends it "
				 "where the lesson is held",
				 i.damaged, mount_path(options->survey.m));
	return status;
}
