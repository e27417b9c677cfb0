/* All lessons stand in one row, in pack_order(). The walk goes along it from
 * the front and loads; what must give way is taken from the back. In between
 * is what may still give way:
 *
 *     loaded or waiting …  |at  … may still give way …  back|  … removed
 */
#include "node/drive/pack.h"

#include <stdlib.h>
#include <string.h>

/* What is wanted, then this place's own, then the rest. */
static int rank(const struct pack_lesson *l)
{
	if (l->wanters > 0)
		return 0;
	return l->local ? 1 : 2;
}

static int by_due(const struct pack_lesson *a, const struct pack_lesson *b)
{
	if ((a->due[0] == 0) != (b->due[0] == 0))
		return a->due[0] != 0 ? -1 : 1;
	return strcmp(a->due, b->due);
}

int pack_order(const struct pack_lesson *a, const struct pack_lesson *b)
{
	int order = rank(a) - rank(b);

	if (order == 0 && a->wanters > 0) {
		order = by_due(a, b);
		if (order == 0 && a->wanters != b->wanters)
			order = a->wanters > b->wanters ? -1 : 1;
	}
	if (order == 0)
		order = strcmp(b->date, a->date);
	if (order == 0 && a->bytes != b->bytes)
		order = a->bytes < b->bytes ? -1 : 1;
	return order != 0 ? order : memcmp(a->btmh, b->btmh, sizeof(a->btmh));
}

static int compare(const void *a, const void *b, void *context)
{
	const struct pack_lesson *lessons = context;

	return pack_order(&lessons[*(const size_t *)a],
			  &lessons[*(const size_t *)b]);
}

/* Room it takes on the drive now. */
static uint64_t taken(const struct pack_lesson *l)
{
	return l->on_drive ? l->bytes : l->there;
}

/* Room it still needs to be loaded. */
static uint64_t needed(const struct pack_lesson *l)
{
	return l->bytes > l->there ? l->bytes - l->there : 0;
}

static bool may_give_way(const struct pack_lesson *l)
{
	return !l->gone && !l->foreign && l->wanters == 0 && taken(l) > 0;
}

static bool to_load(const struct pack_lesson *l)
{
	return !l->gone && !l->foreign && !l->on_drive && l->here &&
	       (l->wanters > 0 || l->local);
}

/* What becomes of it before anything is loaded. */
static enum pack_act at_first(const struct pack_lesson *l)
{
	bool any = l->on_drive || l->there > 0;

	if (l->gone && !l->foreign)
		return any ? PACK_REMOVE : PACK_NOTHING;
	if (!l->on_drive && l->wanters > 0)
		return l->here ? PACK_NO_ROOM : PACK_NOT_HERE;
	return any ? PACK_KEEP : PACK_NOTHING;
}

struct packing {
	const struct pack_lesson *lessons;
	enum pack_act *acts;
	const size_t *row; /* of lessons, in pack_order() */
	size_t back;	   /* row[back] and on have given way */
	unsigned __int128 room;
	uint64_t reserve;
	unsigned __int128 may_go; /* bytes behind the walk that may give way */
};

/* Sizes come from outside: no sum of them may begin anew at 0. */
static bool fits(const struct packing *p, unsigned __int128 more,
		 uint64_t need)
{
	return more + p->room >= (unsigned __int128)p->reserve + need;
}

/* Load the lesson in hand if it can be made to fit. */
static void try_to_load(struct packing *p, size_t i)
{
	uint64_t need = needed(&p->lessons[i]);

	if (need > 0 && !fits(p, p->may_go, need))
		return;
	while (need > 0 && !fits(p, 0, need)) {
		size_t last = p->row[--p->back];

		if (!may_give_way(&p->lessons[last]))
			continue;
		p->acts[last] = PACK_REMOVE;
		p->may_go -= taken(&p->lessons[last]);
		p->room += taken(&p->lessons[last]);
	}
	p->room -= need;
	p->acts[i] = PACK_LOAD;
}

/* What gave way may stay after all, when those that came in before it left
 * room enough. False when it is to go. */
static bool may_stay(struct packing *p, size_t i)
{
	const struct pack_lesson *l = &p->lessons[i];

	if (!may_give_way(l) || !fits(p, 0, taken(l)))
		return false;
	p->room -= taken(l);
	p->acts[i] = PACK_KEEP;
	return true;
}

static void walk(struct packing *p, size_t count)
{
	for (size_t at = 0; at < count; at++) {
		size_t i = p->row[at];
		const struct pack_lesson *l = &p->lessons[i];

		if (p->acts[i] == PACK_REMOVE) {
			if (!may_stay(p, i))
				continue;
		} else if (may_give_way(l)) {
			p->may_go -= taken(l); /* it is behind no longer */
		}
		if (to_load(l))
			try_to_load(p, i);
	}
}

/* Write down the indices with one act, in pack_order(). */
static void put_steps(const struct packing *p, size_t count, enum pack_act act,
		      size_t *order, size_t *steps)
{
	for (size_t at = 0; at < count; at++)
		if (p->acts[p->row[at]] == act)
			order[(*steps)++] = p->row[at];
}

bool pack_plan(const struct pack_lesson *lessons, size_t count, uint64_t room,
	       uint64_t reserve, enum pack_act *acts, size_t *order,
	       size_t *steps)
{
	size_t *row = calloc(count + 1, sizeof(*row));
	struct packing p = { .lessons = lessons, .acts = acts, .row = row,
			     .back = count, .room = room,
			     .reserve = reserve };

	if (row == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		row[i] = i;
	qsort_r(row, count, sizeof(*row), compare, (void *)lessons);
	for (size_t at = 0; at < count; at++) {
		size_t i = row[at];

		acts[i] = at_first(&lessons[i]);
		if (acts[i] == PACK_REMOVE)
			p.room += taken(&lessons[i]);
		else if (may_give_way(&lessons[i]))
			p.may_go += taken(&lessons[i]);
	}
	walk(&p, count);
	*steps = 0;
	put_steps(&p, count, PACK_REMOVE, order, steps);
	put_steps(&p, count, PACK_LOAD, order, steps);
	free(row);
	return true;
}
