/* Logs that a drive brings, taken in as when a neighbour showed them
 * (node/follower.h).
 *
 * A log is taken in by many requests, for its parts are many: one intake is
 * open at a time, and its one want is given, and given again, until its body
 * has come. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/clock.h"
#include "node/durable.h"
#include "node/log_intake.h"
#include "node/own_kept.h"
#include "node/records.h"
#include "node/requests_visit.h"
#include "node/staleness.h"
#include "node/witness.h"

struct requests_visit *request_visit(struct requests *r)
{
	if (r->visit == NULL)
		r->visit = calloc(1, sizeof(*r->visit));
	return r->visit;
}

static void tell_fork(struct requests *r, const char *origin)
{
	if (log_intake_forked(r->house, origin))
		return;
	if (r->live != NULL && r->live->forked != NULL)
		r->live->forked(r->live->node, origin);
}

static void drop_log(struct requests *r)
{
	if (r->visit == NULL)
		return;
	if (r->visit->intake != NULL && intake_is_forked(r->visit->intake))
		tell_fork(r, r->visit->log.origin);
	intake_free(r->visit->intake);
	r->visit->intake = NULL;
	r->visit->wanted = false;
	if (r->visit->taker.pid != 0)
		alive_release(&r->visit->taker);
	r->visit->taker.pid = 0;
}

/* Another drive's log is not dropped while its process is there. */
static enum status take_turn(struct requests_visit *v, const json_t *request,
			     struct alive *taker, struct err *err)
{
	struct err ignored = ERR_INIT;
	pid_t pid = 0;

	if (json_object_get(request, "pid") != NULL &&
	    request_pid(request, &pid, err) != STATUS_OK)
		return err->status;
	if (v->intake != NULL && v->taker.pid != 0 && v->taker.pid != pid &&
	    alive_still(&v->taker))
		return err_set(err, STATUS_BUSY,
			       "a log of another drive is being taken in");
	if (pid != 0)
		(void)alive_init(taker, pid, &ignored);
	return STATUS_OK;
}

void requests_release(struct requests *r)
{
	drop_log(r);
	if (r->visit != NULL)
		json_decref(r->visit->now);
	if (r->visit != NULL && r->visit->visitor.pid != 0)
		alive_release(&r->visit->visitor);
	if (r->visit != NULL)
		drive_readers_release(&r->visit->readers);
	free(r->visit);
	r->visit = NULL;
}

/* No news, but perhaps witnesses have looked at it since. */
static void take_lines(struct requests *r, int64_t log, struct bytes note)
{
	struct err err = ERR_INIT;
	size_t gained;

	if (witness_take(r->house, log, note, &gained, &err) == STATUS_OK &&
	    gained > 0)
		request_lines_changed(r, log);
}

static enum status open_lessons(struct requests *r, struct bytes note,
				struct log_info *log, struct intake **in,
				struct err *err)
{
	enum status status = log_intake_find(r->house, note, log, err);

	if (status != STATUS_OK)
		return status;
	status = log_intake_open(r->house, log, note, in, err);
	if (status == STATUS_FORKED && !log->forked)
		tell_fork(r, log->origin);
	if (status == STATUS_OLD)
		take_lines(r, log->id, note);
	return status;
}

static enum status open_records(struct requests *r, struct bytes note,
				struct log_info *log, struct intake **in,
				struct err *err)
{
	struct records_offer offer;
	struct err ignored = ERR_INIT;
	enum status status = records_open_intake(in, r->house, note, clock_s(),
						 &offer, err);

	if (offer.log != 0 && log_get(r->house->catalog, offer.log, log,
				      &ignored) != STATUS_OK)
		offer.log = 0;
	if (status == STATUS_FORKED && offer.log != 0)
		tell_fork(r, log->origin);
	if (status == STATUS_OK && offer.log == 0) {
		intake_free(*in);
		return err_set(err, STATUS_IO, "a log of records is gone");
	}
	if (status == STATUS_OK && offer.own_is_ahead)
		(void)fprintf(stderr,
			      "xiangtu: this disk has lost %llu of this "
			      "node's own records; they are taken in again\n",
			      (unsigned long long)(offer.head.size -
						   offer.held));
	return status;
}

/* What the office answered, on its way back to who sent the records. */
static enum status take_ack(struct requests *r, struct bytes note,
			    json_t **answer, struct err *err)
{
	enum status status = records_ack_offered(r->house, note, NULL, err);

	if (status != STATUS_OK && status != STATUS_OLD &&
	    status != STATUS_NOT_FOUND)
		return status;
	*answer = json_pack("{s:s}", "state",
			    status == STATUS_OK	 ? "taken" :
			    status == STATUS_OLD ? "old" :
						   "unknown");
	return STATUS_OK;
}

static json_t *taking_json(const struct intake *in)
{
	return json_pack("{s:s, s:I, s:I}", "state", "get", "size",
			 (json_int_t)intake_size(in), "have",
			 (json_int_t)intake_progress(in));
}

/* A drive that somebody carried here shows our own log, and nothing above what
 * is here now. */
static enum status own_confirmed(struct requests *r, const struct log_info *log,
				 struct err *err)
{
	struct log_info own;
	enum status status = own_kept_log(r->house, &own, err);

	if (status == STATUS_NOT_FOUND ||
	    (status == STATUS_OK && own.id != log->id))
		return STATUS_OK;
	if (status == STATUS_OK)
		status = own_kept_elsewhere(r->house, err);
	if (status == STATUS_OK && own.seen <= own.size)
		status = request_own_confirmed(r, err);
	return status;
}

enum status request_log_take(struct requests *r, const json_t *request,
			     json_t **answer, struct err *err)
{
	const char *kind = request_text(request, "kind");
	struct requests_visit *v = request_visit(r);
	struct alive taker = { .pid = 0 };
	struct log_info log;
	struct intake *in;
	struct bytes note;
	enum status status = request_note(request, &note, err);

	if (v == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a log");
	if (status != STATUS_OK)
		return status;
	if (kind != NULL && strcmp(kind, "ack") == 0)
		return take_ack(r, note, answer, err);
	status = take_turn(v, request, &taker, err);
	if (status != STATUS_OK)
		return status;
	drop_log(r);
	if (kind != NULL && strcmp(kind, "lessons") == 0)
		status = open_lessons(r, note, &log, &in, err);
	else if (kind != NULL && strcmp(kind, "records") == 0)
		status = open_records(r, note, &log, &in, err);
	else
		status = err_set(err, STATUS_USAGE,
				 "a log of 'lessons' or of 'records'?");
	if (status == STATUS_OK) {
		v->intake = in;
		v->taker = taker;
		v->log = log;
		*answer = taking_json(in);
		return STATUS_OK;
	}
	if (taker.pid != 0)
		alive_release(&taker);
	if (status == STATUS_OLD && strcmp(kind, "lessons") == 0) {
		const char *drive = request_text(request, "drive");

		*err = (struct err)ERR_INIT;
		if (drive == NULL || !own_kept_is_from_here(r->house, drive))
			status = own_confirmed(r, &log, err);
		status = status == STATUS_OK ? STATUS_OLD : status;
	}
	if (status == STATUS_OLD) {
		*answer = json_pack("{s:s}", "state", "old");
	} else if (status == STATUS_NOT_FOUND) {
		*answer = json_pack("{s:s}", "state", "unknown");
	} else {
		return status;
	}
	return STATUS_OK;
}

static enum status open_log(struct requests *r, struct requests_visit **out,
			    struct err *err)
{
	if (r->visit == NULL || r->visit->intake == NULL)
		return err_set(err, STATUS_NOT_FOUND,
			       "no log is being taken in: show it again");
	*out = r->visit;
	return STATUS_OK;
}

/* The same, while a body is waited for. */
static enum status wanted_log(struct requests *r, struct requests_visit **out,
			      struct err *err)
{
	enum status status = open_log(r, out, err);

	if (status == STATUS_OK && !(*out)->wanted)
		status = err_set(err, STATUS_USAGE,
				 "nothing was asked for yet");
	return status;
}

static void tell_grown(struct requests *r, const struct log_info *log)
{
	struct buf note = BUF_INIT;
	struct err err = ERR_INIT;
	bool cosigned;

	if (log->kind == LOG_RECORDS &&
	    (log_read_note(r->house->catalog, log->id, &note, &err) !=
		     STATUS_OK ||
	     records_taken(r->house, log->id, buf_bytes(&note), clock_s(),
			   &err) != STATUS_OK))
		(void)fprintf(stderr, "xiangtu: records: %s\n", err.text);
	buf_release(&note);
	if (r->live != NULL && r->live->log_grown != NULL) {
		r->live->log_grown(r->live->node, log->id);
		return;
	}
	/* What a running node does of itself. */
	staleness_heard_log(r->house, log->id);
	if (witness_cosign(r->house, log->id, &cosigned, &err) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: %s\n", err.text);
	request_lines_changed(r, log->id);
}

static enum status finish_log(struct requests *r, struct requests_visit *v,
			      json_t **answer, struct err *err)
{
	uint64_t size = intake_size(v->intake);
	struct log_info now;
	enum status status = intake_commit(v->intake, err);

	/* It grew from elsewhere: perhaps even to the same size. */
	if (status == STATUS_OLD &&
	    log_get(r->house->catalog, v->log.id, &now, err) == STATUS_OK &&
	    now.size >= size)
		status = STATUS_OK;
	else if (status == STATUS_OLD)
		(void)err_set(err, status,
			      "'%s' grew meanwhile: show it again",
			      v->log.origin);
	else if (status == STATUS_OK)
		tell_grown(r, &v->log);
	if (status == STATUS_OK)
		status = own_confirmed(r, &v->log, err);
	if (status == STATUS_OK)
		*answer = json_pack("{s:b, s:I}", "done", true, "size",
				    (json_int_t)size);
	if (status == STATUS_OK || status == STATUS_OLD)
		drop_log(r);
	return status;
}

enum status request_log_next(struct requests *r, const json_t *request,
			     json_t **answer, struct err *err)
{
	char path[TILE_PATH_MAX + 1];
	struct requests_visit *v = NULL;
	enum status status = open_log(r, &v, err);

	(void)request;
	if (status != STATUS_OK)
		return status;
	if (!v->wanted && intake_done(v->intake))
		return finish_log(r, v, answer, err);
	if (!v->wanted)
		status = intake_next(v->intake, &v->want, err);
	if (status != STATUS_OK)
		return err_set(err, status == STATUS_NOT_FOUND ? STATUS_IO :
								 status,
			       "'%s': nothing left to ask", v->log.origin);
	v->wanted = true;
	tile_path_format(&v->want.path, path);
	*answer = json_pack("{s:s, s:I, s:I}", "path", path, "from",
			    (json_int_t)v->want.from, "max",
			    (json_int_t)v->want.size_max);
	return STATUS_OK;
}

/* A name as door_spool() gives it, and nothing else. */
static bool is_spooled(const char *name)
{
	size_t prefix = strlen(DURABLE_UNFINISHED);

	return name != NULL && strlen(name) < 64 &&
	       strncmp(name, DURABLE_UNFINISHED, prefix) == 0 &&
	       strspn(name + prefix, "0123456789-") == strlen(name + prefix);
}

static enum status read_spooled(struct requests *r, const char *name,
				uint64_t limit, struct buf *body,
				struct err *err)
{
	char folder[HOUSE_PATH_MAX + 16], path[HOUSE_PATH_MAX + 96];
	enum status status;

	house_path(r->house->dir, HOUSE_SPOOL, folder);
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	status = durable_read(path, limit, body, err);
	if (status == STATUS_NOT_FOUND)
		(void)err_set(err, status, "there is no '%s'", path);
	(void)unlink(path);
	return status;
}

enum status request_log_body(struct requests *r, const json_t *request,
			     json_t **answer, struct err *err)
{
	const char *name = request_text(request, "file");
	uint64_t from = request_number(request, "from");
	struct buf body = BUF_INIT;
	struct requests_visit *v = NULL;
	enum status status = wanted_log(r, &v, err);

	if (!is_spooled(name))
		return err_set(err, STATUS_USAGE, "which file of the spool?");
	if (status == STATUS_OK && from != 0 && from != v->want.from)
		status = err_set(err, STATUS_USAGE, "from where?");
	if (status != STATUS_OK)
		return status;
	status = read_spooled(r, name, v->want.size_max, &body, err);
	if (status == STATUS_OK) {
		v->wanted = false; /* supplied, or returned */
		status = intake_supply(v->intake, &v->want, buf_bytes(&body),
				       from, false, err);
	}
	buf_release(&body);
	if (status == STATUS_FORKED)
		drop_log(r);
	if (status == STATUS_OK)
		*answer = json_object();
	return status;
}

enum status request_log_missing(struct requests *r, const json_t *request,
				json_t **answer, struct err *err)
{
	struct requests_visit *v = NULL;
	enum status status = wanted_log(r, &v, err);

	(void)request;
	if (status != STATUS_OK)
		return status;
	v->wanted = false;
	if (intake_missing(v->intake, &v->want) != STATUS_OK)
		return err_set(err, STATUS_NOT_FOUND,
			       "a part of the log '%s' is missing",
			       v->log.origin);
	*answer = json_object();
	return STATUS_OK;
}

enum status request_log_drop(struct requests *r, const json_t *request,
			     json_t **answer, struct err *err)
{
	(void)request;
	(void)err;
	drop_log(r);
	*answer = json_object();
	return STATUS_OK;
}

/* This node's own log goes to where nobody sees what becomes of it. */
enum status request_log_given(struct requests *r, const json_t *request,
			      json_t **answer, struct err *err)
{
	const char *drive = request_text(request, "drive");
	enum status status = own_kept_elsewhere(r->house, err);

	if (status == STATUS_OK && drive != NULL)
		status = own_kept_to_drive(r->house, drive, err);
	if (status == STATUS_OK)
		*answer = json_object();
	return status;
}

enum status request_indexed(struct requests *r, const json_t *request,
			    json_t **answer, struct err *err)
{
	enum status status = STATUS_OK;
	uint64_t behind;

	(void)request;
	if (r->live == NULL)
		status = request_index(r, err);
	if (status == STATUS_OK)
		status = index_behind(r->index, &behind, err);
	if (status == STATUS_OK)
		*answer = json_pack("{s:I}", "behind", (json_int_t)behind);
	return status;
}
