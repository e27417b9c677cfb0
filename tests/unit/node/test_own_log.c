#include "node/own_log.h"
#include "tests/support/check.h"

/* An office that was started again: others hold its log, nobody has answered
 * yet. */
static struct own_log_facts started_again(void)
{
	return (struct own_log_facts){ .size = 5, .seen = 5,
				       .elsewhere = true, .holders = 10,
				       .shown_ms = -1, .claimed_ms = -1 };
}

static enum own_log_verdict decide(struct own_log_facts f)
{
	return own_log_decide(&f);
}

static void a_new_log_that_nobody_holds_is_signed(void)
{
	struct own_log_facts f = { .shown_ms = -1, .claimed_ms = -1,
				   .run_ms = -1 };

	CHECK(decide(f) == OWN_LOG_SIGN);
	f.continues = true;
	f.run_ms = 0;
	CHECK(decide(f) == OWN_LOG_SIGN);
	/* An image from before the first lesson: who holds one speaks up. */
	f.continues = false;
	CHECK(decide(f) == OWN_LOG_WAIT);
	f.run_ms = OWN_LOG_LISTEN_MS;
	CHECK(decide(f) == OWN_LOG_SIGN);
	f.seen = 1;
	CHECK(decide(f) == OWN_LOG_BEHIND);
}

static void nothing_is_asked_while_nothing_came_between(void)
{
	struct own_log_facts f = started_again();

	f.continues = true;
	CHECK(decide(f) == OWN_LOG_SIGN);
	f.run_ms = -1;
	CHECK(decide(f) == OWN_LOG_SIGN);
	f.claimed_ms = 0; /* without proof that is nothing */
	CHECK(decide(f) == OWN_LOG_SIGN);
}

static void a_larger_checkpoint_is_never_signed_below(void)
{
	struct own_log_facts f = started_again();

	f.seen = 6;
	f.continues = f.alone = true;
	f.confirmed = OWN_LOG_QUORUM;
	CHECK(decide(f) == OWN_LOG_BEHIND);
	f.seen = f.size;
	f.forked = true;
	CHECK(decide(f) == OWN_LOG_FORKED);
}

static void some_known_holders_are_enough_at_once(void)
{
	struct own_log_facts f = started_again();

	for (f.confirmed = 0; f.confirmed < OWN_LOG_QUORUM; f.confirmed++)
		CHECK(decide(f) == OWN_LOG_WAIT);
	CHECK(decide(f) == OWN_LOG_SIGN);
	f.holders = f.confirmed = 1; /* all there are */
	CHECK(decide(f) == OWN_LOG_SIGN);
}

static void one_of_many_gives_the_others_a_moment(void)
{
	struct own_log_facts f = started_again();

	f.confirmed = 1;
	f.shown_ms = 0;
	f.run_ms = OWN_LOG_ASK_MS * 2;
	CHECK(decide(f) == OWN_LOG_WAIT);
	f.shown_ms = OWN_LOG_SETTLE_MS - 1;
	CHECK(decide(f) == OWN_LOG_WAIT);
	f.shown_ms = OWN_LOG_SETTLE_MS;
	CHECK(decide(f) == OWN_LOG_SIGN);
}

static void strangers_never_count_as_known_holders(void)
{
	struct own_log_facts f = started_again();

	f.holders = 0;
	f.shown_ms = 0;
	CHECK(decide(f) == OWN_LOG_WAIT);
	f.shown_ms = OWN_LOG_SETTLE_MS;
	CHECK(decide(f) == OWN_LOG_SIGN);
}

static void a_word_without_proof_costs_half_a_minute_once(void)
{
	struct own_log_facts f = started_again();

	f.confirmed = OWN_LOG_QUORUM;
	f.shown_ms = OWN_LOG_SETTLE_MS;
	f.claimed_ms = 0;
	CHECK(decide(f) == OWN_LOG_WAIT);
	f.claimed_ms = OWN_LOG_ASK_MS;
	CHECK(decide(f) == OWN_LOG_SIGN);
}

static void without_an_answer_it_is_refused(void)
{
	struct own_log_facts f = started_again();
	struct err err = ERR_INIT;

	f.run_ms = OWN_LOG_ASK_MS - 1;
	CHECK(decide(f) == OWN_LOG_WAIT);
	CHECK(own_log_may_sign(&f, &err) == STATUS_BUSY);
	f.run_ms = OWN_LOG_ASK_MS;
	CHECK(decide(f) == OWN_LOG_NOBODY);
	err = (struct err)ERR_INIT;
	CHECK(own_log_may_sign(&f, &err) == STATUS_UNREACHABLE);
	f.run_ms = -1;
	CHECK(decide(f) == OWN_LOG_NOBODY);
	f.alone = true;
	CHECK(decide(f) == OWN_LOG_SIGN);
	CHECK(own_log_may_sign(&f, &err) == STATUS_OK);
}

int main(void)
{
	a_new_log_that_nobody_holds_is_signed();
	nothing_is_asked_while_nothing_came_between();
	a_larger_checkpoint_is_never_signed_below();
	some_known_holders_are_enough_at_once();
	one_of_many_gives_the_others_a_moment();
	strangers_never_count_as_known_holders();
	a_word_without_proof_costs_half_a_minute_once();
	without_an_answer_it_is_refused();
	return 0;
}
