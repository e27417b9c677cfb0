/* The order of a visit, what a failure in it means, and the report. What each
 * step does is in sync_*.c. */
#include "node/drive/sync.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "catalog/lessons.h"
#include "node/clock.h"
#include "node/drive/sync_inside.h"
#include "proto/text.h"

/* Seconds between words to the node; and how much of a list it is told. */
static const double TELL_S = 1, STUCK_S = 10;
enum { TOLD_MAX = 300 };
/* Seconds to look for lessons on a drive that has lost its list. */
static const double RECOLLECT_S = 20;

double visit_clock(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- progress --- */

bool visit_may_go_on(struct visit *v)
{
	if (v->deadline > 0 && visit_clock() > v->deadline)
		v->out_of_time = true;
	return !v->out_of_time && !v->gone && !v->stopped;
}

void visit_look(struct visit *v)
{
	v->look_end = visit_clock() + SYNC_LOOK_S;
}

bool visit_may_look(struct visit *v, size_t done)
{
	if (v->gone || v->stopped)
		return false;
	if (visit_clock() < v->look_end)
		return true;
	visit_trouble(v, "the drive names more things than could be looked "
			 "up in a minute: the rest after the first %zu was "
			 "left", done);
	return false;
}

/* For the page in the room; nothing hangs on it. */
static void tell_progress(struct visit *v, const struct sync_progress *now)
{
	static const char *const steps[] = {
		[SYNC_LOOKING] = "looking",	  [SYNC_LOGS_IN] = "logs-in",
		[SYNC_SMALL_OUT] = "small-out",	  [SYNC_PAYLOAD_IN] = "payload-in",
		[SYNC_PAYLOAD_OUT] = "payload-out", [SYNC_FLUSHING] = "flushing",
	};
	struct err ignored = ERR_INIT;
	enum status status;

	v->told = visit_clock();
	status = visit_tell(
		v,
		json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "verb",
			  "drive-progress", "step", steps[now->step], "title",
			  now->title, "done", (json_int_t)now->done, "total",
			  (json_int_t)now->total, "pid",
			  (json_int_t)getpid()),
		&ignored);
	/* A node that is stuck is waited for once, not at each word. */
	v->deaf = status == STATUS_UNREACHABLE &&
		  visit_clock() - v->told > STUCK_S;
}

bool visit_show(struct visit *v, enum sync_step step, const char *title,
		uint64_t done, uint64_t total)
{
	struct sync_progress now = { step, title, done, total };
	bool same_step = v->shown > 0 && v->now.step == step;
	bool same = same_step && v->now.title == title;

	if (door_is_live(v->door) && !v->deaf &&
	    (!same_step || visit_clock() - v->told > TELL_S))
		tell_progress(v, &now);
	if (same && done < total && visit_clock() - v->shown < 0.2)
		return visit_may_go_on(v);
	v->now = now;
	v->shown = visit_clock();
	if (v->o->progress != NULL && !v->o->progress(v->o->owner, &now))
		v->stopped = true;
	return visit_may_go_on(v);
}

/* --- the report --- */

json_t *visit_text(struct bytes text)
{
	return json_stringn((const char *)text.data, text.size);
}

/* What was cut through a character, and the names of folders, may be anything:
 * a '?' for each byte that is not UTF-8. */
static json_t *shown_text(const char *text)
{
	struct buf shown = BUF_INIT;
	struct bytes_reader r;
	json_t *string;
	uint32_t code;

	bytes_reader_init(&r, bytes_of(text));
	while (r.left > 0) {
		const uint8_t *from = r.next;

		if (text_next(&r, &code)) {
			buf_put_bytes(&shown, (struct bytes){
						      from, (size_t)(r.next -
								     from) });
			continue;
		}
		buf_puts(&shown, "?");
		r.next++;
		r.left--;
	}
	string = visit_text(buf_bytes(&shown));
	buf_release(&shown);
	return string;
}

void visit_trouble(struct visit *v, const char *fmt, ...)
{
	char text[2 * ERR_TEXT_MAX + 200];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (json_array_size(v->trouble) < SYNC_TROUBLE_MAX)
		(void)json_array_append_new(v->trouble, shown_text(text));
}

void visit_left(struct visit *v, const char *id, const char *title,
		uint64_t bytes, bool in, const char *why)
{
	(void)json_array_append_new(
		v->left, json_pack("{s:s, s:s, s:I, s:s, s:s}", "id", id,
				   "title", title, "bytes", (json_int_t)bytes,
				   "way", in ? "in" : "out", "why", why));
}

/* --- failures --- */

static void remember(struct visit *v, const struct err *err)
{
	if (v->worst.status == STATUS_OK)
		v->worst = *err;
}

enum status visit_failed(struct visit *v, struct err *err, const char *fmt,
			 ...)
{
	char what[ERR_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	if (err->status == STATUS_IO && mount_is_gone(v->m))
		err->status = STATUS_UNREACHABLE;
	switch (err->status) {
	case STATUS_OK:
		return STATUS_OK;
	case STATUS_UNREACHABLE:
		if (!mount_is_gone(v->m)) /* the node does not answer */
			return err_wrap(err, "%s", what);
		v->gone = true;
		return err_set(err, STATUS_UNREACHABLE,
			       "the drive was pulled out: plug it in again, "
			       "and the rest follows");
	case STATUS_CANCELLED:
	case STATUS_NO_MEMORY:
		v->gone = true;
		return err->status;
	case STATUS_UNTRUSTED:
	case STATUS_MALFORMED:
	case STATUS_DAMAGED:
	case STATUS_FORKED:
		remember(v, err);
		break;
	default:
		break;
	}
	visit_trouble(v, "%s: %s", what, err->text);
	if (v->worst.status == STATUS_OK && err->status == STATUS_IO)
		remember(v, err);
	*err = (struct err)ERR_INIT;
	return STATUS_OK;
}

enum status visit_tell(struct visit *v, json_t *request, struct err *err)
{
	json_t *answer;
	enum status status;

	if (request == NULL)
		return err_set(err, STATUS_MALFORMED, "it is not UTF-8 text");
	status = door_ask(v->door, request, &answer, err);
	if (status == STATUS_OK)
		json_decref(answer);
	return status;
}

void visit_path(const char *folder, const char *name,
		char out[static DRIVE_PATH_MAX])
{
	(void)snprintf(out, DRIVE_PATH_MAX, "%.400s/%.400s", folder, name);
}

enum status visit_read(struct visit *v, const char *path, size_t limit,
		       struct buf *content, struct err *err)
{
	struct err why = ERR_INIT;
	enum status status;

	buf_clear(content);
	status = mount_read(v->m, path, limit, content, &why);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		*err = why;
	return status;
}

enum status visit_write(struct visit *v, const char *path,
			struct bytes content, struct err *err)
{
	enum status status;

	if (!v->writable)
		return STATUS_OK;
	status = mount_write(v->m, path, content, err);
	if (status == STATUS_READ_ONLY || status == STATUS_NO_ROOM) {
		if (!v->full)
			visit_trouble(v, "%s", err->text);
		v->full = true;
		v->writable = status == STATUS_NO_ROOM;
		*err = (struct err)ERR_INIT;
		return STATUS_OK;
	}
	v->wrote = v->wrote || status == STATUS_OK;
	return status;
}

/* --- the drive --- */

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

static enum status recollect(struct visit *v, struct err *err)
{
	struct recollecting r = { v, visit_clock() + RECOLLECT_S, STATUS_OK,
				  err };
	struct lessons_query all = { .filter = LESSONS_ALL }, gone = {
		.filter = LESSONS_WITHDRAWN
	};
	enum status status;

	if (v->places_known || (!mount_has_folder(v->m, DRIVE_SYSTEM "/place") &&
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

static enum status look(struct visit *v, struct err *err)
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
		status = read_route(v, err);
	return status;
}

/* --- the node --- */

static void drive_here(struct visit *v, bool here)
{
	enum { TRIES = 30 }; /* of a third of a second each */
	char path[4096];
	struct err err = ERR_INIT;
	enum status status = STATUS_BUSY;

	if (!door_is_live(v->door) || realpath(mount_path(v->m), path) == NULL)
		return;
	if (here)
		(void)visit_tell(v,
				 json_pack("{s:s, s:s, s:I}", "verb",
					   "drive-here", "path", path, "pid",
					   (json_int_t)getpid()),
				 &err);
	/* Somebody may just be reading from a slow drive. */
	for (unsigned i = 0; !here && status == STATUS_BUSY && i < TRIES; i++)
		status = visit_tell(v,
				    json_pack("{s:s, s:s}", "verb",
					      "drive-gone", "path", path),
				    &err);
}

static enum status flush(struct visit *v, struct err *err)
{
	enum status status;

	if (!v->wrote)
		return STATUS_OK;
	(void)visit_show(v, SYNC_FLUSHING, "", 0, 0);
	status = mount_sync(v->m, err);
	if (status != STATUS_OK)
		return err_wrap(err, "flush the drive");
	return STATUS_OK;
}

/* A drive was too full even for small things, and then something was taken
 * off it. */
static enum status small_things_again(struct visit *v, struct err *err)
{
	enum status status;

	if (!v->full || json_array_size(v->removed) == 0)
		return STATUS_OK;
	v->full = false;
	status = sync_trust_out(v, err);
	if (status == STATUS_OK)
		status = sync_logs_out(v, err);
	return status == STATUS_OK ? sync_small_out(v, err) : status;
}

static enum status steps(struct visit *v, struct err *err)
{
	static enum status (*const all[])(struct visit *, struct err *) = {
		sync_trust_in,	sync_logs_in,	 sync_small_in, recollect,
		sync_trust_out, sync_logs_out,	 sync_small_out,
		sync_tidy_withdrawn, sync_payload_in, sync_payload_out,
		sync_tidy_superseded, small_things_again, sync_statement_out
	};
	enum status status = look(v, err);

	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (all[i] == sync_payload_in)
			drive_here(v, true);
		status = all[i](v, err);
		if (status == STATUS_OK && v->stopped)
			return err_set(err, STATUS_CANCELLED, "stopped");
		if (status != STATUS_OK)
			return status;
		*err = (struct err)ERR_INIT; /* what was not one in the end */
	}
	return STATUS_OK;
}

static const char *state_of(const struct visit *v, enum status status)
{
	if (status == STATUS_UNREACHABLE && v->gone)
		return "pulled";
	if (status != STATUS_OK || v->worst.status == STATUS_IO)
		return "failed";
	/* Nor has it all when it took not even small things. */
	return json_array_size(v->left) > 0 || v->out_of_time || v->full ||
			       (!v->writable && !v->o->only_in) ||
			       v->worst.status != STATUS_OK ?
		       "some_left" :
		       "done";
}

static json_t *make_report(struct visit *v, enum status status)
{
	/* Whatever happened: after a failed write or flush it is safe to pull
	 * it out, too, for nothing goes on. It is said when all is on it. */
	bool safe = status == STATUS_OK && v->worst.status != STATUS_IO;
	char id[2 * MARK_ID_SIZE + 1] = "";

	if (v->has_mark)
		mark_id_text(&v->mark, id);
	return json_pack(
		"{s:s, s:o, s:I, s:I, s:i, s:I, s:I, s:I, s:I, s:O, s:I, s:O, "
		"s:I, s:O, s:O, s:O, s:b, s:s}",
		"drive", id, "path", shown_text(mount_path(v->m)), "at",
		(json_int_t)clock_s(), "seconds",
		(json_int_t)(visit_clock() - v->started + 0.5), "trust",
		(int)v->trust, "entries", (json_int_t)v->entries,
		"records_in", (json_int_t)v->records_in, "records_out",
		(json_int_t)v->records_out, "acks", (json_int_t)v->acks, "in",
		v->in, "in_bytes", (json_int_t)v->in_bytes, "out", v->out,
		"out_bytes", (json_int_t)v->out_bytes, "removed", v->removed,
		"left", v->left, "trouble", v->trouble, "safe", safe, "state",
		state_of(v, status));
}

/* A request has its limit, and nobody reads a thousand lines on a screen. */
static void tell_report(struct visit *v, json_t *report)
{
	static const char *const lists[] = { "in", "out", "removed", "left" };
	json_t *told = json_copy(report), *list;
	struct err ignored = ERR_INIT;

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		list = json_copy(json_object_get(report, lists[i]));
		while (json_array_size(list) > TOLD_MAX)
			(void)json_array_remove(list,
						json_array_size(list) - 1);
		(void)json_object_set_new(told, lists[i], list);
	}
	(void)visit_tell(v,
			 json_pack("{s:s, s:o, s:I}", "verb", "drive-done",
				   "report", told, "pid",
				   (json_int_t)getpid()),
			 &ignored);
}

static void visit_release(struct visit *v)
{
	json_decref(v->in);
	json_decref(v->out);
	json_decref(v->removed);
	json_decref(v->left);
	json_decref(v->trouble);
	hashes_release(&v->bad);
	hashes_release(&v->bad_ups);
	hashes_release(&v->places);
	hashes_release(&v->nodes);
	hashes_release(&v->ups);
	free(v->route);
}

static enum status sum_up(struct visit *v, enum status status,
			  struct err *err)
{
	if (status == STATUS_OK && v->worst.status != STATUS_OK) {
		*err = v->worst;
		return err->status;
	}
	return status;
}

enum status sync_visit(struct door *door, struct mount *m,
		       const struct sync_options *options, json_t **report,
		       struct err *err)
{
	struct visit v = { .door = door,
			   .m = m,
			   .o = options,
			   .started = visit_clock(),
			   .worst = ERR_INIT,
			   .in = json_array(),
			   .out = json_array(),
			   .removed = json_array(),
			   .left = json_array(),
			   .trouble = json_array() };
	struct err ignored = ERR_INIT;
	enum status status, flushed;

	/* A tenth of the time, but no more than it takes, is kept to flush. */
	if (options->seconds > 0)
		v.deadline = v.started + options->seconds -
			     (options->seconds < 10 * SYNC_FLUSH_S ?
				      options->seconds / 10 :
				      SYNC_FLUSH_S);
	(void)visit_show(&v, SYNC_LOOKING, "", 0, 0);
	status = steps(&v, err);
	if (status == STATUS_IO && mount_is_gone(m)) {
		v.gone = true;
		status = err->status = STATUS_UNREACHABLE;
	}
	drive_here(&v, false);
	flushed = flush(&v, status == STATUS_OK ? err : &ignored);
	if (status == STATUS_OK)
		status = flushed;
	*report = make_report(&v, status);
	tell_report(&v, *report);
	status = sum_up(&v, status, err);
	visit_release(&v);
	return status;
}
