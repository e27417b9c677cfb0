/* The caller's side: memory, threads, progress, and what came of it. The work
 * is in node/drive/pump_threads.c. */
#include "node/drive/pump.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "node/drive/pump_ring.h"

enum { TELL_MS = 250 };

static void stop_reading(struct ring *r)
{
	atomic_store(&r->stop, true);
	(void)pthread_cond_signal(&r->emptied);
}

/* Tell of the progress until the writer has ended. */
static void watch(struct ring *r)
{
	const struct pump *pump = r->pump;

	(void)pthread_mutex_lock(&r->lock);
	while (!r->write_over) {
		struct timespec until;
		uint64_t told;
		bool go_on;

		(void)clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += TELL_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		if (pthread_cond_timedwait(&r->ended, &r->lock, &until) == 0 ||
		    pump->progress == NULL)
			continue;
		told = r->told;
		(void)pthread_mutex_unlock(&r->lock);
		go_on = pump->progress(pump->owner, told);
		(void)pthread_mutex_lock(&r->lock);
		if (!go_on)
			stop_reading(r);
	}
	(void)pthread_mutex_unlock(&r->lock);
}

/* Run the threads to their end. False when one could not be started. */
static bool run_threads(struct ring *r)
{
	struct hashing hashing[HASHERS_MAX];
	pthread_t threads[HASHERS_MAX + 2];
	sigset_t all, before;
	unsigned count = 0;
	bool good;

	/* Signals are for the thread that waits. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	good = pthread_create(&threads[count], NULL, pump_write_all, r) == 0;
	count += good;
	for (unsigned i = 0; good && i < r->hasher_count; i++) {
		hashing[i] = (struct hashing){ r, r->hashers[i] };
		good = pthread_create(&threads[count], NULL, pump_hash_all,
				      &hashing[i]) == 0;
		count += good;
	}
	good = good &&
	       pthread_create(&threads[count], NULL, pump_read_all, r) == 0;
	count += good;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!good) {
		(void)pthread_mutex_lock(&r->lock);
		r->read_over = true;
		(void)pthread_cond_broadcast(&r->to_hash);
		(void)pthread_cond_broadcast(&r->to_write);
		(void)pthread_mutex_unlock(&r->lock);
	} else {
		watch(r);
	}
	while (count > 0)
		(void)pthread_join(threads[--count], NULL);
	return good;
}

static enum status outcome(struct ring *r, struct err *err)
{
	if (r->write_err.status != STATUS_OK)
		*err = r->write_err;
	else if (r->read_err.status != STATUS_OK)
		*err = r->read_err;
	else if (r->read_stopped)
		return err_set(err, STATUS_CANCELLED, "stopped");
	else
		return STATUS_OK;
	return err->status;
}

static void ring_release(struct ring *r)
{
	for (unsigned i = 0; i < r->hasher_count; i++)
		merkle_free(r->hashers[i]);
	free(r->memory);
	free(r->batches);
	(void)pthread_cond_destroy(&r->ended);
	(void)pthread_cond_destroy(&r->to_write);
	(void)pthread_cond_destroy(&r->to_hash);
	(void)pthread_cond_destroy(&r->emptied);
	(void)pthread_mutex_destroy(&r->lock);
}

/* False when out of memory; to be released in either case. */
static bool ring_init(struct ring *r)
{
	size_t piece = r->pump->mi->piece_length;
	unsigned hashers = sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 2 : 1;
	pthread_condattr_t clock;

	(void)pthread_mutex_init(&r->lock, NULL);
	(void)pthread_cond_init(&r->emptied, NULL);
	(void)pthread_cond_init(&r->to_hash, NULL);
	(void)pthread_cond_init(&r->to_write, NULL);
	(void)pthread_condattr_init(&clock);
	(void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&r->ended, &clock);
	(void)pthread_condattr_destroy(&clock);

	r->batch_bytes = piece < BATCH_BYTES ? BATCH_BYTES : piece;
	r->count = (unsigned)(PUMP_MEMORY / r->batch_bytes);
	if (r->count < BATCHES_MIN)
		r->count = BATCHES_MIN;
	r->batches = calloc(r->count, sizeof(*r->batches));
	r->memory = aligned_alloc(BATCH_PAGE, r->count * r->batch_bytes);
	if (r->batches == NULL || r->memory == NULL)
		return false;
	for (unsigned i = 0; i < r->count; i++)
		r->batches[i].data = r->memory + i * r->batch_bytes;
	while (r->hasher_count < hashers) {
		r->hashers[r->hasher_count] = merkle_new();
		if (r->hashers[r->hasher_count] == NULL)
			return false;
		r->hasher_count++;
	}
	return true;
}

enum status pump_run(const struct pump *pump, uint8_t *moved,
		     struct pump_result *result, struct err *err)
{
	struct ring r = { .pump = pump, .moved = moved, .result = result };
	enum status status;

	*result = (struct pump_result){ 0 };
	if (!ring_init(&r) || !run_threads(&r))
		status = err_set(err, STATUS_NO_MEMORY, "out of memory");
	else
		status = outcome(&r, err);
	if (pump->progress != NULL && status != STATUS_NO_MEMORY)
		(void)pump->progress(pump->owner, r.told);
	ring_release(&r);
	return status;
}
