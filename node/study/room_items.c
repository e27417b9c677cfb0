/* What is in memory as rows and items, and back after a power cut. */
#include <stdlib.h>
#include <string.h>

#include "node/study/room_inside.h"

static enum status no_memory(struct err *err)
{
	return err_set(err, STATUS_NO_MEMORY, "what is studied");
}

static json_t *id_json(uint64_t id)
{
	char text[STUDY_ID_TEXT + 1];

	study_id_format(id, text);
	return json_string(text);
}

/* Put a row with these two, which are taken, also when they are NULL: out of
 * memory. */
static enum status put_with(struct room *r, struct study_row *row, json_t *item,
			    json_t *more, struct err *err)
{
	enum status status = STATUS_NO_MEMORY;

	row->item = item;
	row->more = more;
	if (item == NULL || more == NULL)
		(void)no_memory(err);
	else
		status = study_put(r->options.records, row,
				   row->state == STUDY_ENDED, err);
	json_decref(item);
	json_decref(more);
	return status;
}

/* --- plays --- */

/* Whole seconds, those that were begun; what meets then is one. */
static json_t *shown_json(const struct room_play *p)
{
	bool media = p->count.kind == PLAYCOUNT_MEDIA;
	json_t *list = json_array();
	uint64_t from, to, end = UINT64_MAX;
	size_t size;

	for (size_t i = 0; i < p->count.shown.count; i++) {
		from = p->count.shown.at[i].from / (media ? 1000 : 1);
		to = media ? (p->count.shown.at[i].to + 999) / 1000 :
			     p->count.shown.at[i].to;
		size = json_array_size(list);
		if (size > 0 && from <= end) {
			(void)json_array_set_new(
				list, size - 1, json_integer((json_int_t)to));
		} else {
			(void)json_array_append_new(
				list, json_integer((json_int_t)from));
			(void)json_array_append_new(
				list, json_integer((json_int_t)to));
		}
		end = to;
	}
	return list;
}

static json_t *play_item(const struct room_play *p)
{
	uint64_t in = p->study != 0 ? p->study : p->personal;
	json_t *item = json_pack(
		"{s:s, s:o, s:o, s:s, s:I, s:s, s:s, s:I, s:I, s:o, s:I, s:I,"
		" s:o}",
		"k", "play", "id", id_json(room_item_id(&p->began, p->id)),
		"w", when_json(&p->began), "lesson", p->lesson, "rev",
		(json_int_t)p->rev, "as", room_as_name(p->as), "on",
		p->on_tv ? "tv" : "phone", "ms", (json_int_t)p->count.ms,
		"own", (json_int_t)p->own, "shown", shown_json(p), "of",
		(json_int_t)p->of, "keys", (json_int_t)p->keys, "flags",
		room_flags_json(p->flags));

	if (item != NULL && in != 0)
		(void)json_object_set_new(item, "in", id_json(in));
	if (item != NULL && p->card != 0)
		(void)json_object_set_new(item, "card", id_json(p->card));
	return item;
}

enum status room_put_play(struct room *r, const struct room_play *p,
			  struct err *err)
{
	struct study_row row = {
		.kind = STUDY_PLAY,
		.id = p->id,
		.state = p->ended ? STUDY_ENDED : STUDY_RUNS,
		.began_s = p->began_s,
		.last_s = p->last_s,
		.card = p->card,
		.part_of = p->study != 0 ? p->study : p->personal,
		.ms = p->count.ms,
		.own = p->own,
	};

	if (p->count.ms < ROOM_LEAST_MS)
		return p->ended ? study_take_out(r->options.records,
						 STUDY_PLAY, p->id, err) :
				  STATUS_OK;
	return put_with(r, &row, play_item(p),
			json_pack("{s:s}", "title", p->title), err);
}

struct play_copy {
	struct study_row row;
	json_t *item, *more;
};

static bool copy_row(void *context, const struct study_row *row)
{
	struct play_copy *c = context;

	c->row = *row;
	c->row.item = c->item = json_deep_copy(row->item);
	c->row.more = c->more = json_deep_copy(row->more);
	return false;
}

static enum status put_marked(struct room *r, const struct play_copy *c,
			      unsigned flags, struct err *err)
{
	unsigned had;
	json_int_t v;

	if (c->item == NULL || c->more == NULL)
		return no_memory(err);
	had = room_flags_read(json_object_get(c->item, "flags"));
	if ((had & flags) == flags)
		return STATUS_OK;
	v = json_integer_value(json_object_get(c->item, "v"));
	if (json_object_set_new(c->item, "flags",
				room_flags_json(had | flags)) != 0 ||
	    json_object_set_new(c->item, "v",
				json_integer(v < 1 ? 2 : v + 1)) != 0)
		return no_memory(err);
	return study_put(r->options.records, &c->row,
			 c->row.state == STUDY_ENDED, err);
}

enum status room_mark_play(struct room *r, uint64_t id, unsigned flags,
			   struct err *err)
{
	struct play_copy copy = { .item = NULL };
	enum status status = study_get(r->options.records, STUDY_PLAY, id,
				       copy_row, &copy, err);

	if (status == STATUS_OK)
		status = put_marked(r, &copy, flags, err);
	else if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	json_decref(copy.item);
	json_decref(copy.more);
	return status;
}

/* --- studies --- */

uint64_t room_item_ms(uint64_t ms)
{
	const uint64_t most_ms = UINT64_C(24) * 3600 * 1000;

	return ms < most_ms ? ms : most_ms;
}

/* What is entered by hand is so as long as it stands there. */
unsigned room_study_flags(const struct room_study *s)
{
	unsigned flags = s->flags & ~(unsigned)ROOM_BY_HAND;

	if (json_object_get(s->item, "outside") != NULL)
		flags |= ROOM_BY_HAND;
	return flags;
}

enum status room_put_study(struct room *r, struct room_study *s, bool tell,
			   struct err *err)
{
	struct study_row row = {
		.kind = STUDY_COLLECTIVE,
		.id = s->id,
		.state = s->state,
		.began_s = s->began_s,
		.last_s = s->last_s,
		.ms = s->ms,
		.own = s->own,
		.item = s->item,
		.more = s->more,
	};

	if (json_object_set_new(s->item, "flags",
				room_flags_json(room_study_flags(s))) != 0 ||
	    json_object_set_new(s->item, "ms",
				json_integer((json_int_t)room_item_ms(
					s->ms))) != 0 ||
	    json_object_set_new(s->item, "own",
				json_integer((json_int_t)room_item_ms(
					s->own))) != 0 ||
	    json_object_set_new(s->item, "parts",
				json_integer(s->parts)) != 0 ||
	    json_object_set_new(s->item, "v",
				json_integer(s->version == 0 ? 1 :
							       s->version)) !=
		    0)
		return no_memory(err);
	return study_put(r->options.records, &row, tell, err);
}

/* --- personals --- */

static json_t *personal_item(const struct room_personal *p)
{
	return json_pack("{s:s, s:o, s:i, s:o, s:o, s:s, s:I, s:I, s:I, s:o}",
			 "k", "personal", "id", id_json(p->id), "v", 1, "w",
			 when_json(&p->began), "card", id_json(p->card), "on",
			 p->on_tv ? "tv" : "phone", "ms", (json_int_t)p->ms,
			 "own", (json_int_t)p->own, "plays",
			 (json_int_t)p->plays, "flags",
			 room_flags_json(p->flags));
}

enum status room_put_personal(struct room *r, const struct room_personal *p,
			      struct err *err)
{
	struct study_row row = {
		.kind = STUDY_PERSONAL,
		.id = p->id,
		.state = p->ended ? STUDY_ENDED : STUDY_RUNS,
		.began_s = p->began_s,
		.last_s = p->last_s,
		.card = p->card,
		.ms = p->ms,
		.own = p->own,
	};

	/* Who looked in and watched nothing is nobody's visit. */
	if (p->ms < ROOM_LEAST_MS)
		return p->ended ? study_take_out(r->options.records,
						 STUDY_PERSONAL, p->id, err) :
				  STATUS_OK;
	return put_with(r, &row, personal_item(p),
			json_pack("{s:s}", "tail", p->tail), err);
}

/* --- after a power cut --- */

struct found {
	struct study_row row;
	json_t *item, *more; /* copies */
};
struct findings {
	struct found *all;
	size_t count;
	bool failed;
};

static bool find(void *context, const struct study_row *row)
{
	struct findings *f = context;
	struct found *one;
	struct found *all = realloc(f->all, (f->count + 1) * sizeof(*all));

	if (all == NULL) {
		f->failed = true;
		return false;
	}
	f->all = all;
	one = &all[f->count];
	one->row = *row;
	one->item = json_deep_copy(row->item);
	one->more = json_deep_copy(row->more);
	one->row.item = one->item;
	one->row.more = one->more;
	f->failed |= one->item == NULL || one->more == NULL;
	f->count++;
	return !f->failed;
}

static void findings_release(struct findings *f)
{
	for (size_t i = 0; i < f->count; i++) {
		json_decref(f->all[i].item);
		json_decref(f->all[i].more);
	}
	free(f->all);
}

/* It ended with the node. */
static enum status end_found(struct room *r, struct found *one,
			     struct err *err)
{
	unsigned flags = room_flags_read(json_object_get(one->item, "flags"));

	if (json_object_set_new(one->item, "flags",
				room_flags_json(flags | ROOM_INTERRUPTED)) != 0)
		return no_memory(err);
	one->row.state = STUDY_ENDED;
	return study_put(r->options.records, &one->row, true, err);
}

static enum status take_up_kind(struct room *r, enum study_kind kind,
				uint64_t now_ms, struct err *err)
{
	struct findings f = { 0 };
	enum status status = study_each_open(r->options.records, kind, find,
					     &f, err);

	if (status == STATUS_OK && f.failed)
		status = no_memory(err);
	for (size_t i = 0; i < f.count && status == STATUS_OK; i++) {
		if (kind == STUDY_COLLECTIVE && i + 1 == f.count)
			room_study_found(r, &f.all[i].row, now_ms);
		else
			status = end_found(r, &f.all[i], err);
	}
	findings_release(&f);
	return status;
}

enum status room_take_up(struct room *r, uint64_t now_ms, struct err *err)
{
	enum status status = catalog_begin(r->options.records, CATALOG_DURABLE,
					   err);

	if (status != STATUS_OK)
		return status;
	status = take_up_kind(r, STUDY_PLAY, now_ms, err);
	if (status == STATUS_OK)
		status = take_up_kind(r, STUDY_PERSONAL, now_ms, err);
	if (status == STATUS_OK)
		status = take_up_kind(r, STUDY_COLLECTIVE, now_ms, err);
	if (status == STATUS_OK)
		return catalog_commit(r->options.records, err);
	catalog_rollback(r->options.records);
	return status;
}
