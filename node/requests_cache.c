/* Room for what is to be published, how full the cache is, the journal, and who
 * has obeyed withdrawals. */
#include <string.h>

#include "catalog/journal.h"
#include "node/cache.h"
#include "node/confirmations.h"
#include "node/requests_internal.h"
#include "proto/encoding.h"

enum status request_room(struct requests *r, const json_t *request,
			 json_t **answer, struct err *err)
{
	uint64_t bytes = request_number(request, "bytes"), floor = 0;
	struct cache *cache;
	pid_t pid = 0;
	enum status status = request_pid(request, &pid, err);

	if (status != STATUS_OK)
		return status;
	if (r->live != NULL && r->live->room_for != NULL) {
		status = r->live->room_for(r->live->node, pid, bytes, &floor,
					   err);
	} else {
		status = cache_open_alone(&cache, r->house, err);
		if (status != STATUS_OK)
			return status;
		floor = cache_floor(cache);
		status = cache_reserve_for(cache, pid, bytes, err);
		cache_free(cache);
	}
	if (status == STATUS_OK)
		*answer = json_pack("{s:I}", "floor", (json_int_t)floor);
	return status;
}

enum status request_room_alone(struct requests *r, const uint8_t *btmh,
			       struct err *err)
{
	struct payload_standing standing;
	struct cache *cache;
	enum status status = lessons_standing(r->house->catalog, btmh,
					      &standing, err);

	if (status == STATUS_OK)
		status = cache_open_alone(&cache, r->house, err);
	if (status != STATUS_OK)
		return status;
	status = cache_reserve(cache, btmh, standing.bytes, 0,
			       standing.pinned, err);
	cache_free(cache);
	return status;
}

enum status request_withdrawals(struct requests *r, const json_t *request,
				json_t **answer, struct err *err)
{
	return confirmations_list(r->house, request_text(request, "id"),
				  answer, err);
}

void request_put_withdrawal(struct requests *r, const char *id, json_t *lesson)
{
	struct err err = ERR_INIT;
	json_t *list;

	if (confirmations_list(r->house, id, &list, &err) != STATUS_OK)
		return;
	if (json_array_size(list) == 1)
		(void)json_object_set(lesson, "withdrawal",
				      json_array_get(list, 0));
	json_decref(list);
}

static bool put_row(void *context, const struct journal_row *row)
{
	char hex[65];

	hex_encode((struct bytes){ row->btmh, 32 }, hex);
	(void)json_array_append_new(
		context,
		json_pack("{s:I, s:s, s:s, s:I, s:s, s:s}", "at",
			  (json_int_t)row->at_s, "what",
			  journal_what_name(row->what), "title", row->title,
			  "bytes", (json_int_t)row->bytes, "why", row->why,
			  "btmh", hex));
	return true;
}

enum status request_journal(struct requests *r, const json_t *request,
			    json_t **answer, struct err *err)
{
	uint64_t limit = request_number(request, "limit");
	json_t *list = json_array();
	enum status status;

	if (limit > JOURNAL_ROWS_MAX)
		limit = JOURNAL_ROWS_MAX;
	status = journal_list(r->house->catalog, (uint32_t)limit, put_row,
			      list, err);
	if (status != STATUS_OK) {
		json_decref(list);
		return status;
	}
	*answer = list;
	return STATUS_OK;
}

static bool put_deletion(void *context, const struct journal_row *row)
{
	json_t *list = context;

	if (row->what == JOURNAL_DELETED)
		(void)put_row(list, row);
	return json_array_size(list) == 0;
}

json_t *request_cache_json(struct requests *r)
{
	json_t *cache = NULL, *last = json_array();
	struct cache *alone;
	struct err err = ERR_INIT;

	if (r->live != NULL && r->live->cache != NULL) {
		cache = r->live->cache(r->live->node);
	} else if (cache_open_alone(&alone, r->house, &err) == STATUS_OK) {
		cache = cache_status(alone);
		cache_free(alone);
	}
	if (cache != NULL &&
	    journal_list(r->house->catalog, 0, put_deletion, last, &err) ==
		    STATUS_OK &&
	    json_array_size(last) == 1)
		(void)json_object_set(cache, "last", json_array_get(last, 0));
	json_decref(last);
	return cache;
}
