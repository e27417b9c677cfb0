#include "node/confirmations.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/stations.h"
#include "node/clock.h"
#include "node/drive/hashes.h"
#include "node/own_statement.h"

enum { LOGS_MAX = 64 };

struct asked_about {
	struct withdrawal w; /* title and reason are copies in `json` */
	json_t *json, *missing;
	uint64_t confirmed, heard;
};

/* What one statement says of one log. */
struct said {
	char origin[ORIGIN_MAX + 1];
	uint64_t size;
	struct buf have;
};

struct asking {
	struct house *h;
	struct asked_about *list;
	size_t count, room;
	struct hashes heard; /* keys of nodes whose statement is here */
	struct said logs[LOGS_MAX];
	size_t n_logs;
	bool failed;
};

/* --- the withdrawals --- */

static bool note_withdrawal(void *context, const struct withdrawal *w)
{
	struct asking *a = context;
	struct asked_about *one;

	if (a->count == a->room) {
		size_t room = a->room == 0 ? 16 : 2 * a->room;
		struct asked_about *grown =
			realloc(a->list, room * sizeof(*grown));

		if (grown == NULL) {
			a->failed = true;
			return false;
		}
		a->list = grown;
		a->room = room;
	}
	one = &a->list[a->count++];
	memset(one, 0, sizeof(*one));
	one->w = *w;
	one->missing = json_array();
	one->json = json_pack("{s:s, s:s, s:s}", "id", w->id, "title",
			      w->title, "reason", w->reason);
	one->w.title = one->w.reason = NULL;
	return true;
}

/* --- one statement --- */

static struct said *said_of(struct asking *a, struct bytes origin, bool make)
{
	for (size_t i = 0; i < a->n_logs; i++)
		if (bytes_equal(bytes_of(a->logs[i].origin), origin))
			return &a->logs[i];
	if (!make || a->n_logs == LOGS_MAX ||
	    bytes_to_string(origin, a->logs[a->n_logs].origin,
			    sizeof(a->logs->origin)) != STATUS_OK)
		return NULL;
	a->logs[a->n_logs].size = 0;
	buf_clear(&a->logs[a->n_logs].have);
	return &a->logs[a->n_logs++];
}

static void read_statement(struct asking *a, const struct statement *st)
{
	struct statement_walk walk;
	struct statement_line line;
	struct said *said;

	a->n_logs = 0;
	statement_walk_init(&walk, st);
	while (statement_walk_next(&walk, &line)) {
		if (line.kind != STATEMENT_LOG && line.kind != STATEMENT_HAVE)
			continue;
		said = said_of(a, line.origin, line.kind == STATEMENT_LOG);
		if (said == NULL)
			continue;
		if (line.kind == STATEMENT_LOG)
			said->size = line.size;
		else if (bitmap_expand(line.bitmap,
				       (size_t)(said->size + 7) / 8,
				       &said->have) != STATUS_OK)
			said->size = 0; /* it says nothing then */
	}
}

static bool has_confirmed(struct asking *a, const struct withdrawal *w)
{
	const struct said *log = said_of(a, bytes_of(w->log), false);
	const struct said *lesson = said_of(a, bytes_of(w->lesson_log), false);

	return log != NULL && log->size > w->entry &&
	       (lesson == NULL ||
		!bitmap_has(buf_bytes(&lesson->have), w->lesson_entry));
}

static void put_missing(struct asked_about *one, const char *name,
			const char *region,
			const uint8_t key[static PUBLIC_KEY_SIZE],
			int64_t ago_s)
{
	char code[KEY_CODE_SIZE + 1];

	key_code(key, code);
	(void)json_array_append_new(
		one->missing,
		json_pack("{s:s, s:s, s:s, s:I}", "name", name, "region",
			  region, "code", code, "heard_ago_s",
			  (json_int_t)ago_s));
}

static int64_t ago_of(const struct statement_row *row)
{
	uint64_t now = clock_s();
	/* Clocks are also put back. */
	uint64_t ago = now > row->heard_s ? now - row->heard_s : 0;

	return (int64_t)(ago + row->age_s);
}

static bool ask_statement(void *context, const struct statement_row *row)
{
	struct asking *a = context;
	struct statement st;

	if (memcmp(row->key, house_node_public(a->h), sizeof(row->key)) == 0 ||
	    statement_open(row->note, &st) != STATUS_OK)
		return true;
	if (hashes_put(&a->heard, row->key) != STATUS_OK) {
		a->failed = true;
		return false;
	}
	read_statement(a, &st);
	for (size_t i = 0; i < a->count; i++) {
		struct asked_about *one = &a->list[i];

		if (said_of(a, bytes_of(one->w.log), false) == NULL)
			continue; /* it does not follow that office */
		one->heard++;
		if (has_confirmed(a, &one->w))
			one->confirmed++;
		else
			put_missing(one, st.name, st.region, row->key,
				    ago_of(row));
	}
	return true;
}

/* Enrolled, and never heard from. */
static bool ask_station(void *context, const struct station *station)
{
	struct asking *a = context;

	if (hashes_have(&a->heard, station->key.bytes))
		return true;
	for (size_t i = 0; i < a->count; i++)
		put_missing(&a->list[i], station->name, station->region,
			    station->key.bytes, -1);
	return true;
}

static json_t *result(struct asking *a)
{
	json_t *list = json_array();

	for (size_t i = 0; i < a->count; i++) {
		struct asked_about *one = &a->list[i];

		(void)json_object_set_new(
			one->json, "confirmed",
			json_integer((json_int_t)one->confirmed));
		(void)json_object_set_new(one->json, "heard",
					  json_integer((json_int_t)one->heard));
		(void)json_object_set(one->json, "missing", one->missing);
		(void)json_array_append(list, one->json);
	}
	return list;
}

enum status confirmations_list(struct house *h, const char *lesson,
			       json_t **list, struct err *err)
{
	struct asking *a = calloc(1, sizeof(*a));
	enum status status;

	if (a == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	a->h = h;
	status = withdrawals_list(h->catalog, NULL, lesson, note_withdrawal, a,
				  err);
	if (status == STATUS_OK && a->count > 0)
		status = statements_list(h->catalog, ask_statement, a, err);
	if (status == STATUS_OK && a->count > 0)
		status = stations_list(h->catalog, false, ask_station, a, err);
	if (status == STATUS_OK && a->failed)
		status = err_set(err, STATUS_NO_MEMORY, "out of memory");
	if (status == STATUS_OK)
		*list = result(a);
	for (size_t i = 0; i < a->count; i++) {
		json_decref(a->list[i].json);
		json_decref(a->list[i].missing);
	}
	for (size_t i = 0; i < LOGS_MAX; i++)
		buf_release(&a->logs[i].have);
	hashes_release(&a->heard);
	free(a->list);
	free(a);
	return status;
}
