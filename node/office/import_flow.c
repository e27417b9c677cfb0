#include "node/office/import_flow.h"

#include <unistd.h>

#include "catalog/imported.h"

enum {
	STROKE_MS = 400, /* nothing is lost with one, so they may be long */
	/* Pages in the write-ahead log before they are moved beside the work;
	 * and before the work waits until all are, so that it begins anew. */
	WAL_PAGES = 8000,
	WAL_PAGES_MAX = 64000,
	CACHE_KIB_MIN = 64 << 10,
	CACHE_KIB_MAX = 512 << 10,
	CACHE_SHARE = 16 /* of memory */
};

unsigned import_cache_kib(void)
{
	int64_t pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	int64_t kib = pages / CACHE_SHARE * (size / 1024);

	return kib < CACHE_KIB_MIN ? CACHE_KIB_MIN :
	       kib > CACHE_KIB_MAX ? CACHE_KIB_MAX :
				     (unsigned)kib;
}

/* --- the write-ahead log --- */

static void move_log(void *arg)
{
	struct import_flow *f = arg;
	struct err ignored = ERR_INIT; /* who waits for it tells */

	(void)catalog_checkpoint_wal(catalog_path(f->office), &ignored);
	f->moved = true;
}

static void end_moving(struct import_flow *f)
{
	if (f->moving)
		(void)uv_thread_join(&f->mover);
	f->moving = false;
}

/* After a commit. Where the log grows too long all the same, the strokes wait
 * until it was moved. */
static void keep_log_short(struct import_flow *f)
{
	if (f->moving && !f->moved)
		return;
	end_moving(f);
	f->moved = false;
	f->moving = catalog_wal_pages(f->office) > WAL_PAGES &&
		    uv_thread_create(&f->mover, move_log, f) == 0;
}

/* --- writing --- */

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
		entry.read = p->read;
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

/* Pieces that are committed are counted. */
static void count_committed(struct import_flow *f)
{
	if (f->strokes.commits == f->commits)
		return;
	count_down(f, f->written);
	f->commits = f->strokes.commits;
	f->written = 0;
	keep_log_short(f);
}

static enum status write_chunk(struct import_flow *f, struct chunk *chunk,
			       struct err *err)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < chunk->count && status == STATUS_OK; i++) {
		status = write_piece(f, &chunk->pieces[i], err);
		f->written += status == STATUS_OK;
		if (status == STATUS_OK)
			status = strokes_turn(&f->strokes, err);
		count_committed(f);
	}
	return status;
}

static enum status gather(struct import_flow *f, struct chunk *chunk,
			  struct err *err)
{
	chunk->key = f->key;
	chunk->before = f->before;
	return f->gather(f->owner, chunk, err);
}

/* The first is opened, and there is something in it: one chunk is written while
 * the next is opened and the one before is let go of. */
static enum status write_all(struct import_flow *f, struct err *err)
{
	struct chunk *now = &f->chunks[0], *next = &f->chunks[1];
	struct chunk *done = &f->chunks[2];
	enum status status = STATUS_OK;

	while (status == STATUS_OK && now->count > 0 && !f->watch->stop) {
		struct chunk *cleared = done; /* by then */

		status = gather(f, next, err);
		if (status == STATUS_OK) {
			chunk_start(next, done);
			status = write_chunk(f, now, err);
			chunk_finish(next);
		}
		done = now;
		now = next;
		next = cleared;
	}
	return status;
}

/* What is to stop ends with what was committed. */
static enum status write_in_strokes(struct import_flow *f, struct err *err)
{
	enum status status;

	f->strokes = (struct strokes){ .c = f->office,
				       .kind = CATALOG_DERIVED,
				       .stop = &f->watch->stop,
				       .ms = STROKE_MS,
				       .wal_pages = WAL_PAGES_MAX };
	f->commits = f->written = 0;
	status = strokes_begin(&f->strokes, err);
	if (status == STATUS_OK) {
		status = write_all(f, err);
		status = strokes_end(&f->strokes, status, err);
		count_committed(f);
		end_moving(f);
	}
	if (status != STATUS_CANCELLED)
		return status;
	*err = (struct err)ERR_INIT;
	return STATUS_OK;
}

enum status import_flow_run(struct import_flow *f, struct err *err)
{
	struct chunk *first = &f->chunks[0];
	enum status status = gather(f, first, err);

	if (status == STATUS_OK && first->count > 0) {
		chunk_start(first, NULL);
		chunk_finish(first);
		status = write_in_strokes(f, err);
	}
	for (size_t i = 0; i < sizeof(f->chunks) / sizeof(f->chunks[0]); i++)
		chunk_clear(&f->chunks[i]);
	return status;
}
