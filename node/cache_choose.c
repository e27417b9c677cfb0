/* What goes when room is needed: the facts of all that lies here, the decision
 * (node/evict.h), and how it is begun. */
#include <stdlib.h>
#include <string.h>

#include "catalog/lessons.h"
#include "catalog/log.h"
#include "catalog/standings.h"
#include "node/cache_inside.h"
#include "node/clock_floor.h"
#include "proto/encoding.h"

enum { LOGS_MAX = 256, NEXT_TICKS = 60 };

static bool is_leaving(const struct cache *c, const uint8_t *btmh)
{
	for (unsigned i = 0; i < c->n_leaving; i++)
		if (memcmp(c->leaving[i].btmh, btmh, 32) == 0)
			return true;
	return false;
}

struct looking {
	struct cache *c;
	struct evict_facts *facts;
	size_t count, room;
	bool *of_use;
	bool failed;
	bool with_all; /* what is busy and kept, too */
	char today[11];
	struct {
		int64_t id;
		char origin[ORIGIN_MAX + 1];
	} *logs;
	size_t n_logs;
};

static enum status note_log(void *owner, const struct log_info *info,
			    struct err *err)
{
	struct looking *l = owner;

	(void)err;
	if (l->n_logs < LOGS_MAX) {
		l->logs[l->n_logs].id = info->id;
		memcpy(l->logs[l->n_logs++].origin, info->origin,
		       sizeof(info->origin));
	}
	return STATUS_OK;
}

static const char *origin_of(const struct looking *l, int64_t log)
{
	for (size_t i = 0; i < l->n_logs; i++)
		if (l->logs[i].id == log)
			return l->logs[i].origin;
	return NULL;
}

static bool grow(struct looking *l)
{
	size_t room = l->room == 0 ? 256 : 2 * l->room;
	struct evict_facts *facts;
	bool *of_use;

	if (l->count < l->room)
		return true;
	facts = realloc(l->facts, room * sizeof(*facts));
	if (facts == NULL)
		return false;
	l->facts = facts;
	of_use = realloc(l->of_use, room * sizeof(*of_use));
	if (of_use == NULL)
		return false;
	l->of_use = of_use;
	l->room = room;
	return true;
}

static void fill(const struct looking *l, const struct standing_row *row,
		 uint64_t bytes, struct evict_facts *out)
{
	struct cache *c = l->c;

	memset(out, 0, sizeof(*out));
	memcpy(out->btmh, row->btmh, 32);
	out->bytes = bytes;
	out->withdrawn = row->withdrawn;
	/* Refused by newer trust is not superseded: it may come back. */
	out->named = row->known || !row->superseded;
	out->wanted = row->wanted;
	out->pinned = row->pinned || row->own;
	out->due = row->due[0] != 0 && strcmp(row->due, l->today) >= 0;
	out->busy = cache_promise_of(c, row->btmh) != NULL;
	memcpy(out->expires, row->expires, sizeof(out->expires));
	out->used_s = row->used_s;
	out->added_s = row->added_s;
	memcpy(out->age.date, row->date, sizeof(out->age.date));
	out->age.row = row->row;
	if (c->o.facts != NULL)
		c->o.facts(c->o.owner, out, origin_of(l, row->log),
			   row->entry);
}

static bool look_at(void *context, const struct standing_row *row)
{
	struct looking *l = context;
	uint64_t bytes = cache_row_bytes(l->c, row->btmh);

	if (bytes == 0 || is_leaving(l->c, row->btmh))
		return true;
	l->failed = !grow(l);
	if (l->failed)
		return false;
	fill(l, row, bytes, &l->facts[l->count]);
	l->of_use[l->count++] = row->superseded && row->of_use;
	return true;
}

static void looking_release(struct looking *l)
{
	free(l->facts);
	free(l->of_use);
	free(l->logs);
}

static enum status look(struct cache *c, struct looking *l, struct err *err)
{
	struct catalog *catalog = c->o.house->catalog;
	enum status status;

	memset(l, 0, sizeof(*l));
	l->c = c;
	clock_floor_today(catalog, l->today);
	l->logs = calloc(LOGS_MAX, sizeof(*l->logs));
	if (l->logs == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	status = log_each(catalog, note_log, l, err);
	if (status == STATUS_OK)
		status = standings_list(catalog, look_at, l, err);
	if (status == STATUS_OK && l->failed)
		status = err_set(err, STATUS_NO_MEMORY, "out of memory");
	if (status != STATUS_OK)
		looking_release(l);
	return status;
}

struct choice_made {
	size_t *chosen;
	enum evict_reason *reasons;
	size_t count;
	uint64_t freed;
};

static void choice_release(struct choice_made *made)
{
	free(made->chosen);
	free(made->reasons);
}

/* Files of earlier revisions are of use to what is to come: they go only when
 * nothing else helps, but before older lessons that are wanted go for newer
 * ones. */
static enum status choose(struct looking *l, uint64_t need,
			  const struct evict_for *what,
			  struct choice_made *made, struct err *err)
{
	static const struct evict_for nothing = { .first = false };

	memset(made, 0, sizeof(*made));
	made->chosen = calloc(l->count + 1, sizeof(*made->chosen));
	made->reasons = calloc(l->count + 1, sizeof(*made->reasons));
	if (made->chosen == NULL || made->reasons == NULL) {
		choice_release(made);
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	}
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < l->count; i++)
			if (l->of_use[i])
				l->facts[i].busy = pass == 0;
		made->count = evict_choose(l->facts, l->count, need,
					   pass == 0 && !what->first ?
						   &nothing :
						   what,
					   l->today, made->chosen,
					   made->reasons, &made->freed);
		if (made->freed >= need)
			break;
	}
	return STATUS_OK;
}

static void discard(struct cache *c, const struct evict_facts *facts,
		    enum evict_reason reason)
{
	struct leaving *l = &c->leaving[c->n_leaving++];

	memcpy(l->btmh, facts->btmh, 32);
	l->bytes = facts->bytes;
	cache_next_stale(c);
	c->o.discard(c->o.owner, facts->btmh, evict_reason_text(reason));
}

uint64_t cache_leaving(const struct cache *c)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < c->n_leaving; i++)
		bytes += c->leaving[i].bytes;
	return bytes;
}

enum status cache_make_room(struct cache *c, uint64_t need,
			    const struct evict_for *what, bool all,
			    uint64_t *lacking, struct err *err)
{
	uint64_t coming = cache_leaving(c);
	struct choice_made made;
	struct looking l;
	enum status status;

	*lacking = 0;
	if (coming >= need || c->n_leaving == CACHE_DELETING_MAX)
		return STATUS_BUSY;
	need -= coming;
	status = look(c, &l, err);
	if (status != STATUS_OK)
		return status;
	status = choose(&l, need, what, &made, err);
	if (status == STATUS_OK) {
		*lacking = made.freed < need ? need - made.freed : 0;
		if (*lacking == 0 || !all)
			for (size_t i = 0; i < made.count &&
					   c->n_leaving < CACHE_DELETING_MAX;
			     i++)
				discard(c, &l.facts[made.chosen[i]],
					made.reasons[i]);
		status = *lacking == 0 || coming > 0 ? STATUS_BUSY :
						       STATUS_NO_ROOM;
		choice_release(&made);
	}
	looking_release(&l);
	return status;
}

static json_t *next_json(struct cache *c, const struct evict_facts *facts,
			 enum evict_reason reason)
{
	struct lesson_row *row = malloc(sizeof(*row));
	struct err err = ERR_INIT;
	char hex[65];
	json_t *object;
	bool named;

	hex_encode((struct bytes){ facts->btmh, 32 }, hex);
	named = row != NULL && lessons_get(c->o.house->catalog, hex, row,
					   &err) == STATUS_OK;
	object = json_pack("{s:s, s:s, s:I, s:s}", "btmh", hex, "title",
			   named ? row->lesson.title : "", "bytes",
			   (json_int_t)facts->bytes, "why",
			   evict_reason_text(reason));
	free(row);
	return object;
}

static json_t *choose_next(struct cache *c)
{
	static const struct evict_for anything = { .first = true };
	json_t *list = json_array();
	struct choice_made made;
	struct err err = ERR_INIT;
	struct looking l;

	if (look(c, &l, &err) != STATUS_OK)
		return list;
	if (choose(&l, UINT64_MAX, &anything, &made, &err) == STATUS_OK) {
		for (size_t i = 0; i < made.count && i < CACHE_NEXT_MAX; i++)
			(void)json_array_append_new(
				list,
				next_json(c, &l.facts[made.chosen[i]],
					  made.reasons[i]));
		choice_release(&made);
	}
	looking_release(&l);
	return list;
}

void cache_next_stale(struct cache *c)
{
	json_decref(c->next);
	c->next = NULL;
}

json_t *cache_next(struct cache *c)
{
	if (c->next != NULL && c->ticks - c->next_ticks >= NEXT_TICKS)
		cache_next_stale(c);
	if (c->next == NULL) {
		c->next = choose_next(c);
		c->next_ticks = c->ticks;
	}
	return json_incref(c->next);
}
