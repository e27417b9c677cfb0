/* Lessons and their withdrawal.
 *
 * What is left after any number of entries from any number of logs does not
 * depend on the order in which the logs came: the highest revision wins, of
 * equal ones the one in the id's own log, then the one in the log whose origin
 * is first in byte order, then the earliest entry; a withdrawal is for good. */
#include <string.h>

#include "catalog/index_inside.h"
#include "catalog/lessonrow.h"
#include "catalog/sql.h"

/* The revision that is here. */
struct present {
	bool any;
	int64_t row;
	uint32_t rev;
	uint8_t btmh[LESSON_BTMH_SIZE];
};

static enum status find_present(struct index *x,
				const struct lessonrow_standing *s,
				struct present *out, struct err *err)
{
	static const char find[] = "SELECT row, rev, btmh FROM lesson"
				   " WHERE short = ? AND origin = ?";
	struct sql q;

	memset(out, 0, sizeof(*out));
	sql_start(&q, x->c, find);
	sql_put_int(&q, (int64_t)s->short_id);
	sql_put_int(&q, s->origin);
	if (sql_next(&q)) {
		struct bytes btmh = sql_blob(&q, 2);

		out->any = true;
		out->row = sql_int(&q, 0);
		out->rev = (uint32_t)sql_int(&q, 1);
		if (btmh.size == sizeof(out->btmh))
			memcpy(out->btmh, btmh.data, btmh.size);
	}
	return sql_finish(&q, err);
}

/* Of two logs, does `a` come before `b` for lessons of `origin`? */
static bool log_goes_first(const char *origin, const char *a, const char *b)
{
	if (strcmp(a, origin) == 0 || strcmp(b, origin) == 0)
		return strcmp(a, origin) == 0 && strcmp(b, origin) != 0;
	return strcmp(a, b) < 0;
}

/* Does the lesson in `x`, of this row, take the place of the present one? */
static enum status takes_place(struct index *x, const char *origin, int64_t row,
			       const struct present *present, bool *takes,
			       struct err *err)
{
	uint32_t rev = x->entry.lesson.rev;
	int64_t log = present->row >> LESSON_ROW_SHIFT;
	struct log_info other;
	enum status status;

	*takes = !present->any || rev > present->rev ||
		 (rev == present->rev && log == x->log.id &&
		  row < present->row);
	if (!present->any || rev != present->rev || log == x->log.id)
		return STATUS_OK;
	status = log_get(x->c, log, &other, err);
	if (status == STATUS_OK)
		*takes = log_goes_first(origin, x->log.origin, other.origin);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status is_withdrawn(struct index *x,
				struct lessonrow_standing *s, struct err *err)
{
	static const char find[] = "SELECT 1 FROM withdrawn"
				   " WHERE short = ? AND origin = ?";
	struct sql q;

	if (!x->any_withdrawn)
		return STATUS_OK;
	sql_start(&q, x->c, find);
	sql_put_int(&q, (int64_t)s->short_id);
	sql_put_int(&q, s->origin);
	s->withdrawn = sql_next(&q);
	return sql_finish(&q, err);
}

static enum status is_chosen(struct index *x, struct lessonrow_standing *s,
			     struct err *err)
{
	static const char find[] = "SELECT choice FROM choice WHERE id = ?";
	struct sql q;

	if (!x->any_choice)
		return STATUS_OK;
	sql_start(&q, x->c, find);
	sql_put_text(&q, x->entry.lesson.id);
	if (sql_next(&q))
		s->choice = (enum choice)sql_int(&q, 0);
	return sql_finish(&q, err);
}

static enum status is_held(struct index *x, struct lessonrow_standing *s,
			   struct err *err)
{
	static const char find[] = "SELECT state FROM payload WHERE btmh = ?";
	struct sql q;

	if (!x->any_payload)
		return STATUS_OK;
	sql_start(&q, x->c, find);
	sql_put_blob(&q, (struct bytes){ x->entry.lesson.btmh,
					 LESSON_BTMH_SIZE });
	if (sql_next(&q))
		s->held = sql_int(&q, 0) == PAYLOAD_HELD;
	return sql_finish(&q, err);
}

/* What the lesson had until now belongs to it still: a withdrawal is for that,
 * too. */
static enum status keep_former(struct index *x, int64_t row, struct err *err)
{
	static const char keep[] =
		"INSERT OR IGNORE INTO former (btmh, short, origin)"
		" SELECT btmh, short, origin FROM lesson WHERE row = ?1"
		" UNION ALL SELECT r.btmh, l.short, l.origin FROM rendition r"
		" JOIN lesson l ON l.row = r.row WHERE r.row = ?1";
	struct sql q;

	sql_start(&q, x->c, keep);
	sql_put_int(&q, row);
	return sql_run(&q, err);
}

static enum status put_former(struct index *x,
			      const struct lessonrow_standing *s,
			      const uint8_t *btmh, struct err *err)
{
	static const char put[] =
		"INSERT OR IGNORE INTO former (btmh, short, origin)"
		" VALUES (?, ?, ?)";
	struct sql q;

	sql_start(&q, x->c, put);
	sql_put_blob(&q, (struct bytes){ btmh, LESSON_BTMH_SIZE });
	sql_put_int(&q, (int64_t)s->short_id);
	sql_put_int(&q, s->origin);
	return sql_run(&q, err);
}

/* The entry at hand is no news: a revision that was over before it came. */
static enum status put_formers(struct index *x,
			       const struct lessonrow_standing *s,
			       struct err *err)
{
	const struct lesson *l = &x->entry.lesson;
	enum status status = put_former(x, s, l->btmh, err);

	for (size_t i = 0; i < l->also_count && status == STATUS_OK; i++)
		status = put_former(x, s, l->also[i].btmh, err);
	return status;
}

/* A withdrawn lesson's renditions and earlier revisions go with it. */
static enum status note_others(struct index *x,
			       const struct lessonrow_standing *s, int64_t row,
			       struct err *err)
{
	static const char list[] =
		"SELECT btmh FROM rendition WHERE row = ?1 UNION"
		" SELECT btmh FROM former WHERE short = ?2 AND origin = ?3";
	struct sql q;

	sql_start(&q, x->c, list);
	sql_put_int(&q, row);
	sql_put_int(&q, (int64_t)s->short_id);
	sql_put_int(&q, s->origin);
	while (sql_next(&q)) {
		struct bytes btmh = sql_blob(&q, 0);

		if (btmh.size == LESSON_BTMH_SIZE)
			index_note(x, btmh.data, row, true);
	}
	return sql_finish(&q, err);
}

static enum status put_lesson(struct index *x, struct lessonrow_standing *s,
			      const struct present *present, struct err *err)
{
	const struct lesson *l = &x->entry.lesson;
	enum status status = is_withdrawn(x, s, err);

	if (status == STATUS_OK)
		status = is_chosen(x, s, err);
	if (status == STATUS_OK)
		status = is_held(x, s, err);
	if (status == STATUS_OK && present->any)
		status = keep_former(x, present->row, err);
	if (status == STATUS_OK && present->any)
		status = lessonrow_delete(x->c, present->row, err);
	if (status != STATUS_OK)
		return status;
	s->wanted = want_decide(&x->place,
				&(struct want_facts){
					.topic = l->topic,
					.region = l->region,
					.choice = s->choice,
					.withdrawn = s->withdrawn },
				&s->why);
	status = lessonrow_insert(x->c, l, s, err);
	if (status == STATUS_OK && l->also_count > 0)
		status = index_renditions(x, s->row, s->wanted, err);
	if (status != STATUS_OK)
		return status;
	if (present->any &&
	    memcmp(present->btmh, l->btmh, sizeof(l->btmh)) != 0)
		index_note(x, present->btmh, 0, s->withdrawn);
	index_note(x, l->btmh, s->row, s->withdrawn);
	if (s->withdrawn)
		return note_others(x, s, s->row, err);
	return STATUS_OK;
}

static uint64_t largest_payload(const struct lesson *l)
{
	uint64_t most = l->bytes;

	for (size_t i = 0; i < l->also_count; i++)
		if (l->also[i].bytes > most)
			most = l->also[i].bytes;
	return most;
}

bool index_lesson_counts(const struct index *x, const char *origin,
			 const char *region, const char *topic,
			 uint64_t largest, size_t entry_size)
{
	return authority_succeeds(x->authority, x->log.origin, origin) &&
	       publisher_allows(x->publisher, region, topic, largest,
				entry_size) == STATUS_OK;
}

enum status index_lesson(struct index *x, uint64_t n, size_t entry_size,
			 struct err *err)
{
	struct lessonrow_standing s = { .row = lesson_row_number(x->log.id,
								 n) };
	const struct lesson *l = &x->entry.lesson;
	char origin[ORIGIN_MAX + 1];
	struct present present;
	enum status status;
	bool takes;

	if (lesson_id_split(l->id, origin, &s.short_id) != STATUS_OK ||
	    !authority_succeeds(x->authority, x->log.origin, origin))
		return index_refuse(x, n, REFUSED_FOREIGN, l->id, err);
	if (!index_lesson_counts(x, origin, l->region, l->topic,
				 largest_payload(l), entry_size))
		return index_refuse(x, n, REFUSED_SCOPE, l->id, err);
	status = index_origin(x, origin, &s.origin, err);
	if (status == STATUS_OK)
		status = find_present(x, &s, &present, err);
	if (status == STATUS_OK)
		status = takes_place(x, origin, s.row, &present, &takes, err);
	if (status == STATUS_OK && present.any && present.row == s.row)
		return STATUS_OK; /* judged again, and as before */
	if (status == STATUS_OK && !takes)
		return put_formers(x, &s, err);
	if (status != STATUS_OK)
		return status;
	return put_lesson(x, &s, &present, err);
}

static enum status hide(struct index *x, const struct lessonrow_standing *s,
			struct err *err)
{
	static const char update[] =
		"UPDATE lesson SET withdrawn = 1, wanted = 0, why = ?"
		" WHERE row = ?";
	struct present present;
	enum status status = find_present(x, s, &present, err);
	struct sql q;

	if (status != STATUS_OK || !present.any)
		return status;
	sql_start(&q, x->c, update);
	sql_put_int(&q, WANT_REASON_WITHDRAWN);
	sql_put_int(&q, present.row);
	status = sql_run(&q, err);
	if (status == STATUS_OK)
		status = index_renditions(x, present.row, false, err);
	if (status == STATUS_OK)
		index_note(x, present.btmh, present.row, true);
	if (status == STATUS_OK)
		status = note_others(x, s, present.row, err);
	return status;
}

enum status index_withdraw(struct index *x, uint64_t n, struct err *err)
{
	static const char insert[] =
		"INSERT INTO withdrawn"
		" (short, origin, log, entry, reason) VALUES (?, ?, ?, ?, ?)"
		" ON CONFLICT (short, origin) DO UPDATE SET log = excluded.log,"
		" entry = excluded.entry, reason = excluded.reason"
		" WHERE withdrawn.log = 0";
	const struct entry_withdraw *w = &x->entry.withdraw;
	struct lessonrow_standing s = { .row = 0 };
	char origin[ORIGIN_MAX + 1];
	enum status status;
	struct sql q;

	if (lesson_id_split(w->id, origin, &s.short_id) != STATUS_OK ||
	    !authority_succeeds(x->authority, x->log.origin, origin))
		return index_refuse(x, n, REFUSED_FOREIGN, w->id, err);
	status = index_origin(x, origin, &s.origin, err);
	if (status != STATUS_OK)
		return status;
	sql_start(&q, x->c, insert);
	sql_put_int(&q, (int64_t)s.short_id);
	sql_put_int(&q, s.origin);
	sql_put_int(&q, x->log.id);
	sql_put_int(&q, (int64_t)n);
	sql_put_text(&q, w->reason);
	status = sql_run(&q, err);
	if (status != STATUS_OK || sql_changes(x->c) == 0)
		return status;
	x->any_withdrawn = true;
	return hide(x, &s, err);
}

enum status index_unhide(struct index *x, uint64_t short_id, int64_t origin,
			 struct err *err)
{
	static const char forget[] =
		"DELETE FROM withdrawn WHERE short = ? AND origin = ?";
	static const char show[] =
		"UPDATE lesson SET withdrawn = 0 WHERE row = ?";
	const struct lessonrow_standing s = { .origin = origin,
					      .short_id = short_id };
	struct present present;
	enum status status;
	struct sql q;

	sql_start(&q, x->c, forget);
	sql_put_int(&q, (int64_t)short_id);
	sql_put_int(&q, origin);
	status = sql_run(&q, err);
	if (status == STATUS_OK)
		status = find_present(x, &s, &present, err);
	if (status != STATUS_OK || !present.any)
		return status;
	sql_start(&q, x->c, show);
	sql_put_int(&q, present.row);
	status = sql_run(&q, err);
	return status == STATUS_OK ? index_look_at_row(x, present.row, err) :
				     status;
}
