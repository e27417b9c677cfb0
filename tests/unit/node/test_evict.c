/* What goes first when room is needed: each rule by itself, then thousands of
 * random neighbourhoods in which all of them must hold. */
#include "node/evict.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/check.h"

enum { MOST = 60, ROUNDS = 4000 };

static const char today[] = "2026-05-01";

static struct evict_facts wanted(void)
{
	return (struct evict_facts){ .bytes = 10,
				     .named = true,
				     .wanted = true,
				     .added_s = 100,
				     .used_s = 100 };
}

static bool goes_before(const struct evict_facts *a,
			const struct evict_facts *b)
{
	return evict_order(a, b, today) < 0 && evict_order(b, a, today) > 0;
}

static void each_reason_has_its_place(void)
{
	struct evict_facts f[5];

	for (size_t i = 0; i < 5; i++)
		f[i] = wanted();
	f[0].withdrawn = f[0].pinned = f[0].due = f[0].busy = true;
	strcpy(f[1].expires, "2026-04-30");
	f[2].named = f[2].wanted = false;
	f[3].wanted = false;
	CHECK(evict_judge(&f[0], today) == EVICT_WITHDRAWN);
	CHECK(evict_judge(&f[1], today) == EVICT_EXPIRED);
	CHECK(evict_judge(&f[2], today) == EVICT_SUPERSEDED);
	CHECK(evict_judge(&f[3], today) == EVICT_UNWANTED);
	CHECK(evict_judge(&f[4], today) == EVICT_LEAST_USEFUL);
	/* Nothing else turns that order round. */
	for (size_t i = 0; i < 4; i++) {
		f[i].used_s = f[i].added_s = 9000;
		CHECK(goes_before(&f[i], &f[i + 1]));
	}
}

static void on_its_last_day_it_is_good_and_without_a_day_for_ever(void)
{
	struct evict_facts f = wanted();

	strcpy(f.expires, today);
	CHECK(evict_judge(&f, today) == EVICT_LEAST_USEFUL);
	CHECK(evict_judge(&f, "2026-05-02") == EVICT_EXPIRED);
	CHECK(evict_judge(&f, "") == EVICT_LEAST_USEFUL);
	f.expires[0] = 0;
	CHECK(evict_judge(&f, "9999-12-31") == EVICT_LEAST_USEFUL);
}

static void what_is_needed_stays(void)
{
	struct evict_facts f = wanted();

	f.pinned = true;
	CHECK(evict_judge(&f, today) == EVICT_KEEP);
	f = wanted();
	f.due = true;
	CHECK(evict_judge(&f, today) == EVICT_KEEP);
	f = wanted();
	f.busy = true;
	f.wanted = f.named = false;
	CHECK(evict_judge(&f, today) == EVICT_KEEP);
	f.busy = false;
	f.others = 1;
	CHECK(evict_judge(&f, today) == EVICT_KEEP);
	f.copies = 1;
	CHECK(evict_judge(&f, today) == EVICT_SUPERSEDED);
	f.copies = 0;
	f.withdrawn = true;
	CHECK(evict_judge(&f, today) == EVICT_WITHDRAWN);
}

static void the_least_useful_goes_first(void)
{
	struct evict_facts few = wanted(), many = wanted();
	struct evict_facts old = wanted(), new = wanted(), played = wanted();

	many.copies = 3;
	many.used_s = 5000;
	CHECK(goes_before(&many, &few));
	few.copies = 7; /* more than enough is the same */
	CHECK(goes_before(&few, &many));
	new.added_s = new.used_s = 200;
	CHECK(goes_before(&old, &new));
	played.used_s = 300;
	CHECK(goes_before(&new, &played));
}

/* --- properties --- */

struct world {
	struct evict_facts facts[MOST];
	size_t count;
	size_t chosen[MOST];
	enum evict_reason reasons[MOST];
	size_t taken;
	uint64_t need, freed;
	struct evict_for what;
};

static unsigned roll(unsigned sides)
{
	return (unsigned)rand() % sides;
}

static struct evict_age random_age(void)
{
	static const char *const dates[] = { "2026-04-01", "2026-04-02",
					     "2026-04-03" };
	struct evict_age age = { .row = (int64_t)roll(8) };

	strcpy(age.date, dates[roll(3)]);
	return age;
}

static void random_world(struct world *w)
{
	static const char *const days[] = { "", "2026-04-30", "2026-05-01",
					    "2027-01-01" };

	memset(w, 0, sizeof(*w));
	w->count = roll(MOST);
	for (size_t i = 0; i < w->count; i++) {
		struct evict_facts *f = &w->facts[i];

		f->btmh[0] = (uint8_t)i;
		f->bytes = roll(100);
		f->withdrawn = roll(10) == 0;
		f->named = roll(4) != 0;
		f->wanted = f->named && roll(3) != 0;
		f->pinned = roll(6) == 0;
		f->due = roll(8) == 0;
		f->busy = roll(8) == 0;
		strcpy(f->expires, days[roll(4)]);
		f->added_s = roll(4);
		f->used_s = roll(5);
		f->copies = roll(5);
		f->others = roll(3);
		if (f->wanted)
			f->age = random_age();
	}
	w->need = roll(1500);
	w->what.first = roll(2) == 0;
	if (roll(4) != 0)
		w->what.age = random_age();
	w->taken = evict_choose(w->facts, w->count, w->need, &w->what, today,
				w->chosen, w->reasons, &w->freed);
}

static bool is_chosen(const struct world *w, size_t i)
{
	for (size_t n = 0; n < w->taken; n++)
		if (w->chosen[n] == i)
			return true;
	return false;
}

/* In the order in which they go for what the room is for: by age among what is
 * wanted, unless it is first. */
static bool goes_sooner(const struct world *w, const struct evict_facts *a,
			const struct evict_facts *b)
{
	if (w->what.first || evict_judge(a, today) != EVICT_LEAST_USEFUL ||
	    evict_judge(b, today) != EVICT_LEAST_USEFUL)
		return evict_order(a, b, today) < 0;
	return evict_older(&a->age, &b->age) ||
	       (!evict_older(&b->age, &a->age) && evict_order(a, b, today) < 0);
}

static void what_was_chosen_is_right(const struct world *w)
{
	uint64_t sum = 0;

	CHECK(w->taken <= w->count);
	for (size_t n = 0; n < w->taken; n++) {
		const struct evict_facts *f = &w->facts[w->chosen[n]];

		CHECK(w->chosen[n] < w->count);
		/* No more than is needed, and none that others make
		 * needless. */
		CHECK(sum < w->need);
		sum += f->bytes;
		CHECK(w->reasons[n] != EVICT_LEAST_USEFUL ||
		      w->freed < w->need || w->freed - w->need < f->bytes);
		CHECK(w->reasons[n] == evict_judge(f, today));
		CHECK(w->reasons[n] != EVICT_KEEP);
		CHECK(f->withdrawn || !(f->pinned || f->due || f->busy));
		CHECK(f->withdrawn || f->copies > 0 || f->others == 0);
		CHECK(w->what.first || w->reasons[n] != EVICT_LEAST_USEFUL ||
		      evict_older(&f->age, &w->what.age));
		for (size_t m = 0; m < n; m++)
			CHECK(w->chosen[m] != w->chosen[n]);
		if (n > 0)
			CHECK(goes_sooner(w, &w->facts[w->chosen[n - 1]], f));
	}
	CHECK(sum == w->freed);
}

/* Whatever stays though it might go would have gone later; and it is said that
 * there is not enough only when everything that might go does. */
static void what_was_not_chosen_is_right(const struct world *w)
{
	const struct evict_facts *last =
		w->taken == 0 ? NULL : &w->facts[w->chosen[w->taken - 1]];

	for (size_t i = 0; i < w->count; i++) {
		enum evict_reason reason = evict_judge(&w->facts[i], today);

		if (is_chosen(w, i) || reason == EVICT_KEEP ||
		    (reason == EVICT_LEAST_USEFUL && !w->what.first &&
		     !evict_older(&w->facts[i].age, &w->what.age)))
			continue;
		CHECK(w->freed >= w->need);
		CHECK(last == NULL || goes_sooner(w, last, &w->facts[i]) ||
		      reason == EVICT_LEAST_USEFUL /* others were enough */);
	}
}

static void the_order_is_one(const struct world *w)
{
	for (unsigned n = 0; n < 30 && w->count > 2; n++) {
		const struct evict_facts
			*a = &w->facts[(size_t)rand() % w->count],
			*b = &w->facts[(size_t)rand() % w->count],
			*c = &w->facts[(size_t)rand() % w->count];

		CHECK(evict_order(a, a, today) == 0);
		CHECK((evict_order(a, b, today) < 0) ==
		      (evict_order(b, a, today) > 0));
		if (evict_order(a, b, today) < 0 &&
		    evict_order(b, c, today) < 0)
			CHECK(evict_order(a, c, today) < 0);
	}
}

static void the_rules_hold_in_every_neighbourhood(void)
{
	static struct world w;

	srand(37);
	for (unsigned n = 0; n < ROUNDS; n++) {
		random_world(&w);
		what_was_chosen_is_right(&w);
		what_was_not_chosen_is_right(&w);
		the_order_is_one(&w);
	}
}

/* --- a box that is full --- */

enum { LESSONS = 40, LOOKS = 400 };

struct box {
	struct evict_facts lessons[LESSONS];
	bool held[LESSONS];
	uint64_t used, quota;
	unsigned came;
};

static bool box_fetch(struct box *b, size_t wanted)
{
	struct evict_for what = { .age = b->lessons[wanted].age };
	struct evict_facts facts[LESSONS];
	size_t which[LESSONS], chosen[LESSONS], count = 0, go;
	enum evict_reason reasons[LESSONS];
	uint64_t need = b->used + b->lessons[wanted].bytes, freed = 0;

	for (size_t i = 0; i < LESSONS; i++)
		if (b->held[i]) {
			which[count] = i;
			facts[count++] = b->lessons[i];
		}
	need = need > b->quota ? need - b->quota : 0;
	go = evict_choose(facts, count, need, &what, today, chosen, reasons,
			  &freed);
	if (freed < need)
		return false;
	for (size_t i = 0; i < go; i++) {
		CHECK(evict_older(&facts[chosen[i]].age, &what.age));
		b->held[which[chosen[i]]] = false;
		b->used -= facts[chosen[i]].bytes;
	}
	b->held[wanted] = true;
	b->used += b->lessons[wanted].bytes;
	b->came++;
	CHECK(b->used <= b->quota);
	return true;
}

/* Wanted lessons come out one after another; all that lacks is asked for again
 * and again, in any order. In the end nothing goes to and fro, the newest that
 * fits is here, and hardly more came than there is. */
static void a_full_box_follows_what_is_new_and_comes_to_rest(void)
{
	static struct box b;

	srand(53);
	for (unsigned round = 0; round < 200; round++) {
		memset(&b, 0, sizeof(b));
		b.quota = 100 + roll(300);
		for (size_t i = 0; i < LESSONS; i++) {
			struct evict_facts *f = &b.lessons[i];

			*f = wanted();
			f->btmh[0] = (uint8_t)i;
			f->bytes = 10 + roll(60);
			f->copies = roll(4);
			f->used_s = roll(1000);
			strcpy(f->age.date, "2026-04-01");
			f->age.date[9] = (char)('0' + i / 5);
			f->age.row = (int64_t)i;
		}
		for (size_t out = 1; out <= LESSONS; out++)
			for (unsigned k = 0; k < LOOKS / LESSONS; k++) {
				size_t i = roll((unsigned)out);

				if (!b.held[i])
					(void)box_fetch(&b, i);
			}
		if (!b.held[LESSONS - 1])
			CHECK(box_fetch(&b, LESSONS - 1));
		for (unsigned k = 0, moved = 1; moved > 0; k++) {
			moved = 0;
			CHECK(k < LESSONS);
			for (size_t i = LESSONS; i-- > 0;)
				if (!b.held[i])
					moved += box_fetch(&b, i);
		}
		CHECK(b.held[LESSONS - 1]);
		CHECK(b.came <= 3 * LESSONS);
	}
}

static void a_newer_one_takes_the_place_of_the_oldest(void)
{
	struct evict_facts f[3] = { wanted(), wanted(), wanted() };
	struct evict_for what = { .age = { "2026-04-02", 7 } };
	enum evict_reason reasons[3];
	size_t chosen[3];
	uint64_t freed;

	for (size_t i = 0; i < 3; i++)
		f[i].btmh[0] = (uint8_t)i;
	f[0].age = (struct evict_age){ "2026-04-02", 6 };
	f[1].age = (struct evict_age){ "2026-04-01", 9 };
	f[2].age = (struct evict_age){ "2026-04-02", 8 };
	f[0].copies = 3; /* of no account between wanted ones */
	CHECK(evict_choose(f, 3, 30, &what, today, chosen, reasons, &freed) ==
	      2);
	CHECK(freed == 20 && chosen[0] == 1 && chosen[1] == 0);
	CHECK(reasons[0] == EVICT_LEAST_USEFUL);
	f[1].pinned = f[0].due = true;
	CHECK(evict_choose(f, 3, 10, &what, today, chosen, reasons, &freed) ==
	      0);
	/* What nobody here wants takes the place of none that is wanted. */
	what.age = (struct evict_age){ "", 0 };
	f[1].pinned = false;
	CHECK(evict_choose(f, 3, 10, &what, today, chosen, reasons, &freed) ==
	      0);
}

int main(void)
{
	a_newer_one_takes_the_place_of_the_oldest();
	a_full_box_follows_what_is_new_and_comes_to_rest();
	each_reason_has_its_place();
	on_its_last_day_it_is_good_and_without_a_day_for_ever();
	what_is_needed_stays();
	the_least_useful_goes_first();
	the_rules_hold_in_every_neighbourhood();
	return 0;
}
