#include "node/page/page_library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/encoding.h"

/* --- one lesson --- */

static void put_text(json_t *object, const char *key, const char *text)
{
	if (text != NULL && text[0] != 0)
		(void)json_object_set_new(object, key, json_string(text));
}

static double share_of(const struct page_view *v, const uint8_t *btmh)
{
	return v->share == NULL ? -1 : v->share(v->owner, btmh);
}

static const char *state_of(const struct page_view *v,
			    const struct lesson_row *row)
{
	enum lesson_state state = lesson_row_state(row);

	if (state == LESSON_WANTED && share_of(v, row->shown.btmh) >= 0)
		return "fetching";
	return lesson_state_name(state);
}

static double progress_of(const struct page_view *v,
			  const struct lesson_row *row)
{
	double share;

	if (row->shown.payload == PAYLOAD_HELD)
		return 1;
	share = share_of(v, row->shown.btmh);
	if (share >= 0)
		return share;
	return row->shown.pieces == 0 ?
		       0 :
		       (double)row->shown.verified / row->shown.pieces;
}

/* Days since 1970 of a date, by any calendar that counts on. */
static bool day_of(const char *date, int64_t *day)
{
	struct tm tm = { 0 };
	int year, month, mday;

	if (sscanf(date, "%4d-%2d-%2d", &year, &month, &mday) != 3)
		return false;
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	tm.tm_mday = mday;
	*day = (int64_t)timegm(&tm) / 86400;
	return true;
}

bool page_is_new(const char *date, const char *today, int days)
{
	int64_t then, now;

	return day_of(date, &then) && day_of(today, &now) &&
	       now - then <= days;
}

json_t *page_card(const struct page_view *v, const struct lesson_row *row)
{
	const struct lesson *l = &row->lesson;
	char origin[ORIGIN_MAX + 1] = "", poster[6 + 64 + 1] = "/blob/";
	uint64_t short_id;
	json_t *card;

	(void)lesson_id_split(l->id, origin, &short_id);
	card = json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:I, s:s, s:f, s:s}",
			 "id", l->id, "title", l->title, "topic", l->topic,
			 "region", l->region, "seconds",
			 (json_int_t)l->seconds, "date", l->date, "bytes",
			 (json_int_t)l->bytes, "state", state_of(v, row),
			 "progress", progress_of(v, row), "office",
			 page_office_name(v->names, l->office, origin));
	if (card == NULL)
		return NULL;
	put_text(card, "place", page_place_name(v->names, l->region));
	if (l->has_poster) {
		hex_encode((struct bytes){ l->poster, 32 }, poster + 6);
		put_text(card, "poster", poster);
	}
	if (l->series.title[0] != 0)
		(void)json_object_set_new(
			card, "series",
			json_pack("{s:s, s:I}", "title", l->series.title, "n",
				  (json_int_t)l->series.n));
	if (page_is_new(l->date, v->today, PAGE_NEW_DAYS))
		(void)json_object_set_new(card, "new", json_true());
	if (row->withdrawn)
		(void)json_object_set_new(card, "withdrawn", json_true());
	return card;
}

/* --- many --- */

struct cards {
	const struct page_view *v;
	json_t *list;
	const char *series; /* only of this one; NULL: all */
};

static bool add_card(void *context, const struct lesson_row *row)
{
	struct cards *c = context;

	if (c->series == NULL ||
	    strcmp(c->series, row->lesson.series.title) == 0)
		(void)json_array_append_new(c->list, page_card(c->v, row));
	return true;
}

/* Append what fits to `list`. */
static enum status add_cards(const struct page_view *v,
			     const struct lessons_query *query, json_t *list,
			     struct err *err)
{
	struct cards cards = { .v = v, .list = list };

	return lessons_find(v->catalog, query, add_card, &cards, err);
}

/* A lesson that was looked up a moment ago may be gone by now. */
static bool row_of(const struct page_view *v, const uint8_t *btmh,
		   struct lesson_row *row)
{
	struct err err = ERR_INIT;
	char hex[65];

	hex_encode((struct bytes){ btmh, 32 }, hex);
	return lessons_get(v->catalog, hex, row, &err) == STATUS_OK &&
	       !row->withdrawn && memcmp(row->shown.btmh, btmh, 32) == 0;
}

void page_arriving(const struct page_view *v, size_t max, json_t *list)
{
	struct lesson_row *row = malloc(sizeof(*row));

	for (unsigned i = 0; row != NULL && i < v->n_coming &&
			     json_array_size(list) < max;
	     i++)
		if (row_of(v, v->coming[i], row))
			(void)json_array_append_new(list, page_card(v, row));
	free(row);
}

/* --- searching --- */

static enum status read_state(const char *state, struct lessons_query *query,
			      struct err *err)
{
	static const struct {
		const char *name;
		enum lessons_filter filter;
	} states[] = {
		{ "", LESSONS_ALL },	     { "here", LESSONS_HERE },
		{ "held", LESSONS_HELD },    { "wanted", LESSONS_WANTED },
		{ "known", LESSONS_OTHER },  { "withdrawn", LESSONS_WITHDRAWN },
		{ "pinned", LESSONS_PINNED }
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (strcmp(states[i].name, state) == 0) {
			query->filter = states[i].filter;
			query->here_first = state[0] == 0;
			return STATUS_OK;
		}
	return err_set(err, STATUS_USAGE, "'%s' is no state", state);
}

/* What is typed on a keypad is found as any run of initials. */
static enum status read_initials(const char *initials, struct err *err)
{
	for (const char *at = initials; *at != 0; at++)
		if (!(*at >= 'a' && *at <= 'z') && !(*at >= '0' && *at <= '9'))
			return err_set(err, STATUS_USAGE,
				       "initials are a-z and 0-9");
	return STATUS_OK;
}

static enum status answer_fetching(const struct page_view *v,
				   uint64_t limit, json_t **out)
{
	json_t *list = json_array();

	page_arriving(v, (size_t)limit, list);
	*out = json_pack("{s:o, s:I}", "lessons", list, "total",
			 (json_int_t)v->n_coming);
	return STATUS_OK;
}

/* As `here_first`, without sorting all there is: both come by an index. */
static enum status here_then_others(const struct page_view *v,
				    struct lessons_query *query, json_t *list,
				    struct err *err)
{
	uint32_t limit = query->limit;
	uint64_t here = 0;
	enum status status;

	query->here_first = false;
	query->filter = LESSONS_HERE;
	status = lessons_count(v->catalog, query, &here, err);
	if (status == STATUS_OK && query->offset < here)
		status = add_cards(v, query, list, err);
	if (status != STATUS_OK || json_array_size(list) >= limit)
		return status;
	query->filter = LESSONS_OTHER;
	query->offset = query->offset < here ?
				0 :
				query->offset - (uint32_t)here;
	query->limit = limit - (uint32_t)json_array_size(list);
	return add_cards(v, query, list, err);
}

enum status page_lessons(const struct page_view *v,
			 const struct page_search *search, json_t **out,
			 struct err *err)
{
	char text[sizeof(search->query) + sizeof(search->initials)];
	uint64_t total = 0, limit = search->limit;
	struct lessons_query query = {
		.text = text,
		.topic = search->topic,
		.region = search->region,
		.offset = (uint32_t)(search->offset < UINT32_MAX / 2 ?
					     search->offset :
					     UINT32_MAX / 2),
	};
	enum status status;
	json_t *list;

	limit = limit == 0		   ? PAGE_CARDS_MAX :
		limit > PAGE_LESSONS_MAX ? PAGE_LESSONS_MAX :
					     limit;
	query.limit = (uint32_t)limit;
	if (strcmp(search->state, "fetching") == 0)
		return answer_fetching(v, limit, out);
	status = read_state(search->state, &query, err);
	if (status == STATUS_OK)
		status = read_initials(search->initials, err);
	if (status != STATUS_OK)
		return status;
	(void)snprintf(text, sizeof(text), "%s%s%s", search->query,
		       search->initials[0] == 0 ? "" : " ", search->initials);
	status = lessons_count(v->catalog, &query, &total, err);
	list = json_array();
	if (status == STATUS_OK)
		status = query.here_first && text[0] == 0 ?
				 here_then_others(v, &query, list, err) :
				 add_cards(v, &query, list, err);
	if (status != STATUS_OK) {
		json_decref(list);
		return status;
	}
	*out = json_pack("{s:o, s:I}", "lessons", list, "total",
			 (json_int_t)total);
	return STATUS_OK;
}

/* --- a lesson by itself --- */

static json_int_t place_in_series(const json_t *card)
{
	return json_integer_value(
		json_object_get(json_object_get(card, "series"), "n"));
}

static int by_number(const void *a, const void *b)
{
	json_int_t x = place_in_series(*(json_t *const *)a);
	json_int_t y = place_in_series(*(json_t *const *)b);

	return x < y ? -1 : x > y;
}

/* The whole series in its order, this lesson among them. */
static enum status series_cards(const struct page_view *v,
				const struct lesson *l, json_t *out,
				struct err *err)
{
	const struct lessons_query query = { .filter = LESSONS_ALL,
					     .text = l->series.title,
					     .limit = PAGE_SERIES_MAX };
	struct cards cards = { .v = v, .series = l->series.title };
	json_t *sorted[PAGE_SERIES_MAX];
	enum status status;
	size_t count;

	if (l->series.title[0] == 0)
		return STATUS_OK;
	cards.list = json_array();
	status = lessons_find(v->catalog, &query, add_card, &cards, err);
	count = json_array_size(cards.list);
	for (size_t i = 0; i < count; i++)
		sorted[i] = json_array_get(cards.list, i);
	qsort(sorted, count, sizeof(*sorted), by_number);
	for (size_t i = 0; i < count; i++)
		(void)json_array_append(out, sorted[i]);
	json_decref(cards.list);
	return status;
}

enum status page_lesson(const struct page_view *v, const struct lesson_row *row,
			json_t **out, struct err *err)
{
	const struct lesson *l = &row->lesson;
	json_t *lesson = page_card(v, row), *series = json_array();
	enum status status = series_cards(v, l, series, err);

	if (status != STATUS_OK || lesson == NULL) {
		json_decref(lesson);
		json_decref(series);
		return status != STATUS_OK ?
			       status :
			       err_set(err, STATUS_NO_MEMORY, "lesson");
	}
	(void)json_object_update_new(
		lesson,
		json_pack("{s:s, s:s, s:s, s:b, s:s, s:I, s:b, s:o}",
			  "summary", l->summary, "lang", l->lang, "initials",
			  l->initials, "pinned", row->choice == CHOICE_PIN,
			  "why", want_reason_text(row->why), "rev",
			  (json_int_t)l->rev, "save", !l->keep, "series_lessons",
			  series));
	put_text(lesson, "expires", l->expires);
	*out = lesson;
	return STATUS_OK;
}
