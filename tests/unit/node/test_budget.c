#include "node/budget.h"
#include "tests/support/check.h"

#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

static uint64_t seed = 36;

static uint64_t any(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

static struct budget_rule rule(const char *text)
{
	struct budget_rule out;
	struct err err = ERR_INIT;

	CHECK(budget_rule_parse(text, &out, &err) == STATUS_OK);
	return out;
}

static struct budget_plan plan_of(const char *first, const char *second)
{
	struct budget_plan plan = { 0 };

	plan.rules[plan.count++] = rule(first);
	if (second != NULL)
		plan.rules[plan.count++] = rule(second);
	return plan;
}

static struct budget_time at(unsigned weekday, unsigned hour, unsigned minute)
{
	return (struct budget_time){ .known = true,
				     .weekday = weekday,
				     .minute = 60 * hour + minute,
				     .month = 24322 };
}

/* --- rules --- */

static void what_is_written_reads_back_the_same(void)
{
	static const char *const texts[] = {
		"* 00:00-24:00 down 8M",
		"mon-fri 08:00-18:00 down 2M up 500K",
		"sun 22:00-06:00 up 64K",
		"mon,wed-fri,sun 07:30-07:31 down 0 up 0",
		"sat,sun 00:00-24:00 down max",
		"mon 00:00-24:00 down 1001K up 1G",
	};
	char out[BUDGET_RULE_ROOM], again[BUDGET_RULE_ROOM];

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct budget_rule r = rule(texts[i]);

		budget_rule_format(&r, out);
		CHECK(strcmp(out, texts[i]) == 0);
	}
	for (int i = 0; i < 2000; i++) {
		struct budget_rule r = {
			.days = (uint8_t)(1 + any(127)),
			.from_min = (uint16_t)any(1440),
			.rate = { 125 + any(UINT64_C(124999999000)),
				  any(2) ? 0 : 125 + any(1000000) },
		}, back;

		do
			r.to_min = (uint16_t)any(1441);
		while (r.to_min == r.from_min);
		budget_rule_format(&r, out);
		back = rule(out);
		CHECK(back.days == r.days && back.from_min == r.from_min &&
		      back.to_min == r.to_min &&
		      back.rate[0] == r.rate[0] && back.rate[1] == r.rate[1]);
		budget_rule_format(&back, again);
		CHECK(strcmp(out, again) == 0);
	}
}

static void what_is_no_rule_is_told_how_one_looks(void)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", "begins with days" },
		{ "monday 08:00-18:00 down 1M", "begins with days" },
		{ "mon, 08:00-18:00 down 1M", "begins with days" },
		{ "* 08:00 down 1M", "hours" },
		{ "* 08:00-08:00 down 1M", "hours" },
		{ "* 24:00-08:00 down 1M", "hours" },
		{ "* 08:60-09:00 down 1M", "hours" },
		{ "* 08:00-24:01 down 1M", "hours" },
		{ "* 08:00-18:00", "rates" },
		{ "* 08:00-18:00 down", "rates" },
		{ "* 08:00-18:00 down 1M down 2M", "rates" },
		{ "* 08:00-18:00 down 1MB", "rates" },
		{ "* 08:00-18:00 down 8", "rates" },
		{ "* 08:00-18:00 down 2000G", "rates" },
		{ "* 08:00-18:00 down 18446744073709551616", "rates" },
		{ "* 08:00-18:00 u 1M", "rates" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct budget_rule out;
		struct err err = ERR_INIT;

		CHECK(budget_rule_parse(cases[i].text, &out, &err) ==
		      STATUS_MALFORMED);
		CHECK(strstr(err.text, cases[i].says) != NULL);
	}
}

static void the_first_rule_that_fits_counts(void)
{
	struct budget_plan plan = plan_of("mon-fri 08:00-18:00 down 2M",
					  "* 00:00-24:00 down 8M up 1M");
	struct budget_time t = at(4, 17, 59);

	CHECK(budget_rate(&plan, &t, BUDGET_DOWN) == 250000);
	CHECK(budget_rate(&plan, &t, BUDGET_UP) == BUDGET_FREE);
	CHECK(budget_rule_at(&plan, &t) == &plan.rules[0]);
	t = at(4, 18, 0);
	CHECK(budget_rate(&plan, &t, BUDGET_DOWN) == 1000000);
	t = at(5, 12, 0);
	CHECK(budget_rate(&plan, &t, BUDGET_UP) == 125000);
	plan.count = 1;
	CHECK(budget_rate(&plan, &t, BUDGET_DOWN) == BUDGET_FREE);
	CHECK(budget_rule_at(&plan, &t) == NULL);
}

static void a_night_belongs_to_the_day_it_begins_on(void)
{
	struct budget_plan plan = plan_of("sun 22:00-06:00 down 1M", NULL);

	for (unsigned minute = 0; minute < 7 * 1440; minute++) {
		struct budget_time t = at(minute / 1440, minute % 1440 / 60,
					  minute % 60);
		bool night = minute >= 6 * 1440 + 22 * 60 || minute < 6 * 60;

		CHECK((budget_rate(&plan, &t, BUDGET_DOWN) == 125000) ==
		      night);
	}
	plan = plan_of("fri-mon 23:00-01:00 down 1M", NULL);
	for (unsigned minute = 0; minute < 7 * 1440; minute++) {
		unsigned day = minute / 1440, of_day = minute % 1440;
		struct budget_time t = at(day, of_day / 60, of_day % 60);
		bool evening = of_day >= 23 * 60 && (day >= 4 || day == 0);
		bool morning = of_day < 60 && (day >= 5 || day <= 1);

		CHECK((budget_rate(&plan, &t, BUDGET_DOWN) == 125000) ==
		      (evening || morning));
	}
}

static void without_a_clock_the_slowest_that_is_open_counts(void)
{
	struct budget_plan plan = plan_of("mon 08:00-09:00 down 2M up max",
					  "* 00:00-24:00 down 8M up 64K");
	struct budget_time t = { .known = false };

	CHECK(budget_rate(&plan, &t, BUDGET_DOWN) == 250000);
	CHECK(budget_rate(&plan, &t, BUDGET_UP) == 8000);
	/* Hours in which nothing goes are over some time, but when? */
	plan = plan_of("mon-fri 07:00-22:00 down 0 up 0",
		       "* 00:00-24:00 down 8M up 0");
	CHECK(budget_rate(&plan, &t, BUDGET_DOWN) == 1000000);
	CHECK(budget_rate(&plan, &t, BUDGET_UP) == 0);
	plan = plan_of("* 07:00-22:00 down 0", "* 22:00-07:00 down max");
	CHECK(budget_rate(&plan, &t, BUDGET_DOWN) == BUDGET_FREE);
	plan.count = 0;
	CHECK(budget_rate(&plan, &t, BUDGET_DOWN) == BUDGET_FREE);
}

static void a_closed_line_tells_when_it_opens(void)
{
	struct budget_plan plan = plan_of("mon-fri 07:00-22:00 down 0",
					  "sat,sun 00:00-24:00 down 0");
	struct budget_time t = at(1, 12, 0), when;
	struct budget *b;
	const char *why;

	CHECK(budget_opens(&plan, &t, BUDGET_DOWN, &when));
	CHECK(when.weekday == 1 && when.minute == 22 * 60);
	t = at(5, 3, 0); /* Saturday: opens on Monday at 0:00 */
	CHECK(budget_opens(&plan, &t, BUDGET_DOWN, &when));
	CHECK(when.weekday == 0 && when.minute == 0);

	b = budget_new(&plan);
	t = at(1, 21, 58);
	budget_tick(b, &t, 0);
	CHECK(!budget_open(b, BUDGET_DOWN, BUDGET_FOREGROUND, &why));
	CHECK(strcmp(why, "the line is closed until 22:00") == 0);
	CHECK(budget_again_s(b, BUDGET_DOWN) == 120);
	CHECK(budget_open(b, BUDGET_UP, BUDGET_BACKGROUND, &why));
	t = at(5, 3, 0);
	budget_tick(b, &t, 1000);
	CHECK(!budget_open(b, BUDGET_DOWN, BUDGET_BACKGROUND, &why));
	CHECK(strcmp(why, "the line is closed until mon 00:00") == 0);
	t.known = false;
	budget_tick(b, &t, 2000);
	CHECK(!budget_open(b, BUDGET_DOWN, BUDGET_BACKGROUND, &why));
	CHECK(strstr(why, "the clock is not set") != NULL);
	budget_free(b);

	plan = plan_of("* 00:00-24:00 down 0", NULL);
	t = at(1, 1, 1);
	CHECK(!budget_opens(&plan, &t, BUDGET_DOWN, &when));
}

/* --- taking --- */

static uint64_t burst_of(uint64_t rate)
{
	return rate / 4 > 4096 ? rate / 4 : 4096;
}

/* Over every period, from any grant to any later one, no more than rate x
 * time and one burst. Foreground and background at any moments, any sizes. */
static void no_period_sees_more_than_its_share(void)
{
	static const char *const rates[] = { "64K", "500K", "8M", "1G" };
	enum { GRANTS = 3000 };
	static struct {
		int64_t ms;
		uint64_t bytes;
	} grants[GRANTS];

	for (size_t r = 0; r < sizeof(rates) / sizeof(*rates); r++) {
		char text[64];
		struct budget_plan plan;
		struct budget *b;
		uint64_t rate, in_all = 0;
		int64_t now = 1000000;

		(void)snprintf(text, sizeof(text), "* 00:00-24:00 down %s",
			       rates[r]);
		plan = plan_of(text, NULL);
		rate = plan.rules[0].rate[BUDGET_DOWN];
		b = budget_new(&plan);
		for (int i = 0; i < GRANTS; i++) {
			unsigned wait;
			/* now and then nobody asks for a while */
			int64_t step = (int64_t)(any(50) == 0 ? any(3000) :
							       any(120));

			now += step;
			grants[i].ms = now;
			grants[i].bytes = budget_take(
				b, BUDGET_DOWN,
				any(3) == 0 ? BUDGET_FOREGROUND :
					      BUDGET_BACKGROUND,
				1 + any(rate), now, &wait);
			in_all += grants[i].bytes;
			CHECK(wait <= 5000);
		}
		for (int from = 0; from < GRANTS; from += 7) {
			uint64_t sum = 0;

			for (int to = from; to < GRANTS; to++) {
				uint64_t passed = (uint64_t)(grants[to].ms -
							     grants[from].ms);

				sum += grants[to].bytes;
				CHECK(sum <= rate * passed / 1000 +
						     burst_of(rate) + 1);
			}
		}
		/* and most of it is used */
		CHECK(in_all > rate * 100);
		budget_free(b);
	}
}

struct asker {
	enum budget_class class;
	uint64_t want, got;
	int64_t next_ms;
};

static void ask(struct budget *b, struct asker *a, int64_t now)
{
	unsigned wait;
	uint64_t got;

	if (now < a->next_ms)
		return;
	got = budget_take(b, BUDGET_UP, a->class, a->want, now, &wait);
	a->got += got;
	/* as timers are: a little late */
	a->next_ms = now + (got < a->want ? wait + (int64_t)any(40) : 1);
}

static void foreground_starves_background_never_the_other_way(void)
{
	static const char *const rates[] = { "64K", "2M", "100M" };

	for (size_t r = 0; r < sizeof(rates) / sizeof(*rates); r++) {
		char text[64];
		struct budget_plan plan;
		struct budget *b;
		struct asker back = { .class = BUDGET_BACKGROUND },
			     fore = { .class = BUDGET_FOREGROUND };
		uint64_t rate, before;

		(void)snprintf(text, sizeof(text), "* 00:00-24:00 up %s",
			       rates[r]);
		plan = plan_of(text, NULL);
		rate = plan.rules[0].rate[BUDGET_UP];
		b = budget_new(&plan);
		back.want = fore.want = 65536;
		/* background alone has the line */
		for (int64_t now = 0; now < 20000; now++)
			ask(b, &back, now);
		CHECK(back.got >= rate * 19);
		/* then both want all there is */
		before = back.got;
		fore.next_ms = 20000;
		for (int64_t now = 20000; now < 60000; now++) {
			ask(b, &back, now);
			ask(b, &fore, now);
		}
		CHECK(fore.got >= rate * 39 - 65536);
		CHECK(back.got - before <= burst_of(rate) + rate / 10);
		/* and background goes on when foreground has had enough */
		before = back.got;
		for (int64_t now = 60000; now < 70000; now++)
			ask(b, &back, now);
		CHECK(back.got - before >= rate * 9);
		budget_free(b);
	}
}

static void background_gets_what_foreground_leaves(void)
{
	struct budget_plan plan = plan_of("* 00:00-24:00 up 8M", NULL);
	struct budget *b = budget_new(&plan);
	struct asker back = { .class = BUDGET_BACKGROUND, .want = 65536 };
	uint64_t fore = 0;

	/* A viewer who takes 25 kB ten times a second, of 1 MB/s. */
	for (int64_t now = 0; now < 30000; now++) {
		unsigned wait;

		if (now % 100 == 0)
			fore += budget_take(b, BUDGET_UP, BUDGET_FOREGROUND,
					    25000, now, &wait);
		ask(b, &back, now);
	}
	CHECK(back.got > 30 * 500000);
	CHECK(fore + back.got <= 30 * 1000000 + 250000);
	budget_free(b);
}

static void what_was_spent_unasked_is_made_up_for(void)
{
	struct budget_plan plan = plan_of("* 00:00-24:00 down 80K", NULL);
	struct budget *b = budget_new(&plan);
	unsigned wait;

	CHECK(budget_take(b, BUDGET_DOWN, BUDGET_FOREGROUND, 1, 0, &wait) ==
	      0);
	budget_spent(b, BUDGET_DOWN, 30000, 1000); /* 10,000 a second */
	CHECK(budget_take(b, BUDGET_DOWN, BUDGET_FOREGROUND, 5000, 3000,
			  &wait) == 0);
	CHECK(wait >= 500 && wait <= 5000);
	CHECK(budget_take(b, BUDGET_DOWN, BUDGET_FOREGROUND, 5000, 4200,
			  &wait) > 0);
	/* never for longer than a minute */
	budget_spent(b, BUDGET_DOWN, UINT64_MAX / 2, 5000);
	CHECK(budget_take(b, BUDGET_DOWN, BUDGET_FOREGROUND, 1000, 64000,
			  &wait) == 0);
	CHECK(budget_take(b, BUDGET_DOWN, BUDGET_FOREGROUND, 1000, 65200,
			  &wait) == 1000);
	budget_free(b);
}

static void the_engine_gets_what_is_left_and_a_tenth_at_least(void)
{
	struct budget_plan plan = plan_of("* 00:00-24:00 down 8M", NULL);
	struct budget *b = budget_new(&plan);
	struct asker greedy = { .class = BUDGET_BACKGROUND, .want = 65536 };
	unsigned wait;

	CHECK(budget_left(b, BUDGET_UP, 0) == BUDGET_FREE);
	CHECK(budget_left(b, BUDGET_DOWN, 0) == 1000000);
	for (int64_t now = 0; now < 5000; now++) {
		if (now % 100 == 0)
			(void)budget_take(b, BUDGET_DOWN, BUDGET_FOREGROUND,
					  30000, now, &wait);
	}
	CHECK(budget_left(b, BUDGET_DOWN, 5200) > 600000);
	CHECK(budget_left(b, BUDGET_DOWN, 5200) < 800000);
	for (int64_t now = 5200; now < 8000; now++) {
		unsigned w;

		greedy.got += budget_take(b, BUDGET_DOWN, greedy.class,
					  greedy.want, now, &w);
	}
	CHECK(budget_left(b, BUDGET_DOWN, 8000) <= 100001);
	CHECK(budget_left(b, BUDGET_DOWN, 8000) >= 100000);
	budget_free(b);
}

/* --- the month --- */

static void background_stops_at_the_reserve_and_all_at_the_cap(void)
{
	struct budget_plan plan = { .cap = 10 << 20, .reserve = 2 << 20 };
	struct budget *b = budget_new(&plan);
	struct budget_time t = at(0, 12, 0);
	uint64_t spent, got = 0;
	unsigned month, wait;
	const char *why;

	budget_tick(b, &t, 0);
	for (int i = 0; i < 2000; i++)
		got += budget_take(b, any(2) ? BUDGET_UP : BUDGET_DOWN,
				   BUDGET_BACKGROUND, any(65536), i, &wait);
	CHECK(got == 8 << 20);
	CHECK(!budget_open(b, BUDGET_DOWN, BUDGET_BACKGROUND, &why));
	CHECK(strcmp(why, "this month's 8M are used up; the rest is kept for "
			  "what is due") == 0);
	CHECK(budget_left(b, BUDGET_DOWN, 2000) == 0);
	CHECK(budget_open(b, BUDGET_DOWN, BUDGET_FOREGROUND, NULL));
	for (int i = 0; i < 2000; i++)
		got += budget_take(b, any(2) ? BUDGET_UP : BUDGET_DOWN,
				   BUDGET_FOREGROUND, any(65536), i, &wait);
	CHECK(got == 10 << 20);
	CHECK(!budget_open(b, BUDGET_DOWN, BUDGET_FOREGROUND, &why));
	CHECK(strcmp(why, "this month's 10M are used up") == 0);
	budget_month(b, &month, &spent);
	CHECK(month == t.month && spent == got);

	/* A clock that goes back does not open it again, a new month does. */
	t.month -= 5;
	budget_tick(b, &t, 3000);
	CHECK(!budget_open(b, BUDGET_DOWN, BUDGET_FOREGROUND, NULL));
	t.known = false;
	t.month = 0;
	budget_tick(b, &t, 4000);
	CHECK(!budget_open(b, BUDGET_DOWN, BUDGET_FOREGROUND, NULL));
	t = at(0, 12, 0);
	t.month++;
	budget_tick(b, &t, 5000);
	CHECK(budget_open(b, BUDGET_DOWN, BUDGET_BACKGROUND, NULL));
	budget_free(b);
}

static void the_month_goes_on_after_a_start(void)
{
	struct budget_plan plan = { .cap = 1000 };
	struct budget_time t = at(0, 12, 0);
	struct budget *b = budget_new(&plan);
	unsigned wait;

	budget_restore(b, t.month, 900);
	budget_tick(b, &t, 0);
	CHECK(budget_take(b, BUDGET_DOWN, BUDGET_BACKGROUND, 500, 1, &wait) ==
	      100);
	budget_free(b);
	b = budget_new(&plan);
	budget_restore(b, t.month - 1, 1000);
	budget_tick(b, &t, 0);
	CHECK(budget_take(b, BUDGET_DOWN, BUDGET_BACKGROUND, 500, 1, &wait) ==
	      500);
	budget_free(b);
}

static void lan_only_lets_nothing_through(void)
{
	struct budget_plan plan = { .lan_only = true };
	struct budget *b = budget_new(&plan);
	const char *why;
	unsigned wait;

	CHECK(!budget_open(b, BUDGET_UP, BUDGET_FOREGROUND, &why));
	CHECK(strcmp(why, "only the LAN is used here (lan-only)") == 0);
	CHECK(budget_take(b, BUDGET_UP, BUDGET_FOREGROUND, 1, 0, &wait) == 0);
	budget_free(b);
}

/* --- threads --- */

static struct budget *shared;
static _Atomic uint64_t taken;
static _Atomic int64_t shared_now;
static _Atomic uint64_t asked;

static void *take_all(void *context)
{
	enum budget_class class = *(const enum budget_class *)context;
	unsigned wait;

	while (atomic_load(&shared_now) < 10000) {
		(void)atomic_fetch_add(
			&taken, budget_take(shared, BUDGET_UP, class, 3000,
					    atomic_load(&shared_now), &wait));
		(void)atomic_fetch_add(&asked, 1);
	}
	return NULL;
}

static void two_threads_take_no_more_than_one(void)
{
	struct budget_plan plan = plan_of("* 00:00-24:00 up 8M", NULL);
	static const enum budget_class classes[] = { BUDGET_FOREGROUND,
						     BUDGET_BACKGROUND };
	pthread_t threads[4];
	uint64_t spent;
	unsigned month;

	shared = budget_new(&plan);
	for (int i = 0; i < 4; i++)
		CHECK(pthread_create(&threads[i], NULL, take_all,
				     (void *)(uintptr_t)&classes[i % 2]) ==
		      0);
	/* A tenth of a second passes when they have asked a few times. */
	for (int64_t now = 0; now < 10000; now += 100) {
		uint64_t before = atomic_load(&asked);

		atomic_store(&shared_now, now);
		while (atomic_load(&asked) < before + 20)
			(void)sched_yield();
	}
	atomic_store(&shared_now, 10000);
	for (int i = 0; i < 4; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	budget_month(shared, &month, &spent);
	CHECK(spent == atomic_load(&taken));
	CHECK(spent <= 10 * 1000000 + 250000);
	CHECK(spent > 5 * 1000000);
	budget_free(shared);
}

int main(void)
{
	what_is_written_reads_back_the_same();
	what_is_no_rule_is_told_how_one_looks();
	the_first_rule_that_fits_counts();
	a_night_belongs_to_the_day_it_begins_on();
	without_a_clock_the_slowest_that_is_open_counts();
	a_closed_line_tells_when_it_opens();
	no_period_sees_more_than_its_share();
	foreground_starves_background_never_the_other_way();
	background_gets_what_foreground_leaves();
	what_was_spent_unasked_is_made_up_for();
	the_engine_gets_what_is_left_and_a_tenth_at_least();
	background_stops_at_the_reserve_and_all_at_the_cap();
	the_month_goes_on_after_a_start();
	lan_only_lets_nothing_through();
	two_threads_take_no_more_than_one();
	return 0;
}
