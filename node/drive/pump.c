/* A ring of batches. The reader fills them in order, a hasher looks at each,
 * the writer empties them in order:
 *
 *     written ... taken ... filled ... written + count
 *        |  hashed  |  to hash | being read |
 *
 * A batch is one long piece or many short ones, so that what the threads tell
 * each other costs nothing beside the work. The lock guards the counters; what
 * is in a batch belongs to the one whose turn it is. */
#include "node/drive/pump.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "node/payload.h"

enum {
	BATCH_BYTES = 1 << 20, /* or one piece */
	BATCH_PIECES = 256,
	BATCHES_MIN = 3,
	PAGE = 4096,
	HASHERS_MAX = 2,
	TELL_MS = 250
};

enum piece_state { PIECE_READ, PIECE_MISSING, PIECE_UNREAD, PIECE_DAMAGED };

struct batch {
	uint8_t *data;
	unsigned count;
	bool hashed; /* under the lock */
	struct batch_piece {
		uint32_t piece;
		size_t at; /* in `data`, on a page */
		enum piece_state state;
	} pieces[BATCH_PIECES];
};

struct ring {
	const struct pump *pump;
	uint8_t *moved;
	struct pump_result *result; /* the writer's while it runs */

	struct batch *batches;
	unsigned count;
	uint8_t *memory;
	size_t batch_bytes;
	struct merkle *hashers[HASHERS_MAX];
	unsigned hasher_count;

	atomic_bool stop; /* no more is to be read */
	pthread_mutex_t lock;
	pthread_cond_t emptied, to_hash, to_write, ended;
	/* Batches that went so far, counted from the start. */
	uint64_t filled, taken, written;
	bool read_over;	 /* nothing more will be filled */
	bool write_over; /* nothing more will be written */
	uint64_t told;	 /* bytes for `progress` */

	/* Read by the caller when the threads have ended. */
	bool read_stopped; /* there was more to read */
	unsigned read_errors;
	struct err read_err, write_err;
};

/* --- reading --- */

static bool is_wanted(const struct pump *pump, uint32_t *piece)
{
	while (*piece < pump->mi->pieces &&
	       !havemap_has(pump->want, *piece))
		(*piece)++;
	return *piece < pump->mi->pieces;
}

/* Read one piece to where `p` says. False ends the reading. */
static bool read_piece(struct ring *r, struct batch *b, struct batch_piece *p)
{
	struct err err = ERR_INIT;
	enum status status = r->pump->read(r->pump->from, p->piece,
					   b->data + p->at, &err);

	if (status == STATUS_OK || status == STATUS_NOT_FOUND) {
		p->state = status == STATUS_OK ? PIECE_READ : PIECE_MISSING;
		return true;
	}
	p->state = PIECE_UNREAD;
	if (status == STATUS_UNREACHABLE) {
		r->read_err = err;
		r->read_err.status = status;
		return false;
	}
	if (++r->read_errors < PUMP_READ_ERRORS_MAX)
		return true;
	r->read_err = err;
	(void)err_wrap(&r->read_err, "gave up after %u errors, the last of them",
		       r->read_errors);
	r->read_err.status = STATUS_IO;
	return false;
}

/* Fill a batch from `*piece` on. False when nothing more is to be read. */
static bool fill(struct ring *r, struct batch *b, uint32_t *piece)
{
	size_t at = 0;

	b->count = 0;
	while (b->count < BATCH_PIECES && is_wanted(r->pump, piece)) {
		size_t size = metainfo_piece(r->pump->mi, *piece).length;
		struct batch_piece *p = &b->pieces[b->count];

		if (r->batch_bytes - at < size)
			return true;
		r->read_stopped = atomic_load(&r->stop);
		if (r->read_stopped)
			return false;
		*p = (struct batch_piece){ .piece = *piece, .at = at };
		if (!read_piece(r, b, p) &&
		    r->read_err.status == STATUS_UNREACHABLE)
			return false;
		b->count++;
		(*piece)++;
		if (r->read_err.status != STATUS_OK)
			return false;
		if (p->state == PIECE_READ)
			at += (size + PAGE - 1) / PAGE * PAGE;
		if (at >= r->batch_bytes)
			return true;
	}
	return true;
}

/* Wait for a batch that nobody uses. NULL when the reading is to stop. */
static struct batch *take_empty(struct ring *r)
{
	struct batch *b = NULL;

	(void)pthread_mutex_lock(&r->lock);
	while (r->filled - r->written == r->count && !atomic_load(&r->stop))
		(void)pthread_cond_wait(&r->emptied, &r->lock);
	if (atomic_load(&r->stop))
		r->read_stopped = true;
	else
		b = &r->batches[r->filled % r->count];
	(void)pthread_mutex_unlock(&r->lock);
	return b;
}

static void *read_all(void *ring)
{
	struct ring *r = ring;
	struct batch *b;
	uint32_t piece = 0;
	bool more = true;

	while (more && is_wanted(r->pump, &piece) &&
	       (b = take_empty(r)) != NULL) {
		more = fill(r, b, &piece);
		(void)pthread_mutex_lock(&r->lock);
		r->filled++;
		(void)pthread_cond_signal(&r->to_hash);
		(void)pthread_mutex_unlock(&r->lock);
	}
	(void)pthread_mutex_lock(&r->lock);
	r->read_over = true;
	(void)pthread_cond_broadcast(&r->to_hash);
	(void)pthread_cond_broadcast(&r->to_write);
	(void)pthread_mutex_unlock(&r->lock);
	return NULL;
}

/* --- hashing --- */

static void check(struct ring *r, struct batch *b, struct merkle *hasher)
{
	for (unsigned i = 0; i < b->count; i++) {
		struct batch_piece *p = &b->pieces[i];

		if (p->state == PIECE_READ &&
		    !payload_piece_good_by(hasher, r->pump->mi, p->piece,
					   b->data + p->at))
			p->state = PIECE_DAMAGED;
	}
}

struct hashing {
	struct ring *ring;
	struct merkle *hasher;
};

static void *hash_all(void *hashing)
{
	struct ring *r = ((struct hashing *)hashing)->ring;
	struct merkle *hasher = ((struct hashing *)hashing)->hasher;

	(void)pthread_mutex_lock(&r->lock);
	for (;;) {
		struct batch *b;

		while (r->taken == r->filled && !r->read_over &&
		       !r->write_over)
			(void)pthread_cond_wait(&r->to_hash, &r->lock);
		if (r->taken == r->filled || r->write_over)
			break;
		b = &r->batches[r->taken++ % r->count];
		(void)pthread_mutex_unlock(&r->lock);
		check(r, b, hasher);
		(void)pthread_mutex_lock(&r->lock);
		b->hashed = true;
		(void)pthread_cond_signal(&r->to_write);
	}
	(void)pthread_mutex_unlock(&r->lock);
	return NULL;
}

/* --- writing --- */

/* Write and count one piece. False when it could not be written. */
static bool settle(struct ring *r, const struct batch *b,
		   const struct batch_piece *p)
{
	uint32_t size = metainfo_piece(r->pump->mi, p->piece).length;
	enum status status;

	switch (p->state) {
	case PIECE_MISSING:
		r->result->missing++;
		return true;
	case PIECE_UNREAD:
		r->result->unread++;
		return true;
	case PIECE_DAMAGED:
		r->result->damaged++;
		return true;
	case PIECE_READ:
		break;
	}
	status = r->pump->write(r->pump->to, p->piece, b->data + p->at,
				&r->write_err);
	if (status != STATUS_OK) {
		r->write_err.status = status;
		return false;
	}
	havemap_set(r->moved, p->piece);
	r->result->moved++;
	r->result->bytes += size;
	return true;
}

static bool empty(struct ring *r, const struct batch *b)
{
	for (unsigned i = 0; i < b->count; i++) {
		if (!settle(r, b, &b->pieces[i]))
			return false;
		(void)pthread_mutex_lock(&r->lock);
		r->told += metainfo_piece(r->pump->mi, b->pieces[i].piece)
				   .length;
		(void)pthread_mutex_unlock(&r->lock);
	}
	return true;
}

static void *write_all(void *ring)
{
	struct ring *r = ring;
	bool good = true;

	(void)pthread_mutex_lock(&r->lock);
	while (good) {
		struct batch *b = &r->batches[r->written % r->count];

		while (!(r->written < r->filled && b->hashed) &&
		       !(r->read_over && r->written == r->filled))
			(void)pthread_cond_wait(&r->to_write, &r->lock);
		if (r->written == r->filled)
			break;
		(void)pthread_mutex_unlock(&r->lock);
		good = empty(r, b);
		(void)pthread_mutex_lock(&r->lock);
		b->hashed = false;
		r->written++;
		(void)pthread_cond_signal(&r->emptied);
	}
	r->write_over = true;
	if (!good)
		atomic_store(&r->stop, true);
	(void)pthread_cond_signal(&r->emptied);
	(void)pthread_cond_broadcast(&r->to_hash);
	(void)pthread_cond_signal(&r->ended);
	(void)pthread_mutex_unlock(&r->lock);
	return NULL;
}

/* --- the caller --- */

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
	good = pthread_create(&threads[count], NULL, write_all, r) == 0;
	count += good;
	for (unsigned i = 0; good && i < r->hasher_count; i++) {
		hashing[i] = (struct hashing){ r, r->hashers[i] };
		good = pthread_create(&threads[count], NULL, hash_all,
				      &hashing[i]) == 0;
		count += good;
	}
	good = good &&
	       pthread_create(&threads[count], NULL, read_all, r) == 0;
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
	r->memory = aligned_alloc(PAGE, r->count * r->batch_bytes);
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
