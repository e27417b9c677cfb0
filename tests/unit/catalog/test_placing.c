/* Placing: what stations with bad clocks say, against when it really was. */
#include <stdio.h>
#include <string.h>

#include "catalog/placing.h"
#include "proto/month.h"
#include "tests/support/check.h"
#include "tests/support/dice.h"

#define DAY PLACING_DAY_S
#define T0 INT64_C(1790000000) /* 2026-09-21 */

static struct when at(int64_t s, int64_t boot, int64_t mono, int64_t floor,
		      bool sync)
{
	return (struct when){ .s = (uint64_t)s,
			      .boot = (uint64_t)boot,
			      .mono = (uint64_t)mono,
			      .floor = (uint64_t)floor,
			      .sync = sync };
}

static struct placing_boot boot_of(int64_t boot, struct when w)
{
	struct placing_boot b;

	placing_boot_init(&b, 0, boot);
	placing_boot_add(&b, &w);
	return b;
}

static void an_anchor_of_the_same_boot_says_it_exactly(void)
{
	struct placing_boot b = boot_of(3, at(T0, 3, 5000, T0 - DAY, true));
	struct when dead = at(0, 3, 1000, T0 - 40 * DAY, false);
	struct placed p;

	placing_place(&dead, 0, &b, 1, T0 + 90 * DAY, &p);
	CHECK(p.exact && p.settled && p.at_s == T0 - 4000);
	CHECK(p.month == month_of(T0 - 4000));
	/* Not of the same boot in another era. */
	placing_place(&dead, 1, &b, 1, T0 + 90 * DAY, &p);
	CHECK(!p.exact);
}

static void a_clock_within_its_bounds_is_believed_and_marked(void)
{
	struct when w = at(T0, 3, 10, T0 - 60 * DAY, false);
	struct placed p;

	placing_place(&w, 0, NULL, 0, T0 + 60 * DAY, &p);
	CHECK(p.unverified && !p.settled && p.at_s == T0);
	CHECK(p.month == month_of(T0));
	/* A day outside, by the office's own clock: as good as the bound. */
	placing_place(&w, 0, NULL, 0, T0 - DAY / 2, &p);
	CHECK(p.unverified && p.at_s == T0 - DAY / 2);
	placing_place(&w, 0, NULL, 0, T0 - 2 * DAY, &p);
	CHECK(!p.unverified);
}

static void a_dead_clock_is_placed_by_its_range_or_is_uncertain(void)
{
	int64_t begin = month_start_s(month_of(T0));
	struct when w = at(100, 3, 10, begin + DAY, false);
	struct placed p;

	placing_place(&w, 0, NULL, 0, begin + 20 * DAY, &p);
	CHECK(p.month == month_of(T0) && !p.unverified);
	placing_place(&w, 0, NULL, 0, begin + 40 * DAY, &p);
	CHECK(p.month == PLACE_UNCERTAIN);
	CHECK(p.lo_s == begin + DAY && p.hi_s == begin + 40 * DAY);
}

static void later_anchors_narrow_it(void)
{
	int64_t begin = month_start_s(month_of(T0));
	struct placing_boot later =
		boot_of(4, at(begin + 9 * DAY, 4, 50, begin, true));
	struct when w = at(100, 3, 10, begin + DAY, false);
	struct placed p;

	placing_place(&w, 0, &later, 1, begin + 40 * DAY, &p);
	CHECK(p.month == month_of(T0) && p.settled);
	CHECK(p.hi_s == begin + 9 * DAY);
}

static void a_clock_that_jumped_is_not_believed(void)
{
	struct placing_boot b;
	struct when early = at(T0, 3, 10, T0 - 60 * DAY, false);
	struct when late = at(T0 + 30 * DAY, 3, 500, T0 - 60 * DAY, false);
	struct placed p;

	placing_boot_init(&b, 0, 3);
	placing_boot_add(&b, &early);
	CHECK(!placing_boot_has_jumped(&b));
	placing_boot_add(&b, &late);
	CHECK(placing_boot_has_jumped(&b));
	placing_place(&early, 0, &b, 1, T0 + 60 * DAY, &p);
	CHECK(p.month == PLACE_UNCERTAIN && !p.unverified);
}

static void anchors_that_contradict_each_other_do_not_count(void)
{
	struct placing_boot b = boot_of(3, at(T0, 3, 10, 0, true));
	struct when other = at(T0 + 2 * DAY, 3, 20, 0, true);
	struct when w = at(0, 3, 15, T0 - 60 * DAY, false);
	struct placed p;

	placing_boot_add(&b, &other);
	CHECK(!placing_boot_is_known(&b));
	placing_place(&w, 0, &b, 1, T0 + 60 * DAY, &p);
	CHECK(p.month == PLACE_UNCERTAIN);
}

static void a_life_without_a_number_knows_no_order(void)
{
	struct placing_boot b = boot_of(3, at(T0, 3, 10, 0, true));
	struct when w = at(0, 0, 15, T0 - 60 * DAY, false);
	struct placed p;

	placing_place(&w, 0, &b, 1, T0 + 60 * DAY, &p);
	CHECK(p.lo_s == T0 - 60 * DAY && p.hi_s == T0 + 60 * DAY);
}

/* --- a station that lives through anything --- */

enum { BOOTS = 24, EVENTS = 300 };

struct event {
	int64_t truth, era;
	struct when w;
};

struct life {
	int64_t now, floor, boot, mono, skew, era;
	bool synced, dead;
};

static void start_again(struct life *l)
{
	l->now += 60 + (int64_t)dice(20 * DAY);
	l->boot++;
	l->mono = 0;
	l->synced = false;
	l->dead = dice(3) == 0;
	/* Off by up to 40 days, or to 1970, or quite right. */
	l->skew = dice(2) == 0 ? 0 : (int64_t)dice(80 * DAY) - 40 * DAY;
}

static void put_back(struct life *l, int64_t known_boot)
{
	l->era++;
	l->boot = known_boot;
	start_again(l);
}

static struct event live(struct life *l)
{
	int64_t passed = 1 + (int64_t)dice(4 * 3600);
	struct event e;

	l->now += passed;
	l->mono += passed;
	if (!l->synced && dice(12) == 0)
		l->synced = true;
	else if (!l->synced && dice(10) == 0)
		l->skew += (int64_t)dice(60 * DAY) - 30 * DAY; /* a jump */
	if (dice(6) == 0) /* something signed tells how late it is */
		l->floor = l->now - (int64_t)dice(3 * DAY);
	e.truth = l->now;
	e.era = l->era;
	e.w = at(l->synced ? l->now :
		 l->dead   ? 1000 + l->mono :
			     l->now + l->skew,
		 l->boot, l->mono, l->floor, l->synced);
	return e;
}

static struct placing_boot *boot_in(struct placing_boot *boots, size_t *count,
				    int64_t era, int64_t boot)
{
	for (size_t i = 0; i < *count; i++)
		if (boots[i].era == era && boots[i].boot == boot)
			return &boots[i];
	placing_boot_init(&boots[*count], era, boot);
	return &boots[(*count)++];
}

static void check_truth(const struct event *e, const struct placed *p,
			unsigned *uncertain)
{
	if (p->exact)
		CHECK(p->at_s >= e->truth - 2 && p->at_s <= e->truth + 2);
	if (!p->exact && !p->unverified) {
		CHECK(p->lo_s <= e->truth && e->truth <= p->hi_s);
		if (p->month != PLACE_UNCERTAIN)
			CHECK(p->month == month_of(e->truth));
		*uncertain += p->month == PLACE_UNCERTAIN;
	}
	if (p->unverified)
		CHECK(p->at_s >= p->lo_s && p->at_s <= p->hi_s);
}

/* Events are heard of in the order of the log; each is placed at once and
 * again when all is known. */
static void live_through(unsigned seed, unsigned *first, unsigned *last)
{
	struct placing_boot boots[2 * BOOTS + EVENTS];
	struct event events[EVENTS];
	struct placed early[EVENTS];
	struct life l = { .now = T0, .floor = T0 - DAY };
	size_t count = 0;

	dice_begin(seed);
	start_again(&l);
	for (int i = 0; i < EVENTS; i++) {
		if (dice(14) == 0)
			start_again(&l);
		else if (dice(100) == 0 && l.boot > 3)
			put_back(&l, l.boot - 2);
		events[i] = live(&l);
		placing_boot_add(boot_in(boots, &count, l.era, l.boot),
				 &events[i].w);
		placing_place(&events[i].w, l.era, boots, count,
			      l.now + (int64_t)dice(30 * DAY), &early[i]);
		check_truth(&events[i], &early[i], first);
	}
	for (int i = 0; i < EVENTS; i++) {
		struct placed p;

		placing_place(&events[i].w, events[i].era, boots, count,
			      early[i].exact ? l.now : early[i].hi_s, &p);
		check_truth(&events[i], &p, last);
		/* What is settled stays; ranges only become narrower. */
		if (early[i].settled && early[i].exact)
			CHECK(p.month == early[i].month);
		if (!p.exact && !early[i].exact)
			CHECK(p.lo_s >= early[i].lo_s &&
			      p.hi_s <= early[i].hi_s);
	}
}

static void what_is_placed_is_placed_rightly(void)
{
	unsigned first = 0, last = 0;

	for (unsigned seed = 1; seed <= 400; seed++)
		live_through(seed, &first, &last);
	CHECK(last < first); /* anchors that come later help */
	CHECK(first > 100);
}

int main(void)
{
	an_anchor_of_the_same_boot_says_it_exactly();
	a_clock_within_its_bounds_is_believed_and_marked();
	a_dead_clock_is_placed_by_its_range_or_is_uncertain();
	later_anchors_narrow_it();
	a_clock_that_jumped_is_not_believed();
	anchors_that_contradict_each_other_do_not_count();
	a_life_without_a_number_knows_no_order();
	what_is_placed_is_placed_rightly();
	return 0;
}
