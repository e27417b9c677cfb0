#include "node/page/page_study.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/records_db.h"
#include "node/clock.h"
#include "node/node_inside.h"
#include "node/page/desk.h"
#include "node/page/page_events.h"
#include "node/page/page_jobs.h"
#include "node/study/batcher.h"
#include "node/study/when.h"
#include "proto/month.h"

enum { FORGET_TICKS = 600, FORGET_ROWS = 500 };

/* --- while the node runs --- */

static void tell_time(void *owner, struct when *out)
{
	when_now(&((struct node *)owner)->house, out);
}

static void study_changed(void *owner)
{
	static const struct page_event event = { PAGE_STREAM_ALL, PAGE_VIEWER,
						 "study", true };
	struct node *n = owner;

	n->page->study->number++;
	page_events_publish(n->page->events, &event,
			    json_pack("{s:I}", "n",
				      (json_int_t)n->page->study->number));
}

static void study_ended(void *owner)
{
	batcher_nudge(owner);
}

enum status page_study_open(struct node *n, struct err *err)
{
	struct room_options options = { .owner = n,
					.when = tell_time,
					.changed = study_changed,
					.ended = study_ended };
	struct page_study *s = calloc(1, sizeof(*s));
	enum status status;

	if (s == NULL)
		return err_set(err, STATUS_NO_MEMORY, "studies");
	n->page->study = s;
	s->damaged = (struct err)ERR_INIT;
	status = house_records(&n->house, &options.records, &s->damaged);
	if (status == STATUS_OK)
		status = room_open(&s->room, &options, page_study_now(),
				   &s->damaged);
	if (status == STATUS_NO_MEMORY) {
		*err = s->damaged;
		return status;
	}
	if (status != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: %s\n", s->damaged.text);
	return STATUS_OK;
}

/* What is older than node.conf keeps, and is at its office for certain. */
static void forget_old(struct node *n)
{
	unsigned months = n->house.conf.study_keep_months;
	struct catalog *records = NULL;
	struct err err = ERR_INIT;
	uint64_t gone = 0;

	if (!clock_is_set() ||
	    house_records(&n->house, &records, &err) != STATUS_OK)
		return;
	if (study_forget(records,
			 month_start_s(month_of((int64_t)clock_s()) -
				       (int)months),
			 FORGET_ROWS, &gone, &err) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: old studies: %s\n", err.text);
}

void page_study_tick(struct node *n)
{
	struct page_study *s = n->page->study;

	if (s == NULL || s->room == NULL)
		return;
	room_tick(s->room, page_study_now());
	if (++s->ticks >= FORGET_TICKS) {
		s->ticks = 0;
		forget_old(n);
	}
}

void page_study_close(struct node *n)
{
	struct page_study *s = n->page->study;

	if (s == NULL || s->room == NULL)
		return;
	room_close(s->room, page_study_now());
	s->room = NULL;
	(void)err_set(&s->damaged, STATUS_BUSY, "this node is stopping");
}

void page_study_free(struct page_study *s)
{
	free(s);
}

/* --- shared --- */

uint64_t page_study_now(void)
{
	return uv_hrtime() / 1000000;
}

struct room *page_study_room(struct page_call *call)
{
	struct page_study *s = call->node->page->study;

	if (s->room == NULL)
		page_fail_err(call->request, &s->damaged);
	return s->room;
}

bool page_study_may(const struct page_call *call)
{
	return call->role >= PAGE_OPERATOR || http_head_is_own(call->head);
}

bool page_study_allowed(struct page_call *call)
{
	if (page_study_may(call))
		return true;
	page_fail_code(call->request, 401, 0, STATUS_UNTRUSTED,
		       "a collective study is led at the station's screen, or "
		       "by an operator with a PIN",
		       NULL);
	return false;
}

void page_study_asker(const struct page_call *call, struct room_asker *out)
{
	struct desk_source source;

	desk_source_of(call->request, &source);
	*out = (struct room_asker){
		.here = http_head_is_own(call->head),
		.source = source.id,
		.cookies = http_head_header(call->head, "Cookie"),
	};
}

void page_study_answer(struct page_call *call, enum status status, json_t *out,
		       const struct err *err)
{
	if (status == STATUS_OK)
		page_answer_json(call->request, out);
	else
		page_fail_err(call->request, err);
}

/* --- reading beside the loop --- */

struct reading {
	page_study_make make;
	int64_t numbers[3];
	char path[HOUSE_PATH_MAX + 16];
};

static enum status begin_reading(void *owner, struct node *n, struct err *err)
{
	struct reading *r = owner;

	(void)err;
	house_path(n->house.dir, "records.db", r->path);
	return STATUS_OK;
}

static char *make_reading(void *owner, struct catalog *catalog, struct err *err)
{
	struct reading *r = owner;
	struct catalog *records = NULL;
	json_t *json = NULL;
	char *text = NULL;

	(void)catalog;
	if (records_db_open_reader(&records, r->path, err) != STATUS_OK)
		return NULL;
	json = r->make(records, r->numbers, err);
	if (json != NULL && (text = json_dumps(json, JSON_COMPACT)) == NULL)
		(void)err_set(err, STATUS_NO_MEMORY, "out of memory");
	json_decref(json);
	catalog_free(records);
	return text;
}

void page_study_read(struct page_call *call, const char *key,
		     page_study_make make, const int64_t numbers[static 3])
{
	struct reading *r = calloc(1, sizeof(*r));
	struct page_task task = { .owner = r,
				  .begin = begin_reading,
				  .make = make_reading,
				  .free = free };

	if (r == NULL) {
		page_fail(call->request, STATUS_NO_MEMORY, "out of memory",
			  NULL);
		return;
	}
	r->make = make;
	memcpy(r->numbers, numbers, sizeof(r->numbers));
	(void)snprintf(task.key, sizeof(task.key), "%s", key);
	page_jobs_ask(call->node->page->jobs, call->request, &task);
}

/* --- what runs --- */

void page_study(struct page_call *call)
{
	struct room *room = page_study_room(call);
	uint64_t now_ms = page_study_now();
	bool may = page_study_may(call);
	struct room_signed_in me;
	json_t *out, *card = NULL;

	if (room == NULL)
		return;
	if (room_who(room, http_head_header(call->head, "Cookie"), now_ms, &me))
		card = json_pack("{s:s, s:I}", "tail", me.tail, "ends_s",
				 (json_int_t)me.ends_s);
	out = json_pack("{s:o, s:o, s:b, s:b, s:{s:I}, s:o?}", "running",
			room_show(room, STUDY_RUNS, may),
			"interrupted",
			room_show(room, STUDY_INTERRUPTED, may), "here",
			http_head_is_own(call->head), "may", may, "rules",
			"norm", (json_int_t)call->node->house.conf.norm_min,
			"card", card);
	page_answer_json(call->request, out);
}

static json_t *make_register(struct catalog *records,
			     const int64_t numbers[static 3], struct err *err)
{
	int month = (int)numbers[1];

	return room_register(records, numbers[0], month_start_s(month),
			     month_start_s(month + 1), err);
}

void page_study_register(struct page_call *call)
{
	struct page_study *s = call->node->page->study;
	char text[MONTH_TEXT + 8], key[64];
	int month;

	if (page_study_room(call) == NULL)
		return;
	if (http_head_query(call->head, "month", text, sizeof(text), NULL) !=
		    STATUS_OK ||
	    month_parse(bytes_of(text), &month) != STATUS_OK) {
		page_fail(call->request, STATUS_USAGE,
			  "month: as in 2026-10", NULL);
		return;
	}
	(void)snprintf(key, sizeof(key), "register %d %llu", month,
		       (unsigned long long)s->number);
	page_study_read(call, key, make_register,
			(int64_t[3]){ (int64_t)clock_s(), month, 0 });
}
