/* Reads from one disk or drive, aside: on threads of its own, so that whoever
 * must not wait need not wait for a disk that is slow or stands still.
 *
 * A task is put in a queue, is run by one of a few threads that belong to this
 * disk alone, and is told done. A disk that stands still therefore holds its
 * own threads and no others. Sources (node/pace.h) take turns in the queue
 * (node/turns.h), and no source has more than its share of it (node/share.h).
 *
 *            ask                 a thread is free            work returns
 *     IDLE --------> QUEUED ---------------------> RUNNING --------------> DONE
 *       ^               |                             |
 *       +---- leave ----+                             +-- leave --> LEFT: freed
 *                                                        when `work` returns
 *
 * A read that the kernel does not come back from cannot be called off. Whoever
 * leaves it (its client is gone, its patience is over) is free at once; what
 * the task needs stays until the read returns, and goes with it.
 *
 * Threads:  all calls on any thread. `work` and `release` run on the disk's
 *           threads without a lock, `done` under the disk's lock.
 * Lifetime: counted: aside_new() is one hold. The last aside_drop() waits for
 *           nothing: what still runs ends by itself. */
#ifndef NODE_ASIDE_H
#define NODE_ASIDE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	ASIDE_THREADS = 4, /* of one disk */
	/* Waiting or running; one source alone may have half of these, the next
	 * half of the rest. */
	ASIDE_TASKS_MAX = 1024,
	ASIDE_IDLE_S = 10,     /* a thread without work ends */
	ASIDE_LATE_MS = 2000,  /* a read takes that long: the disk is late */
	ASIDE_STILL_MS = 25000 /* ... that long: it stands still */
};

struct aside;

enum aside_state { ASIDE_IDLE, ASIDE_QUEUED, ASIDE_RUNNING, ASIDE_DONE,
		   ASIDE_LEFT };

/* Lives inside whoever asks. Set the callbacks, leave the rest zero. */
struct aside_task {
	/* What may take long; touches nothing but the task's own. */
	void (*work)(struct aside_task *task);
	/* It has been worked on, and was not left: DONE. Short, and without
	 * calls of this file: the lock is held. */
	void (*done)(struct aside_task *task);
	/* It was left while it ran, and has returned: free it. */
	void (*release)(struct aside_task *task);

	/* private; under the disk's lock */
	enum aside_state state;
	struct aside_task *next;
	uint64_t source, round;
	int64_t since_ms;
};

/* 0: as above. */
struct aside_options {
	unsigned threads;
	int64_t late_ms, still_ms;
};
/* NULL when out of memory. */
struct aside *aside_new(const struct aside_options *options);
/* One hold more, and one less. Whoever has a task there has a hold, or knows
 * somebody who has. NULL is fine for the latter. */
struct aside *aside_hold(struct aside *a);
void aside_drop(struct aside *a);

/*
 * Have it worked on. The task is IDLE.
 *
 * Returns: false: too many wait, of this source or in all, or the disk stands
 *          still, or no thread can be had. Then nothing is called.
 */
bool aside_ask(struct aside *a, struct aside_task *task, uint64_t source);

/* Give up a task in any state: `done` is not called from here on. True: the
 * task is IDLE and the caller's to free; false: `release` frees it. */
bool aside_leave(struct aside *a, struct aside_task *task);

/* Has it been worked on? It is IDLE then, and the caller may read what it
 * did. */
bool aside_take(struct aside *a, struct aside_task *task);

/* Has a read been under way for longer than late_ms, still_ms? */
bool aside_is_late(struct aside *a);
bool aside_is_still(struct aside *a);

struct aside_counters {
	unsigned waiting, running; /* now; those that were left included */
	unsigned threads;
	uint64_t done; /* since the start */
};
void aside_count(struct aside *a, struct aside_counters *counters);

#endif
