#include "node/page/card_issue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/page/page_api.h"
#include "node/page/workshop.h"
#include "proto/encoding.h"
#include "signing/key.h"

enum {
	ROWS_AT_ONCE = 4,
	JOB_BYTES = 10,
	ENDS_STEP_S = 600 /* of "ends_s": not told every second */
};

enum state { NONE, DRAWING, READY, ISSUED, FAILED, EXPIRED };

static const char *const names[] = { "none",   "drawing", "ready",
				     "issued", "failed",  "expired" };

/* What the hasher may have: it outlives what is dropped. */
struct drawing {
	struct hasher_job job; /* first */
	struct card_issue *of; /* NULL: dropped */
	struct card_sheet sheet;
	enum status status; /* of the work */
	bool at_work;
};

struct card_issue {
	struct card_issue_world world;
	enum state state;
	struct drawing *drawing; /* while DRAWING and READY */
	char job[2 * JOB_BYTES + 1];
	char who[PAGE_WHO_MAX + 1];
	char batch[PERSON_BATCH_MAX + 1];
	size_t done, total;
	int64_t began_ms, ready_ms;
	json_t *issued; /* the answer, while ISSUED */
	struct err err; /* while FAILED */
	bool news;
};

struct card_issue *card_issue_new(const struct card_issue_world *world)
{
	struct card_issue *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->world = *world;
	c->news = true;
	return c;
}

static void drawing_free(struct drawing *d)
{
	card_sheet_release(&d->sheet);
	free(d);
}

/* The only move there is: PINs are wiped but where they are needed. */
static void move_to(struct card_issue *c, enum state state)
{
	struct drawing *d = c->drawing;

	c->state = state;
	c->news = true;
	if (state == DRAWING || state == READY)
		return;
	c->drawing = NULL;
	if (d != NULL && d->at_work)
		d->of = NULL;
	else if (d != NULL)
		drawing_free(d);
	if (state != ISSUED) {
		json_decref(c->issued);
		c->issued = NULL;
	}
}

void card_issue_free(struct card_issue *c)
{
	if (c == NULL)
		return;
	move_to(c, NONE);
	free(c);
}

/* --- drawing --- */

static void draw_on_pool(struct hasher_job *job)
{
	struct drawing *d = (struct drawing *)job;
	unsigned drawn = 0;

	for (size_t i = 0; i < d->sheet.count && drawn < ROWS_AT_ONCE; i++) {
		if (d->sheet.rows[i].hashed)
			continue;
		d->status = card_sheet_draw(&d->sheet.rows[i]);
		if (d->status != STATUS_OK)
			return;
		drawn++;
	}
}

static size_t count_drawn(const struct card_sheet *sheet)
{
	size_t n = 0;

	for (size_t i = 0; i < sheet->count; i++)
		n += sheet->rows[i].hashed;
	return n;
}

/* Numbers that somebody has are drawn again. *again: some were. */
static enum status look_for_others(struct card_issue *c, bool *again,
				   struct err *err)
{
	struct card_sheet *sheet = &c->drawing->sheet;

	for (size_t i = 0; i < sheet->count; i++) {
		struct card_row *row = &sheet->rows[i];
		bool twice = card_sheet_is_twice(sheet, i);

		if (!twice && !c->world.is_taken(c->world.owner, row))
			continue;
		if (card_sheet_redraw(row) == STATUS_OK)
			*again = true;
		else if (twice)
			return err_set(err, STATUS_MALFORMED,
				       "line %u: that number stands in the "
				       "table twice",
				       row->line);
		else
			return err_set(err, STATUS_EXISTS,
				       "line %u: that number was given out "
				       "before: it has another PIN or is ended",
				       row->line);
	}
	return STATUS_OK;
}

/* Where the hasher is full, the next tick tries again. */
static void go_on(struct card_issue *c)
{
	struct drawing *d = c->drawing;

	if (d->at_work || !hasher_has_room(c->world.hasher))
		return;
	d->at_work = true;
	hasher_add(c->world.hasher, &d->job);
}

static void drawn(struct hasher_job *job, bool cancelled)
{
	struct drawing *d = (struct drawing *)job;
	struct card_issue *c = d->of;
	bool again;

	d->at_work = false;
	if (c == NULL) {
		drawing_free(d);
		return;
	}
	c->done = count_drawn(&d->sheet);
	again = c->done < c->total;
	if (cancelled)
		move_to(c, NONE);
	else if (d->status != STATUS_OK) {
		(void)err_set(&c->err, d->status,
			      "no room for the 16 MiB that hashing takes");
		move_to(c, FAILED);
	} else if (!again &&
		   look_for_others(c, &again, &c->err) != STATUS_OK) {
		move_to(c, FAILED);
	} else if (again) {
		go_on(c);
	} else {
		c->ready_ms = c->world.now_ms(c->world.owner);
		move_to(c, READY);
	}
}

static void begin(struct card_issue *c, struct drawing *d, const char *who)
{
	uint8_t random[JOB_BYTES];

	move_to(c, NONE); /* what was told of the last one ends */
	signing_random(random, sizeof(random));
	hex_encode((struct bytes){ random, sizeof(random) }, c->job);
	(void)snprintf(c->who, sizeof(c->who), "%s", who);
	card_sheet_batch(c->batch);
	c->err = (struct err)ERR_INIT;
	c->done = 0;
	c->total = d->sheet.count;
	c->began_ms = c->world.now_ms(c->world.owner);
	c->drawing = d;
	move_to(c, DRAWING);
	go_on(c);
}

enum status card_issue_begin(struct card_issue *c, struct card_sheet *sheet,
			     const char *who, struct err *err)
{
	struct drawing *d = NULL;
	enum status status = STATUS_OK;

	if (sheet->count > CARD_ISSUE_MAX)
		status = err_set(err, STATUS_USAGE,
				 "more than %d people: make several tables of "
				 "it, or use 'xiangtu cards issue'",
				 CARD_ISSUE_MAX);
	else if (c->drawing != NULL)
		status = err_set(err, STATUS_EXISTS,
				 "other cards are being issued at this desk: "
				 "finish with those first, or discard them");
	else if ((d = calloc(1, sizeof(*d))) == NULL)
		status = err_set(err, STATUS_NO_MEMORY, "out of memory");
	if (status != STATUS_OK) {
		card_sheet_release(sheet);
		return status;
	}
	d->job.work = draw_on_pool;
	d->job.done = drawn;
	d->of = c;
	d->sheet = *sheet;
	*sheet = (struct card_sheet){ NULL, 0 };
	begin(c, d, who);
	return STATUS_OK;
}

/* --- what is told --- */

static json_int_t ends_s(const struct card_issue *c)
{
	int64_t spent_s =
		(c->world.now_ms(c->world.owner) - c->ready_ms) / 1000;
	int64_t left = CARD_ISSUE_KEEP_S - spent_s;

	return left <= 0 ? 0 :
			   (left + ENDS_STEP_S - 1) / ENDS_STEP_S *
				   ENDS_STEP_S;
}

static void put_state(const struct card_issue *c, json_t *json)
{
	int64_t left_s = workshop_left_s(
		0, c->done, c->total,
		(uint64_t)(c->world.now_ms(c->world.owner) - c->began_ms));

	if (c->state == DRAWING) {
		(void)json_object_set_new(json, "done",
					  json_integer((json_int_t)c->done));
		if (left_s >= 0)
			(void)json_object_set_new(json, "left_s",
						  json_integer(left_s));
	} else if (c->state == READY) {
		(void)json_object_set_new(json, "ends_s",
					  json_integer(ends_s(c)));
	} else if (c->state == FAILED) {
		(void)json_object_set_new(
			json, "failed",
			json_pack("{s:s, s:s, s:{}}", "status",
				  status_name(c->err.status), "text",
				  c->err.text, "args"));
	} else if (c->state == ISSUED) {
		(void)json_object_set(json, "issued",
				      json_object_get(c->issued, "issued"));
	}
}

json_t *card_issue_json(const struct card_issue *c)
{
	json_t *json;

	if (c->state == NONE)
		return json_pack("{s:s}", "state", names[NONE]);
	json = json_pack("{s:s, s:s, s:s, s:s, s:I}", "state",
			 names[c->state], "job", c->job, "who", c->who,
			 "batch", c->batch, "total", (json_int_t)c->total);
	if (json != NULL)
		put_state(c, json);
	return json;
}

/* --- fetched, confirmed, dropped --- */

static enum status find(const struct card_issue *c, const char *job,
			const char *who, struct err *err)
{
	if (c->state == NONE || c->state == FAILED || c->state == EXPIRED ||
	    strcmp(c->job, job) != 0)
		return err_set(err, STATUS_NOT_FOUND,
			       "these cards are not here any more, and open "
			       "nothing: issue others");
	if (strcmp(c->who, who) != 0)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "somebody else at this office is issuing these "
			       "cards");
	if (c->state == DRAWING)
		return err_set(err, STATUS_BUSY,
			       "numbers and PINs are still being drawn");
	return STATUS_OK;
}

enum status card_issue_cards(const struct card_issue *c, const char *job,
			     const char *who, json_t **out, struct err *err)
{
	enum status status = find(c, job, who, err);
	json_t *cards;

	if (status != STATUS_OK)
		return status;
	if (c->state == ISSUED)
		return err_set(err, STATUS_NOT_FOUND,
			       "somebody said that these cards are printed; "
			       "their PINs are kept nowhere else");
	cards = card_sheet_json(&c->drawing->sheet);
	*out = cards == NULL ? NULL :
			       json_pack("{s:s, s:s, s:o}", "job", c->job,
					 "batch", c->batch, "cards", cards);
	return *out == NULL ?
		       err_set(err, STATUS_NO_MEMORY, "out of memory") :
		       STATUS_OK;
}

enum status card_issue_confirm(struct card_issue *c, const char *job,
			       const char *who, bool alone, json_t **answer,
			       struct err *err)
{
	enum status status = find(c, job, who, err);
	json_t *request;

	if (status == STATUS_OK && c->state == READY) {
		request = card_sheet_request(&c->drawing->sheet, c->batch);
		status = request == NULL ?
				 err_set(err, STATUS_NO_MEMORY,
					 "out of memory") :
				 c->world.append(c->world.owner, request,
						 alone, &c->issued, err);
		if (status == STATUS_OK)
			move_to(c, ISSUED);
	}
	if (status == STATUS_OK)
		*answer = json_incref(c->issued);
	return status;
}

enum status card_issue_drop(struct card_issue *c, const char *job,
			    struct err *err)
{
	if (c->state == NONE || strcmp(c->job, job) != 0)
		return err_set(err, STATUS_NOT_FOUND,
			       "these cards are not here any more, and open "
			       "nothing: issue others");
	move_to(c, NONE);
	return STATUS_OK;
}

bool card_issue_tick(struct card_issue *c)
{
	int64_t now_ms = c->world.now_ms(c->world.owner);

	if (c->state == DRAWING)
		go_on(c);
	if (c->state == READY &&
	    now_ms - c->ready_ms >= CARD_ISSUE_KEEP_S * 1000LL)
		move_to(c, EXPIRED);
	return c->news || c->state == DRAWING || c->state == READY;
}

void card_issue_told(struct card_issue *c)
{
	c->news = false;
}
