/* The three turns of a batch: read, hashed, written. */
#include "node/drive/pump_ring.h"

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
	(void)err_wrap(&r->read_err,
		       "gave up after %u errors, the last of them",
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
			at += (size + BATCH_PAGE - 1) / BATCH_PAGE * BATCH_PAGE;
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

void *pump_read_all(void *ring)
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

void *pump_hash_all(void *hashing)
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
	status = r->pump->write == NULL ?
			 STATUS_OK :
			 r->pump->write(r->pump->to, p->piece, b->data + p->at,
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

void *pump_write_all(void *ring)
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
