#include "node/office/import_flow.h"

#include "catalog/imported.h"
#include "catalog/strokes.h"

enum { STROKE_MS = 200 }; /* nothing is lost with one, so they may be long */

static enum status write_piece(struct import_flow *f, struct piece *p,
			       struct err *err)
{
	struct imported_entry entry = {
		.entry = p->entry,
		.taken_s = p->taken_s,
		.now_s = f->now_s,
	};
	enum status status = STATUS_OK;

	if (p->state == PIECE_FAILED)
		return err_set(err, STATUS_NO_MEMORY, "a record");
	if (*p->row == 0)
		status = imported_station(f->office, p->station, p->row, err);
	if (status != STATUS_OK)
		return status;
	if (p->state == PIECE_READ) {
		entry.station = *p->row;
		entry.when = p->batch.head.when;
		entry.items = p->batch.items;
		status = imported_take(f->office, &entry, NULL, err);
		return status == STATUS_OLD ? STATUS_OK : status;
	}
	f->watch->odd += p->state == PIECE_ODD;
	return imported_pass(f->office, *p->row, p->entry, entry.now_s,
			     p->state == PIECE_ODD ? p->why : NULL, err);
}

static void count_down(struct import_flow *f, uint64_t done)
{
	f->watch->imported += done;
	f->watch->waiting -= done;
}

/* Pieces that are committed are counted, of those that are written so far. */
static void count_committed(struct import_flow *f, const struct strokes *s,
			    uint64_t *commits, size_t *counted, size_t written)
{
	if (s->commits == *commits)
		return;
	count_down(f, written - *counted);
	*commits = s->commits;
	*counted = written;
}

/* What is to stop ends with what was committed. */
static enum status write_chunk(struct import_flow *f, struct chunk *chunk,
			       struct err *err)
{
	struct strokes s = { .c = f->office, .kind = CATALOG_DERIVED,
			     .stop = &f->watch->stop, .ms = STROKE_MS };
	enum status status = strokes_begin(&s, err);
	uint64_t commits = 0;
	size_t counted = 0, i = 0;

	while (status == STATUS_OK && i < chunk->count) {
		status = write_piece(f, &chunk->pieces[i++], err);
		if (status == STATUS_OK)
			status = strokes_turn(&s, err);
		count_committed(f, &s, &commits, &counted, i);
	}
	status = strokes_end(&s, status, err);
	count_committed(f, &s, &commits, &counted, i);
	if (status != STATUS_CANCELLED)
		return status;
	*err = (struct err)ERR_INIT;
	return STATUS_OK;
}

static enum status gather(struct import_flow *f, struct chunk *chunk,
			  struct err *err)
{
	chunk->key = f->key;
	chunk->before = f->before;
	return f->gather(f->owner, chunk, err);
}

enum status import_flow_run(struct import_flow *f, struct err *err)
{
	struct chunk *now = &f->chunks[0], *next = &f->chunks[1];
	enum status status = gather(f, now, err);

	if (status == STATUS_OK) {
		chunk_start(now);
		chunk_finish(now);
	}
	while (status == STATUS_OK && now->count > 0 && !f->watch->stop) {
		struct chunk *written = now;

		status = gather(f, next, err);
		if (status == STATUS_OK) {
			chunk_start(next);
			status = write_chunk(f, now, err);
			chunk_finish(next);
		}
		chunk_clear(written);
		now = next;
		next = written;
	}
	chunk_clear(now);
	chunk_clear(next);
	return status;
}
