#include "catalog/strokes.h"

#include <time.h>

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_stopped(const struct strokes *s)
{
	return s->stop != NULL && *s->stop;
}

enum status strokes_begin(struct strokes *s, struct err *err)
{
	int64_t since_ms = now_ms();
	enum status status;

	do {
		struct err why = ERR_INIT;

		if (is_stopped(s))
			return err_set(err, STATUS_CANCELLED,
				       "this node is stopping");
		status = catalog_begin(s->c, s->kind, &why);
		if (status != STATUS_OK && status != STATUS_BUSY)
			*err = why;
	} while (status == STATUS_BUSY &&
		 now_ms() - since_ms < STROKES_PATIENCE_MS);
	if (status == STATUS_BUSY)
		return err_set(err, STATUS_BUSY,
			       "another program writes to the records all the "
			       "time; say it again in a minute");
	s->begun_ms = now_ms();
	return status;
}

static enum status commit(struct strokes *s, struct err *err)
{
	int most = s->wal_pages == 0 ? STROKES_WAL_PAGES : s->wal_pages;
	enum status status = catalog_commit(s->c, err);

	if (status != STATUS_OK)
		return status;
	s->commits++;
	catalog_let_others();
	return catalog_wal_pages(s->c) > most ?
		       catalog_checkpoint_wal(catalog_path(s->c), err) :
		       STATUS_OK;
}

enum status strokes_turn(struct strokes *s, struct err *err)
{
	int64_t most_ms = s->ms == 0 ? STROKES_MS : (int64_t)s->ms;
	enum status status;

	if (!is_stopped(s) && !catalog_others_wait() &&
	    now_ms() - s->begun_ms < most_ms)
		return STATUS_OK;
	status = commit(s, err);
	return status == STATUS_OK ? strokes_begin(s, err) : status;
}

enum status strokes_end(struct strokes *s, enum status status,
			struct err *err)
{
	if (status == STATUS_OK)
		return commit(s, err);
	catalog_rollback(s->c);
	return status;
}
