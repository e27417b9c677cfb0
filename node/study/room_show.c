/* What pages are shown of a room. */
#include <string.h>

#include "node/study/room_inside.h"
#include "proto/month.h"

enum { SHOWN_MAX = 500 /* rows of a kind in one answer */ };

/* --- one study --- */

static json_t *lessons_json(const json_t *item, const json_t *more)
{
	const json_t *ids = json_object_get(item, "lessons");
	const json_t *titles = json_object_get(more, "titles");
	json_t *list = json_array();
	const char *id, *title;

	for (size_t i = 0; i < json_array_size(ids); i++) {
		id = json_string_value(json_array_get(ids, i));
		title = json_string_value(json_array_get(titles, i));
		if (id != NULL)
			(void)json_array_append_new(
				list, json_pack("{s:s, s:s}", "id", id, "title",
						title == NULL ? "" : title));
	}
	return list;
}

static void copy(json_t *out, const json_t *from, const char *key)
{
	json_t *value = json_object_get(from, key);

	if (value != NULL)
		(void)json_object_set(out, key, value);
}

static const char *state_name(enum study_state state)
{
	static const char *const names[] = { "running", "interrupted",
					     "ended" };

	return names[state];
}

json_t *room_study_json(const json_t *item, const json_t *more,
			enum study_state state, int64_t began_s, bool private,
			int64_t now_s)
{
	static const char *const always[] = { "id",    "heads", "ms",
					      "own",   "parts", "v",
					      "flags", "outside" };
	static const char *const privates[] = { "names", "note", "by" };
	char began[MOMENT_TEXT];
	json_t *out, *cards = json_object_get(more, "cards");
	int64_t photos =
		json_integer_value(json_object_get(more, "photo"));

	moment_format(began_s, began);
	out = json_pack("{s:s, s:s, s:I, s:o, s:b, s:b}", "state",
			state_name(state), "began", began, "since_s",
			(json_int_t)(now_s > began_s ? now_s - began_s : 0),
			"lessons", lessons_json(item, more), "photo",
			photos > 0, "ended", state == STUDY_ENDED);
	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		copy(out, item, always[i]);
	for (size_t i = 0; private && i < sizeof(privates) / sizeof(*privates);
	     i++)
		copy(out, item, privates[i]);
	if (private && cards != NULL)
		(void)json_object_set(out, "cards", cards);
	return out;
}

json_t *room_study_now(const struct room *r, const struct room_study *s,
		       bool private)
{
	struct when when = room_when(r);
	json_t *out = room_study_json(s->item, s->more, s->state, s->began_s,
				      private, room_wall_s(&when));

	/* The item has what was written down last. */
	if (out != NULL) {
		(void)json_object_set_new(out, "ms",
					  json_integer((json_int_t)s->ms));
		(void)json_object_set_new(out, "own",
					  json_integer((json_int_t)s->own));
		(void)json_object_set_new(out, "parts",
					  json_integer(s->parts));
		(void)json_object_set_new(
			out, "flags",
			room_flags_json(room_study_flags(s)));
	}
	return out;
}

json_t *room_show(const struct room *r, enum study_state state, bool private)
{
	if (r->study.id == 0 || r->study.state != state)
		return json_null();
	return room_study_now(r, &r->study, private);
}

/* --- the register of a month --- */

struct register_rows {
	json_t *studies, *personals;
	int64_t now_s;
	uint64_t hand_ms, doubtful;
	json_t *flags; /* how often each */
};

static void count_flags(struct register_rows *rows, const json_t *item)
{
	const json_t *flags = json_object_get(item, "flags");
	const char *name;

	for (size_t i = 0; i < json_array_size(flags); i++) {
		name = json_string_value(json_array_get(flags, i));
		if (name != NULL)
			(void)json_object_set_new(
				rows->flags, name,
				json_integer(1 + json_integer_value(
							 json_object_get(
								 rows->flags,
								 name))));
	}
}

static bool put_study(void *context, const struct study_row *row)
{
	struct register_rows *rows = context;
	const json_t *outside = json_object_get(row->item, "outside");

	rows->hand_ms += 60 * 1000 *
			 (uint64_t)json_integer_value(
				 json_object_get(outside, "minutes"));
	count_flags(rows, row->item);
	(void)json_array_append_new(
		rows->studies,
		room_study_json(row->item, row->more, row->state, row->began_s,
				true, rows->now_s));
	return true;
}

static json_t *personal_json(const struct study_row *row)
{
	char began[MOMENT_TEXT];
	json_t *out;

	moment_format(row->began_s, began);
	out = json_pack("{s:s, s:I}", "began", began, "ms",
			(json_int_t)row->ms);
	if (out == NULL)
		return NULL;
	copy(out, row->more, "tail");
	copy(out, row->item, "id");
	copy(out, row->item, "on");
	copy(out, row->item, "flags");
	return out;
}

static bool put_personal(void *context, const struct study_row *row)
{
	struct register_rows *rows = context;

	count_flags(rows, row->item);
	(void)json_array_append_new(rows->personals, personal_json(row));
	return true;
}

static bool put_play(void *context, const struct study_row *row)
{
	struct register_rows *rows = context;
	const unsigned doubt = ROOM_TWO_SCREENS | ROOM_EMPTY_ROOM |
			       ROOM_CLOCK_JUMP;
	const json_t *flags = json_object_get(row->item, "flags");

	if ((room_flags_read(flags) & doubt) != 0)
		rows->doubtful += row->own;
	count_flags(rows, row->item);
	return true;
}

json_t *room_register(struct catalog *records, int64_t now_s, int64_t from_s,
		      int64_t to_s, struct err *err)
{
	struct register_rows rows = { .studies = json_array(),
				      .personals = json_array(),
				      .flags = json_object(),
				      .now_s = now_s };
	struct study_sums sums = { 0 };
	enum status status =
		study_each_between(records, STUDY_COLLECTIVE, from_s, to_s,
				   SHOWN_MAX, put_study, &rows, err);
	json_t *out = NULL;

	if (status == STATUS_OK)
		status = study_each_between(records, STUDY_PERSONAL, from_s,
					    to_s, SHOWN_MAX, put_personal,
					    &rows, err);
	if (status == STATUS_OK)
		status = study_each_between(records, STUDY_PLAY, from_s, to_s,
					    ROOM_PLAYS_A_DAY * 2, put_play,
					    &rows, err);
	if (status == STATUS_OK)
		status = study_sum_between(records, from_s, to_s, &sums, err);
	if (status == STATUS_OK)
		out = json_pack("{s:O, s:O, s:{s:I, s:I, s:I, s:I, s:I,"
				" s:O}}",
				"studies", rows.studies, "personals",
				rows.personals, "minutes", "open_ms",
				(json_int_t)sums.open, "collective_ms",
				(json_int_t)sums.collective, "personal_ms",
				(json_int_t)sums.personal, "hand_ms",
				(json_int_t)rows.hand_ms, "doubtful_ms",
				(json_int_t)rows.doubtful, "flags",
				rows.flags);
	if (status == STATUS_OK && out == NULL)
		(void)err_set(err, STATUS_NO_MEMORY, "the register");
	json_decref(rows.studies);
	json_decref(rows.personals);
	json_decref(rows.flags);
	return out;
}

/* --- what one card did here --- */

struct mine {
	json_t *personals;
	json_t *plays; /* by the id of their personal */
	uint64_t ms;
};

static json_t *play_json(const struct study_row *row)
{
	json_t *out = json_object();

	if (out == NULL)
		return NULL;
	copy(out, row->more, "title");
	copy(out, row->item, "lesson");
	copy(out, row->item, "ms");
	copy(out, row->item, "shown");
	copy(out, row->item, "of");
	copy(out, row->item, "as");
	return out;
}

static bool put_mine(void *context, const struct study_row *row)
{
	struct mine *m = context;
	char id[STUDY_ID_TEXT + 1];
	json_t *list;

	if (row->kind == STUDY_PERSONAL) {
		m->ms += row->ms;
		(void)json_array_append_new(m->personals, personal_json(row));
		return true;
	}
	study_id_format(row->part_of, id);
	list = json_object_get(m->plays, id);
	if (list == NULL) {
		list = json_array();
		(void)json_object_set_new(m->plays, id, list);
	}
	(void)json_array_append_new(list, play_json(row));
	return true;
}

json_t *room_mine(struct catalog *records, uint64_t card, struct err *err)
{
	struct mine m = { .personals = json_array(), .plays = json_object() };
	enum status status = study_each_of_card(records, card, 2 * SHOWN_MAX,
						put_mine, &m, err);
	json_t *one, *plays, *out = NULL;

	for (size_t i = 0; i < json_array_size(m.personals); i++) {
		one = json_array_get(m.personals, i);
		plays = json_object_get(
			m.plays,
			json_string_value(json_object_get(one, "id")));
		if (plays == NULL)
			(void)json_object_set_new(one, "plays", json_array());
		else
			(void)json_object_set(one, "plays", plays);
	}
	if (status == STATUS_OK) {
		out = json_pack("{s:O, s:I}", "personals", m.personals,
				"total_ms", (json_int_t)m.ms);
		if (out == NULL)
			(void)err_set(err, STATUS_NO_MEMORY, "what is kept");
	}
	json_decref(m.personals);
	json_decref(m.plays);
	return out;
}
