#include "catalog/stations.h"

#include "tests/support/shelf.h"

static struct public_key node_key(uint8_t n)
{
	const uint8_t seed[KEY_SEED_SIZE] = { 99, n };
	struct secret_key *secret;
	struct public_key key;
	char name[32];

	(void)snprintf(name, sizeof(name), "node-%u", n);
	CHECK(secret_key_from_seed(&secret, name, KEY_ED25519, seed) ==
	      STATUS_OK);
	key = *secret_key_public(secret);
	secret_key_free(secret);
	return key;
}

static void enrol(struct shelf *s, size_t log, const struct entry_station *e)
{
	struct buf json = BUF_INIT;

	SHELF_OK(entry_format_station(e, &json, &s->err));
	shelf_log_entry(s, log, buf_bytes(&json));
	buf_release(&json);
}

static void retire(struct shelf *s, size_t log, uint8_t n)
{
	const struct entry_station_end end = { .key = node_key(n),
					       .date = "2027-01-31" };
	struct buf json = BUF_INIT;

	SHELF_OK(entry_format_station_end(&end, &json, &s->err));
	shelf_log_entry(s, log, buf_bytes(&json));
	buf_release(&json);
}

static struct entry_station village(uint8_t n)
{
	struct entry_station e = { .key = node_key(n),
				   .region = "431081101203",
				   .name = "东江村",
				   .group_count = 2,
				   .groups = { "管区一", "学校" } };

	return e;
}

static bool add_name(void *context, const struct station *station)
{
	char *out = context;

	(void)strcat(strcat(out, station->key.name),
		     station->ended ? "(ended) " : " ");
	return true;
}

static bool lists(struct shelf *s, bool ended, const char *names)
{
	char out[512] = "";

	SHELF_OK(stations_list(s->c, ended, add_name, out, &s->err));
	return strcmp(out, names) == 0;
}

static void an_enrolled_station_is_known_with_its_groups(void)
{
	struct entry_station e = village(1);
	struct station st;
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	CHECK(stations_get(s->c, e.key.bytes, &st, &s->err) ==
	      STATUS_NOT_FOUND);
	enrol(s, 0, &e);
	shelf_settle(s);
	SHELF_OK(stations_get(s->c, e.key.bytes, &st, &s->err));
	CHECK(strcmp(st.region, e.region) == 0);
	CHECK(strcmp(st.name, e.name) == 0 && !st.ended);
	CHECK(st.group_count == 2 && strcmp(st.groups[1], "学校") == 0);
	CHECK(public_key_same(&st.key, &e.key));
	shelf_release(s);
}

static void what_was_said_last_holds(void)
{
	struct entry_station e = village(1), next = village(2);
	struct station st;
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	enrol(s, 0, &e);
	strcpy(e.region, "431081102");
	enrol(s, 0, &e);
	shelf_settle(s);
	SHELF_OK(stations_get(s->c, e.key.bytes, &st, &s->err));
	CHECK(strcmp(st.region, "431081102") == 0);
	retire(s, 0, 1);
	shelf_settle(s);
	SHELF_OK(stations_get(s->c, e.key.bytes, &st, &s->err));
	CHECK(st.ended);
	CHECK(lists(s, false, "") && lists(s, true, "node-1(ended) "));
	enrol(s, 0, &e);
	next.has_replaces = true;
	next.replaces = e.key;
	enrol(s, 0, &next);
	retire(s, 0, 7);
	shelf_settle(s);
	CHECK(lists(s, true, "node-2 node-1(ended) "));
	CHECK(lists(s, false, "node-2 "));
	shelf_release(s);
}

static void since_when_it_stands_and_in_whose_place_is_kept(void)
{
	struct entry_station e = village(1), next = village(2);
	struct station st;
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	strcpy(e.date, "2026-01-15");
	enrol(s, 0, &e);
	shelf_settle(s);
	SHELF_OK(stations_get(s->c, e.key.bytes, &st, &s->err));
	CHECK(strcmp(st.since, "2026-01-15") == 0 && st.until[0] == 0);
	CHECK(!st.has_replaces);
	strcpy(next.date, "2026-10-02");
	next.has_replaces = true;
	next.replaces = e.key;
	enrol(s, 0, &next);
	shelf_settle(s);
	SHELF_OK(stations_get(s->c, e.key.bytes, &st, &s->err));
	CHECK(st.ended && strcmp(st.until, "2026-10-02") == 0);
	SHELF_OK(stations_get(s->c, next.key.bytes, &st, &s->err));
	CHECK(st.has_replaces && memcmp(st.replaces, e.key.bytes,
					sizeof(st.replaces)) == 0);
	retire(s, 0, 2);
	shelf_settle(s);
	SHELF_OK(stations_get(s->c, next.key.bytes, &st, &s->err));
	CHECK(st.ended && strcmp(st.until, "2027-01-31") == 0);
	/* Brought back it stands without an end. */
	enrol(s, 0, &e);
	shelf_settle(s);
	SHELF_OK(stations_get(s->c, e.key.bytes, &st, &s->err));
	CHECK(!st.ended && st.until[0] == 0);
	shelf_release(s);
}

static void an_office_enrols_in_its_own_region_only(void)
{
	struct entry_station e = village(1);
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	strcpy(e.region, "431082101203");
	enrol(s, 0, &e);
	strcpy(e.region, "43");
	enrol(s, 0, &e);
	shelf_settle(s);
	CHECK(lists(s, true, ""));
	CHECK(shelf_summary(s).refused == 2);
	shelf_release(s);
}

static void one_office_does_not_end_what_another_began(void)
{
	struct entry_station e = village(1), wide = village(1);
	struct station st;
	struct shelf shelf;
	struct shelf *s = &shelf;
	size_t town;

	shelf_init(s);
	town = shelf_log(s, "dongjiang.example/lessons");
	shelf_trust_publisher(s, town, "431081101");
	CHECK(!shelf_use_trust(s));
	strcpy(wide.region, "431081");
	enrol(s, 0, &wide);
	enrol(s, town, &e);
	shelf_settle(s);
	SHELF_OK(stations_get(s->c, e.key.bytes, &st, &s->err));
	CHECK(st.log == s->logs[town].id);
	retire(s, 0, 1);
	shelf_settle(s);
	SHELF_OK(stations_get(s->c, e.key.bytes, &st, &s->err));
	CHECK(!st.ended);
	retire(s, town, 1);
	shelf_settle(s);
	SHELF_OK(stations_get(s->c, e.key.bytes, &st, &s->err));
	CHECK(st.ended);
	shelf_release(s);
}

static struct statement_row statement(uint32_t node, uint32_t boot,
				      uint32_t seq, const char *note)
{
	struct statement_row row = { .boot = boot,
				     .seq = seq,
				     .note = bytes_of(note),
				     .heard_s = 100 + seq,
				     .age_s = 3 };

	for (size_t i = 0; i < 4; i++)
		row.key[i] = (uint8_t)(node >> 8 * i);
	return row;
}

static void the_newest_statement_wins(void)
{
	struct statement_row row = statement(1, 2, 5, "first");
	struct statement_row back;
	struct buf note = BUF_INIT;
	struct shelf shelf;
	struct shelf *s = &shelf;

	shelf_init(s);
	CHECK(statements_get(s->c, row.key, &back, &note, &s->err) ==
	      STATUS_NOT_FOUND);
	SHELF_OK(statements_put(s->c, &row, &s->err));
	CHECK(statements_put(s->c, &row, &s->err) == STATUS_OLD);
	row = statement(1, 1, 9, "older boot");
	CHECK(statements_put(s->c, &row, &s->err) == STATUS_OLD);
	row = statement(1, 2, 6, "newer");
	SHELF_OK(statements_put(s->c, &row, &s->err));
	row = statement(1, 3, 0, "newest");
	SHELF_OK(statements_put(s->c, &row, &s->err));
	SHELF_OK(statements_get(s->c, row.key, &back, &note, &s->err));
	CHECK(back.boot == 3 && back.seq == 0);
	CHECK(back.heard_s == 100 && back.age_s == 3);
	CHECK(bytes_is(back.note, "newest"));
	buf_release(&note);
	shelf_release(s);
}

static bool count_statement(void *context, const struct statement_row *row)
{
	unsigned *count = context;

	CHECK(row->note.size > 0);
	++*count;
	return true;
}

static void strangers_cannot_fill_the_table(void)
{
	struct entry_station e = village(1);
	struct statement_row row;
	struct buf note = BUF_INIT;
	struct shelf shelf;
	struct shelf *s = &shelf;
	unsigned count = 0;

	shelf_init(s);
	enrol(s, 0, &e);
	shelf_settle(s);
	SHELF_OK(catalog_begin(s->c, CATALOG_DERIVED, &s->err));
	for (uint32_t n = 0; n < STATEMENTS_MAX; n++) {
		row = statement(n, 1, n, "x");
		SHELF_OK(statements_put(s->c, &row, &s->err));
	}
	SHELF_OK(catalog_commit(s->c, &s->err));
	row = statement(STATEMENTS_MAX, 1, 1, "x");
	row.heard_s = STATEMENTS_MAX;
	row.note.size = STATEMENT_STRANGER_MAX + 1;
	CHECK(statements_put(s->c, &row, &s->err) == STATUS_NO_ROOM);
	/* A newcomer takes the place of the one unheard for longest. */
	row.note.size = 1;
	SHELF_OK(statements_put(s->c, &row, &s->err));
	row = statement(5, 2, 0, "known ones go on");
	SHELF_OK(statements_put(s->c, &row, &s->err));
	memcpy(row.key, e.key.bytes, sizeof(row.key));
	SHELF_OK(statements_put(s->c, &row, &s->err));
	SHELF_OK(statements_list(s->c, count_statement, &count, &s->err));
	CHECK(count == STATEMENTS_MAX);
	row = statement(0, 0, 0, "x");
	CHECK(statements_get(s->c, row.key, &row, &note, &s->err) ==
	      STATUS_NOT_FOUND);
	buf_release(&note);
	shelf_release(s);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	an_enrolled_station_is_known_with_its_groups();
	what_was_said_last_holds();
	since_when_it_stands_and_in_whose_place_is_kept();
	an_office_enrols_in_its_own_region_only();
	one_office_does_not_end_what_another_began();
	the_newest_statement_wins();
	strangers_cannot_fill_the_table();
	return 0;
}
