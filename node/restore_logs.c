/* Logs as the sources show them: the largest is taken in, and all must show one
 * history. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/clock.h"
#include "node/log_intake.h"
#include "node/own_kept.h"
#include "node/restore_inside.h"

void restore_blame(struct restore_source *s, const struct err *err)
{
	if (s->why[0] == 0)
		(void)snprintf(s->why, sizeof(s->why), "%.*s",
			       (int)sizeof(s->why) - 1, err->text);
}

const struct public_key *restore_own_key(const struct restoring *r)
{
	return secret_key_public(r->o->keys->publisher);
}

static enum status open_log(struct restoring *r, const struct log_info *log,
			    struct bytes note, struct intake **in,
			    struct err *err)
{
	const struct intake_options own = { .keys = restore_own_key(r),
					    .key_count = 1,
					    .now_s = clock_s() };

	/* Whoever named this office is not known yet, or names it no more: its
	 * history is its history. */
	if (log->own && r->out->unnamed)
		return intake_open(in, r->house.catalog, log->id, note, &own,
				   err);
	return log_intake_open(&r->house, log, note, in, err);
}

static enum status supply(struct restore_source *s, const char *hash,
			  struct intake *in, const struct intake_want *want,
			  struct err *err)
{
	char name[TILE_PATH_MAX + 1], path[TILE_PATH_MAX + 96];
	struct buf body = BUF_INIT;
	enum status status;

	tile_path_format(&want->path, name);
	(void)snprintf(path, sizeof(path), "tlog/%s/%s", hash, name);
	status = restore_source_read(s, path, (size_t)want->size_max, &body,
				     err);
	if (status == STATUS_OK)
		status = intake_supply(in, want, buf_bytes(&body), 0, false,
				       err);
	else if (status == STATUS_NOT_FOUND &&
		 intake_missing(in, want) == STATUS_OK) {
		*err = (struct err)ERR_INIT;
		status = STATUS_OK;
	} else {
		intake_return(in, want);
	}
	buf_release(&body);
	return status;
}

/* All that the note promises, from this one source. */
static enum status take_in(struct restoring *r, struct restore_source *s,
			   const struct log_info *log, struct bytes note,
			   struct err *err)
{
	struct intake_want want;
	struct intake *in;
	enum status status = open_log(r, log, note, &in, err);

	if (status != STATUS_OK)
		return status;
	while (status == STATUS_OK && !intake_done(in)) {
		status = intake_next(in, &want, err);
		if (status == STATUS_OK)
			status = supply(s, log->hash, in, &want, err);
		else if (status == STATUS_NOT_FOUND)
			status = intake_done(in) ?
					 STATUS_OK :
					 err_set(err, STATUS_DAMAGED,
						 "%s: nothing left to ask",
						 log->origin);
	}
	if (status == STATUS_OK)
		status = intake_commit(in, err);
	intake_free(in);
	return status;
}

/* A log as the sources show it: their notes, the largest first. */
struct shown {
	struct restore_source *source;
	struct buf note;
	uint64_t size;
};

static int larger_first(const void *a, const void *b)
{
	const struct shown *x = a, *y = b;

	return (x->size < y->size) - (x->size > y->size);
}

static uint64_t size_of(struct bytes whole)
{
	struct checkpoint head;
	struct note note;

	return note_parse(whole, CHECKPOINT_NOTE_MAX, &note) == STATUS_OK &&
			       checkpoint_parse(note.text, &head) ==
				       STATUS_OK ?
		       head.size :
		       0;
}

static unsigned ask_all(struct restoring *r, const struct log_info *log,
			struct shown *shown)
{
	char path[ORIGIN_HASH_SIZE + 24];
	unsigned count = 0;

	(void)snprintf(path, sizeof(path), "tlog/%s/checkpoint", log->hash);
	for (unsigned i = 0; i < r->o->n_sources; i++) {
		struct shown *one = &shown[count];
		struct err err = ERR_INIT;

		*one = (struct shown){ &r->o->sources[i], BUF_INIT, 0 };
		if (restore_source_read(one->source, path,
					CHECKPOINT_NOTE_MAX, &one->note,
					&err) == STATUS_OK) {
			one->size = size_of(buf_bytes(&one->note));
			count++;
			continue;
		}
		buf_release(&one->note);
		if (err.status != STATUS_NOT_FOUND)
			restore_blame(one->source, &err);
	}
	qsort(shown, count, sizeof(*shown), larger_first);
	return count;
}

/* From the largest down: once one was taken in, the others only tell whether
 * they show the same history. */
static enum status restore_log(struct restoring *r, int64_t id,
			       struct err *err)
{
	struct shown shown[RESTORE_SOURCES_MAX];
	enum status status;
	struct log_info log;
	unsigned count;

	status = log_get(r->house.catalog, id, &log, err);
	if (status != STATUS_OK)
		return status;
	count = ask_all(r, &log, shown);
	for (unsigned i = 0; i < count; i++) {
		struct restore_source *s = shown[i].source;
		struct err why = ERR_INIT;
		enum status one = log_get(r->house.catalog, id, &log, &why);

		if (one == STATUS_OK && status == STATUS_OK)
			one = take_in(r, s, &log, buf_bytes(&shown[i].note),
				      &why);
		if (log.own && (one == STATUS_OK || one == STATUS_OLD))
			s->size = shown[i].size;
		else if (one != STATUS_OK && one != STATUS_OLD)
			restore_blame(s, &why);
		if (one == STATUS_FORKED || one == STATUS_IO ||
		    one == STATUS_NO_ROOM) {
			*err = why;
			status = one;
		}
		buf_release(&shown[i].note);
	}
	return status;
}

enum status restore_own_log(struct restoring *r, struct err *err)
{
	struct log_info log;
	int64_t id;
	enum status status = log_follow(r->house.catalog,
					r->o->backup->origin, true, &id, err);

	if (status == STATUS_OK)
		status = own_kept_elsewhere(&r->house, err);
	if (status == STATUS_OK)
		status = restore_log(r, id, err);
	if (status == STATUS_OK)
		status = log_get(r->house.catalog, id, &log, err);
	if (status != STATUS_OK)
		return status;
	r->out->size = log.size;
	r->out->seen = log.seen > log.size ? log.seen : log.size;
	if (r->out->seen == 0)
		return err_set(err, STATUS_NOT_FOUND,
			       "no source has the log '%s': without it this "
			       "office would begin a second history. Give "
			       "another source with --from",
			       log.origin);
	return own_kept_shown(&r->house, err);
}

enum status restore_other_logs(struct restoring *r, struct err *err)
{
	const struct trust *trust = &r->house.trust.trust;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < trust->publisher_count && status == STATUS_OK;
	     i++) {
		const struct publisher *p = &trust->publishers[i];
		struct err why = ERR_INIT;
		struct log_info log;
		int64_t id;

		if (strcmp(p->origin, r->o->backup->origin) == 0 ||
		    !publisher_touches(p, r->o->backup->region))
			continue;
		status = log_follow(r->house.catalog, p->origin, false, &id,
				    err);
		/* What goes wrong with another office's log is that one's. */
		if (status == STATUS_OK &&
		    restore_log(r, id, &why) == STATUS_OK &&
		    log_get(r->house.catalog, id, &log, &why) == STATUS_OK) {
			r->out->logs++;
			r->out->entries += log.size;
		}
	}
	return status;
}
