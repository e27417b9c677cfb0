/* Where pieces that came come to count: hashed and written on the pool, served
 * on at once, flushed together every few seconds, and only then remembered. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/payloads.h"
#include "node/clock.h"
#include "node/fetch_pieces.h"

enum { FREE_BUFFERS_MAX = 8 };

struct store {
	uv_work_t work;
	struct pieces *pieces;
	struct source *from; /* held */
	uint32_t piece, length;
	uint8_t *buffer;
	struct payload *file; /* borrowed from the free ones, or opened */
	bool near; /* it came from somebody there */
	bool good;
	enum status status;
	struct err err;
};

struct sync {
	uv_work_t work;
	struct pieces *pieces;
	uint8_t *map; /* what was written when it began */
	enum status status;
	struct err err;
};

/* --- who is asked for --- */

void pieces_pend(struct pieces *p, uint32_t piece)
{
	if (p->asked[piece] < UINT8_MAX)
		p->asked[piece]++;
	havemap_set(p->pending, piece);
}

void pieces_unpend(struct pieces *p, uint32_t piece)
{
	if (--p->asked[piece] == 0)
		havemap_unset(p->pending, piece);
}

/* --- buffers --- */

uint8_t *pieces_buffer(struct pieces *p)
{
	struct pieces_buffer *b = p->free_buffers;

	if (b == NULL)
		return malloc(p->job->tf->mi.piece_length);
	p->free_buffers = b->next;
	p->n_free--;
	return (uint8_t *)b;
}

void pieces_give_buffer(struct pieces *p, uint8_t *buffer)
{
	struct pieces_buffer *b = (struct pieces_buffer *)(void *)buffer;

	if (p->n_free == FREE_BUFFERS_MAX) {
		free(buffer);
		return;
	}
	b->next = p->free_buffers;
	p->free_buffers = b;
	p->n_free++;
}

void pieces_free_store(struct pieces *p)
{
	while (p->free_buffers != NULL) {
		struct pieces_buffer *b = p->free_buffers;

		p->free_buffers = b->next;
		free(b);
	}
	while (p->n_files > 0)
		payload_free(p->files[--p->n_files]);
}

/* --- a piece --- */

static void store_on_pool(uv_work_t *work)
{
	struct store *s = work->data;
	struct job *job = s->pieces->job;
	const struct metainfo *mi = &job->tf->mi;

	s->good = payload_piece_good(mi, s->piece, s->buffer);
	if (!s->good)
		return;
	if (s->file == NULL)
		s->status = payload_open(&s->file, job->dir, mi, PAYLOAD_WRITE,
					 &s->err);
	if (s->status == STATUS_OK)
		s->status = payload_write(s->file, s->piece, s->buffer,
					  &s->err);
}

static void piece_is_here(struct pieces *p, const struct store *s)
{
	struct job *job = p->job;
	struct traffic *traffic = job->f->o.traffic;

	source_worked(s->from, fetcher_now(job->f));
	if (havemap_has(job->got, s->piece)) {
		if (traffic != NULL)
			atomic_fetch_add_explicit(&traffic->redundant,
						  s->length,
						  memory_order_relaxed);
		return;
	}
	havemap_set(job->got, s->piece);
	job->good++;
	job->good_bytes += s->length;
	job_piece_from(job, s->piece, s->near);
	job->trouble[0] = 0;
	p->dirty = true;
	job_arriving_piece(job, s->piece);
	job_tell(job);
}

static void piece_is_bad(struct pieces *p, const struct store *s)
{
	struct fetcher *f = p->job->f;

	if (f->o.traffic != NULL)
		atomic_fetch_add_explicit(&f->o.traffic->failed, s->length,
					  memory_order_relaxed);
	source_lied(s->from, fetcher_now(f), "a piece is not what was signed");
	job_peer_failed(p->job, s->from);
	for (unsigned i = 0; i < p->n_peers; i++)
		if (p->peers[i]->is.source == s->from)
			pieces_lied(p->peers[i], s->piece);
}

static void stored(uv_work_t *work, int cancelled)
{
	struct store *s = work->data;
	struct pieces *p = s->pieces;
	struct job *job = p->job;

	(void)cancelled;
	p->storing--;
	job->f->storing_bytes -= s->length;
	pieces_unpend(p, s->piece);
	if (!s->good)
		piece_is_bad(p, s);
	else if (s->status == STATUS_OK)
		piece_is_here(p, s);
	else
		job_pause(job, JOB_ROOM_MS, s->err.text);
	source_drop(s->from);
	if (s->file != NULL && s->status == STATUS_OK &&
	    p->n_files < sizeof(p->files) / sizeof(*p->files))
		p->files[p->n_files++] = s->file;
	else
		payload_free(s->file);
	pieces_give_buffer(p, s->buffer);
	free(s);
	pieces_resume(job->f);
	pieces_go(p);
}

void pieces_store(struct pieces_request *r, uint32_t piece, uint8_t *buffer)
{
	struct pieces *p = r->pieces;
	struct store *s = calloc(1, sizeof(*s));
	uint32_t length = metainfo_piece(&p->job->tf->mi, piece).length;

	if (s == NULL) {
		pieces_give_buffer(p, buffer);
		pieces_unpend(p, piece);
		return;
	}
	*s = (struct store){ .pieces = p,
			     .from = r->peer->is.source,
			     .piece = piece,
			     .length = length,
			     .buffer = buffer,
			     .near = r->peer->is.reach == PEER_NEAR,
			     .err = ERR_INIT };
	s->work.data = s;
	source_hold(s->from);
	if (p->n_files > 0)
		s->file = p->files[--p->n_files];
	r->peer->failures = 0;
	p->storing++;
	p->job->f->storing_bytes += length;
	(void)uv_queue_work(p->job->f->o.loop, &s->work, store_on_pool,
			    stored);
}

/* --- durability --- */

static void sync_on_pool(uv_work_t *work)
{
	struct sync *s = work->data;
	struct job *job = s->pieces->job;

	s->status = payload_sync(job->dir, &job->tf->mi, &s->err);
	/* Files that are not there yet are no reason not to flush the rest. */
	if (s->status == STATUS_NOT_FOUND)
		s->status = STATUS_OK;
}

static void remember(struct sync *s)
{
	struct job *job = s->pieces->job;
	const struct metainfo *mi = &job->tf->mi;
	struct bytes map = { s->map, havemap_size(mi->pieces) };
	struct err err = ERR_INIT;

	if (job->published)
		return;
	if (s->status != STATUS_OK) {
		s->pieces->dirty = true;
		job_pause(job, JOB_ROOM_MS, s->err.text);
	} else if (payload_put(job->f->o.house->catalog, job->btmh, mi->total,
			       mi->pieces, map, clock_s(), &err) != STATUS_OK) {
		s->pieces->dirty = true;
		job_pause(job, JOB_ROOM_MS, err.text);
	} else {
		memcpy(job->have, s->map, map.size);
	}
}

static void synced(uv_work_t *work, int cancelled)
{
	struct sync *s = work->data;
	struct pieces *p = s->pieces;

	(void)cancelled;
	p->syncing = false;
	p->synced_ms = fetcher_now(p->job->f);
	remember(s);
	free(s->map);
	free(s);
	pieces_go(p);
}

void pieces_sync(struct pieces *p, bool now)
{
	struct job *job = p->job;
	size_t size = havemap_size(job->tf->mi.pieces);
	struct sync *s;

	if (p->syncing || !p->dirty)
		return;
	if (!now && fetcher_now(job->f) - p->synced_ms < PIECES_SYNC_MS) {
		job_wake_at(job, p->synced_ms + PIECES_SYNC_MS);
		return;
	}
	s = calloc(1, sizeof(*s));
	if (s != NULL)
		s->map = malloc(size);
	if (s == NULL || s->map == NULL) {
		free(s);
		return;
	}
	s->pieces = p;
	s->err = (struct err)ERR_INIT;
	s->work.data = s;
	memcpy(s->map, job->got, size);
	p->syncing = true;
	p->dirty = false;
	(void)uv_queue_work(job->f->o.loop, &s->work, sync_on_pool, synced);
}
