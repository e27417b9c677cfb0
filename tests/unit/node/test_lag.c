/* What keeps the loop thread away is counted, sleeping is not. */
#include "node/lag.h"

#include <stdbool.h>
#include <unistd.h>

#include "tests/support/loop.h"

static const uint64_t ms1 = 1000 * 1000;

static void block(unsigned ms)
{
	uint64_t until = uv_hrtime() + (uint64_t)ms * 1000 * 1000;

	while (uv_hrtime() < until)
		;
}

static void block_timer(uv_timer_t *timer)
{
	block(*(unsigned *)timer->data);
	uv_close((uv_handle_t *)timer, NULL);
}

static void block_input(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	block(*(unsigned *)poll->data);
	uv_close((uv_handle_t *)poll, NULL);
}

static bool about(uint64_t ns, unsigned ms)
{
	return ns >= (uint64_t)ms * 1000 * 1000;
}

static void a_slow_timer_counts_and_sleep_does_not(void)
{
	uv_loop_t loop;
	struct lag lag;
	uv_timer_t timer, later;
	unsigned ms = 60, none = 0;
	uint64_t begun;

	CHECK(uv_loop_init(&loop) == 0);
	lag_start(&lag, &loop);
	CHECK(uv_timer_init(&loop, &timer) == 0);
	timer.data = &ms;
	begun = uv_hrtime();
	CHECK(uv_timer_start(&timer, block_timer, 1500, 0) == 0);
	CHECK(uv_timer_init(&loop, &later) == 0);
	later.data = &none;
	CHECK(uv_timer_start(&later, block_timer, 1600, 0) == 0);
	CHECK(uv_run(&loop, UV_RUN_DEFAULT) == 0);
	lag_stop(&lag);
	loop_finish(&loop);
	CHECK(about(uv_hrtime() - begun, 1550));
	CHECK(about(lag.worst_ns, 60));
	CHECK(lag.worst_cpu_ns > 0 && lag.worst_cpu_ns <= lag.worst_ns + ms1);
	CHECK(lag.worst_lately_ns == lag.worst_ns);
	/* Not the 1.5 s before it; a busy machine may add some. */
	CHECK(lag.total_ns + UINT64_C(200) * 1000 * 1000 <
	      uv_hrtime() - begun);
}

static void what_comes_in_counts_too(void)
{
	uv_loop_t loop;
	struct lag lag;
	uv_poll_t poll;
	uv_timer_t later; /* a turn is over when the next poll begins */
	unsigned ms = 30, none = 0;
	int fds[2];

	CHECK(pipe(fds) == 0);
	CHECK(write(fds[1], "x", 1) == 1);
	CHECK(uv_loop_init(&loop) == 0);
	lag_start(&lag, &loop);
	CHECK(uv_poll_init(&loop, &poll, fds[0]) == 0);
	poll.data = &ms;
	CHECK(uv_poll_start(&poll, UV_READABLE, block_input) == 0);
	CHECK(uv_timer_init(&loop, &later) == 0);
	later.data = &none;
	CHECK(uv_timer_start(&later, block_timer, 100, 0) == 0);
	CHECK(uv_run(&loop, UV_RUN_DEFAULT) == 0);
	lag_stop(&lag);
	loop_finish(&loop);
	CHECK(about(lag.worst_ns, 30));
	CHECK(close(fds[0]) == 0 && close(fds[1]) == 0);
}

static void turns_are_sorted_by_their_length(void)
{
	static const uint64_t ms = 1000 * 1000;
	struct lag lag = { .turns = 0 };
	json_t *json;

	lag_count(&lag, ms, ms);
	lag_count(&lag, ms + 1, ms);
	lag_count(&lag, 50 * ms, ms);
	lag_count(&lag, 51 * ms, ms);
	lag_count(&lag, 900 * ms, ms);
	CHECK(lag.buckets[0] == 1 && lag.buckets[1] == 1);
	CHECK(lag.buckets[4] == 1 && lag.buckets[5] == 1);
	CHECK(lag.buckets[LAG_BUCKETS - 1] == 1);
	CHECK(lag.turns == 5 && lag.total_ns == 1003 * ms + 1);
	json = lag_json(&lag);
	CHECK(json_integer_value(json_object_get(json, "over_50_ms")) == 2);
	CHECK(json_integer_value(json_object_get(json, "turns")) == 5);
	CHECK(json_real_value(json_object_get(json, "worst_ms")) == 900.0);
	json_decref(json);
}

static void a_bad_turn_is_forgotten_lately_but_not_for_ever(void)
{
	static const uint64_t s = 1000 * 1000 * 1000;
	struct lag lag = { .turns = 0 };

	lag_count(&lag, s, s);
	lag_count(&lag, 2, 50 * s);
	CHECK(lag.worst_lately_ns == s);
	lag_count(&lag, 3, 70 * s); /* the window before still has it */
	CHECK(lag.worst_lately_ns == s);
	lag_count(&lag, 4, 140 * s);
	CHECK(lag.worst_lately_ns == 4);
	CHECK(lag.worst_ns == s);
	lag_count(&lag, 5, 400 * s);
	lag_count(&lag, 1, 900 * s); /* nothing for more than a window */
	CHECK(lag.worst_lately_ns == 1);
}

int main(void)
{
	a_slow_timer_counts_and_sleep_does_not();
	what_comes_in_counts_too();
	turns_are_sorted_by_their_length();
	a_bad_turn_is_forgotten_lately_but_not_for_ever();
	return 0;
}
