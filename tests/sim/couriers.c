#include "tests/sim/couriers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/payloads.h"
#include "tests/sim/jobs.h"
#include "tests/sim/news.h"
#include "tests/sim/packing.h"
#include "tests/support/check.h"

enum { AT_COUNTY = -2, AT_TOWNSHIP = -1 };
enum { TRIP_NODES = 512 };

static bool is_without_line(const struct world *w, const struct lan *lan)
{
	return lan->count > 0 && w->nodes[lan->first].way == WAY_DRIVE;
}

static bool is_stop(const struct world *w, uint32_t lan)
{
	const struct lan *l = &w->lans[lan];

	if (!is_without_line(w, l))
		return false;
	return w->nodes[l->first].level == LEVEL_STATION || l->count > 1;
}

static uint32_t stops_of(const struct world *w, const struct township *t)
{
	uint32_t count = 0;

	for (uint32_t i = t->first_lan; i < t->first_lan + t->lans; i++)
		count += is_stop(w, i);
	return count;
}

/* --- routes --- */

/* Each trip goes on where the last one ended; drives take turns. */
static void plan_route(struct world *w, struct drive *d)
{
	const struct township *t = &w->townships[d->township];
	uint32_t day = (uint32_t)(w->now / DAY);
	uint32_t all = stops_of(w, t), first, at = 0;

	d->stops = 0;
	if (all == 0)
		return;
	first = all <= ROUTE_MAX ? 0 : day * ROUTE_MAX % all;
	for (uint32_t turn = 0; turn < 2; turn++)
		for (uint32_t i = t->first_lan;
		     i < t->first_lan + t->lans && d->stops < ROUTE_MAX; i++)
			if (is_stop(w, i) && at++ >= first &&
			    d->stops < all && at <= first + all)
				d->route[d->stops++] = i;
}

static uint32_t nodes_ahead(const struct world *w, const struct drive *d,
			    uint32_t *out, bool whole_township)
{
	const struct township *t = &w->townships[d->township];
	uint32_t count = 0;

	for (uint32_t i = t->first_lan;
	     whole_township && i < t->first_lan + t->lans; i++)
		for (uint32_t k = 0; is_without_line(w, &w->lans[i]) &&
				     k < w->lans[i].count && count < TRIP_NODES;
		     k++)
			out[count++] = w->lans[i].first + k;
	for (uint32_t i = 0; !whole_township && i < d->stops; i++)
		for (uint32_t k = 0; k < w->lans[d->route[i]].count &&
				     count < TRIP_NODES;
		     k++)
			out[count++] = w->lans[d->route[i]].first + k;
	return count;
}

/* --- a visit --- */

struct taking {
	struct fetch fetch;
	uint32_t lesson;
};

static int by_order(const void *a, const void *b)
{
	return fetch_order(&((const struct taking *)a)->fetch,
			   &((const struct taking *)b)->fetch);
}

static uint32_t to_take(const struct world *w, const struct drive *d,
			const struct node *n, struct taking *out)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < n->n_stock; i++) {
		const struct stock *s = &n->stock[i];
		const struct course *l = &w->lessons[s->lesson];
		struct taking *t = &out[count];

		if (!s->wanted || stock_over(w, n, s) ||
		    (d->blocks[s->lesson] & ~s->have) == 0)
			continue;
		*t = (struct taking){ .lesson = s->lesson };
		memcpy(t->fetch.btmh, l->btmh, sizeof(l->btmh));
		t->fetch.bytes = (uint64_t)l->bytes;
		strcpy(t->fetch.date, l->date);
		strcpy(t->fetch.due, l->due);
		t->fetch.pinned = s->pinned;
		count++;
	}
	qsort(out, count, sizeof(*out), by_order);
	return count;
}

/* False when the time is over. */
static bool take_one(struct world *w, struct drive *d, uint32_t node,
		     uint32_t lesson, double *seconds)
{
	struct stock *s = stock_of(&w->nodes[node], lesson);
	double size = block_size(w, lesson);
	uint32_t come = 0;

	if (!stock_reserve(w, node, s)) {
		w->nodes[node].no_room = true;
		return true;
	}
	for (unsigned i = 0; i < BLOCKS; i++) {
		uint32_t bit = block_bit(i);

		if ((d->blocks[lesson] & bit) == 0 || (s->have & bit) != 0)
			continue;
		*seconds -= size / d->speed;
		if (*seconds < 0)
			break;
		come |= bit;
		w->tally.drive_bytes += size;
		s->by_drive += 1.0f / BLOCKS;
	}
	if (come != 0)
		jobs_given(w, node, lesson, come);
	return *seconds >= 0;
}

static void bring_in(struct world *w, struct drive *d, uint32_t node,
		     double seconds)
{
	struct taking *list;
	uint32_t count;

	news_by_drive(w, node, d->logs_made);
	list = calloc(w->nodes[node].n_stock + 1, sizeof(*list));
	CHECK(list != NULL);
	count = to_take(w, d, &w->nodes[node], list);
	for (uint32_t i = 0; i < count; i++)
		if (!take_one(w, d, node, list[i].lesson, &seconds))
			break;
	free(list);
}

static size_t words_of(const struct world *w)
{
	return w->n_lessons / 64 + 1;
}

static void hear(struct world *w, struct drive *d, uint32_t node)
{
	const struct node *n = &w->nodes[node];
	struct heard *h;

	if (d->n_heard == d->heard_room) {
		d->heard_room = d->heard_room == 0 ? 16 : 2 * d->heard_room;
		d->heard = realloc(d->heard,
				   d->heard_room * sizeof(*d->heard));
		CHECK(d->heard != NULL);
	}
	h = &d->heard[d->n_heard++];
	*h = (struct heard){ .node = node, .at = w->now,
			     .held = calloc(words_of(w), sizeof(uint64_t)) };
	CHECK(h->held != NULL);
	for (uint32_t i = 0; i < n->n_stock; i++)
		if (stock_held(&n->stock[i]))
			h->held[n->stock[i].lesson / 64] |=
				UINT64_C(1) << (n->stock[i].lesson % 64);
}

/* The technician switches the box on, if there is power. */
static bool can_visit(const struct world *w, uint32_t node)
{
	const struct node *n = &w->nodes[node];

	return w->lans[n->lan].power && !n->dead;
}

static void visit_lan(struct world *w, struct drive *d, uint32_t number)
{
	struct lan *lan = &w->lans[number];
	double seconds = chance_spread(&w->chance, 5, 20) * MINUTE;
	bool done = false;

	if (chance_of(&w->chance, 0.03)) {
		seconds *= chance_unit(&w->chance);
		w->tally.pulled_early++;
	}
	for (uint32_t i = lan->first; i < lan->first + lan->count; i++) {
		if (!can_visit(w, i))
			continue;
		if (!done)
			bring_in(w, d, i, seconds);
		else
			news_by_drive(w, i, d->logs_made);
		done = true;
		if (w->nodes[i].up)
			jobs_hurry(w, i);
		hear(w, d, i);
	}
	w->tally.stops += done;
	w->tally.stops_dark += !done;
	lan->stops += done;
	if (done)
		lan->last_stop = w->now;
}

/* --- offices --- */

/* What the boxes said is known at the office now. */
static void hand_over(struct world *w, struct drive *d)
{
	for (uint32_t i = 0; i < d->n_heard; i++) {
		struct heard *h = &d->heard[i];
		struct node *n = &w->nodes[h->node];

		if (h->at <= n->heard_at) {
			free(h->held);
			continue;
		}
		free(n->known_held);
		n->known_held = h->held;
		n->heard_at = h->at;
	}
	d->n_heard = 0;
}

static void at_county(struct world *w, struct drive *d)
{
	uint32_t office = w->counties[w->townships[d->township].county].node;
	uint32_t stops[TRIP_NODES];
	uint32_t count = nodes_ahead(w, d, stops, true);

	hand_over(w, d);
	drive_load(w, d, office, stops, count, HOUR);
	d->logs_made = w->now;
}

static void at_township(struct world *w, struct drive *d)
{
	const struct township *t = &w->townships[d->township];
	uint32_t stops[TRIP_NODES];
	uint32_t count = nodes_ahead(w, d, stops, false);

	if (!can_visit(w, t->node))
		return;
	hand_over(w, d);
	if (t->drive_only) {
		bring_in(w, d, t->node, 8 * HOUR);
		hear(w, d, t->node);
	} else {
		d->logs_made = w->now;
	}
	drive_load(w, d, t->node, stops, count, 8 * HOUR);
}

/* --- the way --- */

static unsigned weekday(const struct world *w)
{
	return (unsigned)(w->now / DAY) % 7;
}

/* The next morning this drive goes out: one on Mondays, Wednesdays, Fridays,
 * the other on the days between; nobody goes on Sundays. */
static void sleep_until_next_trip(struct world *w, uint32_t number)
{
	struct drive *d = &w->drives[number];
	double morning = floor(w->now / DAY) * DAY + 8.5 * HOUR;
	unsigned day;

	do {
		morning += DAY;
		day = (unsigned)(morning / DAY) % 7;
	} while (day == 6 || day % 2 != number % 2);
	d->at = AT_COUNTY;
	timer_set(&w->timers, &d->timer, morning);
}

/* From the county a drive of an unconnected township goes home; it goes there
 * on two mornings of a week. */
static bool goes_to_county(const struct world *w, const struct drive *d)
{
	return w->townships[d->township].drive_only &&
	       (weekday(w) == 0 || weekday(w) == 3);
}

static void go_on(struct world *w, struct drive *d, double minutes)
{
	d->at++;
	timer_set(&w->timers, &d->timer, w->now + minutes * MINUTE);
}

void courier_arrives(struct world *w, uint32_t number)
{
	struct drive *d = &w->drives[number];

	if (d->at == AT_COUNTY) {
		plan_route(w, d);
		if (goes_to_county(w, d)) {
			at_county(w, d);
			go_on(w, d, 150);
			return;
		}
		d->at = AT_TOWNSHIP;
	}
	if (d->at == AT_TOWNSHIP) {
		at_township(w, d);
		go_on(w, d, 30);
	} else if (d->at < (int)d->stops) {
		visit_lan(w, d, d->route[d->at]);
		jobs_run(w);
		go_on(w, d, chance_spread(&w->chance, 25, 60));
	} else {
		/* Back: what was heard is told; it is loaded in the morning. */
		hand_over(w, d);
		sleep_until_next_trip(w, number);
	}
}

static void add_drive(struct world *w, uint32_t township)
{
	static const double sizes[] = { 64, 128, 256 };
	struct drive *d = &w->drives[w->n_drives];

	*d = (struct drive){ .township = township,
			     .size = 0.93 * GB *
				     sizes[chance_below(&w->chance, 3)],
			     .speed = chance_spread(&w->chance, 20, 30) * MB,
			     .at = AT_COUNTY,
			     .timer = { .kind = AT_STOP,
					.subject = w->n_drives } };
	d->blocks = calloc(w->n_lessons, sizeof(uint32_t));
	CHECK(d->blocks != NULL);
	timer_set(&w->timers, &d->timer,
		  (w->n_drives % 2) * DAY + 8.5 * HOUR);
	w->n_drives++;
}

void couriers_begin(struct world *w)
{
	w->drives = calloc(2 * (size_t)w->n_townships + 1,
			   sizeof(*w->drives));
	CHECK(w->drives != NULL);
	for (uint32_t i = 0; i < w->n_townships; i++) {
		w->townships[i].drives = w->n_drives;
		if (stops_of(w, &w->townships[i]) == 0 &&
		    !w->townships[i].drive_only)
			continue;
		add_drive(w, i);
		add_drive(w, i);
	}
	/* At the beginning the offices know what every box holds. */
	for (uint32_t i = 0; i < w->n_nodes; i++) {
		struct drive d = { 0 };

		if (w->nodes[i].way != WAY_DRIVE)
			continue;
		hear(w, &d, i);
		hand_over(w, &d);
		free(d.heard);
	}
}

void couriers_release(struct world *w)
{
	for (uint32_t i = 0; i < w->n_drives; i++) {
		for (uint32_t k = 0; k < w->drives[i].n_heard; k++)
			free(w->drives[i].heard[k].held);
		free(w->drives[i].heard);
		free(w->drives[i].blocks);
	}
	free(w->drives);
}
