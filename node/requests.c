/* The table of requests, and those about lessons. */
#include "node/requests.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "catalog/due.h"
#include "catalog/log.h"
#include "catalog/search.h"
#include "node/requests_internal.h"
#include "node/tidy.h"
#include "proto/encoding.h"

const char *request_text(const json_t *request, const char *key)
{
	return json_string_value(json_object_get(request, key));
}

uint64_t request_number(const json_t *request, const char *key)
{
	json_int_t value =
		json_integer_value(json_object_get(request, key));

	return value < 0 ? 0 : (uint64_t)value;
}

enum status request_btmh(const json_t *request, uint8_t btmh[static 32],
			 struct err *err)
{
	const char *hex = request_text(request, "btmh");

	if (hex == NULL || hex_decode(bytes_of(hex), btmh, 32) != STATUS_OK)
		return err_set(err, STATUS_USAGE, "which payload?");
	return STATUS_OK;
}

enum status request_pid(const json_t *request, pid_t *pid, struct err *err)
{
	json_int_t number =
		json_integer_value(json_object_get(request, "pid"));

	if (number <= 0 || number > INT_MAX)
		return err_set(err, STATUS_USAGE, "which process asks?");
	*pid = (pid_t)number;
	return STATUS_OK;
}

enum status request_hex(const json_t *request, const char *key,
			struct buf *out, struct err *err)
{
	const char *hex = request_text(request, key);
	size_t size = hex == NULL ? 0 : strlen(hex) / 2;
	uint8_t *at = buf_reserve(out, size + 1);

	if (hex == NULL || at == NULL ||
	    hex_decode(bytes_of(hex), at, size) != STATUS_OK)
		return err_set(err, STATUS_USAGE, "which pieces?");
	buf_grew(out, size);
	return STATUS_OK;
}

enum status request_lesson(struct requests *r, const json_t *request,
			   struct lesson_row *row, struct err *err)
{
	const char *id = request_text(request, "id");

	if (id == NULL)
		return err_set(err, STATUS_USAGE, "which lesson?");
	return lessons_get(r->house->catalog, id, row, err);
}

/* What logs have gained, with what that makes of others. */
static enum status step_index(struct requests *r, struct err *err)
{
	enum status status = STATUS_OK;
	unsigned did;

	do {
		do
			status = index_step(r->index, 1000, &did, err);
		while (status == STATUS_OK && did > 0);
		if (status != STATUS_OK || !index_take_delegated(r->index))
			return status;
		status = request_delegated(r, err);
	} while (status == STATUS_OK);
	return status;
}

enum status request_index(struct requests *r, struct err *err)
{
	enum status status = step_index(r, err);
	unsigned did;

	do
		status = status == STATUS_OK ?
				 search_step(r->house->catalog, 1000, &did,
					     err) :
				 status;
	while (status == STATUS_OK && did > 0);
	return status;
}

/* --- lessons as JSON --- */

static double progress_of(struct requests *r, const struct lesson_row *row)
{
	double live = -1;

	if (row->payload == PAYLOAD_HELD)
		return 1;
	if (r->live != NULL && r->live->progress != NULL)
		live = r->live->progress(r->live->node, row->lesson.btmh);
	if (live >= 0)
		return live;
	return row->pieces == 0 ? 0 : (double)row->verified / row->pieces;
}

static const char *state_of(struct requests *r, const struct lesson_row *row)
{
	enum lesson_state state = lesson_row_state(row);

	if (state == LESSON_WANTED && r->live != NULL &&
	    r->live->progress != NULL &&
	    r->live->progress(r->live->node, row->lesson.btmh) >= 0)
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
	hex_encode((struct bytes){ l->btmh, 32 }, hex);
	if (row->payload == PAYLOAD_HELD && !row->withdrawn) {
		(void)snprintf(path, sizeof(path), "%s/%s",
			       r->house->payload_dir, hex);
		put_text(object, "path", path);
	}
	if (r->live != NULL && r->live->tell_where != NULL && !row->withdrawn)
		r->live->tell_where(r->live->node, l->btmh,
				    row->payload == PAYLOAD_HELD, object);
	if (row->withdrawn)
		request_put_withdrawal(r, l->id, object);
	if (row->wanted && row->over && row->payload != PAYLOAD_HELD)
		put_text(object, "trouble", "expired: it comes only when it is "
			 "pinned, wanted by a day or asked for");
	if (r->live != NULL && r->live->trouble != NULL)
		put_text(object, "trouble",
			 r->live->trouble(r->live->node, l->btmh));
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
	put_text(object, "lang", l->lang);
	put_text(object, "summary", l->summary);
	if (l->series.title[0] != 0)
		(void)json_object_set_new(
			object, "series",
			json_pack("{s:s, s:I}", "title", l->series.title, "n",
				  (json_int_t)l->series.n));
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

static enum status request_lessons(struct requests *r, const json_t *request,
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

static enum status request_show(struct requests *r, const json_t *request,
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

static enum status request_pin(struct requests *r, const json_t *request,
			       json_t **answer, struct err *err)
{
	bool off = json_is_true(json_object_get(request, "off"));

	return choose(r, request, off ? CHOICE_NONE : CHOICE_PIN, answer, err);
}

static enum status request_drop(struct requests *r, const json_t *request,
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

static enum status request_subscribe(struct requests *r,
				     const json_t *request, json_t **answer,
				     struct err *err)
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

/* --- damage found by `check` --- */

static enum status request_damaged(struct requests *r, const json_t *request,
				   json_t **answer, struct err *err)
{
	struct buf good = BUF_INIT;
	uint8_t btmh[32];
	enum status status = request_btmh(request, btmh, err);

	if (status == STATUS_OK)
		status = request_hex(request, "good", &good, err);
	if (status != STATUS_OK) {
		buf_release(&good);
		return status;
	}
	if (r->live != NULL && r->live->damaged != NULL) {
		status = r->live->damaged(r->live->node, btmh,
					  buf_bytes(&good), err);
	} else {
		status = payload_damaged(r->house->catalog, btmh,
					 buf_bytes(&good), err);
	}
	buf_release(&good);
	if (status == STATUS_OK)
		*answer = json_object();
	return status;
}

static bool list_held(void *context, const struct payload_row *row)
{
	char hex[65];

	hex_encode((struct bytes){ row->btmh, 32 }, hex);
	(void)json_array_append_new(context,
				    json_pack("{s:s, s:I}", "btmh", hex,
					      "bytes",
					      (json_int_t)row->bytes));
	return true;
}

/* What `check` is to hash. */
static enum status request_held(struct requests *r, const json_t *request,
				json_t **answer, struct err *err)
{
	json_t *list = json_array();
	enum status status;

	(void)request;
	status = payloads_list(r->house->catalog, PAYLOAD_HELD, list_held,
			       list, err);
	if (status != STATUS_OK) {
		json_decref(list);
		return status;
	}
	*answer = list;
	return STATUS_OK;
}

static enum status request_neighbours(struct requests *r,
				      const json_t *request, json_t **answer,
				      struct err *err)
{
	(void)request;
	if (r->live == NULL || r->live->neighbours == NULL)
		return err_set(err, STATUS_UNREACHABLE,
			       "no node runs here: start it with 'xiangtu "
			       "run'");
	*answer = r->live->neighbours(r->live->node);
	return STATUS_OK;
}

static enum status request_transfers(struct requests *r,
				     const json_t *request, json_t **answer,
				     struct err *err)
{
	(void)request;
	if (r->live == NULL || r->live->transfers == NULL)
		return err_set(err, STATUS_UNREACHABLE,
			       "no node runs here: start it with 'xiangtu "
			       "run'");
	*answer = r->live->transfers(r->live->node);
	return STATUS_OK;
}

bool requests_is_long(const json_t *request)
{
	const char *verb = request_text(request, "verb");

	return verb != NULL &&
	       (strcmp(verb, "lessons") == 0 || strcmp(verb, "held") == 0);
}

enum status requests_answer(struct requests *r, const json_t *request,
			    json_t **answer, struct err *err)
{
	static const struct {
		const char *verb;
		request_fn fn;
	} verbs[] = {
		{ "lessons", request_lessons },
		{ "show", request_show },
		{ "pin", request_pin },
		{ "drop", request_drop },
		{ "subscribe", request_subscribe },
		{ "publish", request_publish },
		{ "withdraw", request_withdraw },
		{ "withdrawals", request_withdrawals },
		{ "status", request_status },
		{ "neighbours", request_neighbours },
		{ "transfers", request_transfers },
		{ "held", request_held },
		{ "damaged", request_damaged },
		{ "room", request_room },
		{ "journal", request_journal },
		{ "lend", request_lend },
		{ "lent-back", request_lent_back },
		{ "drive-here", request_drive_here },
		{ "drive-gone", request_drive_gone },
		{ "unlock", request_unlock },
		{ "lock", request_lock },
		{ "trust", request_trust },
		{ "delegate", request_delegate },
		{ "undelegate", request_undelegate },
		{ "join-file", request_join_file },
		{ "station-accept", request_station_accept },
		{ "station-list", request_station_list },
		{ "station-end", request_station_end },
		{ "records", request_records },
		{ "records-to", request_records_to },
		{ "record-add", request_record_add },
		{ "root-take", request_root_take },
		{ "trust-take", request_trust_take },
		{ "log-take", request_log_take },
		{ "log-next", request_log_next },
		{ "log-body", request_log_body },
		{ "log-missing", request_log_missing },
		{ "log-drop", request_log_drop },
		{ "log-given", request_log_given },
		{ "indexed", request_indexed },
		{ "statement-take", request_statement_take },
		{ "own-statement", request_own_statement },
		{ "evidence", request_evidence },
		{ "evidence-text", request_evidence_text },
		{ "evidence-take", request_evidence_take },
		{ "witness-key", request_witness_key },
		{ "drive-progress", request_drive_progress },
		{ "drive-done", request_drive_done },
	};
	const char *verb = request_text(request, "verb");

	r->alone = json_is_true(json_object_get(request, "alone"));
	for (size_t i = 0; verb != NULL && i < sizeof(verbs) / sizeof(*verbs);
	     i++)
		if (strcmp(verbs[i].verb, verb) == 0)
			return verbs[i].fn(r, request, answer, err);
	return err_set(err, STATUS_USAGE, "no such request: '%s'",
		       verb == NULL ? "" : verb);
}
