/* Plays, studies and personals: one row each of its newest version. */
#include <string.h>

#include "catalog/forgotten.h"
#include "catalog/imported_inside.h"
#include "catalog/sql.h"

/* --- versions --- */

/* The item's row, where nothing of it is here yet. */
static struct row new_row(const struct taking *t, enum row_kind what,
			  const struct item_head *h, struct pending *p,
			  bool *settled)
{
	struct row row = { .what = what,
			   .id = h->id,
			   .v = h->v,
			   .mark = h->mark,
			   .flags = h->flags,
			   .own = h->own,
			   .ms = h->ms };
	struct placed place;

	taking_place(t, &h->w, &place);
	row_set_place(&row, &place);
	*p = (struct pending){ .what = what,
			       .id = h->id,
			       .era = t->era,
			       .taken_s = t->entry->taken_s,
			       .w = h->w };
	*settled = place.settled;
	return row;
}

/* It was inserted: it counts. */
static enum status is_new(struct taking *t, const struct row *row,
			  const struct pending *p, bool settled,
			  struct err *err)
{
	enum status status = row_count(row, 1, t->sums, err);

	if (status == STATUS_OK && !settled)
		status = pending_put(t->c, t->entry->station, p, err);
	return status;
}

static enum status flag_replay(struct taking *t, struct row *old,
			       struct err *err)
{
	enum status status;

	if ((old->flags & IMPORTED_REPLAY) != 0)
		return STATUS_OK;
	status = row_count(old, -1, t->sums, err);
	old->flags |= IMPORTED_REPLAY;
	if (status == STATUS_OK)
		status = row_count(old, 1, t->sums, err);
	if (status == STATUS_OK)
		status = row_move(t->c, t->entry->station, old, err);
	return status;
}

/*
 * There is one with this id. `*replaces`: this one takes its place, and the
 * caller writes it; where it lies in time does not change, for it began when it
 * began.
 */
static enum status meet(struct taking *t, struct row *row, bool *replaces,
			struct err *err)
{
	const int64_t kept = IMPORTED_REPLAY | IMPORTED_CLOCK_UNVERIFIED;
	struct row old;
	enum status status = row_load(t->c, t->entry->station, row->what,
				      row->id, &old, err);

	*replaces = false;
	if (status != STATUS_OK)
		return status;
	if (row->v == old.v && row->mark != old.mark)
		return flag_replay(t, &old, err);
	if (row->v <= old.v)
		return STATUS_OK;
	status = row_count(&old, -1, t->sums, err);
	row->certain = old.certain;
	row->month = old.month;
	row->at_s = old.at_s;
	row->lo_s = old.lo_s;
	row->hi_s = old.hi_s;
	row->flags = (row->flags & ~kept) | (old.flags & kept);
	if (status == STATUS_OK)
		status = row_count(row, 1, t->sums, err);
	*replaces = status == STATUS_OK;
	return status;
}

/* After it was inserted, or was not because there is one with its id;
 * `*replaces` as meet() says. */
static enum status count_in(struct taking *t, struct row *row,
			    const struct pending *p, bool settled,
			    bool *replaces, struct err *err)
{
	*replaces = false;
	return t->wrote ? is_new(t, row, p, settled, err) :
			  meet(t, row, replaces, err);
}

/* --- plays --- */

static enum status lesson_of(struct catalog *c, const char *name, int64_t *id,
			     struct err *err)
{
	static const char look[] = "SELECT id FROM lesson WHERE name = ?";
	static const char put[] = "INSERT INTO lesson (name) VALUES (?)";
	struct sql q;
	bool found;
	enum status status;

	sql_start(&q, c, look);
	sql_put_text(&q, name);
	found = sql_next(&q);
	if (found)
		*id = sql_int(&q, 0);
	status = sql_finish(&q, err);
	if (status != STATUS_OK || found)
		return status;
	sql_start(&q, c, put);
	sql_put_text(&q, name);
	status = sql_run(&q, err);
	*id = sql_last_id(c);
	return status;
}

/* May the card be kept? */
static enum status keep_card(const struct taking *t, int64_t card, bool *keep,
			     struct err *err)
{
	bool gone = false;
	enum status status = STATUS_OK;

	if (t->any_forgotten)
		status = forgotten_has_card(t->c, card, &gone, err);
	*keep = !gone;
	return status;
}

/* Run what writes a row, with this card where it is kept. */
static enum status write_row(struct taking *t, struct sql *q, bool keep,
			     int64_t card, struct err *err)
{
	static const char put[] =
		"INSERT OR IGNORE INTO carded (station, card) VALUES (?, ?)";
	enum status status = sql_run(q, err);

	t->wrote = status == STATUS_OK && sql_changes(t->c) > 0;
	if (!t->wrote || !keep || (t->carded && t->card == card))
		return status;
	t->carded = true;
	t->card = card;
	sql_start(q, t->c, put);
	sql_put_int(q, t->entry->station);
	sql_put_int(q, card);
	return sql_run(q, err);
}

static void put_card(struct sql *q, bool keep, int64_t card)
{
	if (keep)
		sql_put_int(q, card);
	else
		sql_put_null(q);
}

static enum status write_play(struct taking *t, const char *how,
			      const struct item_play *p, const struct row *row,
			      bool keep, struct err *err)
{
	struct sql q;

	sql_start(&q, t->c, how);
	sql_put_int(&q, t->entry->station);
	sql_put_int(&q, row->id);
	row_put_place(&q, row);
	sql_put_int(&q, row->lesson);
	sql_put_int(&q, row->kind);
	put_card(&q, p->in_there, p->in);
	put_card(&q, keep, p->card);
	sql_put_int(&q, row->ms);
	sql_put_int(&q, row->own);
	sql_put_int(&q, p->media);
	sql_put_int(&q, p->on_tv);
	sql_put_int(&q, p->keys);
	sql_put_int(&q, row->flags);
	sql_put_int(&q, t->entry->now_s);
	sql_put_int(&q, row->v);
	sql_put_int(&q, row->mark);
	sql_put_int(&q, p->shown);
	sql_put_int(&q, p->of);
	return write_row(t, &q, keep, p->card, err);
}

#define PLAY_ROW                                                            \
	" INTO play (station, id, month, at_s, lo_s, hi_s, lesson, kind,"   \
	" in_id, card, ms, own, media, on_tv, keys, flags, seen_s, v, mark," \
	" shown, of)"                                                       \
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?," \
	" ?, ?)"

enum status put_play(struct taking *t, const struct item_play *p,
		     struct err *err)
{
	static const char insert[] = "INSERT OR IGNORE" PLAY_ROW;
	static const char replace[] = "REPLACE" PLAY_ROW;
	struct pending pending;
	bool settled, replaces, keep = false;
	struct row row = new_row(t, ROW_PLAY, &p->head, &pending, &settled);
	enum status status;

	row.kind = p->card_there ? IMPORTED_PERSONAL :
		   p->in_there	 ? IMPORTED_COLLECTIVE :
				   IMPORTED_OPEN;
	status = lesson_of(t->c, p->lesson, &row.lesson, err);
	if (status == STATUS_OK && p->card_there)
		status = keep_card(t, p->card, &keep, err);
	if (status == STATUS_OK)
		status = write_play(t, insert, p, &row, keep, err);
	if (status == STATUS_OK)
		status = count_in(t, &row, &pending, settled, &replaces, err);
	if (status == STATUS_OK && replaces)
		status = write_play(t, replace, p, &row, keep, err);
	return status;
}

/* --- studies --- */

/* Those of a list of names or cards that nobody has forgotten. */
static enum status put_people(const struct taking *t, json_t *out,
			      const char *key, const json_t *people,
			      bool are_cards, struct err *err)
{
	json_t *kept = json_array(), *one;
	enum status status = STATUS_OK;
	size_t i;

	json_array_foreach((json_t *)people, i, one) {
		const char *text = json_string_value(one);
		bool gone = false;
		int64_t card = 0;

		if (are_cards)
			(void)imported_id(text, &card);
		if (t->any_forgotten && status == STATUS_OK)
			status = are_cards ?
					 forgotten_has_card(t->c, card, &gone,
							    err) :
					 forgotten_has_name(t->c, text, &gone,
							    err);
		if (!gone)
			(void)json_array_append(kept, one);
	}
	(void)json_object_set_new(out, key, kept);
	return status;
}

/* By whom it was held is a name, too. */
static enum status put_by(const struct taking *t, json_t *out, const char *by,
			  struct err *err)
{
	bool gone = false;
	enum status status = STATUS_OK;

	if (by != NULL && t->any_forgotten)
		status = forgotten_has_name(t->c, by, &gone, err);
	if (by != NULL && !gone)
		(void)json_object_set_new(out, "by", json_string(by));
	return status;
}

static enum status personal_part(const struct taking *t,
				 const struct item_study *s, char **out,
				 struct err *err)
{
	json_t *item = json_object();
	enum status status = put_people(t, item, "names", s->names, false,
					err);

	if (status == STATUS_OK)
		status = put_people(t, item, "cards", s->cards, true, err);
	if (status == STATUS_OK)
		status = put_by(t, item, s->by, err);
	if (s->note != NULL)
		(void)json_object_set_new(item, "note", json_string(s->note));
	*out = status == STATUS_OK ? json_dumps(item, JSON_COMPACT) : NULL;
	json_decref(item);
	if (status == STATUS_OK && *out == NULL)
		status = err_set(err, STATUS_NO_MEMORY, "a study");
	return status;
}

struct study_texts {
	char *item, *lessons, *outside; /* the last two may be NULL */
};

static enum status write_study(struct taking *t, const char *how,
			       const struct item_study *s,
			       const struct study_texts *texts,
			       const struct row *row, struct err *err)
{
	struct sql q;

	sql_start(&q, t->c, how);
	sql_put_int(&q, t->entry->station);
	sql_put_int(&q, row->id);
	sql_put_int(&q, row->v);
	row_put_place(&q, row);
	sql_put_int(&q, row->heads);
	sql_put_text(&q, texts->lessons);
	sql_put_text(&q, texts->outside);
	sql_put_int(&q, row->hand_ms);
	sql_put_int(&q, row->ms);
	sql_put_int(&q, row->own);
	sql_put_int(&q, s->parts);
	sql_put_int(&q, row->flags);
	sql_put_int(&q, t->entry->now_s);
	sql_put_int(&q, row->mark);
	sql_put_text(&q, texts->item);
	return write_row(t, &q, false, 0, err);
}

#define STUDY_ROW                                                          \
	" INTO study (station, id, v, month, at_s, lo_s, hi_s, heads,"     \
	" lessons, outside, hand_ms, ms, own, parts, flags, seen_s, mark," \
	" item) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

static enum status put_study_row(struct taking *t, const struct item_study *s,
				 const struct study_texts *texts,
				 struct err *err)
{
	static const char insert[] = "INSERT OR IGNORE" STUDY_ROW;
	static const char replace[] = "REPLACE" STUDY_ROW;
	struct pending pending;
	bool settled, replaces;
	struct row row = new_row(t, ROW_STUDY, &s->head, &pending, &settled);
	enum status status;

	row.heads = s->heads;
	row.hand_ms = s->hand_ms;
	status = write_study(t, insert, s, texts, &row, err);
	if (status == STATUS_OK)
		status = count_in(t, &row, &pending, settled, &replaces, err);
	if (status == STATUS_OK && replaces)
		status = write_study(t, replace, s, texts, &row, err);
	return status;
}

enum status put_study(struct taking *t, const struct item_study *s,
		      struct err *err)
{
	struct study_texts texts = { .item = NULL };
	enum status status = personal_part(t, s, &texts.item, err);

	if (status != STATUS_OK)
		return status;
	if (s->lessons != NULL)
		texts.lessons = json_dumps(s->lessons, JSON_COMPACT);
	if (s->outside != NULL)
		texts.outside = json_dumps(s->outside, JSON_COMPACT);
	status = put_study_row(t, s, &texts, err);
	free(texts.item);
	free(texts.lessons);
	free(texts.outside);
	return status;
}

/* --- personals --- */

static enum status write_personal(struct taking *t, const char *how,
				  const struct item_personal *p,
				  const struct row *row, bool keep,
				  struct err *err)
{
	struct sql q;

	sql_start(&q, t->c, how);
	sql_put_int(&q, t->entry->station);
	sql_put_int(&q, row->id);
	sql_put_int(&q, row->v);
	row_put_place(&q, row);
	put_card(&q, keep, p->card);
	sql_put_int(&q, p->on_tv);
	sql_put_int(&q, row->ms);
	sql_put_int(&q, row->own);
	sql_put_int(&q, p->plays);
	sql_put_int(&q, row->flags);
	sql_put_int(&q, t->entry->now_s);
	sql_put_int(&q, row->mark);
	return write_row(t, &q, keep, p->card, err);
}

#define PERSONAL_ROW                                                        \
	" INTO personal (station, id, v, month, at_s, lo_s, hi_s, card,"    \
	" on_tv, ms, own, plays, flags, seen_s, mark)"                      \
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

enum status put_personal(struct taking *t, const struct item_personal *p,
			 struct err *err)
{
	static const char insert[] = "INSERT OR IGNORE" PERSONAL_ROW;
	static const char replace[] = "REPLACE" PERSONAL_ROW;
	struct pending pending;
	bool settled, replaces, keep;
	struct row row = new_row(t, ROW_PERSONAL, &p->head, &pending,
				 &settled);
	enum status status = keep_card(t, p->card, &keep, err);

	if (status == STATUS_OK)
		status = write_personal(t, insert, p, &row, keep, err);
	if (status == STATUS_OK)
		status = count_in(t, &row, &pending, settled, &replaces, err);
	if (status == STATUS_OK && replaces)
		status = write_personal(t, replace, p, &row, keep, err);
	return status;
}
