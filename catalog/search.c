/* The search index: one document for each lesson entry of the logs. */
#include "catalog/search.h"

#include <stdlib.h>

#include "catalog/entry.h"
#include "catalog/lessonrow.h"
#include "catalog/log.h"
#include "catalog/sql.h"

/* A token nobody can type: keeps phrases from running out of one field into
 * the next. U+E000 is for private use. */
static const char fence[] = "\xee\x80\x80 ";

struct filling {
	struct catalog *c;
	int64_t log;
	struct buf title;
	struct buf initials;
	struct buf rest;
	struct entry entry; /* too large for every stack */
};

static void put_spaced(struct buf *out, const char *letters)
{
	for (; *letters != 0; letters++) {
		buf_put_u8(out, (uint8_t)*letters);
		buf_put_u8(out, ' ');
	}
}

static enum status put_lesson(struct filling *f, uint64_t n, struct err *err)
{
	static const char insert[] =
		"INSERT INTO lesson_search (rowid, title, initials, rest)"
		" VALUES (?, ?, ?, ?)";
	const struct lesson *l = &f->entry.lesson;
	enum status status;
	struct sql q;

	buf_clear(&f->title);
	buf_clear(&f->initials);
	buf_clear(&f->rest);
	status = search_tokens(l->title, &f->title);
	if (status == STATUS_OK && l->series.title[0] != 0) {
		buf_puts(&f->title, fence);
		status = search_tokens(l->series.title, &f->title);
	}
	put_spaced(&f->initials, l->initials);
	if (status == STATUS_OK)
		status = search_tokens(l->topic, &f->rest);
	buf_puts(&f->rest, fence);
	if (status == STATUS_OK)
		status = search_tokens(l->summary, &f->rest);
	if (status != STATUS_OK || f->title.failed || f->initials.failed ||
	    f->rest.failed)
		return err_set(err, STATUS_NO_MEMORY, "index for search");
	sql_start(&q, f->c, insert);
	sql_put_int(&q, lesson_row_number(f->log, n));
	sql_put_text_bytes(&q, buf_bytes(&f->title));
	sql_put_text_bytes(&q, buf_bytes(&f->initials));
	sql_put_text_bytes(&q, buf_bytes(&f->rest));
	return sql_run(&q, err);
}

static enum status fill_entry(void *owner, uint64_t n, struct bytes entry,
			      struct err *err)
{
	struct filling *f = owner;
	struct err why = ERR_INIT;
	enum status status = entry_parse(entry, &f->entry, &why);

	if (status == STATUS_MALFORMED)
		return STATUS_OK; /* refused: nothing to find */
	if (status != STATUS_OK)
		return err_set(err, status, "%s", why.text);
	return f->entry.type == ENTRY_LESSON ? put_lesson(f, n, err) :
					       STATUS_OK;
}

/* The first log that search is behind of; STATUS_NOT_FOUND when none. */
static enum status find_behind(struct catalog *c, int64_t *log,
			       uint64_t *first, uint64_t *count,
			       struct err *err)
{
	static const char find[] =
		"SELECT l.id, coalesce(i.searched, 0), l.indexed FROM logs l"
		" LEFT JOIN indexed i ON i.log = l.id"
		" WHERE l.indexed > coalesce(i.searched, 0)"
		" ORDER BY l.id LIMIT 1";
	enum status status;
	bool found;
	struct sql q;

	sql_start(&q, c, find);
	found = sql_next(&q);
	if (found) {
		*log = sql_int(&q, 0);
		*first = (uint64_t)sql_int(&q, 1);
		*count = (uint64_t)sql_int(&q, 2) - *first;
	}
	status = sql_finish(&q, err);
	return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

static enum status fill(struct filling *f, uint64_t first, uint64_t count,
			struct err *err)
{
	static const char advance[] =
		"INSERT INTO indexed (log, searched) VALUES (?, ?)"
		" ON CONFLICT (log) DO UPDATE SET searched = excluded.searched";
	enum status status = log_read_entries(f->c, f->log, first, count,
					      fill_entry, f, err);
	struct sql q;

	if (status != STATUS_OK)
		return err_wrap(err, "make search follow a log");
	sql_start(&q, f->c, advance);
	sql_put_int(&q, f->log);
	sql_put_int(&q, (int64_t)(first + count));
	return sql_run(&q, err);
}

static enum status fill_up_to(struct filling *f, unsigned max, unsigned *did,
			      struct err *err)
{
	uint64_t first, count;
	enum status status;

	while (*did < max) {
		status = find_behind(f->c, &f->log, &first, &count, err);
		if (status != STATUS_OK)
			return status == STATUS_NOT_FOUND ? STATUS_OK : status;
		if (count > max - *did)
			count = max - *did;
		status = fill(f, first, count, err);
		if (status != STATUS_OK)
			return status;
		*did += (unsigned)count;
	}
	return STATUS_OK;
}

enum status search_step(struct catalog *c, unsigned max_entries, unsigned *did,
			struct err *err)
{
	uint64_t first, count;
	unsigned done = 0;
	struct filling *f;
	enum status status;
	int64_t log;

	status = find_behind(c, &log, &first, &count, err);
	if (status != STATUS_OK) {
		if (status == STATUS_NOT_FOUND)
			*did = 0;
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	}
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return err_set(err, STATUS_NO_MEMORY, "index for search");
	f->c = c;
	status = catalog_begin(c, CATALOG_DERIVED, err);
	if (status == STATUS_OK) {
		status = fill_up_to(f, max_entries, &done, err);
		if (status == STATUS_OK)
			status = catalog_commit(c, err);
		else
			catalog_rollback(c);
	}
	buf_release(&f->title);
	buf_release(&f->initials);
	buf_release(&f->rest);
	free(f);
	if (status == STATUS_OK)
		*did = done;
	return status;
}

enum status search_tidy(struct catalog *c, bool *did, struct err *err)
{
	static const char merge[] =
		"INSERT INTO lesson_search (lesson_search, rank)"
		" VALUES ('merge', ?)";
	sqlite3 *db = sql_connection(c);
	int before = sqlite3_total_changes(db);
	enum status status = catalog_begin(c, CATALOG_DERIVED, err);
	struct sql q;

	if (status != STATUS_OK)
		return status;
	sql_start(&q, c, merge);
	sql_put_int(&q, SEARCH_TIDY_PAGES);
	status = sql_run(&q, err);
	if (status == STATUS_OK)
		status = catalog_commit(c, err);
	else
		catalog_rollback(c);
	/* Asking counts as one change; FTS5's manual, "merge". */
	if (status == STATUS_OK)
		*did = sqlite3_total_changes(db) - before >= 2;
	return status;
}

enum status search_behind(struct catalog *c, uint64_t *entries,
			  struct err *err)
{
	static const char ask[] =
		"SELECT coalesce(sum(l.indexed - coalesce(i.searched, 0)), 0)"
		" FROM logs l LEFT JOIN indexed i ON i.log = l.id"
		" WHERE l.indexed > coalesce(i.searched, 0)";
	enum status status;
	uint64_t behind = 0;
	struct sql q;

	sql_start(&q, c, ask);
	if (sql_next(&q))
		behind = (uint64_t)sql_int(&q, 0);
	status = sql_finish(&q, err);
	if (status == STATUS_OK)
		*entries = behind;
	return status;
}
