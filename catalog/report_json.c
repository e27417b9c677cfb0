/* What pages and programs read of a report (docs/formats-page.md, 5). */
#include <stdlib.h>
#include <string.h>

#include "catalog/imported.h"
#include "catalog/report_inside.h"
#include "proto/month.h"
#include "signing/key.h"

static json_int_t minutes(int64_t ms)
{
	/* What is taken back after closing is below zero: down to zero then. */
	return ms / 60000;
}

static int put(json_t *o, const char *key, json_int_t value)
{
	return json_object_set_new(o, key, json_integer(value));
}

static int put_sums(json_t *o, const struct report_sums *s)
{
	int64_t all = report_all_ms(s);

	return put(o, "ms", all) | put(o, "minutes", minutes(all)) |
	       put(o, "collective_minutes",
		   minutes(s->ms[REPORT_COLLECTIVE])) |
	       put(o, "personal_minutes", minutes(s->ms[REPORT_PERSONAL])) |
	       put(o, "open_minutes", minutes(s->ms[REPORT_OPEN])) |
	       put(o, "hand_minutes", minutes(s->ms[REPORT_HAND])) |
	       put(o, "doubtful_minutes", minutes(s->doubtful_ms)) |
	       put(o, "collective", s->collective) |
	       put(o, "personal", s->personal) | put(o, "people", s->people) |
	       put(o, "lessons", s->lessons);
}

/* Takes `row`; NULL when memory ran out on the way. */
static json_t *whole(json_t *row, int failed)
{
	if (row != NULL && failed == 0)
		return row;
	json_decref(row);
	return NULL;
}

static json_t *row_json(const struct report_row *row)
{
	json_t *o = json_object();
	int bad = 0;

	bad |= json_object_set_new(o, "region", json_string(row->region));
	bad |= json_object_set_new(o, "name", json_string(row->name));
	bad |= put(o, "stations", row->stations);
	bad |= put_sums(o, &row->sums);
	bad |= put(o, "norm_reached", row->state[REPORT_REACHED]);
	bad |= put(o, "below", row->state[REPORT_BELOW]);
	bad |= put(o, "zero", row->state[REPORT_ZERO]);
	bad |= put(o, "silent", row->state[REPORT_SILENT]);
	bad |= put(o, "uncertain", row->uncertain);
	bad |= put(o, "uncertain_minutes", minutes(row->uncertain_ms));
	bad |= json_object_set_new(
		o, "change_minutes",
		!row->has_before ?
			json_null() :
			json_integer(minutes(report_all_ms(&row->sums)) -
				     minutes(row->before_ms)));
	if (row->rank > 0)
		bad |= put(o, "rank", row->rank);
	return whole(o, bad);
}

static json_t *rows_json(const struct report_row *rows, size_t count)
{
	json_t *list = json_array();
	int bad = 0;

	for (size_t i = 0; i < count; i++)
		bad |= json_array_append_new(list, row_json(&rows[i]));
	return whole(list, bad);
}

static json_t *flags_json(const struct report_station *s)
{
	json_t *list = json_array();
	int bad = 0;

	if (s->forked)
		bad |= json_array_append_new(list, json_string("forked"));
	for (unsigned bit = 0; bit < IMPORTED_FLAGS; bit++)
		if ((s->row.sums.flags & 1u << bit) != 0)
			bad |= json_array_append_new(
				list, json_string(imported_flag_name(bit)));
	return whole(list, bad);
}

static json_t *groups_json(const char *lines)
{
	json_t *list = json_array();
	int bad = 0;

	while (*lines != 0) {
		size_t size = strcspn(lines, "\n");

		bad |= json_array_append_new(list, json_stringn(lines, size));
		lines += size + (lines[size] != 0);
	}
	return whole(list, bad);
}

enum status report_load_json(const char *text, json_t **out)
{
	struct buf wrapped = BUF_INIT;
	struct err ignored = ERR_INIT;
	json_t *object = NULL;
	enum status status;

	/* An array is read within an object. */
	buf_printf(&wrapped, "{\"in\":%s}", text);
	status = buf_status(&wrapped);
	if (status == STATUS_OK)
		status = entry_load(buf_bytes(&wrapped), &object, &ignored);
	if (status == STATUS_OK)
		*out = json_incref(json_object_get(object, "in"));
	else if (status == STATUS_MALFORMED)
		*out = NULL;
	json_decref(object);
	buf_release(&wrapped);
	return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

/* NULL: out of memory. */
static json_t *machine_json(const struct report_station *s)
{
	json_t *machine = NULL;

	if (s->machine != NULL &&
	    report_load_json(s->machine, &machine) != STATUS_OK)
		return NULL;
	return machine == NULL ? json_null() : machine;
}

json_t *report_station_json(const struct report_station *s)
{
	json_t *o = row_json(&s->row);
	char code[KEY_CODE_SIZE + 1];
	int bad = o == NULL ? -1 : 0;

	key_code(s->key, code);
	bad |= json_object_set_new(o, "code", json_string(code));
	bad |= json_object_set_new(o, "state",
				   json_string(report_state_name(s->state)));
	bad |= json_object_set_new(o, "heard_s",
				   s->through_s == 0 ?
					   json_null() :
					   json_integer(s->through_s));
	bad |= json_object_set_new(o, "since",
				   s->since[0] == 0 ? json_null() :
						      json_string(s->since));
	bad |= json_object_set_new(o, "ended", json_boolean(s->ended));
	bad |= json_object_set_new(o, "flags", flags_json(s));
	bad |= json_object_set_new(o, "groups", groups_json(s->groups));
	bad |= json_object_set_new(o, "machine", machine_json(s));
	bad |= put(o, "replaced", s->replaced);
	return whole(o, bad);
}

static json_t *stations_json(const struct report *r)
{
	json_t *list = json_array();
	int bad = 0;

	for (size_t i = 0; i < r->station_count; i++)
		bad |= json_array_append_new(
			list, report_station_json(&r->stations[i]));
	return whole(list, bad);
}

/* What came late, as rows that have sums only. */
static json_t *late_json(const struct report_station *s)
{
	json_t *o = json_object();
	char code[KEY_CODE_SIZE + 1];
	int bad = 0;

	key_code(s->key, code);
	bad |= json_object_set_new(o, "region", json_string(s->row.region));
	bad |= json_object_set_new(o, "name", json_string(s->row.name));
	bad |= json_object_set_new(o, "code", json_string(code));
	bad |= put_sums(o, &s->late);
	return whole(o, bad);
}

static json_t *supplement_json(const struct report *r)
{
	json_t *o, *list, *total;
	char day[DAY_TEXT];
	int bad;

	if (r->late_day == 0)
		return json_null();
	list = json_array();
	total = json_object();
	bad = put_sums(total, &r->late);
	for (size_t i = 0; i < r->station_count; i++)
		if (r->stations[i].has_late)
			bad |= json_array_append_new(
				list, late_json(&r->stations[i]));
	for (size_t i = 0; i < r->newcomer_count; i++)
		bad |= json_array_append_new(list,
					     late_json(&r->newcomers[i]));
	day_format(r->late_day, day);
	o = json_pack("{s:s, s:o, s:o}", "to", day, "total", total,
		      "stations", list);
	return whole(o, bad);
}

static json_t *months_json(const struct report *r)
{
	json_t *list = json_array();
	char month[MONTH_TEXT];
	int bad = 0;

	for (unsigned i = 0; i < r->month_count; i++) {
		const struct report_month *m = &r->months[i];

		month_format(m->month, month);
		bad |= json_array_append_new(
			list, json_pack("{s:s, s:I, s:i, s:i, s:b}", "month",
					month, "minutes", minutes(m->ms),
					"stations", (int)m->stations,
					"norm_reached", (int)m->reached,
					"closed", (int)m->closed));
	}
	return whole(list, bad);
}

json_t *report_json(const struct report *r, bool stations)
{
	json_t *o = json_object();
	char month[MONTH_TEXT];
	int bad = 0;

	month_format(r->month, month);
	bad |= json_object_set_new(o, "month", json_string(month));
	bad |= json_object_set_new(o, "region", json_string(r->region));
	bad |= put(o, "norm", r->norm_min);
	bad |= json_object_set_new(o, "closed",
				   r->closed_s == 0 ?
					   json_null() :
					   json_pack("{s:I}", "at_s",
						     (json_int_t)r->closed_s));
	bad |= json_object_set_new(o, "total", row_json(&r->total));
	bad |= json_object_set_new(o, "places",
				   rows_json(r->places, r->place_count));
	bad |= json_object_set_new(o, "groups",
				   rows_json(r->groups, r->group_count));
	if (stations)
		bad |= json_object_set_new(o, "stations", stations_json(r));
	bad |= json_object_set_new(o, "supplement", supplement_json(r));
	bad |= json_object_set_new(o, "months", months_json(r));
	return whole(o, bad);
}
