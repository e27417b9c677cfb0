/* Lessons as JSON, lists of them, and what is chosen here: pinned, dropped,
 * subscribed to. */
#include <stdio.h>
#include <string.h>

#include "catalog/due.h"
#include "node/requests_internal.h"
#include "node/tidy.h"
#include "proto/encoding.h"

/* --- lessons as JSON --- */

static double progress_of(struct requests *r, const struct lesson_row *row)
{
	double live = -1;

	if (row->shown.payload == PAYLOAD_HELD)
		return 1;
	if (r->live != NULL && r->live->progress != NULL)
		live = r->live->progress(r->live->node, row->shown.btmh);
	if (live >= 0)
		return live;
	return row->shown.pieces == 0 ?
		       0 :
		       (double)row->shown.verified / row->shown.pieces;
}

static const char *state_of(struct requests *r, const struct lesson_row *row)
{
	enum lesson_state state = lesson_row_state(row);

	if (state == LESSON_WANTED && r->live != NULL &&
	    r->live->progress != NULL &&
	    r->live->progress(r->live->node, row->shown.btmh) >= 0)
		return "fetching";
	return lesson_state_name(state);
}

static void put_text(json_t *object, const char *key, const char *text)
{
	if (text[0] != 0)
		(void)json_object_set_new(object, key, json_string(text));
}

static void put_details(struct requests *r, json_t *object,
			const struct lesson_row *row)
{
	const struct lesson *l = &row->lesson;
	char hex[65], origin[ORIGIN_MAX + 1], path[HOUSE_PATH_MAX + 96];
	uint64_t short_id;

	put_text(object, "expires", l->expires);
	put_text(object, "initials", l->initials);
	if (lesson_id_split(l->id, origin, &short_id) == STATUS_OK)
		put_text(object, "origin", origin);
	if (l->has_poster) {
		hex_encode((struct bytes){ l->poster, 32 }, hex);
		put_text(object, "poster", hex);
	}
	put_text(object, "why", want_reason_text(row->why));
	hex_encode((struct bytes){ row->shown.btmh, 32 }, hex);
	if (row->shown.payload == PAYLOAD_HELD && !row->withdrawn) {
		(void)snprintf(path, sizeof(path), "%s/%s",
			       r->house->payload_dir, hex);
		put_text(object, "path", path);
	}
	if (r->live != NULL && r->live->tell_where != NULL && !row->withdrawn)
		r->live->tell_where(r->live->node, row->shown.btmh,
				    row->shown.payload == PAYLOAD_HELD, object);
	if (row->withdrawn)
		request_put_withdrawal(r, l->id, object);
	if (row->wanted && row->over &&
	    row->shown.payload != PAYLOAD_HELD)
		put_text(object, "trouble", "expired: it comes only when it is "
			 "pinned, wanted by a day or asked for");
	if (r->live != NULL && r->live->trouble != NULL)
		put_text(object, "trouble",
			 r->live->trouble(r->live->node, row->shown.btmh));
}

static json_t *also_json(const struct lesson *l)
{
	json_t *list = json_array();
	char hex[65];

	for (size_t i = 0; i < l->also_count; i++) {
		hex_encode((struct bytes){ l->also[i].btmh, 32 }, hex);
		(void)json_array_append_new(
			list, json_pack("{s:s, s:s, s:I}", "as", l->also[i].as,
					"btmh", hex, "bytes",
					(json_int_t)l->also[i].bytes));
	}
	return list;
}

json_t *lesson_json(struct requests *r, const struct lesson_row *row, bool all)
{
	const struct lesson *l = &row->lesson;
	char hex[65];
	json_t *object;

	hex_encode((struct bytes){ l->btmh, 32 }, hex);
	object = json_pack(
		"{s:s, s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:f, "
		"s:b}",
		"id", l->id, "rev", (json_int_t)l->rev, "title", l->title,
		"topic", l->topic, "region", l->region, "btmh", hex, "bytes",
		(json_int_t)l->bytes, "files", (json_int_t)l->files, "seconds",
		(json_int_t)l->seconds, "date", l->date, "state",
		state_of(r, row), "progress", progress_of(r, row), "pinned",
		row->choice == CHOICE_PIN);
	if (object == NULL)
		return NULL;
	put_text(object, "due", row->due);
	if (l->keep)
		(void)json_object_set_new(object, "keep", json_true());
	if (l->also_count > 0)
		(void)json_object_set_new(object, "also", also_json(l));
	put_text(object, "lang", l->lang);
	put_text(object, "summary", l->summary);
	put_text(object, "office", l->office);
	if (l->series.title[0] != 0)
		(void)json_object_set_new(
			object, "series",
			json_pack("{s:s, s:I}", "title", l->series.title, "n",
				  (json_int_t)l->series.n));
	if (memcmp(row->shown.btmh, l->btmh, 32) != 0) {
		hex_encode((struct bytes){ row->shown.btmh, 32 }, hex);
		put_text(object, "instead", hex);
	}
	if (all)
		put_details(r, object, row);
	return object;
}

/* --- lessons, show --- */

struct listing {
	struct requests *r;
	json_t *list;
	const char *state; /* only these, or NULL */
	uint64_t limit;
};

static bool list_lesson(void *context, const struct lesson_row *row)
{
	struct listing *l = context;

	if (l->state != NULL && strcmp(l->state, state_of(l->r, row)) != 0)
		return true;
	(void)json_array_append_new(l->list, lesson_json(l->r, row, false));
	return json_array_size(l->list) < l->limit;
}

static bool list_refused(void *context, const struct refused *refused)
{
	struct listing *l = context;
	const struct lesson *lesson = refused->lesson;
	char hex[65] = "";
	json_t *object;

	if (lesson != NULL)
		hex_encode((struct bytes){ lesson->btmh, 32 }, hex);
	object = json_pack(
		"{s:s, s:I, s:s, s:s, s:s, s:s, s:I, s:s, s:f, s:s, s:I, s:s, "
		"s:s}",
		"id", lesson == NULL ? "" : lesson->id, "rev",
		(json_int_t)(lesson == NULL ? 0 : lesson->rev), "title",
		lesson == NULL ? "" : lesson->title, "topic",
		lesson == NULL ? "" : lesson->topic, "region",
		lesson == NULL ? "" : lesson->region, "btmh", hex, "bytes",
		(json_int_t)(lesson == NULL ? 0 : lesson->bytes), "state",
		"refused", "progress", 0.0, "origin", refused->origin, "entry",
		(json_int_t)refused->entry, "reason",
		refusal_text(refused->why), "date",
		lesson == NULL ? "" : lesson->date);
	(void)json_array_append_new(l->list, object);
	return json_array_size(l->list) < l->limit;
}

static enum lessons_filter filter_of(const char *state)
{
	if (state == NULL || strcmp(state, "known") == 0)
		return LESSONS_ALL;
	if (strcmp(state, "wanted") == 0 || strcmp(state, "fetching") == 0)
		return LESSONS_WANTED;
	if (strcmp(state, "held") == 0)
		return LESSONS_HELD;
	if (strcmp(state, "withdrawn") == 0)
		return LESSONS_WITHDRAWN;
	return LESSONS_ALL;
}

static bool is_state(const char *state)
{
	static const char *const states[] = { "known", "wanted", "fetching",
					      "held", "refused", "withdrawn" };

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (strcmp(states[i], state) == 0)
			return true;
	return false;
}

enum status request_lessons(struct requests *r, const json_t *request,
			    json_t **answer, struct err *err)
{
	const char *text = request_text(request, "query");
	struct listing l = { .r = r,
			     .state = request_text(request, "state"),
			     .limit = request_number(request, "limit") };
	struct lessons_query query = {
		.text = text == NULL || text[0] == 0 ? NULL : text,
		.topic = request_text(request, "topic"),
		.region = request_text(request, "region"),
		.filter = filter_of(l.state),
	};
	enum status status;

	if (l.state != NULL && !is_state(l.state))
		return err_set(err, STATUS_USAGE, "'%s' is no state", l.state);
	if (l.limit == 0)
		l.limit = 1000;
	l.list = json_array();
	if (l.state != NULL && strcmp(l.state, "refused") == 0)
		status = lessons_refused(r->house->catalog, 0,
					 (uint32_t)l.limit, list_refused, &l,
					 err);
	else
		status = lessons_find(r->house->catalog, &query, list_lesson,
				      &l, err);
	/* People are not shown what was taken back; programs are told. */
	if (status == STATUS_OK && l.state == NULL &&
	    json_is_true(json_object_get(request, "all"))) {
		query.filter = LESSONS_WITHDRAWN;
		if (json_array_size(l.list) < l.limit)
			status = lessons_find(r->house->catalog, &query,
					      list_lesson, &l, err);
	}
	if (status != STATUS_OK) {
		json_decref(l.list);
		return status;
	}
	*answer = l.list;
	return STATUS_OK;
}

static enum status answer_lesson(struct requests *r, const char *id,
				 json_t **answer, struct err *err)
{
	struct lesson_row row;
	enum status status = lessons_get(r->house->catalog, id, &row, err);

	if (status == STATUS_OK)
		*answer = lesson_json(r, &row, true);
	return status;
}

enum status request_show(struct requests *r, const json_t *request,
			 json_t **answer, struct err *err)
{
	struct lesson_row row;
	enum status status = request_lesson(r, request, &row, err);

	if (status == STATUS_OK)
		*answer = lesson_json(r, &row, true);
	return status;
}

/* --- choices --- */

static void tell_choices(struct requests *r)
{
	if (r->live != NULL && r->live->choices_changed != NULL)
		r->live->choices_changed(r->live->node);
}

/* The day goes with the pin: it is taken off with it. */
static enum status set_day(struct requests *r, const char *id,
			   enum choice choice, const char *by, struct err *err)
{
	if (choice != CHOICE_PIN)
		return due_clear(r->house->catalog, id, err);
	return by == NULL ? STATUS_OK :
			    due_set(r->house->catalog, id, by, err);
}

static enum status choose(struct requests *r, const json_t *request,
			  enum choice choice, json_t **answer, struct err *err)
{
	const char *by = request_text(request, "by");
	struct lesson_row row;
	enum status status = request_lesson(r, request, &row, err);

	if (status == STATUS_OK && by != NULL && !date_is_good(by))
		return err_set(err, STATUS_USAGE,
			       "'%s' is no day: write it as 2026-04-30", by);
	if (status == STATUS_OK && row.withdrawn && choice == CHOICE_PIN)
		return err_set(err, STATUS_OUT_OF_SCOPE,
			       "'%s' was withdrawn by its office",
			       row.lesson.title);
	if (status == STATUS_OK)
		status = set_day(r, row.lesson.id, choice, by, err);
	if (status == STATUS_OK)
		status = index_choose(r->index, &row, choice, err);
	if (status != STATUS_OK)
		return status;
	/* Without a running node nobody else takes the files away. */
	if (choice == CHOICE_DROP && r->live == NULL)
		status = tidy_unwelcome(r->house, err);
	if (status != STATUS_OK)
		return status;
	tell_choices(r);
	return answer_lesson(r, row.lesson.id, answer, err);
}

enum status request_pin(struct requests *r, const json_t *request,
			json_t **answer, struct err *err)
{
	bool off = json_is_true(json_object_get(request, "off"));

	return choose(r, request, off ? CHOICE_NONE : CHOICE_PIN, answer, err);
}

enum status request_drop(struct requests *r, const json_t *request,
			 json_t **answer, struct err *err)
{
	return choose(r, request, CHOICE_DROP, answer, err);
}

static json_t *rules_json(struct requests *r)
{
	const struct want_place *place = index_place(r->index);
	json_t *list = json_array();

	for (size_t i = 0; i < place->subscription_count; i++) {
		const struct subscription *s = &place->subscriptions[i];

		(void)json_array_append_new(
			list, json_pack("{s:I, s:s, s:s, s:b}", "n",
					(json_int_t)i + 1, "topic", s->topic,
					"region", s->region, "exclude",
					s->exclude));
	}
	return list;
}

enum status request_subscribe(struct requests *r, const json_t *request,
			      json_t **answer, struct err *err)
{
	const struct want_place *place = index_place(r->index);
	const char *topic = request_text(request, "topic");
	const char *region = request_text(request, "region");
	uint64_t remove = request_number(request, "remove");
	struct subscription s = {
		.exclude = json_is_true(json_object_get(request, "exclude")),
	};
	enum status status = STATUS_OK;

	if (remove > place->subscription_count)
		return err_set(err, STATUS_NOT_FOUND, "there is no rule %llu",
			       (unsigned long long)remove);
	if (remove > 0) {
		s = place->subscriptions[remove - 1];
		status = index_unsubscribe(r->index, &s, err);
	} else if (topic != NULL || region != NULL) {
		if ((topic != NULL && strlen(topic) > TOPIC_MAX) ||
		    (region != NULL && strlen(region) > REGION_MAX))
			return err_set(err, STATUS_USAGE,
				       "topic or region too long");
		(void)snprintf(s.topic, sizeof(s.topic), "%s",
			       topic == NULL ? "" : topic);
		(void)snprintf(s.region, sizeof(s.region), "%s",
			       region == NULL ? "" : region);
		status = index_subscribe(r->index, &s, err);
	}
	if (status != STATUS_OK)
		return status;
	if (remove > 0 || topic != NULL || region != NULL) {
		if (r->live == NULL)
			status = request_index(r, err);
		tell_choices(r);
	}
	*answer = rules_json(r);
	return status;
}
