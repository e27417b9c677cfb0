#include "catalog/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/books_inside.h"
#include "catalog/report_inside.h"
#include "proto/month.h"

enum column_flags { PLAIN = 0, NUMBER = 1, PERSONAL = 2, WORD = 4, DAY = 8 };

struct column {
	const char *key, *english, *chinese;
	unsigned flags;
};

#define SUM_COLUMNS                                                        \
	{ "minutes", "Minutes", "总分钟", NUMBER },                        \
	{ "collective_minutes", "Collective min", "集中分钟", NUMBER },    \
	{ "personal_minutes", "Personal min", "个性化分钟", NUMBER },        \
	{ "open_minutes", "Open min", "未登记分钟", NUMBER },              \
	{ "hand_minutes", "By hand min", "手工登记分钟", NUMBER },         \
	{ "doubtful_minutes", "Doubtful min", "存疑分钟", NUMBER },        \
	{ "collective", "Collective", "集中学习次数", NUMBER },            \
	{ "personal", "Personal", "个性化学习次数", NUMBER },              \
	{ "people", "People", "人次", NUMBER },                            \
	{ "lessons", "Lessons", "课件数", NUMBER },                        \
	{ "uncertain_minutes", "Uncertain min", "日期不明分钟", NUMBER },  \
	{ "uncertain", "Uncertain", "日期不明次数", NUMBER },              \
	{ "change_minutes", "Change", "比上月", NUMBER }

#define PLACE_COLUMNS                                                      \
	{ "stations", "Stations", "站点数", NUMBER },                      \
	{ "norm_reached", "Reached", "达标", NUMBER },                     \
	{ "below", "Below", "未达标", NUMBER },                            \
	{ "zero", "Zero", "零", NUMBER },                              \
	{ "silent", "Not heard", "没有消息", NUMBER }, SUM_COLUMNS

#define STATION_COLUMNS                                                    \
	{ "region", "Region", "区划代码", PLAIN },                         \
	{ "code", "Code", "登记码", PLAIN },                               \
	{ "station", "Station", "站点", PLAIN }

static const struct column columns[TABLE_NAMES][TABLE_COLUMNS_MAX] = {
	[TABLE_STATIONS] = {
		{ "month", "Month", "月份", PLAIN },
		{ "region", "Region", "区划代码", PLAIN },
		{ "code", "Code", "登记码", PLAIN },
		{ "name", "Station", "站点", PLAIN },
		{ "groups", "Groups", "分组", PLAIN },
		{ "state", "State", "状态", WORD },
		SUM_COLUMNS,
		{ "heard_s", "Heard until", "最后消息", DAY },
		{ "since", "Since", "启用日期", PLAIN },
		{ "flags", "Flags", "记号", WORD },
		{ "replaced", "Boxes replaced", "更换次数", NUMBER } },
	[TABLE_PLACES] = {
		{ "month", "Month", "月份", PLAIN },
		{ "region", "Region", "区划代码", PLAIN },
		{ "name", "Name", "名称", PLAIN },
		PLACE_COLUMNS },
	[TABLE_GROUPS] = {
		{ "month", "Month", "月份", PLAIN },
		{ "name", "Group", "分组", PLAIN },
		PLACE_COLUMNS },
	[TABLE_STUDIES] = {
		{ "month", "Month", "月份", PLAIN },
		STATION_COLUMNS,
		{ "id", "Number", "编号", PLAIN },
		{ "began", "Began", "开始时间", PLAIN },
		{ "heads", "Heads", "人数", NUMBER },
		{ "names", "Names", "姓名", PERSONAL },
		{ "cards", "Cards", "学习卡", PERSONAL },
		{ "lessons", "Lessons", "课件", PLAIN },
		{ "outside", "From elsewhere", "其他来源", PLAIN },
		{ "minutes", "Minutes", "分钟", NUMBER },
		{ "hand_minutes", "By hand min", "手工登记分钟", NUMBER },
		{ "parts", "Parts", "段数", NUMBER },
		{ "flags", "Flags", "记号", WORD },
		{ "note", "Discussion", "讨论记录", PERSONAL },
		{ "by", "Kept by", "记录人", PERSONAL } },
	[TABLE_PERSONALS] = {
		{ "month", "Month", "月份", PLAIN },
		STATION_COLUMNS,
		{ "id", "Number", "编号", PLAIN },
		{ "began", "Began", "开始时间", PLAIN },
		{ "tail", "Card", "学习卡尾号", PERSONAL },
		{ "name", "Name", "姓名", PERSONAL },
		{ "minutes", "Minutes", "分钟", NUMBER },
		{ "plays", "Lessons shown", "播放次数", NUMBER },
		{ "on", "On", "设备", WORD },
		{ "flags", "Flags", "记号", WORD } },
	[TABLE_EQUIPMENT] = {
		STATION_COLUMNS,
		{ "id", "Number", "编号", PLAIN },
		{ "name", "Equipment", "设备", PLAIN },
		{ "count", "Count", "数量", NUMBER },
		{ "state", "State", "状态", WORD },
		{ "since", "Since", "启用日期", PLAIN },
		{ "note", "Note", "备注", PERSONAL } },
	[TABLE_FAULTS] = {
		STATION_COLUMNS,
		{ "id", "Number", "编号", PLAIN },
		{ "at", "Day", "日期", PLAIN },
		{ "what", "What", "类别", WORD },
		{ "text", "Text", "说明", PERSONAL },
		{ "fixed", "Mended", "已修好", WORD } },
	[TABLE_WISHES] = {
		STATION_COLUMNS,
		{ "id", "Number", "编号", PLAIN },
		{ "at", "Day", "日期", PLAIN },
		{ "text", "Wish", "需求", PLAIN } },
	[TABLE_MACHINES] = {
		STATION_COLUMNS,
		{ "heard_s", "Heard until", "最后消息", DAY },
		{ "on_hours", "Hours on", "通电小时", NUMBER },
		{ "disk_total", "Disk", "硬盘容量", NUMBER },
		{ "disk_free", "Free", "剩余空间", NUMBER },
		{ "smart", "Disk says", "硬盘自检", WORD },
		{ "temperature", "Degrees", "温度", NUMBER },
		{ "version", "Version", "程序版本", PLAIN },
		{ "drive_s", "Last drive", "最近U盘", DAY },
		{ "held", "Held", "已有课件", NUMBER },
		{ "wanted", "Wanted", "待取课件", NUMBER },
		{ "flags", "Flags", "记号", WORD } },
};

static const char *const names[TABLE_NAMES] = {
	"stations", "places", "groups", "studies", "personals", "equipment",
	"faults", "wishes", "machines"
};

const char *table_text(enum table_name table)
{
	return names[table];
}

bool table_parse(const char *text, enum table_name *table)
{
	for (int i = 0; i < TABLE_NAMES; i++)
		if (strcmp(names[i], text) == 0) {
			*table = (enum table_name)i;
			return true;
		}
	return false;
}

bool table_is_monthly(enum table_name table)
{
	return table < TABLE_EQUIPMENT;
}

/* Columns that are told, in their order; the number of them. */
static unsigned choose(const struct table_wish *wish,
		       const struct column *out[static TABLE_COLUMNS_MAX])
{
	const struct column *all = columns[wish->table];
	unsigned count = 0;

	for (unsigned i = 0; i < TABLE_COLUMNS_MAX && all[i].key != NULL; i++)
		if (wish->personal || (all[i].flags & PERSONAL) == 0)
			out[count++] = &all[i];
	return count;
}

enum status table_titles(const struct table_wish *wish, bool keys,
			 table_row_cb row, void *owner, struct err *err)
{
	const struct column *chosen[TABLE_COLUMNS_MAX];
	const char *titles[TABLE_COLUMNS_MAX];
	unsigned count = choose(wish, chosen);

	for (unsigned i = 0; i < count; i++)
		titles[i] = keys	    ? chosen[i]->key :
			    wish->chinese ? chosen[i]->chinese :
					    chosen[i]->english;
	return row(owner, titles, count, err);
}

bool table_is_number(const struct table_wish *wish, unsigned column)
{
	const struct column *chosen[TABLE_COLUMNS_MAX];

	return column < choose(wish, chosen) &&
	       (chosen[column]->flags & NUMBER) != 0;
}

/* --- cells --- */

static void put_value(struct buf *out, const json_t *value,
		      const struct column *column, bool chinese);

static void put_list(struct buf *out, const json_t *list,
		     const struct column *column, bool chinese)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one) {
		if (i > 0)
			buf_puts(out, chinese ? "、" : ", ");
		put_value(out, one, column, chinese);
	}
}

/* A lesson by its title, a card by its tail and name, what is from outside by
 * its kind and title. */
static void put_object(struct buf *out, const json_t *o,
		       const struct column *column, bool chinese)
{
	static const char *const parts[] = { "kind", "title", "tail", "name" };
	bool any = false;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		const char *text =
			json_string_value(json_object_get(o, parts[i]));

		if (text == NULL || text[0] == 0)
			continue;
		if (any)
			buf_puts(out, " ");
		buf_puts(out, i == 0 ? table_word(text, chinese) : text);
		any = true;
	}
	(void)column;
}

static void put_value(struct buf *out, const json_t *value,
		      const struct column *column, bool chinese)
{
	char day[DAY_TEXT];

	if (json_is_string(value))
		buf_puts(out, (column->flags & WORD) != 0 ?
				      table_word(json_string_value(value),
					      chinese) :
				      json_string_value(value));
	else if (json_is_boolean(value))
		buf_puts(out, table_word(json_is_true(value) ? "yes" : "no",
				      chinese));
	else if (json_is_integer(value) && (column->flags & DAY) != 0) {
		day_format(day_of(json_integer_value(value)), day);
		buf_puts(out, json_integer_value(value) > 0 ? day : "");
	} else if (json_is_integer(value))
		buf_printf(out, "%lld", (long long)json_integer_value(value));
	else if (json_is_array(value))
		put_list(out, value, column, chinese);
	else if (json_is_object(value))
		put_object(out, value, column, chinese);
}

/* --- rows --- */

struct walk {
	const struct table_wish *wish;
	const struct column *chosen[TABLE_COLUMNS_MAX];
	unsigned count;
	char month[MONTH_TEXT];
	table_row_cb row;
	void *owner;
};

/* What a row says; what it does not say itself its station says. */
static const json_t *find_value(const struct walk *w, const json_t *o,
				const json_t *station, const char *key)
{
	const json_t *value = json_object_get(o, key);

	if (strcmp(key, "station") == 0)
		return json_object_get(station, "name");
	if (value == NULL && station != NULL &&
	    w->wish->table >= TABLE_STUDIES &&
	    (strcmp(key, "region") == 0 || strcmp(key, "code") == 0 ||
	     strcmp(key, "heard_s") == 0))
		value = json_object_get(station, key);
	return value;
}

static enum status tell(struct walk *w, const json_t *o, const json_t *station,
			struct err *err)
{
	const char *cells[TABLE_COLUMNS_MAX];
	struct buf texts[TABLE_COLUMNS_MAX] = { BUF_INIT };
	enum status status = STATUS_OK;

	for (unsigned i = 0; i < w->count; i++) {
		const struct column *column = w->chosen[i];

		if (strcmp(column->key, "month") == 0)
			buf_puts(&texts[i], w->month);
		else
			put_value(&texts[i],
				  find_value(w, o, station, column->key),
				  column, w->wish->chinese);
		if (buf_status(&texts[i]) != STATUS_OK)
			status = err_set(err, STATUS_NO_MEMORY, "a table");
		cells[i] = texts[i].size == 0 ? NULL : buf_string(&texts[i]);
	}
	if (status == STATUS_OK)
		status = w->row(w->owner, cells, w->count, err);
	for (unsigned i = 0; i < w->count; i++)
		buf_release(&texts[i]);
	return status;
}

static enum status tell_list(struct walk *w, json_t *list,
			     const json_t *station, struct err *err)
{
	enum status status = list == NULL ?
				     err_set(err, STATUS_NO_MEMORY, "a table") :
				     STATUS_OK;
	json_t *o;
	size_t i;

	json_array_foreach(list, i, o)
		if (status == STATUS_OK)
			status = tell(w, o, station, err);
	return status;
}

/* Rows of the report itself. */
static enum status tell_report(struct walk *w, const struct report *r,
			       struct err *err)
{
	static const char *const keys[TABLE_NAMES] = {
		[TABLE_STATIONS] = "stations",
		[TABLE_PLACES] = "places",
		[TABLE_GROUPS] = "groups",
		[TABLE_MACHINES] = "stations"
	};
	const char *key = keys[w->wish->table];
	json_t *all = report_json(r, strcmp(key, "stations") == 0);
	enum status status = STATUS_OK;
	json_t *o, *machine;
	size_t i;

	if (all == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a table");
	json_array_foreach(json_object_get(all, key), i, o) {
		const char *code =
			json_string_value(json_object_get(o, "code"));

		if (status != STATUS_OK ||
		    (w->wish->code != NULL && code != NULL &&
		     strcmp(code, w->wish->code) != 0))
			continue;
		machine = json_object_get(o, "machine");
		if (w->wish->table != TABLE_MACHINES)
			status = tell(w, o, NULL, err);
		else if (json_is_object(machine))
			status = tell(w, machine, o, err);
	}
	json_decref(all);
	return status;
}

/* Rows of the books of each station in turn. */
static enum status tell_books(struct walk *w, struct books_of *b,
			      struct report *r,
			      const struct report_boxes *boxes,
			      struct err *err)
{
	static enum status (*const read[TABLE_NAMES])(struct books_of *b,
						      int64_t box,
						      json_t *list,
						      struct err *err) = {
		[TABLE_STUDIES] = books_studies,
		[TABLE_PERSONALS] = books_personals,
		[TABLE_EQUIPMENT] = books_equipment,
		[TABLE_FAULTS] = books_faults,
		[TABLE_WISHES] = books_wishes,
	};
	enum status status = STATUS_OK;

	for (size_t i = 0; i < boxes->count && status == STATUS_OK; i++) {
		const struct report_station *s =
			&r->stations[boxes->list[i].place];
		json_t *station = report_station_json(s);
		json_t *list = json_array();
		const char *code =
			json_string_value(json_object_get(station, "code"));

		if (code == NULL) {
			status = err_set(err, STATUS_NO_MEMORY, "a table");
		} else if (w->wish->code == NULL ||
			   strcmp(code, w->wish->code) == 0) {
			status = read[w->wish->table](b, boxes->list[i].id,
						      list, err);
			if (status == STATUS_OK)
				status = tell_list(w, list, station, err);
		}
		json_decref(list);
		json_decref(station);
	}
	return status;
}

static enum status tell_all_books(struct walk *w, struct catalog *node,
				  struct catalog *records, struct report *r,
				  struct err *err)
{
	struct books_of b = { .node = node,
			      .records = records,
			      .month = r->month,
			      .from_s = month_start_s(r->month),
			      .to_s = month_start_s(r->month + 1),
			      .row = malloc(sizeof(*b.row)) };
	struct report_boxes boxes = { .list = NULL };
	enum status status;

	if (b.row == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a table");
	status = report_load_boxes(r, records, false, &boxes, err);
	if (status == STATUS_OK)
		status = tell_books(w, &b, r, &boxes, err);
	free(boxes.list);
	free(b.row);
	return status;
}

enum status table_rows(const struct table_wish *wish, struct catalog *node,
		       struct catalog *records, table_row_cb row, void *owner,
		       struct err *err)
{
	struct walk w = { .wish = wish, .row = row, .owner = owner };
	struct report *r;
	enum status status =
		report_make(&r, node, records, wish->query, err);

	if (status != STATUS_OK)
		return status;
	w.count = choose(wish, w.chosen);
	month_format(r->month, w.month);
	if (wish->table < TABLE_STUDIES || wish->table == TABLE_MACHINES)
		status = tell_report(&w, r, err);
	else if (records != NULL)
		status = tell_all_books(&w, node, records, r, err);
	report_free(r);
	return status;
}
