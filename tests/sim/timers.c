#include "tests/sim/timers.h"

#include <stdbool.h>
#include <stdlib.h>

#include "tests/support/check.h"

static bool before(const struct timer *a, const struct timer *b)
{
	return a->at < b->at || (a->at == b->at && a->turn < b->turn);
}

static void put(struct timers *all, uint32_t place, struct timer *t)
{
	all->heap[place] = t;
	t->place = place;
}

static void rise(struct timers *all, struct timer *t)
{
	uint32_t at = t->place;

	for (; at > 1 && before(t, all->heap[at / 2]); at /= 2)
		put(all, at, all->heap[at / 2]);
	put(all, at, t);
}

static void sink(struct timers *all, struct timer *t)
{
	uint32_t at = t->place;

	for (;;) {
		uint32_t child = 2 * at;

		if (child > all->count)
			break;
		if (child < all->count &&
		    before(all->heap[child + 1], all->heap[child]))
			child++;
		if (!before(all->heap[child], t))
			break;
		put(all, at, all->heap[child]);
		at = child;
	}
	put(all, at, t);
}

static void make_room(struct timers *all)
{
	if (all->count + 2 <= all->room)
		return;
	all->room = all->room == 0 ? 1024 : 2 * all->room;
	all->heap = realloc(all->heap, all->room * sizeof(struct timer *));
	CHECK(all->heap != NULL);
}

void timer_set(struct timers *all, struct timer *t, double at)
{
	t->at = at;
	t->turn = all->turns++;
	if (t->place == 0) {
		make_room(all);
		put(all, ++all->count, t);
	}
	rise(all, t);
	sink(all, t);
}

void timer_stop(struct timers *all, struct timer *t)
{
	struct timer *last;

	if (t->place == 0)
		return;
	last = all->heap[all->count--];
	if (last != t) {
		put(all, t->place, last);
		rise(all, last);
		sink(all, last);
	}
	t->place = 0;
}

struct timer *timers_take(struct timers *all)
{
	struct timer *first;

	if (all->count == 0)
		return NULL;
	first = all->heap[1];
	timer_stop(all, first);
	return first;
}

void timers_release(struct timers *all)
{
	free(all->heap);
	*all = (struct timers){ 0 };
}
