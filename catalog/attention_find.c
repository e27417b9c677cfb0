/* Everything of which the rules may say that it wants looking at. */
#include <stdlib.h>
#include <string.h>

#include "catalog/attention.h"
#include "catalog/imported.h"
#include "catalog/log.h"
#include "catalog/report_inside.h"
#include "catalog/stations.h"
#include "proto/month.h"
#include "proto/recordlog.h"

struct finding {
	const struct report *r;
	int64_t now_s;
	json_t *township, *county;
	struct catalog *node;
	const uint8_t *own;
};

static enum status put(struct finding *f, enum attention_why why,
		       const struct report_row *row, const uint8_t *key,
		       int64_t since_s, const char *text, struct err *err)
{
	enum attention_reach reach = attention_judge(why, since_s, f->now_s);
	char code[KEY_CODE_SIZE + 1];
	json_t *o;
	int bad;

	if (reach == ATTENTION_NOBODY)
		return STATUS_OK;
	key_code(key, code);
	o = json_pack("{s:s, s:s, s:s, s:s, s:o, s:s}", "region", row->region,
		      "name", row->name, "code", code, "why",
		      attention_name(why), "since_s",
		      since_s > 0 ? json_integer(since_s) : json_null(),
		      "text", text);
	bad = json_array_append(f->township, o);
	if (reach == ATTENTION_COUNTY)
		bad |= json_array_append(f->county, o);
	json_decref(o);
	return bad == 0 ? STATUS_OK :
			  err_set(err, STATUS_NO_MEMORY, "what wants looking");
}

static bool has_flag(const json_t *machine, const char *flag)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(machine, "flags"), i, one)
		if (json_is_string(one) &&
		    strcmp(json_string_value(one), flag) == 0)
			return true;
	return false;
}

static bool disk_fails(const json_t *machine)
{
	const char *smart =
		json_string_value(json_object_get(machine, "smart"));

	return has_flag(machine, "disk-failing") ||
	       (smart != NULL && strcmp(smart, "failing") == 0);
}

/* What a machine says of itself now; when it began to be so is not known, so
 * a full disk is one since its newest batch. */
static enum status look_at_machine(struct finding *f,
				   const struct report_station *s,
				   struct err *err)
{
	json_t *machine = NULL;
	enum status status = STATUS_OK;

	if (s->machine != NULL &&
	    report_load_json(s->machine, &machine) != STATUS_OK)
		return err_set(err, STATUS_NO_MEMORY, "a machine");
	if (disk_fails(machine))
		status = put(f, ATTENTION_DISK, &s->row, s->key, s->through_s,
			     "", err);
	if (status == STATUS_OK && has_flag(machine, "full"))
		status = put(f, ATTENTION_FULL, &s->row, s->key, s->through_s,
			     "", err);
	json_decref(machine);
	return status;
}

/* Never heard of it is not heard since it was enrolled. */
static int64_t silent_since(const struct report_station *s)
{
	int64_t day;

	if (s->through_s == 0 &&
	    day_parse(bytes_of(s->since), &day) == STATUS_OK)
		return day * 86400 - MONTH_ZONE_S;
	return s->through_s;
}

static enum status look_at_station(struct finding *f,
				   const struct report_station *s,
				   struct err *err)
{
	int64_t began_s = month_start_s(f->r->month);
	enum status status = STATUS_OK;

	if (s->ended)
		return STATUS_OK;
	/* Where the box was replaced there is nothing left to do. */
	if (s->box_forked)
		status = put(f, ATTENTION_FORKED, &s->row, s->key, 0, "", err);
	if (status == STATUS_OK)
		status = put(f, ATTENTION_SILENT, &s->row, s->key,
			     silent_since(s), "", err);
	if (status == STATUS_OK && s->state == REPORT_ZERO)
		status = put(f, ATTENTION_ZERO, &s->row, s->key, began_s, "",
			     err);
	if (status == STATUS_OK &&
	    ((s->row.sums.flags & IMPORTED_CLOCK_JUMP) != 0 ||
	     s->row.uncertain > 0))
		status = put(f, ATTENTION_CLOCK, &s->row, s->key, began_s, "",
			     err);
	return status == STATUS_OK ? look_at_machine(f, s, err) : status;
}

static enum status look_at_faults(struct finding *f, struct catalog *records,
				  const struct report_boxes *boxes,
				  struct err *err)
{
	static const char list[] =
		"SELECT station, at_s, item FROM fault WHERE fixed = 0"
		" ORDER BY station, at_s";
	enum status status = STATUS_OK, finished;
	struct err ignored = ERR_INIT;
	uint32_t place;
	struct sql q;

	sql_start(&q, records, list);
	while (status == STATUS_OK && sql_next(&q)) {
		json_t *item = NULL;
		const char *text;

		if (report_load_json(sql_text(&q, 2), &item) != STATUS_OK) {
			status = err_set(err, STATUS_NO_MEMORY, "a fault");
			break;
		}
		text = json_string_value(json_object_get(item, "text"));
		if (report_find_box(boxes, sql_int(&q, 0), &place))
			status = put(f, ATTENTION_FAULT,
				     &f->r->stations[place].row,
				     f->r->stations[place].key,
				     sql_is_null(&q, 1) ? f->now_s :
							  sql_int(&q, 1),
				     text == NULL ? "" : text, err);
		json_decref(item);
	}
	finished = sql_finish(&q, status == STATUS_OK ? err : &ignored);
	return status == STATUS_OK ? finished : status;
}

/* Who sends records and is enrolled nowhere. */
static enum status look_at_log(void *owner, const struct log_info *info,
			       struct err *err)
{
	struct finding *f = owner;
	struct report_row nobody = { .name = "" };
	uint8_t key[PUBLIC_KEY_SIZE];
	struct station station;
	enum status status;

	if (!recordlog_key(info->origin, key) || info->size == 0 ||
	    memcmp(key, f->own, sizeof(key)) == 0)
		return STATUS_OK;
	status = stations_get(f->node, key, &station, err);
	return status == STATUS_NOT_FOUND ?
		       put(f, ATTENTION_STRANGER, &nobody, key, 0, "", err) :
		       status;
}

static enum status look(struct finding *f, struct report *r,
			struct catalog *records, struct err *err)
{
	struct report_boxes boxes = { .list = NULL };
	enum status status = STATUS_OK;

	for (size_t i = 0; i < r->station_count && status == STATUS_OK; i++)
		status = look_at_station(f, &r->stations[i], err);
	if (status == STATUS_OK && records != NULL)
		status = report_load_boxes(r, records, false, &boxes, err);
	if (status == STATUS_OK && records != NULL)
		status = look_at_faults(f, records, &boxes, err);
	free(boxes.list);
	return status == STATUS_OK ?
		       log_each_records(f->node, look_at_log, f, err) :
		       status;
}

enum status attention_find(json_t **out, struct catalog *node,
			   struct catalog *records,
			   const struct report_query *q,
			   const uint8_t own[static PUBLIC_KEY_SIZE],
			   struct err *err)
{
	struct finding f = { .now_s = q->now_s,
			     .own = own,
			     .township = json_array(),
			     .county = json_array(),
			     .node = node };
	struct report_query now = *q;
	int64_t day = day_of(q->now_s);
	char monday[DAY_TEXT];
	struct report *r;
	enum status status;

	now.month = month_of(q->now_s);
	status = report_make(&r, node, records, &now, err);
	if (status == STATUS_OK) {
		f.r = r;
		status = look(&f, r, records, err);
		report_free(r);
	}
	/* 1970-01-01 was a Thursday. */
	day_format(day - (day + 3) % 7, monday);
	if (status == STATUS_OK) {
		*out = json_pack("{s:s, s:O, s:O}", "week", monday, "township",
				 f.township, "county", f.county);
		if (*out == NULL)
			status = err_set(err, STATUS_NO_MEMORY, "an answer");
	}
	json_decref(f.township);
	json_decref(f.county);
	return status;
}
