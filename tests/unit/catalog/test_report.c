#include "catalog/bulletin.h"
#include "catalog/imported.h"
#include "catalog/stations.h"
#include "proto/statement.h"
#include "signing/note.h"
#include "tests/support/dice.h"
#include "tests/support/office_books.h"

static const struct report_station *find(const struct report *r,
					 const char *name)
{
	for (size_t i = 0; i < r->station_count; i++)
		if (strcmp(r->stations[i].row.name, name) == 0)
			return &r->stations[i];
	return NULL;
}

static bool stands_as(const struct report *r, const char *name,
		      enum report_state state)
{
	const struct report_station *s = find(r, name);

	return s != NULL && s->state == state && s->row.state[state] == 1;
}

static void put_minutes(struct books *b, const char *month, unsigned station,
			int64_t minutes, int64_t doubtful)
{
	const struct report_sums s = { .ms = { 0, minutes * 60000, 0, 0 },
				       .doubtful_ms = doubtful * 60000,
				       .collective = 1,
				       .people = 10 };

	books_sums(b, "sum_station", books_month(month), station, 0, &s);
}

static void each_stands_where_it_is_known_to(void)
{
	struct books_station s = { .region = "431081101203",
				   .through = "2026-10-31" };
	struct report *r;
	struct books b;

	books_init(&b);
	s.name = "reached";
	books_station(&b, 1, &s);
	put_minutes(&b, "2026-10", 1, 240, 0);
	s.name = "doubtful";
	books_station(&b, 2, &s);
	put_minutes(&b, "2026-10", 2, 300, 61);
	s.name = "zero";
	books_station(&b, 3, &s);
	s.name = "uncertain";
	books_station(&b, 4, &s);
	books_sql(&b, b.records,
		  "INSERT INTO play VALUES (4, 1, NULL, NULL, %lld, %lld, 1, 0,"
		  " NULL, NULL, 90000, 90000, 0, 1, 0, 0, 1, 1, 1, 1, 1)",
		  (long long)books_noon("2026-09-30"),
		  (long long)books_noon("2026-10-01"));
	s.through = "2026-10-30";
	s.name = "silent";
	books_station(&b, 5, &s);
	s.name = "reached though silent";
	books_station(&b, 6, &s);
	put_minutes(&b, "2026-10", 6, 500, 0);
	s.through = NULL;
	s.name = "never heard";
	books_station(&b, 7, &s);

	r = books_report(&b, "2026-10", "2026-11-03");
	CHECK(stands_as(r, "reached", REPORT_REACHED));
	CHECK(stands_as(r, "doubtful", REPORT_BELOW));
	CHECK(stands_as(r, "zero", REPORT_ZERO));
	CHECK(stands_as(r, "uncertain", REPORT_BELOW));
	CHECK(find(r, "uncertain")->row.uncertain_ms == 90000);
	CHECK(stands_as(r, "silent", REPORT_SILENT));
	CHECK(stands_as(r, "reached though silent", REPORT_REACHED));
	CHECK(stands_as(r, "never heard", REPORT_SILENT));
	CHECK(r->total.stations == 7 && r->total.state[REPORT_SILENT] == 2 &&
	      r->total.state[REPORT_REACHED] == 2);
	report_free(r);

	/* A range that ended before the month is none of it. */
	r = books_report(&b, "2026-11", "2026-11-03");
	CHECK(find(r, "uncertain")->row.uncertain == 0);
	CHECK(find(r, "reached")->row.before_ms == 240 * 60000);
	/* While it runs, a week's silence is. */
	CHECK(stands_as(r, "zero", REPORT_ZERO) &&
	      stands_as(r, "silent", REPORT_ZERO));
	report_free(r);
	r = books_report(&b, "2026-11", "2026-11-08");
	CHECK(stands_as(r, "zero", REPORT_SILENT));
	report_free(r);
	books_release(&b);
}

static void places_count_in_the_months_in_which_they_stood(void)
{
	const struct books_station all[] = {
		{ .region = "431081101", .name = "always", .through = "2026-12-31" },
		{ .region = "431081101", .name = "since", .since = "2026-10-31",
		  .through = "2026-12-31" },
		{ .region = "431081101", .name = "until", .until = "2026-10-01",
		  .ended = true, .through = "2026-09-30" },
		{ .region = "431081101", .name = "gone", .ended = true,
		  .through = "2026-12-31" },
		{ .region = "431003", .name = "elsewhere", .through = "2026-12-31" },
	};
	struct report *r;
	struct books b;

	books_init(&b);
	for (unsigned i = 0; i < 5; i++)
		books_station(&b, i + 1, &all[i]);
	r = books_report(&b, "2026-09", "2027-01-05");
	CHECK(r->total.stations == 2 && find(r, "always") != NULL &&
	      find(r, "until") != NULL);
	report_free(r);
	r = books_report(&b, "2026-10", "2027-01-05");
	CHECK(r->total.stations == 3 && find(r, "since") != NULL);
	/* It was heard of until it was retired. */
	CHECK(stands_as(r, "until", REPORT_ZERO));
	report_free(r);
	r = books_report(&b, "2026-11", "2027-01-05");
	CHECK(r->total.stations == 2 && find(r, "until") == NULL);
	report_free(r);
	/* Of whom nobody knows when it stood: where something came of it. */
	put_minutes(&b, "2026-08", 4, 10, 0);
	r = books_report(&b, "2026-08", "2027-01-05");
	CHECK(find(r, "gone") != NULL);
	report_free(r);
	books_release(&b);
}

/* What node n says of itself. */
static void put_statement(struct books *b, unsigned n, enum level level)
{
	const struct public_key public = books_key(n);
	const uint8_t seed[KEY_SEED_SIZE] = { 77, (uint8_t)n };
	char name[STATEMENT_NODE_NAME_SIZE + 1];
	struct statement st = { .boot = 1, .seq = 1, .level = level,
				.region = "431081101", .name = "x",
				.program = "0.1.0", .trust_version = 1,
				.root_version = 1 };
	struct statement_row row = { .boot = 1, .seq = 1, .heard_s = 1 };
	struct buf text = BUF_INIT, note = BUF_INIT;
	char vkey[VKEY_MAX + 1];
	struct secret_key *key;

	statement_node_name(public.bytes, name);
	CHECK(secret_key_from_seed(&key, name, KEY_ED25519, seed) ==
	      STATUS_OK);
	public_key_format(secret_key_public(key), vkey);
	CHECK(bytes_to_string(bytes_of(vkey), st.vkey, sizeof(st.vkey)) ==
	      STATUS_OK);
	memcpy(st.key, public.bytes, sizeof(st.key));
	memcpy(row.key, public.bytes, sizeof(row.key));
	statement_begin(&text, &st);
	CHECK(note_sign(buf_bytes(&text), key, &note) == STATUS_OK);
	row.note = buf_bytes(&note);
	BOOKS_OK(b, statements_put(b->node, &row, &b->err));
	secret_key_free(key);
	buf_release(&text);
	buf_release(&note);
}

/* It was accepted as stations are, and gives its region a name. */
static void a_townships_own_node_is_no_station(void)
{
	const struct books_station all[] = {
		{ .region = "431081101", .name = "township",
		  .through = "2026-09-30" },
		{ .region = "431081101203", .name = "village",
		  .through = "2026-12-31" },
		{ .region = "431081101", .name = "its school",
		  .through = "2026-12-31" },
	};
	struct report *r;
	struct books b;

	books_init(&b);
	for (unsigned i = 0; i < 3; i++)
		books_station(&b, i + 1, &all[i]);
	put_statement(&b, 1, LEVEL_TOWNSHIP);
	put_statement(&b, 3, LEVEL_STATION);
	r = books_report(&b, "2026-10", "2026-12-31");
	CHECK(r->total.stations == 2 && find(r, "township") == NULL);
	CHECK(r->total.state[REPORT_SILENT] == 0);
	CHECK(r->place_count == 1 && r->places[0].name[0] != 0);
	CHECK(r->months[r->month_count - 1].stations == 2);
	report_free(r);
	/* Where people studied there all the same, it counts. */
	put_minutes(&b, "2026-11", 1, 10, 0);
	r = books_report(&b, "2026-11", "2026-12-31");
	CHECK(r->total.stations == 3 && find(r, "township") != NULL);
	report_free(r);
	/* With nobody else in just that place, the region is called so. */
	books_sql(&b, b.node, "DELETE FROM station WHERE name = 'its school'");
	r = books_report(&b, "2026-10", "2026-12-31");
	CHECK(r->total.stations == 1 && r->place_count == 1);
	CHECK(strcmp(r->places[0].name, "township") == 0);
	report_free(r);
	books_release(&b);
}

static void a_box_that_replaces_another_is_the_same_place(void)
{
	const struct books_station old = { .region = "431081101",
					   .name = "old",
					   .since = "2026-01-05",
					   .until = "2026-10-10",
					   .ended = true,
					   .through = "2026-10-09" },
				   next = { .region = "431081101",
					    .name = "next",
					    .since = "2026-10-10",
					    .replaces = 1,
					    .until = "2026-10-20",
					    .ended = true,
					    .through = "2026-10-19" },
				   now = { .region = "431081101",
					   .name = "now",
					   .since = "2026-10-20",
					   .replaces = 2,
					   .through = "2026-10-31" };
	const struct report_station *s;
	struct report *r;
	struct books b;

	books_init(&b);
	books_station(&b, 1, &old);
	books_station(&b, 2, &next);
	books_station(&b, 3, &now);
	put_minutes(&b, "2026-10", 1, 100, 0);
	put_minutes(&b, "2026-10", 2, 100, 0);
	put_minutes(&b, "2026-10", 3, 41, 0);
	books_sql(&b, b.records,
		  "INSERT INTO sum_lesson VALUES (%d, 1, 7, 1, 1, 1),"
		  " (%d, 3, 7, 1, 1, 1), (%d, 3, 8, 1, 1, 1),"
		  " (%d, 3, 9, 0, 0, 0)",
		  books_month("2026-10"), books_month("2026-10"),
		  books_month("2026-10"), books_month("2026-10"));
	r = books_report(&b, "2026-10", "2026-11-05");
	s = find(r, "now");
	CHECK(r->station_count == 1 && s != NULL && s->replaced == 2);
	CHECK(report_all_ms(&s->row.sums) == 241 * 60000 &&
	      s->state == REPORT_REACHED);
	CHECK(s->row.sums.lessons == 2 && r->total.sums.lessons == 2);
	CHECK(strcmp(s->since, "2026-01-05") == 0);
	CHECK(s->through_s == books_noon("2026-10-31") + 12 * 3600);
	report_free(r);
	/* Brought back it is a place of its own. */
	books_sql(&b, b.node, "UPDATE station SET ended = 0, until = ''"
			      " WHERE name = 'next'");
	r = books_report(&b, "2026-10", "2026-11-05");
	CHECK(r->station_count == 2 && find(r, "next")->replaced == 1 &&
	      find(r, "now")->replaced == 0);
	report_free(r);
	/* A ring ends nowhere; each is counted once. */
	books_sql(&b, b.node, "UPDATE station SET ended = 1,"
			      " until = '2026-12-01'");
	books_sql(&b, b.node, "UPDATE station SET replaces = (SELECT key FROM"
			      " station WHERE name = 'now') WHERE name = 'old'");
	r = books_report(&b, "2026-10", "2026-11-05");
	CHECK(r->station_count == 1 &&
	      report_all_ms(&r->total.sums) == 241 * 60000);
	report_free(r);
	books_release(&b);
}

static bool is_forked(struct books *b, const char *month, bool box)
{
	struct report *r = books_report(b, month, "2027-01-05");
	const struct report_station *s = find(r, "now");
	bool forked;

	CHECK(s != NULL && s->box_forked == box);
	forked = s->forked;
	report_free(r);
	return forked;
}

/* Something may be missing of the months in which it stood, and of no others. */
static void two_histories_of_a_box_end_when_it_is_replaced(void)
{
	struct books_station old = { .region = "431081101",
				     .name = "now",
				     .since = "2026-01-05",
				     .through = "2026-10-09" },
			     now = { .region = "431081101",
				     .name = "now",
				     .since = "2026-10-10",
				     .replaces = 1,
				     .through = "2026-12-31" };
	struct books b;

	books_init(&b);
	books_station(&b, 1, &old);
	books_sql(&b, b.records, "UPDATE station SET forked = 1");
	CHECK(is_forked(&b, "2026-09", true));
	CHECK(is_forked(&b, "2026-11", true));
	books_sql(&b, b.node,
		  "UPDATE station SET ended = 1, until = '2026-10-10'");
	books_station(&b, 2, &now);
	CHECK(is_forked(&b, "2026-09", false));
	CHECK(is_forked(&b, "2026-10", false));
	CHECK(!is_forked(&b, "2026-11", false));
	books_sql(&b, b.records, "UPDATE station SET forked = 1");
	CHECK(is_forked(&b, "2026-11", true));
	books_release(&b);
}

/* --- all of it against a plain model --- */

enum { STATIONS = 60, LESSONS = 12 };

struct model {
	char region[13], group[8];
	struct report_sums sums;
	bool lessons[LESSONS];
};

static void random_sums(struct report_sums *s)
{
	memset(s, 0, sizeof(*s));
	for (int kind = 0; kind < REPORT_KINDS; kind++)
		s->ms[kind] = (int64_t)dice(90) * 60000 + (int64_t)dice(60000);
	s->doubtful_ms = (int64_t)dice((uint64_t)report_all_ms(s) + 1);
	s->collective = (int64_t)dice(9);
	s->personal = (int64_t)dice(9);
	s->people = (int64_t)dice(200);
}

static void random_station(struct books *b, unsigned n, struct model *m)
{
	static const char *const groups[] = { "", "east", "west" };
	char name[16];
	struct books_station s = { .region = m->region,
				   .name = name,
				   .groups = m->group,
				   .through = "2026-10-31" };
	int month = books_month("2026-10");

	(void)snprintf(m->region, sizeof(m->region), "43108110%u%03u",
		       (unsigned)dice(3), n);
	(void)strcpy(m->group, groups[dice(3)]);
	(void)snprintf(name, sizeof(name), "n%u", n);
	books_station(b, n, &s);
	random_sums(&m->sums);
	books_sums(b, "sum_station", month, n, 0, &m->sums);
	for (unsigned i = 0; i < LESSONS; i++) {
		m->lessons[i] = dice(4) == 0;
		if (m->lessons[i])
			books_sql(b, b->records,
				  "INSERT INTO sum_lesson VALUES"
				  " (%d, %u, %u, 1, 1, 1)", month, n, i + 1);
	}
}

/* What a row of those that `fits` must be. */
static void check_row(const struct report_row *row, const struct model *all,
		      bool (*fits)(const struct model *m, const char *name),
		      const char *name)
{
	struct report_sums sum = { .people = 0 };
	bool lessons[LESSONS] = { false };
	unsigned stations = 0, reached = 0;
	int64_t different = 0;

	for (unsigned n = 0; n < STATIONS; n++) {
		if (!fits(&all[n], name))
			continue;
		stations++;
		report_add(&sum, &all[n].sums);
		reached += (report_all_ms(&all[n].sums) -
			    all[n].sums.doubtful_ms) / 60000 >= 240;
		for (unsigned i = 0; i < LESSONS; i++)
			lessons[i] = lessons[i] || all[n].lessons[i];
	}
	for (unsigned i = 0; i < LESSONS; i++)
		different += lessons[i];
	sum.lessons = different;
	CHECK(memcmp(&sum, &row->sums, sizeof(sum)) == 0);
	CHECK(row->stations == stations &&
	      row->state[REPORT_REACHED] == reached);
}

static bool any(const struct model *m, const char *name)
{
	(void)m;
	(void)name;
	return true;
}

static bool in_region(const struct model *m, const char *name)
{
	return strncmp(m->region, name, strlen(name)) == 0;
}

static bool in_group(const struct model *m, const char *name)
{
	return strcmp(m->group, name) == 0;
}

static void check_report(const struct report *r, const struct model *all)
{
	check_row(&r->total, all, any, NULL);
	CHECK(r->station_count == STATIONS && r->place_count == 3 &&
	      r->group_count == 2);
	for (size_t i = 0; i < r->place_count; i++)
		check_row(&r->places[i], all, in_region, r->places[i].region);
	for (size_t i = 0; i < r->group_count; i++)
		check_row(&r->groups[i], all, in_group, r->groups[i].name);
	for (size_t i = 0; i < r->station_count; i++)
		check_row(&r->stations[i].row, all, in_region,
			  r->stations[i].row.region);
}

static char *text_of(const struct report *r)
{
	json_t *json = report_json(r, true);
	char *text;

	CHECK(json != NULL);
	/* These go on with time. */
	CHECK(json_object_del(json, "months") == 0);
	CHECK(json_object_del(json, "supplement") == 0);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	return text;
}

static void change_everything(struct books *b, struct report_sums *late)
{
	const struct books_station newcomer = { .region = "431081199",
						.name = "newcomer",
						.since = "2026-12-01",
						.through = "2026-12-02" };
	struct report_sums more;

	random_sums(late);
	random_sums(&more);
	books_sums(b, "late", books_month("2026-10"), 1, 20500, late);
	books_station(b, STATIONS + 1, &newcomer);
	books_sums(b, "late", books_month("2026-10"), STATIONS + 1, 20499,
		   &more);
	report_add(late, &more);
	books_sql(b, b->node, "UPDATE station SET name = 'new', groups = '';"
			      "DELETE FROM station WHERE entry = 2");
	books_sql(b, b->records,
		  "UPDATE station SET through_s = 1, machine = '{}';"
		  "INSERT INTO sum_lesson SELECT month, station, 99, 1, 1, 1"
		  " FROM sum_station");
}

static void a_closed_month_stays_as_it_was(struct books *b)
{
	struct report_query q = { .month = books_month("2026-10"),
				  .region = "431081",
				  .now_s = books_noon("2026-10-31"),
				  .norm_min = 240 };
	struct bulletin_closed closed;
	struct report_sums late;
	struct report *r;
	char *before, *after;

	CHECK(bulletin_close(b->node, b->records, &q, NULL, &b->err) ==
	      STATUS_USAGE);
	q.now_s = books_noon("2026-11-02");
	BOOKS_OK(b, bulletin_close(b->node, b->records, &q, &closed, &b->err));
	CHECK(closed.stations == STATIONS);
	CHECK(bulletin_close(b->node, b->records, &q, NULL, &b->err) ==
	      STATUS_EXISTS);
	r = books_report(b, "2026-10", "2026-11-02");
	CHECK(r->closed_s == q.now_s && r->late_day == 0);
	before = text_of(r);
	report_free(r);
	change_everything(b, &late);
	r = books_report(b, "2026-10", "2027-02-02");
	after = text_of(r);
	CHECK(strcmp(before, after) == 0);
	CHECK(memcmp(&r->late, &late, sizeof(late)) == 0 &&
	      r->late_day == 20500);
	CHECK(r->newcomer_count == 1 && r->newcomers[0].has_late &&
	      strcmp(r->newcomers[0].row.region, "431081199") == 0);
	CHECK(r->months[r->month_count - 1].closed &&
	      r->months[r->month_count - 1].stations == STATIONS);
	report_free(r);
	free(before);
	free(after);
}

static void sums_are_those_of_a_plain_model(void)
{
	struct model all[STATIONS];
	struct report *r;
	struct books b;

	for (uint64_t seed = 1; seed <= 5; seed++) {
		dice_begin(seed);
		books_init(&b);
		for (unsigned n = 0; n < STATIONS; n++)
			random_station(&b, n + 1, &all[n]);
		r = books_report(&b, "2026-10", "2026-11-02");
		check_report(r, all);
		report_free(r);
		a_closed_month_stays_as_it_was(&b);
		books_release(&b);
	}
}

static void ranks_are_for_who_asks(void)
{
	struct report_query q = { .month = books_month("2026-10"),
				  .region = "431081",
				  .now_s = books_noon("2026-11-02"),
				  .norm_min = 240 };
	struct books_station s = { .region = "431081101203",
				   .through = "2026-10-31" };
	struct report *r;
	struct books b;

	books_init(&b);
	s.name = "a";
	books_station(&b, 1, &s);
	put_minutes(&b, "2026-10", 1, 300, 0);
	s.name = "b";
	books_station(&b, 2, &s);
	put_minutes(&b, "2026-10", 2, 400, 200);
	s.name = "c";
	books_station(&b, 3, &s);
	put_minutes(&b, "2026-10", 3, 200, 0);
	s.name = "d";
	books_station(&b, 4, &s);
	r = books_report(&b, "2026-10", "2026-11-02");
	CHECK(find(r, "a")->row.rank == 0);
	report_free(r);
	q.rank = true;
	BOOKS_OK(&b, report_make(&r, b.node, b.records, &q, &b.err));
	CHECK(find(r, "a")->row.rank == 1 && find(r, "b")->row.rank == 2 &&
	      find(r, "c")->row.rank == 2 && find(r, "d")->row.rank == 4);
	report_free(r);
	q.group = "nobody's";
	BOOKS_OK(&b, report_make(&r, b.node, b.records, &q, &b.err));
	CHECK(r->station_count == 0 && r->total.stations == 0);
	report_free(r);
	books_release(&b);
}

int main(void)
{
	each_stands_where_it_is_known_to();
	places_count_in_the_months_in_which_they_stood();
	a_townships_own_node_is_no_station();
	a_box_that_replaces_another_is_the_same_place();
	two_histories_of_a_box_end_when_it_is_replaced();
	sums_are_those_of_a_plain_model();
	ranks_are_for_who_asks();
	return 0;
}
