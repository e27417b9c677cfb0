/* When what a station has to tell is sent. */
#include "node/study/rounds.h"

#include "tests/support/check.h"
#include "tests/support/dice.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };
#define NOON_S UINT64_C(1795060800) /* at UTC+8: 04:00 UTC */

static struct rounds started(uint64_t wall_s, uint64_t last_s, unsigned minute)
{
	struct rounds r;

	rounds_init(&r, &(struct rounds_start){ .now_ms = 1000,
						.past.wall_s = wall_s,
						.past.last_s = last_s,
						.minute = minute });
	return r;
}

static bool late(uint64_t wall_s, uint64_t last_s)
{
	return rounds_late(&(struct rounds_past){ .wall_s = wall_s,
						  .last_s = last_s });
}

static bool late_in_this_boot(uint64_t wall_s, uint64_t last_s,
			      uint64_t since_s)
{
	return rounds_late(&(struct rounds_past){ .wall_s = wall_s,
						  .last_s = last_s,
						  .same_boot = true,
						  .since_s = since_s });
}

static void what_went_lately_is_not_late(void)
{
	CHECK(!late(NOON_S, NOON_S));
	CHECK(!late(NOON_S, NOON_S - 20 * 3600 + 1));
	CHECK(late(NOON_S, NOON_S - 20 * 3600));
	CHECK(late(NOON_S, NOON_S + 1));
	CHECK(late(NOON_S, 0));
}

static void without_a_clock_a_start_is_a_day(void)
{
	CHECK(late(0, NOON_S));
	CHECK(!late_in_this_boot(0, NOON_S, 0));
	CHECK(!late_in_this_boot(0, NOON_S, 20 * 3600 - 1));
	CHECK(late_in_this_boot(0, NOON_S, 20 * 3600));
	CHECK(late_in_this_boot(0, 0, 0)); /* never */
	/* Whatever the clock says: a day has passed. */
	CHECK(late_in_this_boot(NOON_S, NOON_S, 20 * 3600));
	CHECK(!late_in_this_boot(NOON_S, NOON_S, 60));
	/* Somebody set it. */
	CHECK(late_in_this_boot(NOON_S, NOON_S - 90 * 3600, 60));
}

static void what_goes_with_a_drive_is_the_days(void)
{
	struct rounds r = started(NOON_S, 0, 0);

	rounds_sent(&r, true, false, MINUTE);
	CHECK(rounds_due(&r, 10 * MINUTE) == ROUND_NONE);
	CHECK(rounds_due(&r, MINUTE + 24 * HOUR) == ROUND_DAILY);
	/* What presses goes on as it would have. */
	rounds_nudge(&r, 2 * MINUTE);
	CHECK(rounds_due(&r, 3 * MINUTE) == ROUND_SOON);
	r = started(NOON_S, 0, 0);
	rounds_sent(&r, false, true, MINUTE);
	CHECK(rounds_due(&r, 2 * MINUTE - 1) == ROUND_NONE);
	CHECK(rounds_due(&r, 2 * MINUTE) == ROUND_SOON);
	CHECK(rounds_due(&r, 6 * MINUTE) == ROUND_DAILY);
}

static void a_late_one_goes_soon_after_the_start(void)
{
	const struct rounds late[] = {
		started(NOON_S, 0, 5),
		started(NOON_S, NOON_S - 20 * 3600, 5),
		started(NOON_S, NOON_S + 1, 5), /* the clock went back */
		started(0, NOON_S, 5),		/* nobody knows */
	};

	for (unsigned i = 0; i < sizeof(late) / sizeof(*late); i++) {
		CHECK(rounds_due(&late[i], 1000 + 5 * MINUTE - 1) ==
		      ROUND_NONE);
		CHECK(rounds_due(&late[i], 1000 + 5 * MINUTE) == ROUND_DAILY);
	}
}

static void else_it_goes_at_its_minute_of_the_day(void)
{
	struct rounds r = started(NOON_S, NOON_S - 3600, 12 * 60 + 30);

	CHECK(rounds_due(&r, 1000 + 30 * MINUTE - 1) == ROUND_NONE);
	CHECK(rounds_due(&r, 1000 + 30 * MINUTE) == ROUND_DAILY);
	r = started(NOON_S, NOON_S - 3600, 11 * 60);
	CHECK(rounds_due(&r, 1000 + 23 * HOUR - 1) == ROUND_NONE);
	CHECK(rounds_due(&r, 1000 + 23 * HOUR) == ROUND_DAILY);
}

static void what_presses_goes_within_a_minute_but_not_too_often(void)
{
	struct rounds r = started(NOON_S, NOON_S - 3600, 0);

	rounds_nudge(&r, 50 * MINUTE);
	rounds_nudge(&r, 50 * MINUTE + 20000);
	CHECK(rounds_due(&r, 50 * MINUTE) == ROUND_NONE);
	CHECK(rounds_due(&r, 51 * MINUTE) == ROUND_SOON);
	rounds_went(&r, ROUND_SOON, false, 51 * MINUTE);
	CHECK(rounds_due(&r, 52 * MINUTE) == ROUND_NONE);
	rounds_nudge(&r, 52 * MINUTE);
	CHECK(rounds_due(&r, 61 * MINUTE - 1) == ROUND_NONE);
	CHECK(rounds_due(&r, 61 * MINUTE) == ROUND_SOON);
}

static void what_had_gone_already_holds_up_nothing(void)
{
	struct rounds r = started(NOON_S, NOON_S - 3600, 0);

	rounds_nudge(&r, 50 * MINUTE);
	CHECK(rounds_due(&r, 51 * MINUTE) == ROUND_SOON);
	rounds_idle(&r);
	CHECK(rounds_due(&r, 51 * MINUTE) == ROUND_NONE);
	rounds_nudge(&r, 52 * MINUTE);
	CHECK(rounds_due(&r, 53 * MINUTE) == ROUND_SOON);
}

static void what_was_left_goes_on_and_what_failed_comes_back(void)
{
	struct rounds r = started(NOON_S, NOON_S - 3600, 0);

	rounds_went(&r, ROUND_SOON, true, 10 * MINUTE);
	CHECK(rounds_due(&r, 11 * MINUTE) == ROUND_SOON);
	rounds_failed(&r, ROUND_SOON, 11 * MINUTE);
	CHECK(rounds_due(&r, 12 * MINUTE) == ROUND_NONE);
	CHECK(rounds_due(&r, 21 * MINUTE) == ROUND_SOON);
	rounds_went(&r, ROUND_SOON, false, 21 * MINUTE);
	CHECK(rounds_due(&r, 9 * HOUR) == ROUND_NONE);
	CHECK(rounds_due(&r, 13 * HOUR) == ROUND_DAILY);
	rounds_failed(&r, ROUND_DAILY, 13 * HOUR);
	CHECK(rounds_due(&r, 13 * HOUR + 9 * MINUTE) == ROUND_NONE);
	CHECK(rounds_due(&r, 13 * HOUR + 10 * MINUTE) == ROUND_DAILY);
	rounds_went(&r, ROUND_DAILY, false, 13 * HOUR + 10 * MINUTE);
	CHECK(rounds_due(&r, 37 * HOUR + 9 * MINUTE) == ROUND_NONE);
	CHECK(rounds_due(&r, 37 * HOUR + 10 * MINUTE) == ROUND_DAILY);
}

/* Whatever happens, in any 24 hours and a little one goes, and never two
 * within ten minutes unless something was left or the day's is due. */
static void one_goes_every_day(void)
{
	for (unsigned seed = 1; seed <= 50; seed++) {
		struct rounds r;
		int64_t last_daily = 1000;

		dice_begin(seed);
		r = started(NOON_S, NOON_S - dice(40 * 3600),
			    (unsigned)dice(1440));
		for (int64_t now = 1000; now < 1000 + 96 * (int64_t)HOUR;
		     now += 1 + (int64_t)dice(2 * MINUTE)) {
			enum round due = rounds_due(&r, now);

			if (dice(50) == 0)
				rounds_nudge(&r, now);
			if (due == ROUND_DAILY)
				last_daily = now;
			CHECK(now - last_daily <= 24 * HOUR + 4 * MINUTE);
			if (due != ROUND_NONE)
				rounds_went(&r, due, dice(10) == 0, now);
		}
	}
}

int main(void)
{
	what_went_lately_is_not_late();
	without_a_clock_a_start_is_a_day();
	what_goes_with_a_drive_is_the_days();
	a_late_one_goes_soon_after_the_start();
	else_it_goes_at_its_minute_of_the_day();
	what_presses_goes_within_a_minute_but_not_too_often();
	what_had_gone_already_holds_up_nothing();
	what_was_left_goes_on_and_what_failed_comes_back();
	one_goes_every_day();
	return 0;
}
