#include "node/staleness.h"

#include "tests/support/check.h"

#define DAY UINT64_C(86400)

static struct staleness judge(bool good, uint64_t clock, uint64_t floor,
			      uint64_t news, uint64_t cosigned)
{
	return staleness_judge(&(struct staleness_facts){
		.clock_good = good,
		.clock_s = clock,
		.floor_s = floor,
		.news_s = news,
		.cosigned_s = cosigned,
	});
}

static void with_a_clock_it_is_the_newest_of_what_was_heard(void)
{
	struct staleness s = judge(true, 100 * DAY, 50 * DAY, 59 * DAY, 0);

	CHECK(s.known && !s.at_least && s.age_s == 41 * DAY);
	s = judge(true, 100 * DAY, 50 * DAY, 59 * DAY, 99 * DAY);
	CHECK(s.known && s.age_s == DAY);
	s = judge(true, 100 * DAY, 50 * DAY, 0, 0);
	CHECK(!s.known);
}

static void without_a_clock_only_what_is_proven_counts(void)
{
	struct staleness s = judge(false, 0, 100 * DAY, 59 * DAY, 0);

	CHECK(!s.known); /* by a clock that may have been anything */
	s = judge(false, 0, 100 * DAY, 0, 60 * DAY);
	CHECK(s.known && s.at_least && s.age_s == 40 * DAY);
	s = judge(false, 9999 * DAY, 50 * DAY, 0, 60 * DAY);
	CHECK(!s.known);
}

static void what_lies_far_ahead_says_nothing(void)
{
	struct staleness s = judge(true, 100 * DAY, 0, 90 * DAY, 30000 * DAY);

	CHECK(s.known && s.age_s == 10 * DAY);
	s = judge(true, 100 * DAY, 0, 0, 30000 * DAY);
	CHECK(!s.known);
	/* The clock was put back since. */
	s = judge(true, 100 * DAY, 0, 30000 * DAY, 97 * DAY);
	CHECK(s.known && s.age_s == 3 * DAY);
	/* A little ahead is now. */
	s = judge(true, 100 * DAY, 0, 0, 100 * DAY + 60);
	CHECK(s.known && s.age_s == 0);
}

int main(void)
{
	with_a_clock_it_is_the_newest_of_what_was_heard();
	without_a_clock_only_what_is_proven_counts();
	what_lies_far_ahead_says_nothing();
	return 0;
}
