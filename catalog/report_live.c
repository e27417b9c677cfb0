/* What records.db has of the places of a report. Each question reads the rows
 * of one month (or the few of uncertain date) and never those of plays. */
#include <stdlib.h>
#include <string.h>

#include "catalog/report_inside.h"
#include "proto/month.h"

static int by_id(const void *left, const void *right)
{
	const struct report_box *a = left, *b = right;

	return a->id < b->id ? -1 : a->id > b->id;
}

bool report_find_box(const struct report_boxes *boxes, int64_t id,
		     uint32_t *place)
{
	const struct report_box wanted = { .id = id };
	const struct report_box *found =
		boxes->count == 0 ? NULL :
				    bsearch(&wanted, boxes->list, boxes->count,
					    sizeof(wanted), by_id);

	if (found == NULL)
		return false;
	*place = found->place;
	return true;
}

/* Of a box whose log has two histories something may be missing, as long as it
 * stood. What the one that took its place sends is whole again. */
static void take_fork(const struct report *r, const struct report_key *box,
		      struct report_station *s)
{
	int64_t day;

	s->box_forked |= memcmp(box->key, s->key, sizeof(s->key)) == 0;
	s->forked |= day_parse(bytes_of(box->until), &day) != STATUS_OK ||
		     month_of_day(day) >= r->month;
}

/* What is known of a box goes to its place; of several boxes what came
 * last. */
static bool take_box(struct report *r, struct sql *q,
		     const struct report_key *box)
{
	struct report_station *s = &r->stations[box->place];
	int64_t through_s = sql_int(q, 2);
	char *machine;

	if (sql_int(q, 3) != 0)
		take_fork(r, box, s);
	if (through_s < s->through_s)
		return true;
	s->through_s = through_s;
	if (sql_is_null(q, 4))
		return true;
	machine = strdup(sql_text(q, 4));
	if (machine == NULL)
		return false;
	free(s->machine);
	s->machine = machine;
	return true;
}

enum status report_load_boxes(struct report *r, struct catalog *records,
			      bool facts, struct report_boxes *out,
			      struct err *err)
{
	static const char list[] =
		"SELECT id, key, coalesce(through_s, 0), forked, machine"
		" FROM station ORDER BY id";
	struct report_boxes boxes = { .list = calloc(r->key_count + 1,
						     sizeof(*boxes.list)) };
	bool enough = boxes.list != NULL;
	enum status status;
	struct sql q;

	if (!enough)
		return err_set(err, STATUS_NO_MEMORY, "a report");
	sql_start(&q, records, list);
	while (enough && sql_next(&q)) {
		struct bytes key = sql_blob(&q, 1);
		const struct report_key *box =
			key.size == PUBLIC_KEY_SIZE ?
				report_key_of(r, key.data) :
				NULL;

		if (box == NULL)
			continue;
		boxes.list[boxes.count++] =
			(struct report_box){ sql_int(&q, 0), box->place };
		enough = !facts || take_box(r, &q, box);
	}
	status = sql_finish(&q, err);
	if (status == STATUS_OK && !enough)
		status = err_set(err, STATUS_NO_MEMORY, "a report");
	if (status != STATUS_OK) {
		free(boxes.list);
		return status;
	}
	*out = boxes;
	return STATUS_OK;
}

void report_read_sums(struct sql *q, int column, struct report_sums *out)
{
	memset(out, 0, sizeof(*out));
	out->ms[REPORT_OPEN] = sql_int(q, column);
	out->ms[REPORT_COLLECTIVE] = sql_int(q, column + 1);
	out->ms[REPORT_PERSONAL] = sql_int(q, column + 2);
	out->ms[REPORT_HAND] = sql_int(q, column + 3);
	out->doubtful_ms = sql_int(q, column + 4);
	out->collective = sql_int(q, column + 5);
	out->personal = sql_int(q, column + 6);
	out->people = sql_int(q, column + 7);
	out->lessons = sql_int(q, column + 8);
	out->flags = (unsigned)sql_int(q, column + 9);
}

enum status report_month_sums(struct catalog *records, int month,
			      const struct report_boxes *boxes,
			      struct report_sums *each, bool *any,
			      struct err *err)
{
	static const char list[] = "SELECT station, " REPORT_SUM_COLUMNS
				   " FROM sum_station WHERE month = ?";
	struct report_sums sums;
	uint32_t place;
	struct sql q;

	*any = false;
	sql_start(&q, records, list);
	sql_put_int(&q, month);
	while (sql_next(&q)) {
		*any = true;
		if (!report_find_box(boxes, sql_int(&q, 0), &place))
			continue;
		report_read_sums(&q, 1, &sums);
		report_add(&each[place], &sums);
	}
	return sql_finish(&q, err);
}

static enum status load_month(struct report *r, struct catalog *records,
			      const struct report_boxes *boxes,
			      struct err *err)
{
	struct report_sums *each = calloc(r->station_count + 1, sizeof(*each));
	enum status status;
	bool any;

	if (each == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a report");
	status = report_month_sums(records, r->month, boxes, each, &any, err);
	for (size_t i = 0; status == STATUS_OK && i < r->station_count; i++)
		r->stations[i].row.sums = each[i];
	memset(each, 0, r->station_count * sizeof(*each));
	if (status == STATUS_OK)
		status = report_month_sums(records, r->month - 1, boxes, each,
					   &any, err);
	for (size_t i = 0; status == STATUS_OK && i < r->station_count; i++) {
		r->stations[i].row.before_ms = report_all_ms(&each[i]);
		r->stations[i].row.has_before = any;
	}
	free(each);
	return status;
}

/* Plays, and what was written by hand, that may lie in the month. */
static enum status load_uncertain(struct report *r, struct catalog *records,
				  const struct report_boxes *boxes,
				  struct err *err)
{
	static const char list[] =
		"SELECT station, own FROM play WHERE month IS NULL"
		" AND lo_s < ?1 AND coalesce(hi_s, ?1) >= ?2 UNION ALL "
		"SELECT station, hand_ms FROM study WHERE month IS NULL"
		" AND lo_s < ?1 AND coalesce(hi_s, ?1) >= ?2 AND hand_ms > 0";
	uint32_t place;
	struct sql q;

	sql_start(&q, records, list);
	sql_put_int(&q, month_start_s(r->month + 1));
	sql_put_int(&q, month_start_s(r->month));
	while (sql_next(&q)) {
		struct report_row *row;

		if (!report_find_box(boxes, sql_int(&q, 0), &place))
			continue;
		row = &r->stations[place].row;
		row->uncertain_ms += sql_int(&q, 1);
		row->uncertain++;
	}
	return sql_finish(&q, err);
}

/* --- lessons --- */

enum status report_pool_put(struct report *r, uint32_t lesson,
			    struct err *err)
{
	if (r->pool_count == r->pool_room) {
		size_t room = r->pool_room == 0 ? 1024 : 2 * r->pool_room;
		uint32_t *pool = realloc(r->pool, room * sizeof(*pool));

		if (pool == NULL)
			return err_set(err, STATUS_NO_MEMORY, "a report");
		r->pool = pool;
		r->pool_room = room;
	}
	r->pool[r->pool_count++] = lesson;
	return STATUS_OK;
}

/* A lesson of a place, as it is read. */
struct pair {
	uint32_t place, lesson;
};

static int by_pair(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;

	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return a->lesson < b->lesson ? -1 : a->lesson > b->lesson;
}

/* Of each place every lesson once, though two boxes showed it. */
static enum status keep_pairs(struct report *r, struct pair *pairs,
			      size_t count, struct err *err)
{
	enum status status = STATUS_OK;

	if (count > 0)
		qsort(pairs, count, sizeof(*pairs), by_pair);
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		struct report_station *s = &r->stations[pairs[i].place];

		if (i > 0 && by_pair(&pairs[i - 1], &pairs[i]) == 0)
			continue;
		if (s->lesson_count == 0)
			s->lessons_at = r->pool_count;
		s->lesson_count++;
		status = report_pool_put(r, pairs[i].lesson, err);
	}
	return status;
}

static enum status load_lessons(struct report *r, struct catalog *records,
				const struct report_boxes *boxes,
				struct err *err)
{
	static const char list[] = "SELECT station, lesson FROM sum_lesson"
				   " WHERE month = ? AND plays > 0";
	struct buf all = BUF_INIT;
	enum status status;
	uint32_t place;
	struct sql q;

	sql_start(&q, records, list);
	sql_put_int(&q, r->month);
	while (sql_next(&q))
		if (report_find_box(boxes, sql_int(&q, 0), &place)) {
			const struct pair pair = { place,
						   (uint32_t)sql_int(&q, 1) };

			buf_put(&all, &pair, sizeof(pair));
		}
	status = sql_finish(&q, err);
	if (status == STATUS_OK && buf_status(&all) != STATUS_OK)
		status = err_set(err, STATUS_NO_MEMORY, "a report");
	if (status == STATUS_OK)
		status = keep_pairs(r, (struct pair *)(void *)all.data,
				    all.size / sizeof(struct pair), err);
	buf_release(&all);
	return status;
}

enum status report_load_sums(struct report *r, struct catalog *records,
			     const struct report_boxes *boxes,
			     struct err *err)
{
	enum status status = load_month(r, records, boxes, err);

	if (status == STATUS_OK)
		status = load_uncertain(r, records, boxes, err);
	if (status == STATUS_OK)
		status = load_lessons(r, records, boxes, err);
	return status;
}

enum status report_next_month(struct catalog *records, int after, int *month,
			      struct err *err)
{
	static const char find[] =
		"SELECT min(month) FROM"
		" (SELECT min(month) AS month FROM sum_station WHERE month > ?1"
		" UNION ALL SELECT min(month) FROM closed WHERE month > ?1)";
	enum status status;
	struct sql q;
	int64_t found = 0;

	sql_start(&q, records, find);
	sql_put_int(&q, after);
	if (sql_next(&q))
		found = sql_int(&q, 0); /* NULL is 0 */
	status = sql_finish(&q, err);
	if (status != STATUS_OK)
		return status;
	if (found == 0)
		return STATUS_NOT_FOUND;
	*month = (int)found;
	return STATUS_OK;
}

static void take_late(struct report *r, struct report_station *s,
		      const struct report_sums *sums, int64_t day)
{
	report_add(&s->late, sums);
	report_add(&r->late, sums);
	s->has_late = true;
	if (day > r->late_day)
		r->late_day = day;
}

/* Those of `now` that something came of. */
static enum status take_newcomers(struct report *r, const struct report *now,
				  struct err *err)
{
	r->newcomers = calloc(now->station_count + 1, sizeof(*r->newcomers));
	if (r->newcomers == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a report");
	for (size_t i = 0; i < now->station_count; i++) {
		struct report_station *s = &r->newcomers[r->newcomer_count];

		if (!now->stations[i].has_late)
			continue;
		*s = now->stations[i];
		s->groups = s->machine = NULL;
		r->newcomer_count++;
	}
	return STATUS_OK;
}

enum status report_load_late(struct report *r, struct catalog *records,
			     const struct report_boxes *boxes,
			     struct report *now,
			     const struct report_boxes *now_boxes,
			     struct err *err)
{
	static const char list[] = "SELECT station, day, " REPORT_SUM_COLUMNS
				   " FROM late WHERE month = ?";
	struct report_sums sums;
	enum status status;
	uint32_t place;
	struct sql q;

	sql_start(&q, records, list);
	sql_put_int(&q, r->month);
	while (sql_next(&q)) {
		report_read_sums(&q, 2, &sums);
		if (report_find_box(boxes, sql_int(&q, 0), &place))
			take_late(r, &r->stations[place], &sums,
				  sql_int(&q, 1));
		else if (report_find_box(now_boxes, sql_int(&q, 0), &place))
			take_late(r, &now->stations[place], &sums,
				  sql_int(&q, 1));
	}
	status = sql_finish(&q, err);
	return status == STATUS_OK ? take_newcomers(r, now, err) : status;
}
