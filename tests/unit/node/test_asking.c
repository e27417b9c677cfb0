/* Whom a node waits for before it adds to its record log. */
#include "node/study/asking.h"

#include "tests/support/check.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };

static enum asking_verdict by_itself(bool answered, int64_t run_ms)
{
	return asking_decide(&(struct asking){ .answered = answered,
					       .failed = true,
					       .run_ms = run_ms });
}

static enum asking_verdict by_hand(bool failed, bool behind, int64_t run_ms)
{
	return asking_decide(&(struct asking){ .person = true,
					       .failed = failed,
					       .behind = behind,
					       .run_ms = run_ms });
}

static void who_has_been_answered_goes(void)
{
	CHECK(by_itself(true, 0) == ASKING_GO);
	CHECK(asking_decide(&(struct asking){ .person = true,
					      .answered = true }) ==
	      ASKING_GO);
}

static void upstreams_are_waited_for(void)
{
	CHECK(by_itself(false, 0) == ASKING_UPSTREAMS);
	CHECK(by_itself(false, 15 * MINUTE - 1) == ASKING_UPSTREAMS);
	CHECK(by_itself(false, 15 * MINUTE) == ASKING_GO);
}

static void somebody_who_stands_there_waits_less(void)
{
	CHECK(by_hand(false, false, 30 * SECOND - 1) == ASKING_UPSTREAMS);
	CHECK(by_hand(false, false, 30 * SECOND) == ASKING_GO);
	CHECK(by_hand(true, false, 10 * SECOND - 1) == ASKING_UPSTREAMS);
	CHECK(by_hand(true, false, 10 * SECOND) == ASKING_GO);
}

static void what_was_lost_may_be_coming_in(void)
{
	struct asking a = { .person = true, .answered = true, .behind = true };

	CHECK(asking_decide(&a) == ASKING_UPSTREAMS);
	a.run_ms = 30 * SECOND;
	CHECK(asking_decide(&a) == ASKING_GO); /* and is refused elsewhere */
	CHECK(by_hand(true, true, 10 * SECOND) == ASKING_UPSTREAMS);
	a = (struct asking){ .answered = true, .behind = true };
	CHECK(asking_decide(&a) == ASKING_GO);
}

static void a_drive_that_is_being_read_is_waited_for(void)
{
	struct asking a = { .answered = true,
			    .reading = true,
			    .run_ms = 99 * MINUTE };

	CHECK(asking_decide(&a) == ASKING_DRIVE);
	a.person = true;
	CHECK(asking_decide(&a) == ASKING_DRIVE);
}

int main(void)
{
	who_has_been_answered_goes();
	upstreams_are_waited_for();
	somebody_who_stands_there_waits_less();
	what_was_lost_may_be_coming_in();
	a_drive_that_is_being_read_is_waited_for();
	return 0;
}
