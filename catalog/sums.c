#include "catalog/sums.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/sql.h"
#include "proto/month.h"

enum { MONTHS_FIRST = 4, LESSONS_FIRST = 16 };

struct month_sum {
	int month;
	bool flags_stale; /* a row with flags was taken out */
	int64_t lessons;  /* more than before */
	struct sums_part part;
};

struct lesson_sum {
	int month;
	int64_t lesson, ms, own, plays;
};

struct sums {
	int64_t station;
	struct month_sum *months;
	size_t n_months, months_room;
	struct lesson_sum *lessons;
	size_t n_lessons, lessons_room;
	int64_t earliest_s;
};

enum status sums_new(struct sums **out, int64_t station, struct err *err)
{
	struct sums *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return err_set(err, STATUS_NO_MEMORY, "sums");
	s->station = station;
	s->earliest_s = INT64_MAX;
	*out = s;
	return STATUS_OK;
}

void sums_free(struct sums *s)
{
	if (s == NULL)
		return;
	free(s->months);
	free(s->lessons);
	free(s);
}

/* --- gathering --- */

/* Room for one more; what is new is zero. */
static bool grow(void **at, size_t used, size_t *room, size_t first,
		 size_t size)
{
	size_t more = *room == 0 ? first : 2 * *room;
	uint8_t *grown;

	if (used < *room) {
		memset((uint8_t *)*at + used * size, 0, size);
		return true;
	}
	grown = reallocarray(*at, more, size);
	if (grown == NULL)
		return false;
	memset(grown + used * size, 0, (more - used) * size);
	*at = grown;
	*room = more;
	return true;
}

static struct month_sum *month_sum(struct sums *s, int month)
{
	void *at = s->months;

	for (size_t i = 0; i < s->n_months; i++)
		if (s->months[i].month == month)
			return &s->months[i];
	if (!grow(&at, s->n_months, &s->months_room, MONTHS_FIRST,
		  sizeof(*s->months)))
		return NULL;
	s->months = at;
	s->months[s->n_months].month = month;
	return &s->months[s->n_months++];
}

static struct lesson_sum *lesson_sum(struct sums *s, int month, int64_t lesson)
{
	void *at = s->lessons;

	for (size_t i = 0; i < s->n_lessons; i++)
		if (s->lessons[i].lesson == lesson &&
		    s->lessons[i].month == month)
			return &s->lessons[i];
	if (!grow(&at, s->n_lessons, &s->lessons_room, LESSONS_FIRST,
		  sizeof(*s->lessons)))
		return NULL;
	s->lessons = at;
	s->lessons[s->n_lessons].month = month;
	s->lessons[s->n_lessons].lesson = lesson;
	return &s->lessons[s->n_lessons++];
}

void sums_see(struct sums *s, int64_t over_s)
{
	if (over_s < s->earliest_s)
		s->earliest_s = over_s;
}

int64_t sums_earliest_s(const struct sums *s)
{
	return s->earliest_s;
}

enum status sums_add(struct sums *s, const struct sums_row *row, int sign,
		     struct err *err)
{
	const struct sums_part *part = &row->part;
	struct month_sum *m = month_sum(s, row->month);
	struct lesson_sum *l = NULL;

	if (row->lesson != 0)
		l = lesson_sum(s, row->month, row->lesson);
	if (m == NULL || (row->lesson != 0 && l == NULL))
		return err_set(err, STATUS_NO_MEMORY, "sums");
	sums_see(s, month_start_s(row->month));
	m->part.own_open += sign * part->own_open;
	m->part.own_collective += sign * part->own_collective;
	m->part.own_personal += sign * part->own_personal;
	m->part.own_hand += sign * part->own_hand;
	m->part.doubtful += sign * part->doubtful;
	m->part.collective += sign * part->collective;
	m->part.personal += sign * part->personal;
	m->part.people += sign * part->people;
	if (sign > 0)
		m->part.flags |= part->flags;
	else if (part->flags != 0)
		m->flags_stale = true;
	if (l == NULL)
		return STATUS_OK;
	l->ms += sign * row->ms;
	l->own += sign * row->own;
	l->plays += sign;
	return STATUS_OK;
}

/* --- putting --- */

static void put_lesson_key(struct sql *q, const struct sums *s,
			   const struct lesson_sum *l)
{
	sql_put_int(q, l->month);
	sql_put_int(q, s->station);
	sql_put_int(q, l->lesson);
}

static enum status add_lesson(struct sums *s, struct catalog *c,
			      const struct lesson_sum *l, struct err *err)
{
	static const char update[] =
		"UPDATE sum_lesson SET ms = ms + ?, own = own + ?,"
		" plays = plays + ?"
		" WHERE month = ? AND station = ? AND lesson = ?";
	static const char insert[] =
		"INSERT INTO sum_lesson (month, station, lesson, ms, own,"
		" plays) VALUES (?, ?, ?, ?, ?, ?)";
	struct month_sum *m = month_sum(s, l->month);
	struct sql q;
	enum status status;

	sql_start(&q, c, update);
	sql_put_int(&q, l->ms);
	sql_put_int(&q, l->own);
	sql_put_int(&q, l->plays);
	put_lesson_key(&q, s, l);
	status = sql_run(&q, err);
	if (status != STATUS_OK || sql_changes(c) > 0)
		return status;
	sql_start(&q, c, insert);
	put_lesson_key(&q, s, l);
	sql_put_int(&q, l->ms);
	sql_put_int(&q, l->own);
	sql_put_int(&q, l->plays);
	m->lessons++;
	return sql_run(&q, err);
}

static enum status put_lesson(struct sums *s, struct catalog *c,
			      const struct lesson_sum *l, struct err *err)
{
	static const char drop[] =
		"DELETE FROM sum_lesson WHERE month = ? AND station = ?"
		" AND lesson = ? AND plays = 0";
	struct month_sum *m = month_sum(s, l->month); /* is there */
	struct sql q;
	enum status status;

	if (l->plays == 0 && l->ms == 0 && l->own == 0)
		return STATUS_OK;
	status = add_lesson(s, c, l, err);
	if (status != STATUS_OK || l->plays >= 0)
		return status;
	sql_start(&q, c, drop);
	put_lesson_key(&q, s, l);
	status = sql_run(&q, err);
	if (status == STATUS_OK && sql_changes(c) > 0)
		m->lessons--;
	return status;
}

static enum status is_closed(struct catalog *c, int month, bool *closed,
			     struct err *err)
{
	static const char look[] = "SELECT 1 FROM closed WHERE month = ?";
	struct sql q;

	sql_start(&q, c, look);
	sql_put_int(&q, month);
	*closed = sql_next(&q);
	return sql_finish(&q, err);
}

static void put_part(struct sql *q, const struct month_sum *m)
{
	sql_put_int(q, m->part.own_open);
	sql_put_int(q, m->part.own_collective);
	sql_put_int(q, m->part.own_personal);
	sql_put_int(q, m->part.own_hand);
	sql_put_int(q, m->part.doubtful);
	sql_put_int(q, m->part.collective);
	sql_put_int(q, m->part.personal);
	sql_put_int(q, m->part.people);
	sql_put_int(q, m->lessons);
	sql_put_int(q, m->part.flags);
}

/* The parts of a row that a conflict adds to; for both tables. */
#define ADD_TO_ROW                                                      \
	" DO UPDATE SET own_open = own_open + excluded.own_open,"       \
	" own_collective = own_collective + excluded.own_collective,"   \
	" own_personal = own_personal + excluded.own_personal,"         \
	" own_hand = own_hand + excluded.own_hand,"                     \
	" doubtful = doubtful + excluded.doubtful,"                     \
	" collective = collective + excluded.collective,"               \
	" personal = personal + excluded.personal,"                     \
	" people = people + excluded.people,"                           \
	" lessons = lessons + excluded.lessons,"                        \
	" flags = flags | excluded.flags"
#define PARTS                                                       \
	" own_open, own_collective, own_personal, own_hand, doubtful," \
	" collective, personal, people, lessons, flags)"

static enum status put_late(const struct sums *s, struct catalog *c,
			    const struct month_sum *m, int64_t today,
			    struct err *err)
{
	static const char put[] =
		"INSERT INTO late (month, station, day," PARTS
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (month, station, day)" ADD_TO_ROW;
	struct sql q;

	sql_start(&q, c, put);
	sql_put_int(&q, m->month);
	sql_put_int(&q, s->station);
	sql_put_int(&q, today);
	put_part(&q, m);
	return sql_run(&q, err);
}

/* All flags that rows of the month have; also those that came late. */
static enum status flags_of(const struct sums *s, struct catalog *c, int month,
			    int64_t *flags, struct err *err)
{
	static const char look[] =
		"SELECT DISTINCT flags FROM play"
		" WHERE station = ?1 AND month = ?2 AND flags <> 0"
		" UNION SELECT flags FROM study"
		" WHERE station = ?1 AND month = ?2"
		" UNION SELECT flags FROM personal"
		" WHERE station = ?1 AND month = ?2";
	struct sql q;

	*flags = 0;
	sql_start(&q, c, look);
	sql_put_int(&q, s->station);
	sql_put_int(&q, month);
	while (sql_next(&q))
		*flags |= sql_int(&q, 0);
	return sql_finish(&q, err);
}

static enum status fix_flags(const struct sums *s, struct catalog *c,
			     int month, struct err *err)
{
	static const char put[] = "UPDATE sum_station SET flags = ?"
				  " WHERE month = ? AND station = ?";
	static const char drop[] =
		"DELETE FROM sum_station WHERE month = ? AND station = ?"
		" AND lessons = 0 AND collective = 0 AND personal = 0";
	int64_t flags;
	struct sql q;
	enum status status = flags_of(s, c, month, &flags, err);

	if (status != STATUS_OK)
		return status;
	sql_start(&q, c, put);
	sql_put_int(&q, flags);
	sql_put_int(&q, month);
	sql_put_int(&q, s->station);
	status = sql_run(&q, err);
	if (status != STATUS_OK)
		return status;
	sql_start(&q, c, drop);
	sql_put_int(&q, month);
	sql_put_int(&q, s->station);
	return sql_run(&q, err);
}

static bool takes_back(const struct month_sum *m)
{
	return m->flags_stale || m->lessons < 0 || m->part.collective < 0 ||
	       m->part.personal < 0;
}

static enum status put_month(const struct sums *s, struct catalog *c,
			     const struct month_sum *m, int64_t today,
			     struct err *err)
{
	static const char put[] =
		"INSERT INTO sum_station (month, station," PARTS
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (month, station)" ADD_TO_ROW;
	bool closed;
	struct sql q;
	enum status status = is_closed(c, m->month, &closed, err);

	if (status != STATUS_OK)
		return status;
	if (closed)
		return put_late(s, c, m, today, err);
	sql_start(&q, c, put);
	sql_put_int(&q, m->month);
	sql_put_int(&q, s->station);
	put_part(&q, m);
	status = sql_run(&q, err);
	if (status == STATUS_OK && takes_back(m))
		status = fix_flags(s, c, m->month, err);
	return status;
}

enum status sums_put(struct sums *s, struct catalog *c, int64_t today,
		     struct err *err)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < s->n_lessons && status == STATUS_OK; i++)
		status = put_lesson(s, c, &s->lessons[i], err);
	for (size_t i = 0; i < s->n_months && status == STATUS_OK; i++)
		status = put_month(s, c, &s->months[i], today, err);
	s->n_months = s->n_lessons = 0;
	return status;
}
