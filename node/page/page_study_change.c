/* A collective study, led from the station's screen or an operator's phone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/cards.h"
#include "catalog/lessons.h"
#include "node/node_inside.h"
#include "node/page/desk.h"
#include "node/page/page_study.h"
#include "node/study/room_fields.h"

enum { CARDS_AT_ONCE = 50 /* each takes a good part of a second */ };

/* --- what all of them need --- */

/* The room and the body of somebody who may; NULL: it was answered. */
static struct room *take_body(struct page_call *call, json_t **body)
{
	struct err err = ERR_INIT;
	struct room *room;

	if (!page_study_allowed(call))
		return NULL;
	room = page_study_room(call);
	if (room == NULL)
		return NULL;
	if (page_body_json(call->request, body, &err) != STATUS_OK) {
		page_fail_err(call->request, &err);
		return NULL;
	}
	return room;
}

static enum status study_id(const char *text, uint64_t *id, struct err *err)
{
	if (text != NULL && study_id_parse(text, id) == STATUS_OK)
		return STATUS_OK;
	return err_set(err, STATUS_USAGE, "id: that of a study");
}

static enum status add_title(struct node *n, const char *id, json_t *titles,
			     struct err *err)
{
	struct lesson_row *row = malloc(sizeof(*row));
	enum status status = STATUS_NO_MEMORY;

	if (row != NULL)
		status = lessons_get(n->house.catalog, id, row, err);
	if (status == STATUS_OK &&
	    json_array_append_new(titles, json_string(row->lesson.title)) != 0)
		status = STATUS_NO_MEMORY;
	free(row);
	return status == STATUS_NO_MEMORY ?
		       err_set(err, status, "out of memory") :
		       status;
}

/* The titles of a request's lessons: a new reference; `*out` stays NULL where
 * it names none. */
static enum status find_titles(struct node *n, const json_t *request,
			       json_t **out, struct err *err)
{
	const json_t *lessons = json_object_get(request, "lessons");
	enum status status = STATUS_OK;
	json_t *titles;

	if (lessons == NULL)
		return STATUS_OK;
	status = room_fields_lessons(lessons, err);
	if (status != STATUS_OK)
		return status;
	titles = json_array();
	for (size_t i = 0; i < json_array_size(lessons) && status == STATUS_OK;
	     i++)
		status = add_title(n,
				   json_string_value(
					   json_array_get(lessons, i)),
				   titles, err);
	if (status == STATUS_OK)
		*out = titles;
	else
		json_decref(titles);
	return status;
}

/* --- begin, end, resume --- */

void page_study_begin(struct page_call *call)
{
	json_t *body = NULL, *titles = NULL, *out = NULL;
	struct room *room = take_body(call, &body);
	struct err err = ERR_INIT;
	enum status status;

	if (room == NULL)
		return;
	status = find_titles(call->node, body, &titles, &err);
	if (status == STATUS_OK)
		status = room_begin(room, body, titles, call->who,
				    page_study_now(), &out,
				    &err);
	page_study_answer(call, status, out, &err);
	json_decref(titles);
	json_decref(body);
}

typedef enum status (*room_move)(struct room *r, uint64_t study,
				 uint64_t now_ms, json_t **out,
				 struct err *err);

static void move_study(struct page_call *call, room_move move)
{
	json_t *body = NULL, *out = NULL;
	struct room *room = take_body(call, &body);
	struct err err = ERR_INIT;
	uint64_t id = 0;
	enum status status;

	if (room == NULL)
		return;
	status = study_id(json_string_value(json_object_get(body, "id")), &id,
			  &err);
	if (status == STATUS_OK)
		status = move(room, id, page_study_now(), &out,
			      &err);
	page_study_answer(call, status, out, &err);
	json_decref(body);
}

void page_study_end(struct page_call *call)
{
	move_study(call, room_end);
}

void page_study_resume(struct page_call *call)
{
	move_study(call, room_resume);
}

void page_study_photo(struct page_call *call)
{
	struct bytes jpeg = http_request_body(call->request);
	char text[STUDY_ID_TEXT + 8] = "";
	struct err err = ERR_INIT;
	struct room *room;
	json_t *out = NULL;
	uint64_t id = 0;
	enum status status;

	if (!page_study_allowed(call))
		return;
	room = page_study_room(call);
	if (room == NULL)
		return;
	(void)http_head_query(call->head, "id", text, sizeof(text), NULL);
	status = study_id(text, &id, &err);
	if (status == STATUS_OK)
		status = room_photo(room, id, jpeg,
				    page_study_now(), &out, &err);
	if (status == STATUS_NO_ROOM && jpeg.size > ROOM_PHOTO_MAX)
		page_fail_code(call->request, 413, 0, status, err.text, NULL);
	else
		page_study_answer(call, status, out, &err);
}

/* --- change, with cards --- */

struct change {
	struct hasher_job job; /* first */
	struct page_call call; /* its own copy; the request is held */
	uint64_t id;
	json_t *body, *titles;
	bool all_cards;
	size_t count;
	char numbers[CARDS_AT_ONCE][CARD_NUMBER_DIGITS + 1];
	uint8_t ids[CARDS_AT_ONCE][CARD_ID_SIZE];
	enum status status;
};

static void change_free(struct change *c)
{
	json_decref(c->body);
	json_decref(c->titles);
	signing_wipe(c->numbers, sizeof(c->numbers));
	free(c);
}

static enum status take_number(struct change *c, const json_t *value,
			       struct err *err)
{
	const char *text = json_string_value(value);

	if (c->count == CARDS_AT_ONCE)
		return err_set(err, STATUS_USAGE,
			       "cards: at most 50 at a time");
	if (text == NULL || cardid_parse(bytes_of(text),
					 c->numbers[c->count]) != STATUS_OK)
		return err_set(err, STATUS_MALFORMED,
			       "that is no card number: ten digits, as they "
			       "are printed on the card");
	c->count++;
	return STATUS_OK;
}

static enum status take_numbers(struct change *c, struct err *err)
{
	const json_t *cards = json_object_get(c->body, "cards");
	const json_t *one = json_object_get(c->body, "add_card");
	enum status status = STATUS_OK;

	c->all_cards = cards != NULL;
	if (cards != NULL && !json_is_array(cards))
		return err_set(err, STATUS_MALFORMED,
			       "cards: an array of numbers");
	for (size_t i = 0; i < json_array_size(cards) && status == STATUS_OK;
	     i++)
		status = take_number(c, json_array_get(cards, i), err);
	if (status == STATUS_OK && one != NULL)
		status = take_number(c, one, err);
	return status;
}

static void do_change(struct change *c)
{
	struct room_card cards[CARDS_AT_ONCE];
	struct room_change change = { .request = c->body,
				      .titles = c->titles,
				      .all_cards = c->all_cards,
				      .cards = cards,
				      .n_cards = c->count };
	struct room *room = page_study_room(&c->call);
	struct node *n = c->call.node;
	struct err err = ERR_INIT;
	json_t *out = NULL;
	enum status status;

	if (room == NULL)
		return;
	for (size_t i = 0; i < c->count; i++) {
		cards[i].id = (uint64_t)cardid_number_of(c->ids[i]);
		(void)snprintf(cards[i].tail, sizeof(cards[i].tail), "%s",
			       c->numbers[i] + CARD_NUMBER_DIGITS -
				       CARD_TAIL_DIGITS);
		cards[i].known = false;
		(void)cards_known(n->house.catalog, n->house.conf.region,
				  c->ids[i], &cards[i].known, &err);
	}
	status = room_change(room, c->id, &change, page_study_now(), &out,
			     &err);
	page_study_answer(&c->call, status, out, &err);
}

static void hash_on_pool(struct hasher_job *job)
{
	struct change *c = (struct change *)job;

	for (size_t i = 0; i < c->count && c->status == STATUS_OK; i++)
		c->status = cardid_id(c->numbers[i], c->ids[i]);
}

static void hashed(struct hasher_job *job, bool cancelled)
{
	struct change *c = (struct change *)job;

	if (cancelled)
		page_fail(c->call.request, STATUS_BUSY, "this node is stopping",
			  NULL);
	else if (c->status != STATUS_OK)
		page_fail(c->call.request, c->status, "out of memory", NULL);
	else
		do_change(c);
	change_free(c);
}

/* Cards are hashed beside the loop; without them it is done at once. */
static void begin_change(struct page_call *call, struct change *c)
{
	struct hasher *hasher = desk_hasher(desk_of(call->node));

	c->call = *call;
	c->call.rest = "";
	if (c->count == 0) {
		do_change(c);
		change_free(c);
	} else if (!hasher_has_room(hasher)) {
		page_fail_code(call->request, 429, 2, STATUS_BUSY,
			       "too much at once: try again", NULL);
		change_free(c);
	} else {
		c->job.work = hash_on_pool;
		c->job.done = hashed;
		hasher_add(hasher, &c->job);
	}
}

void page_study_change(struct page_call *call)
{
	json_t *body = NULL;
	struct room *room = take_body(call, &body);
	struct err err = ERR_INIT;
	struct change *c;
	enum status status;

	if (room == NULL)
		return;
	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		json_decref(body);
		page_fail(call->request, STATUS_NO_MEMORY, "out of memory",
			  NULL);
		return;
	}
	c->body = body;
	status = study_id(json_string_value(json_object_get(body, "id")),
			  &c->id, &err);
	if (status == STATUS_OK)
		status = take_numbers(c, &err);
	if (status == STATUS_OK)
		status = find_titles(call->node, body, &c->titles, &err);
	if (status == STATUS_OK) {
		begin_change(call, c);
		return;
	}
	page_fail_err(call->request, &err);
	change_free(c);
}
