/* What came of entries that count for nothing now is taken away, slice by slice
 * (index_again.c): a slice is judged by what is in the tables, and by the
 * length of entries where that is limited. */
#include <stdlib.h>
#include <string.h>

#include "catalog/again.h"
#include "catalog/index_inside.h"
#include "catalog/lessonrow.h"
#include "catalog/sql.h"

/* One slice of a log: the rows of its entries [from, end). */
struct strip {
	struct index *x;
	bool counts;  /* the log does */
	uint64_t gone; /* from here on nothing of it is what is here */
	uint64_t from, end;
	uint32_t *sizes; /* of its entries; NULL where any will do */
	char others[ORIGIN_MAX + 1]; /* logs that speak of it are marked */
	bool others_marked;
	bool end_counts; /* of the station at hand */
};

/* Of one row that is to go. */
struct row {
	int64_t row;
	uint64_t short_id;
	int64_t origin;
	uint8_t bytes[32]; /* btmh or key */
};

/* --- what counts --- */

static uint32_t size_of(const struct strip *s, uint64_t n)
{
	return s->sizes == NULL ? 0 : s->sizes[n - s->from];
}

/* Does its place in the log let entry `n` count? */
static bool place_counts(const struct strip *s, uint64_t n)
{
	const struct index *x = s->x;
	const struct publisher *p = x->publisher;

	return s->counts && n < s->gone &&
	       (x->cutoff == NULL || n < x->cutoff->size) &&
	       (p->entries_max == 0 || n < p->entries_max) &&
	       (p->entry_bytes_max == 0 || size_of(s, n) <= p->entry_bytes_max);
}

static enum status note_size(void *owner, uint64_t n, struct bytes entry,
			     struct err *err)
{
	struct strip *s = owner;

	(void)err;
	s->sizes[n - s->from] = (uint32_t)entry.size;
	return STATUS_OK;
}

static enum status read_sizes(struct strip *s, struct err *err)
{
	if (!s->counts || s->x->publisher->entry_bytes_max == 0)
		return STATUS_OK;
	s->sizes = calloc(s->end - s->from, sizeof(*s->sizes));
	if (s->sizes == NULL)
		return err_set(err, STATUS_NO_MEMORY, "judge a log");
	return log_read_entries(s->x->c, s->x->log.id, s->from,
				s->end - s->from, note_size, s, err);
}

/* --- logs that speak of the same lessons --- */

static enum status mark_if_it_speaks(void *owner, const struct log_info *info,
				     struct err *err)
{
	struct strip *s = owner;

	return info->id != s->x->log.id && info->indexed > 0 &&
			       authority_succeeds(s->x->authority, info->origin,
						  s->others) ?
		       again_read(s->x->c, info->id, err) :
		       STATUS_OK;
}

/* Something about a lesson of this origin goes. */
static enum status mark_others(struct strip *s, const char *origin,
			       struct err *err)
{
	enum status status = STATUS_OK;

	if (s->others_marked && strcmp(s->others, origin) == 0)
		return STATUS_OK;
	strcpy(s->others, origin);
	/* Without successors nobody speaks of another's lessons. */
	if (authority_cutoff_count(s->x->authority) > 0 ||
	    strcmp(origin, s->x->log.origin) != 0)
		status = log_each(s->x->c, mark_if_it_speaks, s, err);
	s->others_marked = status == STATUS_OK;
	return status;
}

/* --- lessons --- */

/* Begin a question about rows `log`, `from` to below `end`. */
static void ask(struct sql *q, const struct strip *s, const char *question)
{
	sql_start(q, s->x->c, question);
	sql_put_int(q, s->x->log.id);
	sql_put_int(q, (int64_t)s->from);
	sql_put_int(q, (int64_t)s->end);
}

/* `list` gathers struct row. STATUS_NO_MEMORY when it has failed. */
static enum status gathered(struct sql *q, struct buf *list, struct err *err)
{
	enum status status = sql_finish(q, err);

	return status == STATUS_OK && buf_status(list) != STATUS_OK ?
		       err_set(err, STATUS_NO_MEMORY, "judge a log") :
		       status;
}

static void take_bytes(struct row *row, struct bytes from)
{
	if (from.size == sizeof(row->bytes))
		memcpy(row->bytes, from.data, from.size);
}

static enum status find_lessons(struct strip *s, struct buf *list,
				struct err *err)
{
	static const char find[] =
		"SELECT l.row, o.name, l.region, l.topic, max(l.bytes,"
		" ifnull((SELECT max(r.bytes) FROM rendition r"
		" WHERE r.row = l.row), 0)), l.btmh FROM lesson l"
		" JOIN origin o ON o.id = l.origin"
		" WHERE l.row >= ? AND l.row < ? ORDER BY l.row";
	enum status status = STATUS_OK, finished;
	struct err ignored = ERR_INIT;
	struct sql q;

	sql_start(&q, s->x->c, find);
	sql_put_int(&q, lesson_row_number(s->x->log.id, s->from));
	sql_put_int(&q, lesson_row_number(s->x->log.id, s->end));
	while (status == STATUS_OK && sql_next(&q)) {
		struct row row = { .row = sql_int(&q, 0) };
		uint64_t n = (uint64_t)(row.row -
					lesson_row_number(s->x->log.id, 0));
		const char *origin = sql_text(&q, 1);

		if (strlen(origin) > ORIGIN_MAX ||
		    (place_counts(s, n) &&
		     index_lesson_counts(s->x, origin, sql_text(&q, 2),
					 sql_text(&q, 3),
					 (uint64_t)sql_int(&q, 4),
					 size_of(s, n))))
			continue;
		take_bytes(&row, sql_blob(&q, 5));
		buf_put(list, &row, sizeof(row));
		status = mark_others(s, origin, err);
	}
	finished = gathered(&q, list, status == STATUS_OK ? err : &ignored);
	return status == STATUS_OK ? finished : status;
}

static enum status note_renditions(struct index *x, int64_t row,
				   struct err *err)
{
	static const char list[] = "SELECT btmh FROM rendition WHERE row = ?";
	struct sql q;

	sql_start(&q, x->c, list);
	sql_put_int(&q, row);
	while (sql_next(&q)) {
		struct bytes btmh = sql_blob(&q, 0);

		if (btmh.size == LESSON_BTMH_SIZE)
			index_note(x, btmh.data, 0, false);
	}
	return sql_finish(&q, err);
}

static enum status strip_lessons(struct strip *s, struct err *err)
{
	struct buf list = BUF_INIT;
	enum status status = find_lessons(s, &list, err);
	struct row row;

	for (size_t at = 0; status == STATUS_OK && at < list.size;
	     at += sizeof(row)) {
		memcpy(&row, list.data + at, sizeof(row));
		status = note_renditions(s->x, row.row, err);
		if (status == STATUS_OK)
			status = lessonrow_delete(s->x->c, row.row, err);
		index_note(s->x, row.bytes, 0, false);
	}
	buf_release(&list);
	return status;
}

/* --- withdrawals --- */

static enum status find_withdrawals(struct strip *s, struct buf *list,
				    struct err *err)
{
	static const char find[] =
		"SELECT w.entry, w.short, w.origin, o.name FROM withdrawn w"
		" JOIN origin o ON o.id = w.origin"
		" WHERE w.log = ? AND w.entry >= ? AND w.entry < ?";
	enum status status = STATUS_OK, finished;
	struct err ignored = ERR_INIT;
	struct sql q;

	ask(&q, s, find);
	while (status == STATUS_OK && sql_next(&q)) {
		struct row row = { .short_id = (uint64_t)sql_int(&q, 1),
				   .origin = sql_int(&q, 2) };
		const char *origin = sql_text(&q, 3);

		if (strlen(origin) > ORIGIN_MAX ||
		    (place_counts(s, (uint64_t)sql_int(&q, 0)) &&
		     authority_succeeds(s->x->authority, s->x->log.origin,
					origin)))
			continue;
		buf_put(list, &row, sizeof(row));
		status = mark_others(s, origin, err);
	}
	finished = gathered(&q, list, status == STATUS_OK ? err : &ignored);
	return status == STATUS_OK ? finished : status;
}

static enum status strip_withdrawals(struct strip *s, struct err *err)
{
	static const char doubt[] = "UPDATE withdrawn SET log = 0"
				    " WHERE short = ? AND origin = ?";
	struct buf list = BUF_INIT;
	enum status status = find_withdrawals(s, &list, err);
	struct row row;
	struct sql q;

	for (size_t at = 0; status == STATUS_OK && at < list.size;
	     at += sizeof(row)) {
		memcpy(&row, list.data + at, sizeof(row));
		sql_start(&q, s->x->c, doubt);
		sql_put_int(&q, (int64_t)row.short_id);
		sql_put_int(&q, row.origin);
		status = sql_run(&q, err);
	}
	buf_release(&list);
	return status;
}

/* --- stations --- */

/* Another station may have been enrolled in its place, where it may not. */
static enum status look_at_successor(void *owner, uint64_t n,
				     struct bytes entry, struct err *err)
{
	struct strip *s = owner;
	struct entry *e = &s->x->entry;
	struct err why = ERR_INIT;
	enum status status = entry_parse(entry, e, &why);

	(void)n;
	s->end_counts = status != STATUS_OK || e->type != ENTRY_STATION ||
			index_may_enrol(s->x, e->station.region);
	return status == STATUS_NO_MEMORY ?
		       err_set(err, status, "%s", why.text) :
		       STATUS_OK;
}

static enum status station_counts(struct strip *s, struct sql *q, bool *counts,
				  struct err *err)
{
	uint64_t n = (uint64_t)sql_int(q, 0);
	enum status status;

	*counts = place_counts(s, n) && index_may_enrol(s->x, sql_text(q, 1));
	if (!*counts || sql_int(q, 3) == 0)
		return STATUS_OK;
	s->end_counts = true;
	status = log_read_entries(s->x->c, s->x->log.id, n, 1,
				  look_at_successor, s, err);
	*counts = s->end_counts;
	return status;
}

static enum status find_stations(struct strip *s, struct buf *list,
				 struct err *err)
{
	static const char find[] =
		"SELECT entry, region, key, ended FROM station"
		" WHERE log = ? AND entry >= ? AND entry < ?";
	enum status status = STATUS_OK, finished;
	struct err ignored = ERR_INIT;
	struct sql q;

	ask(&q, s, find);
	while (status == STATUS_OK && sql_next(&q)) {
		struct row row = { .row = 0 };
		bool counts;

		status = station_counts(s, &q, &counts, err);
		if (status != STATUS_OK || counts)
			continue;
		take_bytes(&row, sql_blob(&q, 2));
		buf_put(list, &row, sizeof(row));
	}
	finished = gathered(&q, list, status == STATUS_OK ? err : &ignored);
	return status == STATUS_OK ? finished : status;
}

static enum status strip_stations(struct strip *s, struct err *err)
{
	static const char forget[] =
		"DELETE FROM station WHERE key = ? AND log = ?";
	struct buf list = BUF_INIT;
	enum status status = find_stations(s, &list, err);
	struct row row;
	struct sql q;

	for (size_t at = 0; status == STATUS_OK && at < list.size;
	     at += sizeof(row)) {
		memcpy(&row, list.data + at, sizeof(row));
		sql_start(&q, s->x->c, forget);
		sql_put_blob(&q, (struct bytes){ row.bytes,
						 sizeof(row.bytes) });
		sql_put_int(&q, s->x->log.id);
		status = sql_run(&q, err);
		s->x->ended = true;
	}
	buf_release(&list);
	return status;
}

/* --- cards --- */

static bool card_counts(void *owner, uint64_t n)
{
	return place_counts(owner, n);
}

/* --- strip --- */

/* The newest entry below `below` of which something came; false: none. */
static enum status find_top(const struct strip *s, uint64_t below, bool *any,
			    uint64_t *top, struct err *err)
{
	static const char find[] =
		"SELECT max(n) FROM (SELECT max(row) - ?1 AS n FROM lesson"
		" WHERE row >= ?1 AND row < ?1 + ?3 UNION ALL"
		" SELECT max(entry) FROM withdrawn WHERE log = ?2"
		" AND entry < ?3 UNION ALL"
		" SELECT max(entry) FROM station WHERE log = ?2"
		" AND entry < ?3 UNION ALL"
		" SELECT max(entry) FROM card WHERE log = ?2"
		" AND entry < ?3 UNION ALL"
		" SELECT max(ended) FROM card WHERE log = ?2"
		" AND ended < ?3 UNION ALL"
		" SELECT max(entry) FROM refused WHERE log = ?2"
		" AND entry < ?3 AND entry >= ?4)";
	uint64_t gone = s->gone < INT64_MAX ? s->gone : INT64_MAX;
	struct sql q;

	*any = false;
	sql_start(&q, s->x->c, find);
	sql_put_int(&q, lesson_row_number(s->x->log.id, 0));
	sql_put_int(&q, s->x->log.id);
	sql_put_int(&q, (int64_t)below);
	sql_put_int(&q, (int64_t)gone);
	if (sql_next(&q) && !sql_is_null(&q, 0)) {
		*any = true;
		*top = (uint64_t)sql_int(&q, 0);
	}
	return sql_finish(&q, err);
}

static enum status strip_slice(struct strip *s, struct err *err)
{
	enum status status = read_sizes(s, err);

	if (status == STATUS_OK)
		status = strip_lessons(s, err);
	if (status == STATUS_OK)
		status = strip_withdrawals(s, err);
	if (status == STATUS_OK)
		status = strip_stations(s, err);
	if (status == STATUS_OK)
		status = index_strip_cards(s->x, s->from, s->end, card_counts,
					   s, err);
	if (status == STATUS_OK && s->gone < s->end)
		status = index_forget_refused(
			s->x, s->gone > s->from ? s->gone : s->from, s->end,
			err);
	free(s->sizes);
	return status;
}

/* All that had to go is gone. Of a log that does not count, that was all. */
static enum status stripped(const struct strip *s, struct again *again,
			    struct err *err)
{
	enum status status;

	again->strips = again->has_stale = false;
	if (s->counts)
		return again_put(s->x->c, again, err);
	status = log_set_indexed(s->x->c, again->log, 0, err);
	return status == STATUS_OK ? again_end(s->x->c, again->log, err) :
				     status;
}

enum status index_strip(struct index *x, unsigned max, unsigned *did,
			struct err *err)
{
	struct strip s = { .x = x, .gone = UINT64_MAX };
	struct again again;
	uint64_t top = 0;
	bool any = false;
	enum status status = again_next(x->c, true, &again, err);

	*did = 0;
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_OK)
		status = index_begin_again(x, &again, &s.counts, err);
	if (status != STATUS_OK)
		return err_wrap(err, "judge a log again");
	s.gone = !s.counts ? 0 : again.has_stale ? again.stale : UINT64_MAX;
	*did = 1;
	status = find_top(&s, again.strip, &any, &top, err);
	if (status == STATUS_OK && !any)
		status = stripped(&s, &again, err);
	if (status == STATUS_OK && any) {
		s.end = top + 1;
		s.from = s.end > max ? s.end - max : 0;
		again.strip = s.from;
		*did = (unsigned)(s.end - s.from);
		status = strip_slice(&s, err);
		if (status == STATUS_OK)
			status = again_put(x->c, &again, err);
	}
	return status == STATUS_OK ? STATUS_OK :
				     err_wrap(err, "judge '%s' again",
					      x->log.origin);
}
