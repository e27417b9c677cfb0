/* The order of a visit, and how it is shown. What each step does is in
 * sync_*.c. */
#include "node/drive/sync.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "node/drive/sync_inside.h"

/* Seconds between words to the node, and until it is taken for stuck. */
static const double TELL_S = 1, STUCK_S = 10;

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
		sync_trust_in,	sync_logs_in,	 sync_small_in, sync_recollect,
		sync_trust_out, sync_logs_out,	 sync_small_out,
		sync_tidy_withdrawn, sync_payload_in, sync_payload_out,
		small_things_again, sync_statement_out
	};
	enum status status = sync_look(v, err);

	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		/* Its lessons play while records wait for who is asked. */
		if (all[i] == sync_small_out)
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
	hashes_release(&v->proofs);
	free(v->route);
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
	*report = visit_report(&v, status);
	status = visit_sum_up(&v, status, err);
	visit_release(&v);
	return status;
}
