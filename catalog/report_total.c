/* Pure: from stations to regions, groups and all. */
#include <stdlib.h>
#include <string.h>

#include "catalog/report_inside.h"
#include "proto/month.h"

int64_t report_all_ms(const struct report_sums *s)
{
	int64_t all = 0;

	for (int kind = 0; kind < REPORT_KINDS; kind++)
		all += s->ms[kind];
	return all;
}

int64_t report_counted_ms(const struct report_sums *s)
{
	return report_all_ms(s) - s->doubtful_ms;
}

void report_add(struct report_sums *to, const struct report_sums *s)
{
	for (int kind = 0; kind < REPORT_KINDS; kind++)
		to->ms[kind] += s->ms[kind];
	to->doubtful_ms += s->doubtful_ms;
	to->collective += s->collective;
	to->personal += s->personal;
	to->people += s->people;
	to->lessons += s->lessons;
	to->flags |= s->flags;
}

/* --- where each stands --- */

bool report_stands(const struct report_station *s, int month)
{
	int64_t day;

	if (s->office)
		return false;
	if (day_parse(bytes_of(s->since), &day) == STATUS_OK &&
	    month_of_day(day) > month)
		return false;
	if (!s->ended)
		return true;
	return day_parse(bytes_of(s->until), &day) == STATUS_OK &&
	       month_of_day(day) >= month;
}

static bool anything(const struct report_station *s)
{
	const struct report_row *row = &s->row;

	return report_all_ms(&row->sums) != 0 || row->sums.collective != 0 ||
	       row->sums.personal != 0 || row->uncertain != 0 ||
	       row->uncertain_ms != 0;
}

/* Until when should have been heard of it? */
static int64_t expected_s(const struct report *r,
			  const struct report_station *s, int64_t now_s)
{
	int64_t end_s = month_start_s(r->month + 1), day;

	if (s->ended && day_parse(bytes_of(s->until), &day) == STATUS_OK &&
	    day * 86400 - MONTH_ZONE_S < end_s)
		end_s = day * 86400 - MONTH_ZONE_S;
	return end_s <= now_s ? end_s : now_s - REPORT_SILENT_S;
}

static enum report_state state_of(const struct report *r,
				  const struct report_station *s,
				  int64_t now_s)
{
	if (report_counted_ms(&s->row.sums) >= (int64_t)r->norm_min * 60000)
		return REPORT_REACHED;
	if (s->through_s < expected_s(r, s, now_s))
		return REPORT_SILENT;
	return anything(s) ? REPORT_BELOW : REPORT_ZERO;
}

void report_judge(struct report *r, int64_t now_s)
{
	for (size_t i = 0; i < r->station_count; i++) {
		struct report_station *s = &r->stations[i];

		s->row.sums.lessons = (int64_t)s->lesson_count;
		s->counts = anything(s) || report_stands(s, r->month);
		s->state = state_of(r, s, now_s);
		memset(s->row.state, 0, sizeof(s->row.state));
		s->row.state[s->state] = 1;
	}
}

/* Keys follow their places; which of them went is in `now`. */
static void drop_keys(struct report *r, const uint32_t *now)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->key_count; i++) {
		struct report_key key = r->keys[i];

		key.place = now[key.place];
		if (key.place != UINT32_MAX)
			r->keys[kept++] = key;
	}
	r->key_count = kept;
}

enum status report_drop(struct report *r, struct err *err)
{
	uint32_t *now = calloc(r->station_count + 1, sizeof(*now));
	size_t kept = 0;

	if (now == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a report");
	for (size_t i = 0; i < r->station_count; i++) {
		now[i] = r->stations[i].counts ? (uint32_t)kept : UINT32_MAX;
		if (r->stations[i].counts) {
			r->stations[kept++] = r->stations[i];
			continue;
		}
		free(r->stations[i].groups);
		free(r->stations[i].machine);
	}
	r->station_count = kept;
	drop_keys(r, now);
	free(now);
	return STATUS_OK;
}

/* --- rows of several --- */

/* A station, and a row it is summed in. */
struct member {
	const char *name; /* of the row: a region, or a group */
	size_t size;
	uint32_t station;
};

struct members {
	struct member *list;
	size_t count, room;
};

static bool add_member(struct members *m, const char *name, size_t size,
		       size_t station)
{
	if (m->count == m->room) {
		size_t room = m->room == 0 ? 256 : 2 * m->room;
		struct member *list = realloc(m->list, room * sizeof(*list));

		if (list == NULL)
			return false;
		m->list = list;
		m->room = room;
	}
	m->list[m->count++] =
		(struct member){ name, size, (uint32_t)station };
	return true;
}

static int by_name(const void *left, const void *right)
{
	const struct member *a = left, *b = right;
	int by = memcmp(a->name, b->name, a->size < b->size ? a->size :
							      b->size);

	if (by == 0 && a->size != b->size)
		by = a->size < b->size ? -1 : 1;
	if (by == 0)
		by = a->station < b->station ? -1 : a->station > b->station;
	return by;
}

static bool same_row(const struct member *a, const struct member *b)
{
	return a->size == b->size && memcmp(a->name, b->name, a->size) == 0;
}

static void add_row(struct report_row *to, const struct report_row *row)
{
	report_add(&to->sums, &row->sums);
	to->uncertain_ms += row->uncertain_ms;
	to->uncertain += row->uncertain;
	to->before_ms += row->before_ms;
	to->has_before = to->has_before || row->has_before;
	to->stations += row->stations;
	for (int state = 0; state < REPORT_STATES; state++)
		to->state[state] += row->state[state];
}

/* Lessons that were counted already in a row have its number here. */
struct seen {
	uint32_t *row;
	uint32_t now;
};

static void add_station(struct report *r, struct seen *seen,
			struct report_row *to, const struct report_station *s)
{
	int64_t lessons = to->sums.lessons;

	add_row(to, &s->row);
	for (size_t i = 0; i < s->lesson_count; i++) {
		uint32_t lesson = r->pool[s->lessons_at + i];

		lessons += seen->row[lesson] != seen->now;
		seen->row[lesson] = seen->now;
	}
	to->sums.lessons = lessons;
}

static enum status sum_rows(struct report *r, struct seen *seen,
			    struct members *m,
			    void (*name)(struct report_row *row,
					 const struct member *member),
			    struct report_row **rows, size_t *count,
			    struct err *err)
{
	*rows = calloc(m->count + 1, sizeof(**rows));
	if (*rows == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a report");
	if (m->count > 0)
		qsort(m->list, m->count, sizeof(*m->list), by_name);
	for (size_t i = 0; i < m->count; i++) {
		const struct member *member = &m->list[i];

		if (i == 0 || !same_row(member - 1, member)) {
			name(&(*rows)[(*count)++], member);
			seen->now++;
		}
		add_station(r, seen, &(*rows)[*count - 1],
			    &r->stations[member->station]);
	}
	return STATUS_OK;
}

/* --- regions --- */

/* How many digits of a region are that of the level next below `outer`: a
 * township's where nothing is said. */
static size_t level_below(const char *outer, const char *region)
{
	static const size_t levels[] = { 2, 4, 6, 9, 12 };
	size_t size = strlen(region), above = strlen(outer);

	above = above == 0 ? 6 : above;
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++)
		if (levels[i] > above)
			return levels[i] < size ? levels[i] : size;
	return size;
}

static void name_region(struct report_row *row, const struct member *member)
{
	memcpy(row->region, member->name, member->size);
}

static int by_region(const void *left, const void *right)
{
	return strcmp(((const struct report_row *)left)->region,
		      ((const struct report_row *)right)->region);
}

/* A region is called what is enrolled just there: its own office's node. */
static void name_places(struct report *r)
{
	for (size_t i = 0; i < r->station_count; i++) {
		const struct report_row *s = &r->stations[i].row;
		struct report_row *row =
			r->place_count == 0 ?
				NULL :
				bsearch(s, r->places, r->place_count,
					sizeof(*r->places), by_region);

		if (row != NULL && row->name[0] == 0)
			memcpy(row->name, s->name, sizeof(row->name));
	}
}

static enum status total_places(struct report *r, struct seen *seen,
				struct err *err)
{
	struct members m = { .count = 0 };
	enum status status = STATUS_OK;

	for (size_t i = 0; i < r->station_count && status == STATUS_OK; i++) {
		const char *region = r->stations[i].row.region;

		if (!add_member(&m, region, level_below(r->region, region), i))
			status = err_set(err, STATUS_NO_MEMORY, "a report");
	}
	if (status == STATUS_OK)
		status = sum_rows(r, seen, &m, name_region, &r->places,
				  &r->place_count, err);
	if (status == STATUS_OK)
		name_places(r);
	free(m.list);
	return status;
}

/* --- groups --- */

static void name_group(struct report_row *row, const struct member *member)
{
	size_t size = member->size < ENTRY_NAME_MAX ? member->size :
						      ENTRY_NAME_MAX;

	memcpy(row->name, member->name, size);
}

static enum status total_groups(struct report *r, struct seen *seen,
				struct err *err)
{
	struct members m = { .count = 0 };
	enum status status = STATUS_OK;

	for (size_t i = 0; i < r->station_count && status == STATUS_OK; i++) {
		const char *line = r->stations[i].groups;

		while (*line != 0 && status == STATUS_OK) {
			size_t size = strcspn(line, "\n");

			if (size > 0 && !add_member(&m, line, size, i))
				status = err_set(err, STATUS_NO_MEMORY,
						 "a report");
			line += size + (line[size] != 0);
		}
	}
	if (status == STATUS_OK)
		status = sum_rows(r, seen, &m, name_group, &r->groups,
				  &r->group_count, err);
	free(m.list);
	return status;
}

/* --- ranks: only for who asks --- */

/* Minutes that make the norm, for each station. */
static int better(const struct report_row *a, const struct report_row *b)
{
	int64_t ms_a = report_counted_ms(&a->sums) / a->stations;
	int64_t ms_b = report_counted_ms(&b->sums) / b->stations;

	return ms_a > ms_b ? -1 : ms_a < ms_b;
}

static int by_better(const void *left, const void *right)
{
	struct report_row *const *a = left, *const *b = right;

	return better(*a, *b);
}

/* Who did as well has the same rank. */
static void number_ranks(struct report_row **rows, size_t count)
{
	if (count > 0)
		qsort(rows, count, sizeof(*rows), by_better);
	for (size_t i = 0; i < count; i++)
		rows[i]->rank = i > 0 && better(rows[i - 1], rows[i]) == 0 ?
					rows[i - 1]->rank :
					(unsigned)i + 1;
}

static enum status rank_all(struct report *r, struct err *err)
{
	size_t most = r->station_count > r->place_count ? r->station_count :
							  r->place_count;
	struct report_row **rows;

	most = most > r->group_count ? most : r->group_count;
	rows = calloc(most + 1, sizeof(*rows));
	if (rows == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a report");
	for (size_t i = 0; i < r->place_count; i++)
		rows[i] = &r->places[i];
	number_ranks(rows, r->place_count);
	for (size_t i = 0; i < r->group_count; i++)
		rows[i] = &r->groups[i];
	number_ranks(rows, r->group_count);
	for (size_t i = 0; i < r->station_count; i++)
		rows[i] = &r->stations[i].row;
	number_ranks(rows, r->station_count);
	free(rows);
	return STATUS_OK;
}

/* --- all --- */

static enum status begin_seen(const struct report *r, struct seen *seen,
			      struct err *err)
{
	uint32_t most = 0;

	for (size_t i = 0; i < r->pool_count; i++)
		most = r->pool[i] > most ? r->pool[i] : most;
	*seen = (struct seen){ .row = calloc((size_t)most + 1,
					     sizeof(*seen->row)),
			       .now = 1 };
	return seen->row != NULL ? STATUS_OK :
				   err_set(err, STATUS_NO_MEMORY, "a report");
}

enum status report_total(struct report *r, bool rank, struct err *err)
{
	struct seen seen;
	enum status status = begin_seen(r, &seen, err);

	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < r->station_count; i++)
		add_station(r, &seen, &r->total, &r->stations[i]);
	status = total_places(r, &seen, err);
	if (status == STATUS_OK)
		status = total_groups(r, &seen, err);
	if (status == STATUS_OK && rank)
		status = rank_all(r, err);
	r->ranked = rank;
	free(seen.row);
	return status;
}
