/* What a drive visit carries between nodes beside logs: trust notes,
 * statements; and what is kept of the visit itself. */
#include "node/requests_visit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <uv.h>

#include "node/clock.h"
#include "node/control.h"
#include "node/durable.h"

enum {
	REPORT_MAX = 4 * CONTROL_REQUEST_MAX, /* it is indented */
	NOW_MS = 20 * 1000 /* silence of nobody known, then it is over */
};

enum status request_note(const json_t *request, struct bytes *note,
			 struct err *err)
{
	const json_t *text = json_object_get(request, "note");

	if (!json_is_string(text))
		return err_set(err, STATUS_USAGE, "which note?");
	*note = (struct bytes){ (const uint8_t *)json_string_value(text),
				json_string_length(text) };
	return STATUS_OK;
}

static enum status answer_result(enum status status, json_t **answer)
{
	if (status != STATUS_OK && status != STATUS_OLD)
		return status;
	*answer = json_pack("{s:s}", "result",
			    status == STATUS_OK ? "taken" : "old");
	return STATUS_OK;
}

/* --- trust --- */

static enum status trust_changed(struct requests *r, struct err *err)
{
	enum status status;

	if (r->live != NULL) {
		if (r->live->trust_taken != NULL)
			r->live->trust_taken(r->live->node);
		return STATUS_OK;
	}
	status = house_follow(r->house, err);
	if (status == STATUS_OK)
		status = index_set_trust(r->index, &r->house->trust.trust,
					 NULL, err);
	return status == STATUS_OK ? request_index(r, err) : status;
}

enum status request_delegated(struct requests *r, struct err *err)
{
	if (r->live == NULL)
		return house_follow(r->house, err);
	if (r->live->delegated != NULL)
		r->live->delegated(r->live->node);
	return STATUS_OK;
}

static enum status
take_trust(struct requests *r, const json_t *request,
	   enum status (*take)(struct trust_book *book, struct bytes note,
			       struct err *err),
	   json_t **answer, struct err *err)
{
	struct bytes note;
	enum status status = request_note(request, &note, err);

	if (status == STATUS_OK)
		status = take(&r->house->trust, note, err);
	if (status == STATUS_OK)
		status = trust_changed(r, err);
	return answer_result(status, answer);
}

enum status request_root_take(struct requests *r, const json_t *request,
			      json_t **answer, struct err *err)
{
	/* The first is agreed to by a person, at `init`. */
	if (r->house->trust.root.version == 0)
		return err_set(err, STATUS_UNTRUSTED,
			       "this node has no root note to begin with");
	return take_trust(r, request, trust_book_take_root, answer, err);
}

enum status request_trust_take(struct requests *r, const json_t *request,
			       json_t **answer, struct err *err)
{
	return take_trust(r, request, trust_book_take_trust, answer, err);
}

/* --- statements --- */

enum status request_statement_take(struct requests *r, const json_t *request,
				   json_t **answer, struct err *err)
{
	uint64_t age_s = request_number(request, "age");
	struct statement st;
	struct bytes note;
	enum status status = request_note(request, &note, err);

	if (status != STATUS_OK)
		return status;
	if (r->live != NULL && r->live->statement_take != NULL)
		status = r->live->statement_take(r->live->node, note, age_s,
						 err);
	else
		status = statement_keep(r->house, note, age_s, &st, err);
	return answer_result(status, answer);
}

/* A directory without a running node speaks as a node that was just started:
 * newer than all it said before, older than all it will say. */
static enum status make_statement(struct requests *r, struct buf *note,
				  struct err *err)
{
	struct requests_visit *v = request_visit(r);
	enum status status;

	if (v == NULL)
		return err_set(err, STATUS_NO_MEMORY, "statement");
	if (!v->has_maker) {
		status = statement_maker_init(&v->maker, r->house, err);
		if (status != STATUS_OK)
			return status;
		v->has_maker = true;
	}
	return statement_make(&v->maker, note, err);
}

enum status request_own_statement(struct requests *r, const json_t *request,
				  json_t **answer, struct err *err)
{
	struct buf made = BUF_INIT;
	struct bytes note;
	enum status status = STATUS_OK;

	(void)request;
	if (r->live != NULL && r->live->own_statement != NULL) {
		note = r->live->own_statement(r->live->node);
		if (note.size == 0)
			status = err_set(err, STATUS_IO,
					 "the node could not make its "
					 "statement");
	} else {
		status = make_statement(r, &made, err);
		note = buf_bytes(&made);
	}
	if (status == STATUS_OK)
		*answer = json_pack("{s:s%}", "note", (const char *)note.data,
				    note.size);
	buf_release(&made);
	return status;
}

/* --- what is kept of a visit --- */

static size_t count_of(const json_t *report, const char *key)
{
	return json_array_size(json_object_get(report, key));
}

/* Lessons that came in whole. */
static size_t held_of(const json_t *report)
{
	const json_t *in = json_object_get(report, "in"), *lesson;
	size_t i, count = 0;

	json_array_foreach(in, i, lesson) {
		const char *state = request_text(lesson, "state");

		count += state != NULL && strcmp(state, "held") == 0;
	}
	return count;
}

static const char *text_of(const json_t *report, const char *key)
{
	const char *text = request_text(report, key);

	return text == NULL ? "" : text;
}

json_t *request_drive_report(struct requests *r)
{
	char path[HOUSE_PATH_MAX + 16];
	struct buf text = BUF_INIT;
	struct err ignored = ERR_INIT;
	json_t *report = NULL;

	house_path(r->house->dir, "drive-last.json", path);
	if (durable_read(path, REPORT_MAX, &text, &ignored) ==
	    STATUS_OK)
		report = json_loadb((const char *)text.data, text.size, 0,
				    NULL);
	buf_release(&text);
	if (json_is_object(report))
		return report;
	json_decref(report);
	return NULL;
}

uint64_t request_drive_number(struct requests *r)
{
	char path[HOUSE_PATH_MAX + 16];
	struct stat st;

	house_path(r->house->dir, "drive-last.json", path);
	if (stat(path, &st) != 0)
		return 0;
	/* Each is a new file, put in the place of the last. */
	return ((uint64_t)st.st_ino << 32 ^ (uint64_t)st.st_mtim.tv_sec << 30 ^
		(uint64_t)st.st_mtim.tv_nsec) |
	       1;
}

/* --- how it goes --- */

static uint64_t clock_ms(void)
{
	return uv_hrtime() / 1000000;
}

static enum status write_report(struct requests *r, const json_t *report,
				struct err *err)
{
	char path[HOUSE_PATH_MAX + 16];
	char *text = json_dumps(report, JSON_INDENT(1));
	enum status status;

	if (text == NULL)
		return err_set(err, STATUS_NO_MEMORY, "report of a drive");
	house_path(r->house->dir, "drive-last.json", path);
	status = durable_write(path, bytes_of(text), 0644, err);
	free(text);
	return status;
}

static void forget_visitor(struct requests_visit *v)
{
	json_decref(v->now);
	v->now = NULL;
	if (v->visitor.pid != 0)
		alive_release(&v->visitor);
	v->visitor.pid = 0;
}

/* Its process was killed, or fell over: what it wrote may not be flushed. */
static void tell_death(struct requests *r)
{
	struct err err = ERR_INIT;
	json_t *report = json_pack("{s:s, s:s, s:I, s:s, s:b}", "drive", "",
				   "path", "", "at", (json_int_t)clock_s(),
				   "state", "failed", "safe", false);

	if (report != NULL && write_report(r, report, &err) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: %s\n", err.text);
	json_decref(report);
}

const json_t *request_drive_now(struct requests *r)
{
	struct requests_visit *v = r->visit;

	if (v == NULL || v->now == NULL)
		return NULL;
	if (v->visitor.pid == 0)
		return clock_ms() - v->now_ms > NOW_MS ? NULL : v->now;
	/* A flush has no news for minutes: it goes on all the same. */
	if (alive_still(&v->visitor))
		return v->now;
	forget_visitor(v);
	tell_death(r);
	return NULL;
}

bool request_drive_reads(struct requests *r)
{
	return r->visit != NULL &&
	       drive_readers_any(&r->visit->readers, (int64_t)clock_ms());
}

bool request_drive_stop(struct requests *r)
{
	return request_drive_now(r) != NULL && r->visit->visitor.pid != 0 &&
	       alive_ask_to_end(&r->visit->visitor);
}

/* Who says how it goes; the same as before, mostly. A process that cannot be
 * seen from here is nobody known. */
static void know_visitor(struct requests_visit *v, pid_t pid)
{
	struct err ignored = ERR_INIT;

	if (v->visitor.pid == pid)
		return;
	if (v->visitor.pid != 0)
		alive_release(&v->visitor);
	v->visitor.pid = 0;
	if (pid != 0)
		(void)alive_init(&v->visitor, pid, &ignored);
}

static pid_t pid_of(const json_t *request)
{
	struct err ignored = ERR_INIT;
	pid_t pid = 0;

	(void)request_pid(request, &pid, &ignored);
	return pid;
}

/* Our own records are read among the logs. */
static bool is_read_at(const char *step)
{
	return strcmp(step, "looking") == 0 || strcmp(step, "logs-in") == 0;
}

enum status request_drive_progress(struct requests *r, const json_t *request,
				   json_t **answer, struct err *err)
{
	struct requests_visit *v = request_visit(r);
	json_t *now;

	if (v == NULL)
		return err_set(err, STATUS_NO_MEMORY, "progress");
	know_visitor(v, pid_of(request));
	drive_readers_tell(&v->readers, pid_of(request),
			   is_read_at(text_of(request, "step")),
			   (int64_t)clock_ms());
	now = json_pack("{s:s, s:s, s:I, s:I}", "step",
			text_of(request, "step"), "title",
			text_of(request, "title"), "done",
			(json_int_t)request_number(request, "done"), "total",
			(json_int_t)request_number(request, "total"));
	json_decref(v->now);
	v->now = now;
	v->now_ms = clock_ms();
	*answer = json_object();
	return STATUS_OK;
}

/* --- how the last one went --- */

json_t *request_drive_last(struct requests *r)
{
	json_t *report, *last = NULL;

	(void)request_drive_now(r); /* whether it is over */
	report = request_drive_report(r);
	if (report != NULL)
		last = json_pack(
			"{s:I, s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:I}",
			"at", (json_int_t)request_number(report, "at"), "path",
			text_of(report, "path"), "drive",
			text_of(report, "drive"), "state",
			text_of(report, "state"), "safe",
			json_is_true(json_object_get(report, "safe")), "in",
			(json_int_t)held_of(report), "in_bytes",
			(json_int_t)request_number(report, "in_bytes"), "out",
			(json_int_t)count_of(report, "out"), "out_bytes",
			(json_int_t)request_number(report, "out_bytes"),
			"left", (json_int_t)count_of(report, "left"));
	if (last != NULL && json_is_array(json_object_get(report, "trouble")))
		(void)json_object_set(last, "trouble",
				      json_object_get(report, "trouble"));
	json_decref(report);
	return last;
}

static void say_visit(const json_t *report)
{
	(void)fprintf(stderr,
		      "xiangtu: drive %s: %s; lessons: %zu in, %zu out, %zu "
		      "left%s\n",
		      text_of(report, "path"), text_of(report, "state"),
		      held_of(report), count_of(report, "out"),
		      count_of(report, "left"),
		      json_is_true(json_object_get(report, "safe")) ?
			      "; safe to remove" :
			      "");
}

enum status request_drive_done(struct requests *r, const json_t *request,
			       json_t **answer, struct err *err)
{
	const json_t *report = json_object_get(request, "report");
	enum status status;

	if (!json_is_object(report))
		return err_set(err, STATUS_USAGE, "which report?");
	/* Whatever becomes of the report: it is over. Another drive's is
	 * not. */
	if (r->visit != NULL && (r->visit->visitor.pid == 0 ||
				 r->visit->visitor.pid == pid_of(request) ||
				 !alive_still(&r->visit->visitor)))
		forget_visitor(r->visit);
	if (r->visit != NULL)
		drive_readers_tell(&r->visit->readers, pid_of(request), false,
				   0);
	status = write_report(r, report, err);
	if (status != STATUS_OK)
		return status;
	if (r->live != NULL)
		say_visit(report);
	*answer = json_object();
	return STATUS_OK;
}
