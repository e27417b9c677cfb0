/* Stations: enrolled by the code they show, retired, listed beside those only
 * heard of. */
#include <stdio.h>
#include <string.h>

#include "catalog/stations.h"
#include "node/clock.h"
#include "node/own_statement.h"
#include "node/requests_internal.h"
#include "proto/encoding.h"
#include "proto/month.h"

/* What the node behind a code said of itself. */
struct search_code {
	const char *code;
	bool found;
	struct public_key key;
	struct statement statement;
};

static bool is_code(struct search_code *s, const struct statement_row *row)
{
	char code[KEY_CODE_SIZE + 1];
	uint8_t typed[5], held[5];

	key_code(row->key, code);
	return base32_decode(bytes_of(s->code), typed, 5) == STATUS_OK &&
	       base32_decode(bytes_of(code), held, 5) == STATUS_OK &&
	       memcmp(typed, held, 5) == 0;
}

static bool match_code(void *context, const struct statement_row *row)
{
	struct search_code *s = context;

	if (!is_code(s, row) ||
	    statement_open(row->note, &s->statement) != STATUS_OK ||
	    public_key_parse(bytes_of(s->statement.vkey), &s->key) != STATUS_OK)
		return true;
	s->found = true;
	return false;
}

static enum status take_groups(const json_t *request,
			       struct entry_station *station, struct err *err)
{
	const json_t *groups = json_object_get(request, "groups"), *group;
	size_t i;

	json_array_foreach(groups, i, group) {
		const char *name = json_string_value(group);

		if (name == NULL || station->group_count == ENTRY_GROUPS_MAX ||
		    strlen(name) > ENTRY_NAME_MAX)
			return err_set(err, STATUS_MALFORMED,
				       "groups: too many or too long");
		(void)snprintf(station->groups[station->group_count++],
			       ENTRY_NAME_MAX + 1, "%s", name);
	}
	return STATUS_OK;
}

static enum status find_code(struct requests *r, const json_t *request,
			     struct search_code *s, struct err *err)
{
	enum status status;

	memset(s, 0, sizeof(*s));
	s->code = request_text(request, "code");
	if (s->code == NULL)
		return err_set(err, STATUS_USAGE, "which code?");
	status = statements_list(r->house->catalog, match_code, s, err);
	if (status == STATUS_OK && !s->found)
		return err_set(err, STATUS_NOT_FOUND,
			       "no node with the code '%s' has been heard "
			       "from yet; let it run and reach this one first",
			       s->code);
	return status;
}

struct station_code {
	const char *code;
	bool found;
	struct station station;
};

static bool match_station(void *context, const struct station *station)
{
	struct station_code *s = context;
	char code[KEY_CODE_SIZE + 1];
	uint8_t typed[5], held[5];

	key_code(station->key.bytes, code);
	if (base32_decode(bytes_of(s->code), typed, 5) != STATUS_OK ||
	    base32_decode(bytes_of(code), held, 5) != STATUS_OK ||
	    memcmp(typed, held, 5) != 0)
		return true;
	s->found = true;
	s->station = *station;
	return false;
}

/* Enrolments are counted by days of UTC+8, like all that is reported; "" while
 * nobody knows what day it is. */
static void date_now(char out[static DAY_TEXT])
{
	out[0] = 0;
	if (clock_is_set())
		day_format(day_of((int64_t)clock_s()), out);
}

/* The box whose place it takes, by its code. */
static enum status take_replaced(struct requests *r, const char *code,
				 struct entry_station *station,
				 struct err *err)
{
	struct station_code s = { .code = code };
	enum status status;

	if (code == NULL)
		return STATUS_OK;
	status = stations_list(r->house->catalog, true, match_station, &s, err);
	if (status == STATUS_OK && !s.found)
		return err_set(err, STATUS_NOT_FOUND,
			       "no station with the code '%s' was ever "
			       "enrolled, so nothing can take its place",
			       code);
	station->has_replaces = true;
	station->replaces = s.station.key;
	return status;
}

/* One that stands already stands since it was first said, in the place it
 * took then. */
static enum status keep_standing(struct requests *r,
				 struct entry_station *station,
				 struct err *err)
{
	struct station before, old;
	enum status status = stations_get(r->house->catalog,
					  station->key.bytes, &before, err);

	date_now(station->date);
	if (status != STATUS_OK || before.ended)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	memcpy(station->date, before.since, sizeof(station->date));
	if (station->has_replaces || !before.has_replaces)
		return STATUS_OK;
	status = stations_get(r->house->catalog, before.replaces, &old, err);
	/* Said again it would end a box that was brought back since. */
	if (status == STATUS_OK && old.ended) {
		station->has_replaces = true;
		station->replaces = old.key;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status request_station_accept(struct requests *r, const json_t *request,
				   json_t **answer, struct err *err)
{
	const char *name = request_text(request, "name");
	struct entry_station station;
	struct search_code s;
	struct buf entry = BUF_INIT;
	enum status status = request_may_publish(r, err);

	memset(&station, 0, sizeof(station));
	if (status == STATUS_OK)
		status = find_code(r, request, &s, err);
	if (status != STATUS_OK)
		return status;
	station.key = s.key;
	memcpy(station.region, s.statement.region, sizeof(station.region));
	(void)snprintf(station.name, sizeof(station.name), "%s",
		       name == NULL ? s.statement.name : name);
	status = take_groups(request, &station, err);
	if (status == STATUS_OK)
		status = take_replaced(r, request_text(request, "replaces"),
				       &station, err);
	if (status == STATUS_OK)
		status = keep_standing(r, &station, err);
	if (status == STATUS_OK)
		status = entry_format_station(&station, &entry, err);
	if (status == STATUS_OK)
		status = request_append(r, buf_bytes(&entry), err);
	buf_release(&entry);
	if (status == STATUS_OK)
		*answer = json_pack("{s:s, s:s, s:s}", "name", station.name,
				    "region", station.region, "code", s.code);
	return status;
}

enum status request_station_end(struct requests *r, const json_t *request,
				json_t **answer, struct err *err)
{
	struct station_code s = { .code = request_text(request, "code") };
	struct entry_station_end end;
	struct buf entry = BUF_INIT;
	enum status status = request_may_publish(r, err);

	if (status == STATUS_OK && s.code == NULL)
		return err_set(err, STATUS_USAGE, "which code?");
	if (status == STATUS_OK)
		status = stations_list(r->house->catalog, false, match_station,
				       &s, err);
	if (status == STATUS_OK && !s.found)
		return err_set(err, STATUS_NOT_FOUND,
			       "no station with the code '%s' is enrolled",
			       s.code);
	if (status != STATUS_OK)
		return status;
	end.key = s.station.key;
	date_now(end.date);
	status = entry_format_station_end(&end, &entry, err);
	if (status == STATUS_OK)
		status = request_append(r, buf_bytes(&entry), err);
	buf_release(&entry);
	if (status == STATUS_OK)
		*answer = json_pack("{s:s, s:s}", "name", s.station.name,
				    "region", s.station.region);
	return status;
}

static bool list_station(void *context, const struct station *station)
{
	char code[KEY_CODE_SIZE + 1];

	key_code(station->key.bytes, code);
	(void)json_array_append_new(
		context,
		json_pack("{s:s, s:s, s:s, s:s}", "code", code, "name",
			  station->name, "region", station->region, "state",
			  station->ended ? "ended" : "enrolled"));
	return true;
}


static bool list_heard(void *context, const struct statement_row *row)
{
	json_t *list = context;
	struct statement st;
	char code[KEY_CODE_SIZE + 1];
	const json_t *known;
	size_t i;

	key_code(row->key, code);
	json_array_foreach(list, i, known)
		if (strcmp(request_text(known, "code"), code) == 0) {
			(void)json_object_set_new(
				json_array_get(list, i), "heard_s",
				json_integer((json_int_t)row->heard_s));
			return true;
		}
	if (statement_open(row->note, &st) != STATUS_OK)
		return true;
	(void)json_array_append_new(
		list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "code", code,
				"name", st.name, "region", st.region, "level",
				level_name(st.level), "state", "heard of",
				"heard_s", (json_int_t)row->heard_s));
	return true;
}

enum status request_station_list(struct requests *r, const json_t *request,
				 json_t **answer, struct err *err)
{
	json_t *list = json_array();
	enum status status;

	(void)request;
	status = stations_list(r->house->catalog, true, list_station, list,
			       err);
	if (status == STATUS_OK)
		status = statements_list(r->house->catalog, list_heard, list,
					 err);
	if (status != STATUS_OK) {
		json_decref(list);
		return status;
	}
	*answer = list;
	return STATUS_OK;
}
