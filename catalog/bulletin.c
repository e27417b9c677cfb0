#include "catalog/bulletin.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/report_inside.h"
#include "catalog/strokes.h"
#include "proto/month.h"

enum {
	TRIES = 3, /* beside others who write */
	AT_ONCE = 256 /* rows deleted */
};

enum status bulletin_head(struct catalog *records, int month,
			  int64_t *closed_s, unsigned *norm_min,
			  struct err *err)
{
	static const char find[] =
		"SELECT c.at_s, h.norm_min FROM closed c"
		" JOIN bulletin_head h USING (month) WHERE month = ?";
	int64_t at_s = 0, norm = 0;
	enum status status;
	struct sql q;
	bool found;

	sql_start(&q, records, find);
	sql_put_int(&q, month);
	found = sql_next(&q);
	if (found) {
		at_s = sql_int(&q, 0);
		norm = sql_int(&q, 1);
	}
	status = sql_finish(&q, err);
	if (status != STATUS_OK)
		return status;
	if (!found)
		return STATUS_NOT_FOUND;
	*closed_s = at_s;
	*norm_min = (unsigned)norm;
	return STATUS_OK;
}

/* --- reading --- */

#define BULLETIN_COLUMNS                                                  \
	"key, keys, region, name, groups, since, until, ended, state,"    \
	" through_s, forked, machine, uncertain, uncertain_ms, before_ms," \
	" lesson_list, " REPORT_SUM_COLUMNS

static void copy(char *out, size_t room, const char *text)
{
	(void)bytes_to_string(bytes_of(text), out, room);
}

static void read_row(struct sql *q, struct report_station *s)
{
	struct bytes key = sql_blob(q, 0);
	int64_t state = sql_int(q, 8);

	if (key.size == sizeof(s->key))
		memcpy(s->key, key.data, sizeof(s->key));
	s->replaced = (unsigned)(sql_blob(q, 1).size / PUBLIC_KEY_SIZE);
	s->replaced -= s->replaced > 0;
	copy(s->row.region, sizeof(s->row.region), sql_text(q, 2));
	copy(s->row.name, sizeof(s->row.name), sql_text(q, 3));
	copy(s->since, sizeof(s->since), sql_text(q, 5));
	copy(s->until, sizeof(s->until), sql_text(q, 6));
	s->ended = sql_int(q, 7) != 0;
	s->state = state >= 0 && state < REPORT_STATES ?
			   (enum report_state)state :
			   REPORT_BELOW;
	s->through_s = sql_int(q, 9);
	s->forked = sql_int(q, 10) != 0;
	s->row.uncertain = sql_int(q, 12);
	s->row.uncertain_ms = sql_int(q, 13);
	s->row.has_before = !sql_is_null(q, 14);
	s->row.before_ms = sql_int(q, 14);
	report_read_sums(q, 16, &s->row.sums);
	s->row.stations = 1;
	s->row.state[s->state] = 1;
	s->counts = true;
}

static bool make_room(struct report *r, size_t keys)
{
	size_t station_room = (r->station_count + 1) * sizeof(*r->stations);
	size_t key_room = (r->key_count + keys) * sizeof(*r->keys);
	struct report_station *stations;
	struct report_key *all;

	/* Powers of two: it is grown one by one. */
	if ((r->station_count & (r->station_count + 1)) == 0) {
		stations = realloc(r->stations, 2 * station_room);
		if (stations == NULL)
			return false;
		r->stations = stations;
	}
	all = keys == 0 ? r->keys : realloc(r->keys, key_room);
	if (keys > 0 && all == NULL)
		return false;
	r->keys = all;
	return true;
}

static void put_keys(struct report *r, struct bytes keys)
{
	for (size_t at = 0; at + PUBLIC_KEY_SIZE <= keys.size;
	     at += PUBLIC_KEY_SIZE) {
		struct report_key *k = &r->keys[r->key_count++];

		memcpy(k->key, keys.data + at, sizeof(k->key));
		k->place = (uint32_t)r->station_count - 1;
	}
}

static enum status take_lessons(struct report *r, struct report_station *s,
				struct bytes list, struct err *err)
{
	enum status status = STATUS_OK;
	struct bytes_reader left;
	uint32_t lesson;

	bytes_reader_init(&left, list);
	s->lessons_at = r->pool_count;
	while (status == STATUS_OK &&
	       bytes_read_u32(&left, &lesson) == STATUS_OK) {
		status = report_pool_put(r, lesson, err);
		s->lesson_count++;
	}
	return status;
}

static enum status take_row(struct report *r, struct sql *q,
			    const struct report_query *query, struct err *err)
{
	struct bytes keys = sql_blob(q, 1);
	struct report_station *s;

	if (!region_contains(query->region, sql_text(q, 2)) ||
	    (query->group != NULL &&
	     !report_in_group(sql_text(q, 4), query->group)))
		return STATUS_OK;
	if (!make_room(r, keys.size / PUBLIC_KEY_SIZE))
		return err_set(err, STATUS_NO_MEMORY, "a report");
	s = &r->stations[r->station_count];
	memset(s, 0, sizeof(*s));
	s->groups = strdup(sql_text(q, 4));
	if (s->groups == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a report");
	r->station_count++;
	read_row(q, s);
	put_keys(r, keys);
	if (!sql_is_null(q, 11) &&
	    (s->machine = strdup(sql_text(q, 11))) == NULL)
		return err_set(err, STATUS_NO_MEMORY, "a report");
	return take_lessons(r, s, sql_blob(q, 15), err);
}

enum status bulletin_load(struct report *r, struct catalog *records,
			  const struct report_query *query, struct err *err)
{
	static const char list[] = "SELECT " BULLETIN_COLUMNS
				   " FROM bulletin WHERE month = ?";
	enum status status = STATUS_OK, finished;
	struct sql q;

	sql_start(&q, records, list);
	sql_put_int(&q, r->month);
	while (status == STATUS_OK && sql_next(&q))
		status = take_row(r, &q, query, err);
	if (status != STATUS_OK) {
		struct err ignored = ERR_INIT;

		(void)sql_finish(&q, &ignored);
		return status;
	}
	finished = sql_finish(&q, err);
	return finished == STATUS_OK ? report_sort(r, err) : finished;
}

/* --- closing --- */

static int by_place(const void *left, const void *right)
{
	const struct report_key *a = left, *b = right;

	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return memcmp(a->key, b->key, sizeof(a->key));
}

static void put_sums(struct sql *q, const struct report_sums *s)
{
	for (int kind = 0; kind < REPORT_KINDS; kind++)
		sql_put_int(q, s->ms[kind]);
	sql_put_int(q, s->doubtful_ms);
	sql_put_int(q, s->collective);
	sql_put_int(q, s->personal);
	sql_put_int(q, s->people);
	sql_put_int(q, s->lessons);
	sql_put_int(q, s->flags);
}

/* In the order of BULLETIN_COLUMNS. */
static void put_place(struct sql *q, const struct report_station *s,
		      struct bytes keys, struct bytes lessons)
{
	sql_put_blob(q, (struct bytes){ s->key, sizeof(s->key) });
	sql_put_blob(q, keys);
	sql_put_text(q, s->row.region);
	sql_put_text(q, s->row.name);
	sql_put_text(q, s->groups);
	sql_put_text(q, s->since);
	sql_put_text(q, s->until);
	sql_put_int(q, s->ended);
	sql_put_int(q, s->state);
	sql_put_int(q, s->through_s);
	sql_put_int(q, s->forked);
	sql_put_text(q, s->machine);
	sql_put_int(q, s->row.uncertain);
	sql_put_int(q, s->row.uncertain_ms);
	if (s->row.has_before)
		sql_put_int(q, s->row.before_ms);
	else
		sql_put_null(q);
	sql_put_blob(q, lessons);
	put_sums(q, &s->row.sums);
}

/* `*at` goes through the keys, which are by place. */
static enum status write_place(struct catalog *records,
			       const struct report *r, size_t place,
			       size_t *at, struct err *err)
{
	static const char insert[] =
		"INSERT INTO bulletin (month, " BULLETIN_COLUMNS ") VALUES"
		" (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
		" ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	const struct report_station *s = &r->stations[place];
	struct buf keys = BUF_INIT, lessons = BUF_INIT;
	enum status status = STATUS_OK;
	struct sql q;

	for (; *at < r->key_count && r->keys[*at].place == place; ++*at)
		buf_put(&keys, r->keys[*at].key, PUBLIC_KEY_SIZE);
	for (size_t i = 0; i < s->lesson_count; i++)
		buf_put_u32(&lessons, r->pool[s->lessons_at + i]);
	if (buf_status(&keys) != STATUS_OK ||
	    buf_status(&lessons) != STATUS_OK)
		status = err_set(err, STATUS_NO_MEMORY, "close a month");
	if (status == STATUS_OK) {
		sql_start(&q, records, insert);
		sql_put_int(&q, r->month);
		put_place(&q, s, buf_bytes(&keys), buf_bytes(&lessons));
		status = sql_run(&q, err);
	}
	buf_release(&keys);
	buf_release(&lessons);
	return status;
}

static enum status write_head(struct catalog *records, const struct report *r,
			      int64_t now_s, struct err *err)
{
	static const char head[] =
		"INSERT INTO bulletin_head (month, region, norm_min)"
		" VALUES (?, ?, ?)";
	static const char closed[] =
		"INSERT INTO closed (month, at_s) VALUES (?, ?)";
	enum status status;
	struct sql q;

	sql_start(&q, records, head);
	sql_put_int(&q, r->month);
	sql_put_text(&q, r->region);
	sql_put_int(&q, r->norm_min);
	status = sql_run(&q, err);
	if (status != STATUS_OK)
		return status;
	sql_start(&q, records, closed);
	sql_put_int(&q, r->month);
	sql_put_int(&q, now_s);
	return sql_run(&q, err);
}

/* Rows that a power cut or another try has left. */
static enum status clear(struct catalog *records, int month, struct strokes *s,
			 struct err *err)
{
	static const char some[] =
		"DELETE FROM bulletin WHERE (month, key) IN"
		" (SELECT month, key FROM bulletin WHERE month = ?1 LIMIT ?2)"
		" AND NOT EXISTS (SELECT 1 FROM closed WHERE month = ?1)";
	int64_t cleared = AT_ONCE;
	enum status status = STATUS_OK;
	struct sql q;

	while (status == STATUS_OK && cleared >= AT_ONCE) {
		sql_start(&q, records, some);
		sql_put_int(&q, month);
		sql_put_int(&q, AT_ONCE);
		status = sql_run(&q, err);
		cleared = sql_changes(records);
		if (status == STATUS_OK && s != NULL)
			status = strokes_turn(s, err);
	}
	return status;
}

/* `s` NULL: all in the transaction that is open. */
static enum status write_rows(struct catalog *records, struct report *r,
			      struct strokes *s, struct err *err)
{
	enum status status = clear(records, r->month, s, err);
	size_t at = 0;

	if (r->key_count > 0)
		qsort(r->keys, r->key_count, sizeof(*r->keys), by_place);
	for (size_t i = 0; i < r->station_count && status == STATUS_OK; i++) {
		status = write_place(records, r, i, &at, err);
		if (status == STATUS_OK && s != NULL)
			status = strokes_turn(s, err);
	}
	return status;
}

/* Another number when another connection has written. */
static enum status look_at_version(struct catalog *records, int64_t *version,
				   struct err *err)
{
	static const char look[] = "PRAGMA data_version";
	struct sql q;

	sql_start(&q, records, look);
	if (sql_next(&q))
		*version = sql_int(&q, 0);
	return sql_finish(&q, err);
}

static enum status make(struct report **out, struct catalog *node,
			struct catalog *records, const struct report_query *q,
			struct err *err)
{
	struct report_query all = *q;
	char month[MONTH_TEXT];
	struct report *r;
	enum status status;

	all.group = NULL;
	all.rank = false;
	status = report_make(&r, node, records, &all, err);
	if (status != STATUS_OK)
		return status;
	month_format(q->month, month);
	if (r->closed_s != 0)
		status = err_set(err, STATUS_EXISTS,
				 "%s is closed already; what came later "
				 "stands in its supplement", month);
	else if (r->total.stations == 0)
		status = err_set(err, STATUS_NOT_FOUND,
				 "no station stood in %s; is it the right "
				 "month?", month);
	if (status == STATUS_OK)
		*out = r;
	else
		report_free(r);
	return status;
}

static void tell(const struct report *r, struct bulletin_closed *out)
{
	if (out != NULL)
		*out = (struct bulletin_closed){
			.stations = r->total.stations,
			.reached = r->total.state[REPORT_REACHED],
			.zero = r->total.state[REPORT_ZERO],
			.silent = r->total.state[REPORT_SILENT]
		};
}

/* The head makes it closed, if the rows are still those of what is there. */
static enum status close_if(struct catalog *records, const struct report *r,
			    int64_t now_s, int64_t version, bool *changed,
			    struct err *err)
{
	struct strokes s = { .c = records, .kind = CATALOG_DURABLE };
	enum status status = strokes_begin(&s, err);
	int64_t now = version;

	if (status == STATUS_OK)
		status = look_at_version(records, &now, err);
	*changed = now != version;
	if (status == STATUS_OK && !*changed)
		status = write_head(records, r, now_s, err);
	return strokes_end(&s, status, err);
}

/* *changed: somebody has written meanwhile, and it is open still. */
static enum status close_beside(struct catalog *node, struct catalog *records,
				const struct report_query *q,
				struct bulletin_closed *out, bool *changed,
				struct err *err)
{
	struct strokes s = { .c = records, .kind = CATALOG_DERIVED };
	struct report *r = NULL;
	int64_t version = 0;
	enum status status = look_at_version(records, &version, err);

	if (status == STATUS_OK)
		status = make(&r, node, records, q, err);
	if (status != STATUS_OK)
		return status;
	status = strokes_begin(&s, err);
	if (status == STATUS_OK)
		status = write_rows(records, r, &s, err);
	status = strokes_end(&s, status, err);
	if (status == STATUS_OK)
		status = close_if(records, r, q->now_s, version, changed, err);
	if (status == STATUS_OK && !*changed)
		tell(r, out);
	report_free(r);
	return status;
}

/* Within one transaction: what is written is what was read. */
static enum status close_at_once(struct catalog *node, struct catalog *records,
				 const struct report_query *q,
				 struct bulletin_closed *out, struct err *err)
{
	struct strokes s = { .c = records, .kind = CATALOG_DURABLE };
	struct report *r = NULL;
	enum status status = strokes_begin(&s, err);

	if (status == STATUS_OK)
		status = make(&r, node, records, q, err);
	if (status == STATUS_OK)
		status = write_rows(records, r, NULL, err);
	if (status == STATUS_OK)
		status = write_head(records, r, q->now_s, err);
	status = strokes_end(&s, status, err);
	if (status == STATUS_OK)
		tell(r, out);
	report_free(r);
	return status;
}

enum status bulletin_close(struct catalog *node, struct catalog *records,
			   const struct report_query *q,
			   struct bulletin_closed *out, struct err *err)
{
	enum status status = STATUS_OK;
	char month[MONTH_TEXT];
	bool changed = true;

	month_format(q->month, month);
	if (q->month < MONTH_FIRST || month_start_s(q->month + 1) > q->now_s)
		return err_set(err, STATUS_USAGE,
			       "%s still runs; it can be closed when it is "
			       "over", month);
	for (int i = 0; i < TRIES && changed && status == STATUS_OK; i++) {
		changed = false;
		status = close_beside(node, records, q, out, &changed, err);
	}
	return status == STATUS_OK && changed ?
		       close_at_once(node, records, q, out, err) :
		       status;
}
