/* libuv calls back for what came in while it is inside its poll, so a turn
 * cannot be had from a handle before and one after that. It is the time from
 * one poll to the next, less what libuv itself says it slept. */
#include "node/lag.h"

#include <string.h>
#include <time.h>

const unsigned lag_bounds_ms[LAG_BUCKETS - 1] = { 1, 5, 10, 25, 50, 100, 250 };

static const uint64_t ms_ns = 1000 * 1000;
static const uint64_t window_long_ns = UINT64_C(60) * 1000 * 1000 * 1000;

/* A window without turns is one without waits. */
static void move_window(struct lag *lag, uint64_t now_ns)
{
	uint64_t gone = now_ns - lag->window_ns;

	if (gone < window_long_ns)
		return;
	lag->window_before_ns =
		gone < 2 * window_long_ns ? lag->window_worst_ns : 0;
	lag->window_worst_ns = 0;
	lag->window_ns = now_ns;
}

void lag_count(struct lag *lag, uint64_t turn_ns, uint64_t now_ns)
{
	unsigned i = 0;

	while (i < LAG_BUCKETS - 1 && turn_ns > lag_bounds_ms[i] * ms_ns)
		i++;
	lag->buckets[i]++;
	lag->turns++;
	lag->total_ns += turn_ns;
	move_window(lag, now_ns);
	if (turn_ns > lag->worst_ns)
		lag->worst_ns = turn_ns;
	if (turn_ns > lag->window_worst_ns)
		lag->window_worst_ns = turn_ns;
	lag->worst_lately_ns = lag->window_worst_ns > lag->window_before_ns ?
				       lag->window_worst_ns :
				       lag->window_before_ns;
}

/* Of this thread. */
static uint64_t cpu_time_ns(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) != 0)
		return 0;
	return (uint64_t)t.tv_sec * 1000 * ms_ns + (uint64_t)t.tv_nsec;
}

static void about_to_poll(uv_prepare_t *prepare)
{
	struct lag *lag = prepare->data;
	uint64_t now = uv_hrtime(), slept = uv_metrics_idle_time(prepare->loop);
	uint64_t gone = now - lag->turned_ns, idle = slept - lag->slept_ns;
	uint64_t cpu = cpu_time_ns();

	if (lag->turned_ns != 0) {
		lag_count(lag, gone > idle ? gone - idle : 0, now);
		if (cpu - lag->cpu_ns > lag->worst_cpu_ns)
			lag->worst_cpu_ns = cpu - lag->cpu_ns;
	}
	lag->cpu_ns = cpu;
	lag->turned_ns = now;
	lag->slept_ns = slept;
}

void lag_start(struct lag *lag, uv_loop_t *loop)
{
	memset(lag, 0, sizeof(*lag));
	lag->window_ns = uv_hrtime();
	(void)uv_loop_configure(loop, UV_METRICS_IDLE_TIME);
	(void)uv_prepare_init(loop, &lag->prepare);
	lag->prepare.data = lag;
	(void)uv_prepare_start(&lag->prepare, about_to_poll);
	uv_unref((uv_handle_t *)&lag->prepare);
}

void lag_stop(struct lag *lag)
{
	if (lag->prepare.data == NULL)
		return;
	lag->prepare.data = NULL;
	uv_close((uv_handle_t *)&lag->prepare, NULL);
}

json_t *lag_json(const struct lag *lag)
{
	uint64_t over = 0;

	for (unsigned i = 0; i < LAG_BUCKETS; i++)
		if (i == LAG_BUCKETS - 1 || lag_bounds_ms[i] > 50)
			over += lag->buckets[i];
	return json_pack("{s:I, s:f, s:f, s:f, s:f, s:I}", "turns",
			 (json_int_t)lag->turns, "busy_ms",
			 (double)lag->total_ns / (double)ms_ns, "worst_ms",
			 (double)lag->worst_ns / (double)ms_ns,
			 "worst_lately_ms",
			 (double)lag->worst_lately_ns / (double)ms_ns,
			 "worst_cpu_ms",
			 (double)lag->worst_cpu_ns / (double)ms_ns,
			 "over_50_ms", (json_int_t)over);
}
