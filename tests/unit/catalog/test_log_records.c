#include <sqlite3.h>

#include "catalog/schema.h"
#include "tests/support/logs.h"

#define RECORDS_ORIGIN "xiangtu/records/someone"

static struct place place;
static struct catalog *c;
static struct err err = ERR_INIT;

static void start(void)
{
	err = (struct err)ERR_INIT;
	place_make(&place);
	CHECK(catalog_open(&c, place.path, &err) == STATUS_OK);
}

static void finish(void)
{
	catalog_free(c);
	place_remove(&place);
}

static struct log_info info_of(int64_t id)
{
	struct log_info info;

	CHECK(log_get(c, id, &info, &err) == STATUS_OK);
	return info;
}

static enum status note_origin(void *owner, const struct log_info *info,
			       struct err *e)
{
	(void)e;
	strcat(owner, info->origin);
	strcat(owner, " ");
	return STATUS_OK;
}

static void records_are_told_from_lessons(void)
{
	char lessons[200] = "", records[200] = "";
	int64_t lesson, record, again;

	start();
	CHECK(log_follow(c, TEST_ORIGIN, false, &lesson, &err) == STATUS_OK);
	CHECK(log_follow_records(c, RECORDS_ORIGIN, true, &record, &err) ==
	      STATUS_OK);
	CHECK(info_of(lesson).kind == LOG_LESSONS);
	CHECK(info_of(record).kind == LOG_RECORDS && info_of(record).own);
	CHECK(log_each(c, note_origin, lessons, &err) == STATUS_OK);
	CHECK(log_each_records(c, note_origin, records, &err) == STATUS_OK);
	CHECK(strcmp(lessons, TEST_ORIGIN " ") == 0);
	CHECK(strcmp(records, RECORDS_ORIGIN " ") == 0);
	CHECK(log_follow_records(c, RECORDS_ORIGIN, true, &again, &err) ==
	      STATUS_OK);
	CHECK(again == record);
	/* A name is of one kind for ever. */
	CHECK(log_follow_records(c, TEST_ORIGIN, false, &again, &err) ==
	      STATUS_EXISTS);
	CHECK(log_follow(c, RECORDS_ORIGIN, false, &again, &err) ==
	      STATUS_EXISTS);
	CHECK(log_follow_records(c, "bad origin", false, &again, &err) ==
	      STATUS_MALFORMED);
	finish();
}

static void a_log_of_others_may_become_our_own(void)
{
	int64_t id, again;

	start();
	CHECK(log_follow_records(c, RECORDS_ORIGIN, false, &id, &err) ==
	      STATUS_OK);
	CHECK(!info_of(id).own);
	CHECK(log_follow_records(c, RECORDS_ORIGIN, true, &again, &err) ==
	      STATUS_OK);
	CHECK(again == id && info_of(id).own);
	CHECK(log_follow_records(c, RECORDS_ORIGIN, false, &again, &err) ==
	      STATUS_OK);
	CHECK(info_of(id).own);
	finish();
}

static void the_newest_acknowledgement_is_kept(void)
{
	struct buf note = BUF_INIT;
	int64_t id;

	start();
	CHECK(log_follow_records(c, RECORDS_ORIGIN, true, &id, &err) ==
	      STATUS_OK);
	CHECK(log_read_ack(c, id, &note, &err) == STATUS_NOT_FOUND);
	CHECK(err.text[0] == 0 && info_of(id).acked == 0);
	CHECK(log_set_ack(c, id, 5, bytes_of("five"), &err) == STATUS_OK);
	CHECK(log_set_ack(c, id, 4, bytes_of("four"), &err) == STATUS_OLD);
	CHECK(err.text[0] == 0 && info_of(id).acked == 5);
	catalog_free(c);
	CHECK(catalog_open(&c, place.path, &err) == STATUS_OK);
	CHECK(info_of(id).acked == 5);
	CHECK(log_read_ack(c, id, &note, &err) == STATUS_OK);
	CHECK(bytes_is(buf_bytes(&note), "five"));
	CHECK(log_set_ack(c, id, 9, bytes_of("nine"), &err) == STATUS_OK);
	CHECK(info_of(id).acked == 9);
	CHECK(log_set_ack(c, 77, 1, bytes_of("x"), &err) == STATUS_NOT_FOUND);
	buf_release(&note);
	finish();
}

static void bytes_of_a_log_are_those_of_its_entries(void)
{
	struct secret_key *key = test_key(1);
	uint64_t bytes = 7;
	int64_t id, other;
	char text[64];
	size_t one;

	start();
	CHECK(log_follow_records(c, TEST_ORIGIN, true, &id, &err) ==
	      STATUS_OK);
	CHECK(log_follow_records(c, RECORDS_ORIGIN, true, &other, &err) ==
	      STATUS_OK);
	CHECK(log_bytes(c, id, &bytes, &err) == STATUS_OK && bytes == 0);
	grow(c, id, key, 'a', 3);
	one = test_entry(0, 'a', text);
	CHECK(log_bytes(c, id, &bytes, &err) == STATUS_OK);
	CHECK(bytes == 3 * (one + 2));
	grow(c, id, key, 'a', 300); /* a full bundle among them, compressed */
	CHECK(log_bytes(c, id, &bytes, &err) == STATUS_OK);
	CHECK(bytes > 300 * (one + 2));
	CHECK(log_bytes(c, other, &bytes, &err) == STATUS_OK && bytes == 0);
	secret_key_free(key);
	finish();
}

static void raw_sql(const char *sql)
{
	sqlite3 *db;

	CHECK(sqlite3_open(place.path, &db) == SQLITE_OK);
	CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
	CHECK(sqlite3_close(db) == SQLITE_OK);
}

static void a_database_of_version_1_goes_on_as_it_was(void)
{
	struct secret_key *key = test_key(1);
	struct log_info info;
	struct buf note = BUF_INIT;
	int64_t id, records;

	/* As the program before record logs left it. */
	start();
	catalog_free(c);
	CHECK(unlink(place.path) == 0);
	raw_sql(schema_logs);
	raw_sql(schema_lessons);
	raw_sql("PRAGMA application_id=2020898097; PRAGMA user_version=1;"
		"INSERT INTO logs (origin, hash, own, root) VALUES"
		" ('old.example/lessons', randomblob(32), 1,"
		"  x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"
		"7852b855')");

	CHECK(catalog_open(&c, place.path, &err) == STATUS_OK);
	CHECK(log_find(c, "old.example/lessons", &info, &err) == STATUS_OK);
	CHECK(info.kind == LOG_LESSONS && info.own && info.acked == 0);
	CHECK(log_read_ack(c, info.id, &note, &err) == STATUS_NOT_FOUND);
	CHECK(log_follow_records(c, TEST_ORIGIN, true, &records, &err) ==
	      STATUS_OK);
	grow(c, records, key, 'a', 2);
	CHECK(log_set_ack(c, records, 2, bytes_of("note"), &err) == STATUS_OK);
	CHECK(log_follow(c, "new.example/lessons", false, &id, &err) ==
	      STATUS_OK);
	catalog_free(c);
	CHECK(catalog_open(&c, place.path, &err) == STATUS_OK); /* once only */
	CHECK(info_of(records).acked == 2);
	secret_key_free(key);
	finish();
}

int main(void)
{
	records_are_told_from_lessons();
	a_log_of_others_may_become_our_own();
	the_newest_acknowledgement_is_kept();
	bytes_of_a_log_are_those_of_its_entries();
	a_database_of_version_1_goes_on_as_it_was();
	return 0;
}
