/* Threads come when a task finds none that is idle, and go when there has been
 * nothing to do for a while: a drive that nobody plays from has none. */
#include "node/aside.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include <uv.h>

#include "node/share.h"
#include "node/turns.h"

struct aside {
	unsigned threads_max;
	int64_t late_ms, still_ms;

	pthread_mutex_t lock; /* for all that follows */
	pthread_cond_t work;
	unsigned holds;
	unsigned threads, idle;
	struct turns turns;
	struct share share;
	struct aside_task *queue;   /* by round */
	struct aside_task *running; /* the oldest last */
	unsigned waiting, under_way;
	uint64_t done;
};

static int64_t now_ms(void)
{
	return (int64_t)(uv_hrtime() / 1000000);
}

static void lock(struct aside *a)
{
	(void)pthread_mutex_lock(&a->lock);
}

static void unlock(struct aside *a)
{
	(void)pthread_mutex_unlock(&a->lock);
}

struct aside *aside_new(const struct aside_options *options)
{
	struct aside *a = calloc(1, sizeof(*a));
	uint64_t seed = uv_hrtime();
	pthread_condattr_t attributes;

	if (a == NULL)
		return NULL;
	a->holds = 1;
	a->threads_max = options->threads > 0 ? options->threads :
						ASIDE_THREADS;
	a->late_ms = options->late_ms > 0 ? options->late_ms : ASIDE_LATE_MS;
	a->still_ms = options->still_ms > 0 ? options->still_ms :
					      ASIDE_STILL_MS;
	(void)uv_random(NULL, NULL, &seed, sizeof(seed), 0, NULL);
	a->turns.seed = seed;
	share_init(&a->share, seed, ASIDE_TASKS_MAX);
	/* These fail only for attributes that are not there. */
	(void)pthread_mutex_init(&a->lock, NULL);
	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&a->work, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	return a;
}

static void aside_free(struct aside *a)
{
	(void)pthread_cond_destroy(&a->work);
	(void)pthread_mutex_destroy(&a->lock);
	free(a);
}

/* --- the queue; under the lock --- */

static void enqueue(struct aside *a, struct aside_task *task)
{
	struct aside_task **at = &a->queue;

	task->round = turns_take(&a->turns, task->source);
	while (*at != NULL && (*at)->round <= task->round)
		at = &(*at)->next;
	task->next = *at;
	*at = task;
	task->state = ASIDE_QUEUED;
	a->waiting++;
}

static void unlink_task(struct aside_task **list, struct aside_task *task)
{
	while (*list != task)
		list = &(*list)->next;
	*list = task->next;
	task->next = NULL;
}

static void dequeue(struct aside *a, struct aside_task *task)
{
	unlink_task(&a->queue, task);
	a->waiting--;
}

static void begin(struct aside *a, struct aside_task *task)
{
	turns_go(&a->turns, task->round);
	dequeue(a, task);
	task->state = ASIDE_RUNNING;
	task->since_ms = now_ms();
	task->next = a->running;
	a->running = task;
	a->under_way++;
}

/* How long the read that began first has been under way. */
static int64_t longest_ms(const struct aside *a)
{
	const struct aside_task *task = a->running;

	if (task == NULL)
		return 0;
	while (task->next != NULL)
		task = task->next;
	return now_ms() - task->since_ms;
}

/* --- the threads --- */

/* Under the lock, without it meanwhile. */
static void run(struct aside *a, struct aside_task *task)
{
	bool left;

	begin(a, task);
	unlock(a);
	task->work(task);
	lock(a);
	unlink_task(&a->running, task);
	a->under_way--;
	a->done++;
	share_give(&a->share, task->source);
	left = task->state == ASIDE_LEFT;
	if (!left) {
		task->state = ASIDE_DONE;
		task->done(task);
		return;
	}
	unlock(a);
	task->release(task);
	lock(a);
}

/* Under the lock: false when nothing came for long. */
static bool wait_for_work(struct aside *a)
{
	struct timespec until;
	int rc = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ASIDE_IDLE_S;
	a->idle++;
	while (a->queue == NULL && a->holds > 0 && rc == 0)
		rc = pthread_cond_timedwait(&a->work, &a->lock, &until);
	a->idle--;
	return a->queue != NULL;
}

static void *thread(void *owner)
{
	struct aside *a = owner;
	bool is_last;

	lock(a);
	do {
		while (a->queue != NULL)
			run(a, a->queue);
	} while (a->holds > 0 && wait_for_work(a));
	a->threads--;
	is_last = a->holds == 0 && a->threads == 0;
	unlock(a);
	if (is_last)
		aside_free(a);
	return NULL;
}

/* Under the lock: somebody will take what was queued. */
static bool have_thread(struct aside *a)
{
	pthread_t made;

	if (a->idle > a->waiting) {
		(void)pthread_cond_signal(&a->work);
		return true;
	}
	if (a->threads < a->threads_max &&
	    pthread_create(&made, NULL, thread, a) == 0) {
		(void)pthread_detach(made);
		a->threads++;
		return true;
	}
	/* An idle one that was signalled takes it after the other. */
	return a->threads > 0;
}

/* --- tasks --- */

bool aside_ask(struct aside *a, struct aside_task *task, uint64_t source)
{
	bool taken = false;

	lock(a);
	assert(task->state == ASIDE_IDLE && a->holds > 0);
	if (longest_ms(a) < a->still_ms && share_take(&a->share, source)) {
		taken = have_thread(a);
		task->source = source;
		if (taken)
			enqueue(a, task);
		else
			share_give(&a->share, source);
	}
	unlock(a);
	return taken;
}

bool aside_leave(struct aside *a, struct aside_task *task)
{
	bool ours = true;

	lock(a);
	if (task->state == ASIDE_QUEUED) {
		dequeue(a, task);
		share_give(&a->share, task->source);
	} else if (task->state == ASIDE_RUNNING) {
		task->state = ASIDE_LEFT;
		ours = false;
	}
	if (ours)
		task->state = ASIDE_IDLE;
	unlock(a);
	return ours;
}

bool aside_take(struct aside *a, struct aside_task *task)
{
	bool taken;

	lock(a);
	taken = task->state == ASIDE_DONE;
	if (taken)
		task->state = ASIDE_IDLE;
	unlock(a);
	return taken;
}

struct aside *aside_hold(struct aside *a)
{
	lock(a);
	a->holds++;
	unlock(a);
	return a;
}

void aside_drop(struct aside *a)
{
	bool is_last = false;

	if (a == NULL)
		return;
	lock(a);
	assert(a->holds > 0 && (a->holds > 1 || a->queue == NULL));
	if (--a->holds == 0) {
		(void)pthread_cond_broadcast(&a->work);
		is_last = a->threads == 0;
	}
	unlock(a);
	if (is_last)
		aside_free(a);
}

/* --- questions --- */

static bool is_longer(struct aside *a, int64_t ms)
{
	bool longer;

	lock(a);
	longer = longest_ms(a) >= ms;
	unlock(a);
	return longer;
}

bool aside_is_late(struct aside *a)
{
	return is_longer(a, a->late_ms);
}

bool aside_is_still(struct aside *a)
{
	return is_longer(a, a->still_ms);
}

void aside_count(struct aside *a, struct aside_counters *counters)
{
	lock(a);
	*counters = (struct aside_counters){ .waiting = a->waiting,
					     .running = a->under_way,
					     .threads = a->threads,
					     .done = a->done };
	unlock(a);
}
