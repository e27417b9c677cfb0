/* What stations have sealed comes into the office's tables: once, in order,
 * from those it enrolled. */
#include "node/office/import.h"

#include "catalog/batch.h"
#include "node/office/importer.h"
#include "tests/support/batches.h"
#include "tests/support/loop.h"
#include "tests/support/records.h"

#define SEP INT64_C(1788500000) /* 2026-09-04 */

static struct scratch scratch;
static struct office county, station;
static int64_t next_id;

static void start(void)
{
	scratch_init(&scratch);
	office_county(&county, &scratch);
	office_station(&station, &scratch, &county);
	next_id = 1;
}

static void finish(void)
{
	office_close(&station);
	office_close(&county);
	scratch_release(&scratch);
}

/* --- what a station writes --- */

static uint64_t log_size(void)
{
	struct log_info info;

	return record_log(&station, &station, &info) ? info.size : 0;
}

/* The batch of the station's next entry, signed by `key`. */
static void write_batch(const struct public_key *to, uint64_t seq,
			const struct secret_key *node_key, json_t *items,
			struct buf *inner)
{
	char origin[RECORDLOG_ORIGIN_SIZE + 1];
	struct secret_key *key;
	const struct batch_head head = {
		.to = to->id,
		.seq = seq,
		.when = when_at(SEP, 1, 100, true),
		.part = 1,
		.parts = 1
	};

	recordlog_origin(house_node_public(&station.house), origin);
	CHECK(secret_key_named(&key, node_key, origin) == STATUS_OK);
	CHECK(batch_write(&head, items, key, inner) == STATUS_OK);
	secret_key_free(key);
	json_decref(items);
}

static void append_sealed(struct bytes inner, const struct public_key *to)
{
	struct buf sealed = BUF_INIT;

	CHECK(seal(inner, to, &sealed) == STATUS_OK);
	OFFICE_OK(&station, records_add(&station.house, buf_bytes(&sealed),
					NULL, &station.err));
	buf_release(&sealed);
}

static const struct public_key *office_key(void)
{
	return seal_key_public(county.house.records_key);
}

/* One play of a minute, in an entry of its own. */
static void study_a_minute(void)
{
	struct buf inner = BUF_INIT;
	json_t *play = play_item(next_id++, when_at(SEP, 1, 100, true), 5,
				 60000, 60000);

	write_batch(office_key(), log_size(), station.house.node_key,
		    json_pack("[o]", play), &inner);
	append_sealed(buf_bytes(&inner), office_key());
	buf_release(&inner);
}

static void send_all(void)
{
	struct upload_taker *taker = upload_taker_new(&county.house);

	CHECK(send_up(&station, taker, &station, NULL, NULL) == UPLOAD_DONE);
	upload_taker_free(taker);
}

/* --- what the office has --- */

static int64_t ask(const char *text)
{
	struct catalog *records;
	sqlite3_stmt *q = NULL;
	int64_t value;

	OFFICE_OK(&county,
		  house_records(&county.house, &records, &county.err));
	CHECK(sqlite3_prepare_v2(sql_connection(records), text, -1, &q,
				 NULL) == SQLITE_OK);
	CHECK(sqlite3_step(q) == SQLITE_ROW);
	value = sqlite3_column_int64(q, 0);
	CHECK(sqlite3_finalize(q) == SQLITE_OK);
	return value;
}

static uint64_t import_now(void)
{
	struct import_watch watch = { .stop = false };

	OFFICE_OK(&county,
		  import_house(&county.house, false, &watch, &county.err));
	CHECK(watch.waiting == 0);
	return watch.imported;
}

static void what_was_sealed_comes_in_once(void)
{
	start();
	office_enrol(&county, &station);
	for (int i = 0; i < 70; i++) /* more than a chunk */
		study_a_minute();
	send_all();
	CHECK(import_now() == 70);
	CHECK(ask("SELECT count(*) FROM play") == 70);
	CHECK(ask("SELECT own_open FROM sum_station") == 70 * 60000);
	CHECK(ask("SELECT log_done FROM station") == 70);
	CHECK(ask("SELECT heard_s FROM station") > 0);
	CHECK(ask("SELECT through_s FROM station") == SEP);
	CHECK(import_now() == 0);
	study_a_minute();
	send_all();
	CHECK(import_now() == 1);
	CHECK(ask("SELECT own_open FROM sum_station") == 71 * 60000);
	finish();
}

static void strangers_wait_until_they_are_enrolled(void)
{
	start();
	study_a_minute();
	send_all();
	CHECK(import_now() == 0);
	CHECK(ask("SELECT count(*) FROM station") == 0);
	office_enrol(&county, &station);
	CHECK(import_now() == 1);
	office_retire(&county, &station);
	study_a_minute();
	send_all();
	CHECK(import_now() == 1); /* what it did before it ended counts */
	finish();
}

static void what_is_not_for_us_is_passed_over_and_rubbish_is_odd(void)
{
	struct buf inner = BUF_INIT;
	struct seal_key *other;

	start();
	office_enrol(&county, &station);
	CHECK(seal_key_new(&other, "township") == STATUS_OK);
	append_sealed(bytes_of("x"), seal_key_public(other));
	append_sealed(bytes_of("a note by hand"), office_key());
	/* Made for another place in the log. */
	write_batch(office_key(), 7, station.house.node_key, json_array(),
		    &inner);
	append_sealed(buf_bytes(&inner), office_key());
	buf_clear(&inner);
	/* Signed by another node. */
	write_batch(office_key(), 3, county.house.node_key, json_array(),
		    &inner);
	append_sealed(buf_bytes(&inner), office_key());
	study_a_minute();
	send_all();
	CHECK(import_now() == 5);
	CHECK(ask("SELECT count(*) FROM play") == 1);
	CHECK(ask("SELECT count(*) FROM odd") == 3);
	CHECK(ask("SELECT min(entry) FROM odd") == 1);
	CHECK(ask("SELECT log_done FROM station") == 5);
	seal_key_free(other);
	buf_release(&inner);
	finish();
}

static void what_is_in_counts_once_when_all_is_read_again(void)
{
	struct import_watch watch = { .stop = false };

	start();
	office_enrol(&county, &station);
	for (int i = 0; i < 3; i++)
		study_a_minute();
	send_all();
	CHECK(import_now() == 3);
	OFFICE_OK(&county, import_house(&county.house, true, &watch,
					&county.err));
	CHECK(watch.imported == 3);
	CHECK(ask("SELECT own_open FROM sum_station") == 3 * 60000);
	CHECK(ask("SELECT flags FROM sum_station") == 0);
	CHECK(ask("SELECT log_done FROM station") == 3);
	finish();
}

static void without_the_key_nothing_is_read(void)
{
	struct import_watch watch = { .stop = false };

	start();
	CHECK(import_house(&station.house, false, &watch, &station.err) ==
	      STATUS_NOT_FOUND);
	finish();
}

static void nothing_may_be_imported_while_it_is_to_stop(void)
{
	struct import_watch watch = { .stop = true };

	start();
	office_enrol(&county, &station);
	study_a_minute();
	send_all();
	OFFICE_OK(&county,
		  import_house(&county.house, false, &watch, &county.err));
	CHECK(watch.imported == 0 && watch.waiting == 1);
	finish();
}

static void without_importing_what_waits_is_counted(void)
{
	struct import_watch watch = { .stop = false };

	start();
	office_enrol(&county, &station);
	study_a_minute();
	send_all();
	OFFICE_OK(&county,
		  import_count(&county.house, &watch, &county.err));
	CHECK(watch.imported == 0 && watch.waiting == 1);
	CHECK(import_count(&station.house, &watch, &station.err) ==
	      STATUS_NOT_FOUND);
	finish();
}

/* A round at that time; 12 months are kept. */
static void run_at(int64_t now_s)
{
	char records_db[HOUSE_PATH_MAX + 16];
	struct import_watch watch = { .stop = false };
	struct import_options options = {
		.node_db = catalog_path(county.house.catalog),
		.records_db = records_db,
		.key = county.house.records_key,
		.now_s = (uint64_t)now_s,
		.keep_months = 12,
		.watch = &watch
	};

	house_path(county.house.dir, "records.db", records_db);
	OFFICE_OK(&county, import_run(&options, NULL, &county.err));
}

static void what_is_personal_goes_by_itself_after_its_time(void)
{
	struct buf inner = BUF_INIT;

	start();
	office_enrol(&county, &station);
	write_batch(office_key(), 0, station.house.node_key,
		    json_pack("[o]", study_item(9, 1,
						when_at(SEP, 1, 100, true),
						12, "李明")),
		    &inner);
	append_sealed(buf_bytes(&inner), office_key());
	send_all();
	run_at(SEP + 365 * INT64_C(86400));
	CHECK(ask("SELECT item LIKE '%李明%' FROM study") == 1);
	run_at(SEP + 400 * INT64_C(86400));
	CHECK(ask("SELECT item = '{}' FROM study") == 1);
	CHECK(ask("SELECT people FROM sum_station") == 12);
	buf_release(&inner);
	finish();
}

/* The node's own requests write to records.db, too. */
static void import_aside(void *owner)
{
	_Atomic bool *done = owner;

	CHECK(import_now() == 100);
	*done = true;
}

static void who_writes_meanwhile_is_let_in(void)
{
	_Atomic bool done = false;
	struct catalog *records;
	struct err err = ERR_INIT;
	uv_thread_t thread;
	int64_t writes = 0;

	start();
	office_enrol(&county, &station);
	for (int i = 0; i < 100; i++)
		study_a_minute();
	send_all();
	CHECK(records_db_open(&records,
			      scratch_path(&scratch, "county/records.db"),
			      &err) == STATUS_OK);
	CHECK(uv_thread_create(&thread, import_aside, (void *)&done) == 0);
	while (!done) {
		CHECK(catalog_set_int(records, "test.writes", ++writes,
				      &err) == STATUS_OK);
		/* Who writes without end leaves nobody a turn. */
		uv_sleep(5);
	}
	CHECK(uv_thread_join(&thread) == 0);
	CHECK(writes > 0);
	catalog_free(records);
	CHECK(ask("SELECT count(*) FROM play") == 100);
	finish();
}

/* --- beside the loop --- */

struct running {
	uv_loop_t loop;
	struct importer *importer;
	unsigned changes;
	int64_t now_ms;
};

static void changed(void *owner)
{
	((struct running *)owner)->changes++;
}

static void closed(void *owner)
{
	((struct running *)owner)->importer = NULL;
}

static void run(struct running *r)
{
	r->now_ms += 20 * 1000;
	importer_tick(r->importer, r->now_ms);
	(void)uv_run(&r->loop, UV_RUN_DEFAULT);
}

static bool says(const struct running *r, const char *key, json_int_t value)
{
	json_t *json = importer_json(r->importer);
	const json_t *found = json_object_get(json, key);
	bool same = json_is_boolean(found) ?
			    json_is_true(found) == (value != 0) :
			    json_integer_value(found) == value;

	json_decref(json);
	return same;
}

static void start_running(struct running *r)
{
	struct importer_options options = { .loop = &r->loop,
					    .house = &county.house,
					    .owner = r,
					    .changed = changed };

	*r = (struct running){ .now_ms = 0 };
	CHECK(uv_loop_init(&r->loop) == 0);
	OFFICE_OK(&county,
		  importer_open(&r->importer, &options, &county.err));
}

static void stop_running(struct running *r)
{
	importer_close(r->importer, closed, r);
	(void)uv_run(&r->loop, UV_RUN_DEFAULT);
	CHECK(r->importer == NULL);
	loop_finish(&r->loop);
}

static void a_running_office_imports_by_itself(void)
{
	struct running r;
	struct log_info info;

	start();
	office_enrol(&county, &station);
	study_a_minute();
	send_all();
	start_running(&r);
	run(&r); /* what came before the start */
	CHECK(says(&r, "imported", 1) && says(&r, "waiting", 0));
	CHECK(r.changes == 1);
	run(&r);
	CHECK(r.changes == 1 && says(&r, "busy", 0));
	study_a_minute();
	send_all();
	CHECK(record_log(&county, &station, &info));
	importer_grew(r.importer, info.id);
	run(&r);
	CHECK(says(&r, "imported", 2));
	CHECK(ask("SELECT own_open FROM sum_station") == 120000);
	stop_running(&r);
	finish();
}

static void while_the_key_is_locked_entries_wait_and_are_counted(void)
{
	struct running r;
	struct seal_key *key;

	start();
	office_enrol(&county, &station);
	study_a_minute();
	study_a_minute();
	send_all();
	key = county.house.records_key;
	county.house.records_key = NULL;
	start_running(&r);
	run(&r);
	CHECK(says(&r, "locked", 1) && says(&r, "waiting", 2));
	CHECK(says(&r, "imported", 0));
	CHECK(ask("SELECT count(*) FROM play") == 0);
	county.house.records_key = key;
	importer_look(r.importer);
	run(&r);
	CHECK(says(&r, "locked", 0) && says(&r, "waiting", 0));
	CHECK(ask("SELECT count(*) FROM play") == 2);
	stop_running(&r);
	finish();
}

/* The office has another key; what was on its way is sealed to the one
 * before. */
static void what_is_sealed_to_the_key_before_comes_in(void)
{
	struct seal_key *before;
	struct house *h;
	struct running r;

	start();
	h = &county.house;
	office_enrol(&county, &station);
	study_a_minute();
	study_a_minute();
	send_all();
	before = h->records_key;
	CHECK(seal_key_new(&h->records_key, "records-2") == STATUS_OK);
	h->records_key_before = before;
	CHECK(import_now() == 2);
	CHECK(ask("SELECT count(*) FROM play") == 2);
	/* While it is locked, nothing is taken for somebody else's. */
	study_a_minute();
	send_all();
	h->records_key_before = NULL;
	h->locks[HOUSE_RECORDS_BEFORE].there = true;
	h->locks[HOUSE_RECORDS_BEFORE].boxed = true;
	start_running(&r);
	run(&r);
	CHECK(says(&r, "locked", 1) && says(&r, "waiting", 1));
	h->records_key_before = before;
	importer_look(r.importer);
	run(&r);
	CHECK(ask("SELECT count(*) FROM play") == 3);
	stop_running(&r);
	finish();
}

/* A key of another office was put in the place of the right one. */
static void what_was_passed_over_comes_in_with_the_right_key(void)
{
	struct seal_key *right, *wrong;
	struct house *h;
	struct running r;

	start();
	h = &county.house;
	office_enrol(&county, &station);
	study_a_minute();
	send_all();
	CHECK(import_now() == 1);
	CHECK(!import_is_unnamed(h));
	right = h->records_key;
	CHECK(seal_key_new(&wrong, "records") == STATUS_OK);
	study_a_minute();
	send_all();
	h->records_key = wrong;
	CHECK(import_now() == 2); /* both are looked at, none is for it */
	CHECK(ask("SELECT count(*) FROM play") == 1);
	CHECK(import_is_unnamed(h));
	start_running(&r);
	run(&r);
	CHECK(says(&r, "unnamed", 1));
	stop_running(&r);
	h->records_key = right;
	CHECK(!import_is_unnamed(h));
	CHECK(import_now() == 2);
	CHECK(ask("SELECT count(*) FROM play") == 2);
	CHECK(ask("SELECT own_open FROM sum_station") == 2 * 60000);
	CHECK(import_now() == 0);
	seal_key_free(wrong);
	finish();
}

static void strangers_are_told(void)
{
	struct running r;
	json_t *json;

	start();
	study_a_minute();
	send_all();
	start_running(&r);
	run(&r);
	json = importer_json(r.importer);
	CHECK(json_array_size(json_object_get(json, "strangers")) == 1);
	json_decref(json);
	stop_running(&r);
	finish();
}

int main(void)
{
	what_was_sealed_comes_in_once();
	strangers_wait_until_they_are_enrolled();
	what_is_not_for_us_is_passed_over_and_rubbish_is_odd();
	what_is_in_counts_once_when_all_is_read_again();
	without_the_key_nothing_is_read();
	nothing_may_be_imported_while_it_is_to_stop();
	without_importing_what_waits_is_counted();
	what_is_personal_goes_by_itself_after_its_time();
	who_writes_meanwhile_is_let_in();
	a_running_office_imports_by_itself();
	while_the_key_is_locked_entries_wait_and_are_counted();
	what_is_sealed_to_the_key_before_comes_in();
	what_was_passed_over_comes_in_with_the_right_key();
	strangers_are_told();
	return 0;
}
