/* How long the loop thread is away from its loop: what it works between two
 * waits for events, of which everything that waits notices.
 *
 * Counted is the time of one turn (timers, what came in, what was closed)
 * without the time it slept for events. On a machine that has no processor
 * for this thread, that wait counts, too: whoever asks waits as long.
 *
 * Threads: loop thread. */
#ifndef NODE_LAG_H
#define NODE_LAG_H

#include <jansson.h>
#include <uv.h>

enum { LAG_BUCKETS = 8 };
/* Upper bounds in milliseconds: 1, 5, 10, 25, 50, 100, 250, and above. */
extern const unsigned lag_bounds_ms[LAG_BUCKETS - 1];

struct lag {
	uint64_t worst_ns;	  /* since the start */
	uint64_t worst_lately_ns; /* in the last minute or two */
	/* The most of its own a turn needed of a processor; what a longer one
	 * took beyond that it waited, for a processor or a disk. */
	uint64_t worst_cpu_ns;
	uint64_t turns, total_ns;
	uint64_t buckets[LAG_BUCKETS]; /* turns that took so long */

	/* private */
	uv_prepare_t prepare;
	uint64_t turned_ns, slept_ns, cpu_ns; /* when the last turn ended */
	uint64_t window_ns, window_worst_ns, window_before_ns;
};

/* Before the loop runs. Does not keep the loop alive. */
void lag_start(struct lag *lag, uv_loop_t *loop);
/* Closes its handle; `lag` must live until the loop has run once more. */
void lag_stop(struct lag *lag);

/* One turn that took `turn_ns`, over at `now_ns`. Called by itself. */
void lag_count(struct lag *lag, uint64_t turn_ns, uint64_t now_ns);

/* {"turns", "busy_ms", "worst_ms", "worst_lately_ms", "worst_cpu_ms",
 * "over_50_ms"}: a new reference. */
json_t *lag_json(const struct lag *lag);

#endif
