/* Opened, written down once in a while, closed. */
#include "node/study/room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/study/room_inside.h"

enum {
	PAST_MS = 10 * 60 * 1000,
	COMPLAIN_MS = 60 * 1000,
	DAY_MS = 24 * 3600 * 1000
};

struct when room_when(const struct room *r)
{
	struct when when = { 0 };

	r->options.when(r->options.owner, &when);
	return when;
}

int64_t room_wall_s(const struct when *when)
{
	return (int64_t)(when->s > when->floor ? when->s : when->floor);
}

uint64_t room_item_id(const struct when *began, uint64_t random)
{
	return (uint64_t)room_wall_s(began) << 32 | (random & UINT32_MAX);
}

uint64_t room_new_id(const struct when *began)
{
	uint64_t id = 0;

	while ((uint32_t)id == 0)
		signing_random(&id, sizeof(id));
	return room_item_id(began, id);
}

struct room_day *room_today(struct room *r, uint64_t now_ms)
{
	if (now_ms - r->day.since_ms >= DAY_MS)
		r->day = (struct room_day){ .since_ms = now_ms };
	return &r->day;
}

enum status room_open(struct room **out, const struct room_options *options,
		      uint64_t now_ms, struct err *err)
{
	struct room *r = calloc(1, sizeof(*r));
	enum status status;

	if (r == NULL)
		return err_set(err, STATUS_NO_MEMORY, "rooms");
	r->options = *options;
	r->saved_ms = r->day.since_ms = now_ms;
	r->last_when = room_when(r);
	status = room_take_up(r, now_ms, err);
	if (status != STATUS_OK) {
		room_study_release(&r->study);
		free(r);
		return err_wrap(err, "what was studied");
	}
	*out = r;
	return STATUS_OK;
}

void room_free(struct room *r)
{
	while (r->n_plays > 0)
		room_drop_play(r, 0);
	for (unsigned i = 0; i < ROOM_PERSONALS_MAX; i++)
		room_personal_release(&r->personals[i]);
	room_study_release(&r->study);
	free(r);
}

void room_close(struct room *r, uint64_t now_ms)
{
	struct err err = ERR_INIT;

	if (r == NULL)
		return;
	for (unsigned i = 0; i < r->n_plays; i++)
		r->plays[i]->ended = r->plays[i]->dirty = true;
	room_end_personals(r);
	if (room_save(r, now_ms, &err) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: what was studied: %s\n",
			      err.text);
	room_free(r);
}

void room_complain(struct room *r, uint64_t now_ms, const struct err *err)
{
	if (r->failed_ms != 0 && now_ms - r->failed_ms < COMPLAIN_MS)
		return;
	r->failed_ms = now_ms;
	(void)fprintf(stderr,
		      "xiangtu: what is studied cannot be written down: %s\n",
		      err->text);
}

/* --- writing down --- */

static bool anything_dirty(const struct room *r)
{
	bool dirty = r->study.dirty || r->n_marks > 0;

	for (unsigned i = 0; i < r->n_plays; i++)
		dirty |= r->plays[i]->dirty;
	for (unsigned i = 0; i < ROOM_PERSONALS_MAX; i++)
		dirty |= r->personals[i].id != 0 && r->personals[i].dirty;
	return dirty;
}

/* Nothing before this can be counted any more: it needs no places. */
static void forget_time(struct room *r, uint64_t now_ms)
{
	uint64_t past_ms = now_ms > PAST_MS ? now_ms - PAST_MS : 0;

	(void)spans_add(&r->own, 0, past_ms);
	(void)spans_add(&r->firm, 0, past_ms);
	(void)spans_add(&r->screen, 0, past_ms);
	(void)spans_add(&r->study.time, 0, past_ms);
	for (unsigned i = 0; i < ROOM_PERSONALS_MAX; i++)
		if (r->personals[i].time != NULL)
			(void)spans_add(r->personals[i].time, 0, past_ms);
}

static enum status put_all(struct room *r, struct err *err)
{
	enum status status = STATUS_OK;

	for (unsigned i = 0; i < r->n_plays && status == STATUS_OK; i++)
		if (r->plays[i]->dirty)
			status = room_put_play(r, r->plays[i], err);
	for (unsigned i = 0; i < ROOM_PERSONALS_MAX && status == STATUS_OK;
	     i++)
		if (r->personals[i].id != 0 && r->personals[i].dirty)
			status = room_put_personal(r, &r->personals[i], err);
	for (size_t i = 0; i < r->n_marks && status == STATUS_OK; i++)
		status = room_mark_play(r, r->marks[i], ROOM_EMPTY_ROOM, err);
	if (status == STATUS_OK && r->study.id != 0 && r->study.dirty)
		status = room_put_study(r, &r->study,
					r->study.state == STUDY_ENDED, err);
	return status;
}

/* All of it is on disk. True: something has ended that offices wait for. */
static bool let_go(struct room *r)
{
	bool ended = r->study.state == STUDY_ENDED;

	for (unsigned i = r->n_plays; i-- > 0;) {
		r->plays[i]->dirty = false;
		if (r->plays[i]->ended)
			room_drop_play(r, i);
	}
	for (unsigned i = 0; i < ROOM_PERSONALS_MAX; i++) {
		r->personals[i].dirty = false;
		if (r->personals[i].ended) {
			ended = true;
			room_personal_release(&r->personals[i]);
		}
	}
	r->n_marks = 0;
	r->study.dirty = false;
	if (r->study.state == STUDY_ENDED)
		room_study_release(&r->study);
	return ended;
}

enum status room_save(struct room *r, uint64_t now_ms, struct err *err)
{
	enum status status;

	r->saved_ms = now_ms;
	if (!anything_dirty(r))
		return STATUS_OK;
	forget_time(r, now_ms);
	status = catalog_begin(r->options.records, CATALOG_DURABLE, err);
	if (status != STATUS_OK)
		return status;
	status = put_all(r, err);
	if (status == STATUS_OK)
		status = catalog_commit(r->options.records, err);
	else
		catalog_rollback(r->options.records);
	if (status == STATUS_OK && let_go(r))
		r->options.ended(r->options.owner);
	return status;
}

/* --- once a second --- */

static bool anything_runs(const struct room *r)
{
	bool runs = r->n_plays > 0 ||
		    (r->study.id != 0 && r->study.state == STUDY_RUNS);

	for (unsigned i = 0; i < ROOM_PERSONALS_MAX; i++)
		runs |= r->personals[i].id != 0;
	return runs;
}

/* Something has ended and is to be on its way. */
static bool anything_ended(const struct room *r)
{
	bool ended = r->study.state == STUDY_ENDED;

	for (unsigned i = 0; i < r->n_plays; i++)
		ended |= r->plays[i]->ended;
	for (unsigned i = 0; i < ROOM_PERSONALS_MAX; i++)
		ended |= r->personals[i].ended;
	return ended;
}

static void look_at_clock(struct room *r)
{
	struct when now = room_when(r);

	if (room_clock_jumped(&r->last_when, &now))
		room_flag_all(r, ROOM_CLOCK_JUMP);
	r->last_when = now;
}

void room_tick(struct room *r, uint64_t now_ms)
{
	struct err err = ERR_INIT;
	bool due = now_ms - r->saved_ms >= ROOM_SAVE_MS;

	room_tick_plays(r, now_ms);
	room_tick_personals(r, now_ms);
	room_tick_study(r, now_ms);
	if (!anything_runs(r) && r->study.id == 0) {
		if (due) {
			r->saved_ms = now_ms;
			r->last_when = room_when(r);
		}
		return;
	}
	/* Of what cannot be written only now and then. */
	if (!due && (!anything_ended(r) || r->failed_ms != 0))
		return;
	look_at_clock(r);
	if (room_save(r, now_ms, &err) != STATUS_OK)
		room_complain(r, now_ms, &err);
	else
		r->failed_ms = 0;
}
