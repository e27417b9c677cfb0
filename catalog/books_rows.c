/* Rows of one box, as the office's pages show them. */
#include <string.h>

#include "catalog/books_inside.h"
#include "catalog/imported.h"
#include "catalog/report_inside.h"
#include "proto/month.h"

json_t *books_title(struct books_of *b, const char *name)
{
	struct err ignored = ERR_INIT;
	enum status status = lessons_get(b->node, name, b->row, &ignored);

	if (status == STATUS_NO_MEMORY)
		return NULL;
	return json_string(status == STATUS_OK ? b->row->lesson.title : name);
}

/* The month's, then those that may be in it; bound by bind(). */
#define IN_MONTH                                                          \
	" WHERE station = ?1 AND (month = ?2 OR (month IS NULL AND"       \
	" lo_s < ?4 AND coalesce(hi_s, ?4) >= ?3))"                       \
	" ORDER BY month IS NULL, coalesce(at_s, lo_s), id"

static void bind(struct sql *q, const struct books_of *b, int64_t box)
{
	sql_put_int(q, box);
	sql_put_int(q, b->month);
	sql_put_int(q, b->from_s);
	sql_put_int(q, b->to_s);
}

/* A row that comes together; `bad` once memory ran out. */
struct made {
	json_t *json;
	bool bad;
};

static struct made begin(void)
{
	json_t *json = json_object();

	return (struct made){ json, json == NULL };
}

/* NULL, with err, when it has come to nothing. */
static json_t *end(struct made *o, struct err *err)
{
	if (!o->bad)
		return o->json;
	json_decref(o->json);
	if (err->status == STATUS_OK)
		(void)err_set(err, STATUS_NO_MEMORY, "books");
	return NULL;
}

/* Takes `value`; NULL is memory that ran out. */
static void set(struct made *o, const char *key, json_t *value)
{
	if (json_object_set_new(o->json, key, value) != 0)
		o->bad = true;
}

static void add(struct made *o, json_t *list, json_t *value)
{
	if (json_array_append_new(list, value) != 0)
		o->bad = true;
}

static void set_int(struct made *o, const char *key, int64_t value)
{
	set(o, key, json_integer(value));
}

static void set_ms(struct made *o, int64_t ms)
{
	set_int(o, "ms", ms);
	set_int(o, "minutes", ms / 60000);
}

static void set_id(struct made *o, int64_t id)
{
	char hex[17];

	imported_hex(id, hex);
	set(o, "id", json_string(hex));
}

/* What was kept as text; NULL for what is no JSON. */
static json_t *load(struct made *o, const char *text)
{
	json_t *value = NULL;

	if (report_load_json(text, &value) != STATUS_OK)
		o->bad = true;
	return value;
}

/* Columns: month, at_s, lo_s, hi_s. */
static void set_began(struct made *o, struct sql *q, int column)
{
	char text[MOMENT_TEXT];

	if (!sql_is_null(q, column)) {
		moment_format(sql_int(q, column + 1), text);
		set(o, "began", json_string(text));
		return;
	}
	set(o, "began", json_null());
	day_format(day_of(sql_int(q, column + 2)), text);
	set(o, "lo", json_string(text));
	if (!sql_is_null(q, column + 3)) {
		day_format(day_of(sql_int(q, column + 3)), text);
		set(o, "hi", json_string(text));
	}
}

static void set_flags(struct made *o, int64_t flags)
{
	json_t *list = json_array();

	for (unsigned bit = 0; bit < IMPORTED_FLAGS; bit++)
		if ((flags & 1 << bit) != 0)
			add(o, list, json_string(imported_flag_name(bit)));
	set(o, "flags", list);
}

/* The person of a card: its tail, and a name where one is known. */
static void set_person(struct books_of *b, struct made *o, int64_t card,
		       struct err *err)
{
	static const char find[] =
		"SELECT tail, name FROM person WHERE card = ?";
	bool known;
	struct sql q;

	sql_start(&q, b->records, find);
	sql_put_int(&q, card);
	known = sql_next(&q);
	set(o, "tail", json_string(known ? sql_text(&q, 0) : ""));
	if (known && sql_text(&q, 1)[0] != 0)
		set(o, "name", json_string(sql_text(&q, 1)));
	if (sql_finish(&q, err) != STATUS_OK)
		o->bad = true;
}

/* --- studies --- */

static void set_cards(struct books_of *b, struct made *o, const json_t *item,
		      struct err *err)
{
	json_t *list = json_array(), *card;
	size_t i;

	json_array_foreach(json_object_get(item, "cards"), i, card) {
		struct made person;
		int64_t id;

		if (!json_is_string(card) ||
		    !imported_id(json_string_value(card), &id))
			continue;
		person = begin();
		set_person(b, &person, id, err);
		add(o, list, end(&person, err));
	}
	set(o, "cards", list);
}

static void set_lessons(struct books_of *b, struct made *o, const char *text)
{
	json_t *names = load(o, text), *name;
	json_t *list = json_array();
	size_t i;

	json_array_foreach(names, i, name)
		if (json_is_string(name))
			add(o, list,
			    json_pack("{s:s, s:o}", "id",
				      json_string_value(name), "title",
				      books_title(b,
						  json_string_value(name))));
	set(o, "lessons", list);
	json_decref(names);
}

static void set_some(struct made *o, const json_t *item, const char *key)
{
	json_t *value = json_object_get(item, key);

	if (value != NULL)
		set(o, key, json_incref(value));
}

/* Columns: id, month, at_s, lo_s, hi_s, heads, lessons, outside, hand_ms, ms,
 * own, parts, flags, item, photo. */
static json_t *study_of(struct books_of *b, struct sql *q, struct err *err)
{
	struct made made = begin(), *o = &made;
	json_t *outside, *item;

	set_id(o, sql_int(q, 0));
	set_began(o, q, 1);
	set_int(o, "heads", sql_int(q, 5));
	set_lessons(b, o, sql_text(q, 6));
	outside = load(o, sql_text(q, 7));
	if (outside != NULL)
		set(o, "outside", outside);
	set_int(o, "hand_minutes", sql_int(q, 8) / 60000);
	set_ms(o, sql_int(q, 10));
	set_int(o, "parts", sql_int(q, 11));
	set_flags(o, sql_int(q, 12));
	set(o, "photo", json_boolean(sql_int(q, 14)));
	item = load(o, sql_text(q, 13));
	set(o, "names", json_array());
	set_some(o, item, "names");
	set_some(o, item, "note");
	set_some(o, item, "by");
	set_cards(b, o, item, err);
	json_decref(item);
	return end(o, err);
}

/* Read rows to their end; each becomes one of `make`. */
static enum status rows(struct books_of *b, struct sql *q,
			json_t *(*make)(struct books_of *b, struct sql *q,
					struct err *err),
			json_t *list, struct err *err)
{
	struct err ignored = ERR_INIT;

	while (sql_next(q)) {
		json_t *o = make(b, q, err);

		if (o != NULL && json_array_append_new(list, o) == 0)
			continue;
		(void)sql_finish(q, &ignored);
		return err->status != STATUS_OK ?
			       err->status :
			       err_set(err, STATUS_NO_MEMORY, "books");
	}
	return sql_finish(q, err);
}

enum status books_studies(struct books_of *b, int64_t box, json_t *list,
			  struct err *err)
{
	static const char find[] =
		"SELECT id, month, at_s, lo_s, hi_s, heads, lessons, outside,"
		" hand_ms, ms, own, parts, flags, item,"
		" EXISTS (SELECT 1 FROM photo p WHERE p.station = s.station"
		" AND p.study = s.id) FROM study s" IN_MONTH;
	struct sql q;

	sql_start(&q, b->records, find);
	bind(&q, b, box);
	return rows(b, &q, study_of, list, err);
}

/* --- personals --- */

/* Columns: id, month, at_s, lo_s, hi_s, card, on_tv, ms, plays, flags. */
static json_t *personal_of(struct books_of *b, struct sql *q, struct err *err)
{
	struct made made = begin(), *o = &made;

	if (sql_is_null(q, 5))
		set(o, "tail", json_string(""));
	else
		set_person(b, o, sql_int(q, 5), err);
	set_id(o, sql_int(q, 0));
	set_began(o, q, 1);
	set(o, "on", json_string(sql_int(q, 6) != 0 ? "tv" : "phone"));
	set_ms(o, sql_int(q, 7));
	set_int(o, "plays", sql_int(q, 8));
	set_flags(o, sql_int(q, 9));
	return end(o, err);
}

enum status books_personals(struct books_of *b, int64_t box, json_t *list,
			    struct err *err)
{
	static const char find[] =
		"SELECT id, month, at_s, lo_s, hi_s, card, on_tv, ms, plays,"
		" flags FROM personal" IN_MONTH;
	struct sql q;

	sql_start(&q, b->records, find);
	bind(&q, b, box);
	return rows(b, &q, personal_of, list, err);
}

/* --- plays --- */

/* Columns: id, month, at_s, lo_s, hi_s, name of the lesson, media, on_tv, kind,
 * own, flags. */
static json_t *play_of(struct books_of *b, struct sql *q, struct err *err)
{
	static const char *const media[] = { "video", "audio", "document",
					     "picture" };
	static const char *const kinds[] = { "open", "collective",
					     "personal" };
	int64_t as = sql_int(q, 6), kind = sql_int(q, 8);
	struct made made = begin(), *o = &made;

	set_id(o, sql_int(q, 0));
	set_began(o, q, 1);
	set(o, "title", books_title(b, sql_text(q, 5)));
	set(o, "as", json_string(media[as >= 0 && as < 4 ? as : 0]));
	set(o, "on", json_string(sql_int(q, 7) != 0 ? "tv" : "phone"));
	set(o, "kind", json_string(kinds[kind >= 0 && kind < 3 ? kind : 0]));
	set_ms(o, sql_int(q, 9));
	set_flags(o, sql_int(q, 10));
	return end(o, err);
}

enum status books_plays(struct books_of *b, int64_t box, json_t *list,
			struct err *err)
{
	static const char find[] =
		"SELECT p.id, month, at_s, lo_s, hi_s, l.name, media, on_tv,"
		" kind, own, flags FROM play p JOIN lesson l ON l.id = p.lesson"
		" WHERE station = ?1 AND (month = ?2 OR (month IS NULL AND"
		" lo_s < ?4 AND coalesce(hi_s, ?4) >= ?3))"
		" ORDER BY month IS NULL, at_s DESC, p.id LIMIT ?5";
	struct sql q;

	sql_start(&q, b->records, find);
	bind(&q, b, box);
	sql_put_int(&q, BOOKS_PLAYS_MAX - (int64_t)json_array_size(list));
	return rows(b, &q, play_of, list, err);
}

/* --- ledger, faults, wishes: of all times --- */

static json_t *item_of(struct books_of *b, struct sql *q, struct err *err)
{
	struct made made = begin(), *o = &made;
	json_t *item = load(o, sql_text(q, 0));

	(void)b;
	if (json_is_object(item) && json_object_update(o->json, item) != 0)
		o->bad = true;
	json_decref(item);
	return end(o, err);
}

enum status books_equipment(struct books_of *b, int64_t box, json_t *list,
			    struct err *err)
{
	static const char find[] =
		"SELECT item FROM equipment WHERE station = ? ORDER BY id";
	struct sql q;

	sql_start(&q, b->records, find);
	sql_put_int(&q, box);
	return rows(b, &q, item_of, list, err);
}

static void set_at(struct made *o, struct sql *q, int column)
{
	char day[DAY_TEXT];

	if (sql_is_null(q, column)) {
		set(o, "at", json_null());
		return;
	}
	day_format(day_of(sql_int(q, column)), day);
	set(o, "at", json_string(day));
}

static json_t *fault_of(struct books_of *b, struct sql *q, struct err *err)
{
	struct made made = begin(), *o = &made;
	json_t *item = load(o, sql_text(q, 0));

	(void)b;
	set_some(o, item, "what");
	set_some(o, item, "text");
	json_decref(item);
	set_id(o, sql_int(q, 1));
	set_at(o, q, 2);
	set(o, "fixed", json_boolean(sql_int(q, 3)));
	return end(o, err);
}

enum status books_faults(struct books_of *b, int64_t box, json_t *list,
			 struct err *err)
{
	static const char find[] =
		"SELECT item, id, at_s, fixed FROM fault WHERE station = ?"
		" ORDER BY fixed, at_s DESC, id";
	struct sql q;

	sql_start(&q, b->records, find);
	sql_put_int(&q, box);
	return rows(b, &q, fault_of, list, err);
}

static json_t *wish_of(struct books_of *b, struct sql *q, struct err *err)
{
	struct made made = begin(), *o = &made;

	(void)b;
	set_id(o, sql_int(q, 0));
	set_at(o, q, 1);
	set(o, "text", json_string(sql_text(q, 2)));
	return end(o, err);
}

enum status books_wishes(struct books_of *b, int64_t box, json_t *list,
			 struct err *err)
{
	static const char find[] =
		"SELECT id, at_s, text FROM wish WHERE station = ?"
		" ORDER BY at_s DESC, id";
	struct sql q;

	sql_start(&q, b->records, find);
	sql_put_int(&q, box);
	return rows(b, &q, wish_of, list, err);
}
