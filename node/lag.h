/* How long the loop thread is away from its loop: the time between two polls,
 * of which everything that waits notices.
 *
 * Threads: lag_read() on the loop thread as the rest. */
#ifndef NODE_LAG_H
#define NODE_LAG_H

#include <uv.h>

enum { LAG_BUCKETS = 8 };
/* Upper bounds in milliseconds: 1, 5, 10, 25, 50, 100, 250, and above. */
extern const unsigned lag_bounds_ms[LAG_BUCKETS - 1];

struct lag {
	uv_prepare_t prepare;
	uv_check_t check;
	uint64_t woke_ns;
	uint64_t worst_ns;	  /* since the start */
	uint64_t worst_lately_ns; /* in the last minute or two */
	uint64_t window_ns, window_worst_ns;
	uint64_t turns, total_ns;
	uint64_t buckets[LAG_BUCKETS]; /* turns that took so long */
};

void lag_start(struct lag *lag, uv_loop_t *loop);
/* Closes its handles; `lag` must live until the loop has run once more. */
void lag_stop(struct lag *lag);

#endif
