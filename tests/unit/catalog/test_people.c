#include "catalog/people.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/forgotten.h"
#include "catalog/records_db.h"
#include "tests/support/check.h"
#include "tests/support/dice.h"
#include "tests/support/scratch.h"

/* Card 0x1122334455667788 is 王秀英's. */
#define WANG INT64_C(0x1122334455667788)
#define WANG_HEX "1122334455667788"

struct office {
	struct scratch scratch;
	struct catalog *c;
	struct err err;
};

#define OK(call)                                                            \
	do {                                                                \
		if ((call) != STATUS_OK) {                                  \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,  \
				o->err.text);                               \
			abort();                                            \
		}                                                           \
	} while (0)

static void raw(struct office *o, const char *sql)
{
	sqlite3 *db;
	char *why = NULL;

	CHECK(sqlite3_open(scratch_path(&o->scratch, "records.db"), &db) ==
	      SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) {
		fprintf(stderr, "%s\n", why);
		abort();
	}
	CHECK(sqlite3_close(db) == SQLITE_OK);
}

static int64_t ask(struct office *o, const char *sql)
{
	sqlite3_stmt *statement;
	sqlite3 *db;
	int64_t answer;

	CHECK(sqlite3_open(scratch_path(&o->scratch, "records.db"), &db) ==
	      SQLITE_OK);
	CHECK(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK);
	CHECK(sqlite3_step(statement) == SQLITE_ROW);
	answer = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	CHECK(sqlite3_close(db) == SQLITE_OK);
	return answer;
}

static struct person person(int64_t card, const char *tail, const char *name,
			    const char *place)
{
	struct person p = { .card = card, .batch = "0c0001r1",
			    .issued_s = 1000 };

	strcpy(p.tail, tail);
	strcpy(p.name, name);
	strcpy(p.place, place);
	return p;
}

static enum status all_issued(void *owner, int64_t card, bool *is,
			      struct err *err)
{
	const int64_t *not_this = owner;

	(void)err;
	*is = not_this == NULL || card != *not_this;
	return STATUS_OK;
}

static void office_init(struct office *o)
{
	struct person people[3];

	memset(o, 0, sizeof(*o));
	scratch_init(&o->scratch);
	OK(records_db_open(&o->c, scratch_path(&o->scratch, "records.db"),
			   &o->err));
	people[0] = person(WANG, "4711", "王秀英", "联坪村");
	people[1] = person(-5, "0815", "李大山", "联坪村");
	people[2] = person(7, "4242", "李四", "黄草村");
	OK(people_put(o->c, people, 3, &o->err));
	OK(people_settle(o->c, all_issued, NULL, false, &o->err));
}

static void office_release(struct office *o)
{
	catalog_free(o->c);
	scratch_release(&o->scratch);
}

static enum status forget_card(struct office *o, int64_t card, int64_t *rows)
{
	const struct people_whom whom = { .cards = &card, .count = 1 };

	return people_forget(o->c, &whom, NULL, rows, &o->err);
}

static enum status forget_name(struct office *o, const char *name,
			       struct bytes station, int64_t *rows)
{
	const struct people_whom whom = { .name = name, .station = station };

	return people_forget(o->c, &whom, NULL, rows, &o->err);
}

static bool add_name(void *owner, const struct person *p)
{
	(void)strcat(strcat(owner, p->name), " ");
	return true;
}

static bool finds(struct office *o, const char *query, const char *names,
		  uint64_t total)
{
	char found[400] = "";
	uint64_t count = 99;

	OK(people_find(o->c, query, add_name, found, &count, &o->err));
	return strcmp(found, names) == 0 && count == total;
}

static void people_are_found_by_name_place_tail_and_batch(void)
{
	struct office office, *o = &office;

	office_init(o);
	CHECK(finds(o, "", "王秀英 李大山 李四 ", 3) ||
	      finds(o, "", "李四 李大山 王秀英 ", 3) ||
	      finds(o, "", "李大山 王秀英 李四 ", 3));
	CHECK(finds(o, "李四", "李四 ", 1));
	CHECK(finds(o, "0815", "李大山 ", 1));
	CHECK(finds(o, "黄草", "李四 ", 1));
	CHECK(finds(o, "%", "", 0));
	CHECK(finds(o, "nobody", "", 0));
	office_release(o);
}

/* The power went between the rows and the log: whose cards are in no log is
 * shown to nobody, and goes with the next issue. */
static void an_issue_that_was_interrupted_leaves_nobody(void)
{
	struct person lost = person(99, "9999", "孙六", "黄草村"), read;
	int64_t in_no_log = 99;
	struct office office, *o = &office;

	office_init(o);
	OK(people_put(o->c, &lost, 1, &o->err));
	CHECK(finds(o, "孙六", "", 0));
	OK(people_settle(o->c, all_issued, &in_no_log, false, &o->err));
	CHECK(finds(o, "孙六", "", 0));
	OK(people_get(o->c, 99, &read, &o->err));
	OK(people_settle(o->c, all_issued, &in_no_log, true, &o->err));
	CHECK(people_get(o->c, 99, &read, &o->err) == STATUS_NOT_FOUND);
	/* After it had reached the log, it only was not marked. */
	OK(people_put(o->c, &lost, 1, &o->err));
	OK(people_settle(o->c, all_issued, NULL, true, &o->err));
	CHECK(finds(o, "孙六", "孙六 ", 1));
	OK(people_end(o->c, &in_no_log, 1, 5000, &o->err));
	OK(people_end(o->c, &in_no_log, 1, 6000, &o->err));
	OK(people_get(o->c, 99, &read, &o->err));
	CHECK(read.ended_s == 5000);
	office_release(o);
}

static const char records[] =
	"INSERT INTO station (id, key) VALUES (1, zeroblob(32)),"
	" (2, x'02000000000000000000000000000000"
	"00000000000000000000000000000000');"
	"INSERT INTO lesson VALUES (1, 'a.example/x#0c0001r1', '黑山羊');"
	"INSERT INTO play VALUES (1, 10, 24321, 1790000000, NULL, NULL, 1, 2,"
	" 20, 1234605616436508552, 600000, 600000, 0, 0, 0, 0, 5, 1, 0, 0, 0),"
	" (1, 11, NULL, 1790000000, 1790000000, 1790900000, 1, 2,"
	" 20, 1234605616436508552, 60000, 60000, 0, 0, 0, 0, 5, 1, 0, 0, 0),"
	" (1, 12, 24321, 1790000000, NULL, NULL, 1, 2,"
	" 20, -5, 60000, 60000, 0, 0, 0, 0, 5, 1, 0, 0, 0);"
	"INSERT INTO personal VALUES (1, 20, 1, 24321, 1790000000, NULL, NULL,"
	" 1234605616436508552, 0, 660000, 660000, 2, 0, 5, 0);"
	"INSERT INTO carded VALUES (1, 1234605616436508552), (1, -5);"
	"INSERT INTO study VALUES (1, 30, 1, 24321, 1790000000, NULL, NULL, 9,"
	" NULL, NULL, 0, 700000, 700000, 1, 0, 5, 0,"
	" '{\"names\":[\"王秀英\",\"李大山\",\"王秀英姐\"],"
	"\"cards\":[\"" WANG_HEX "\",\"00000000000000ff\"],"
	"\"note\":\"王秀英 asked, 王秀英 answered\",\"by\":\"王秀英\"}'),"
	" (2, 31, 1, 24321, 1790000000, NULL, NULL, 9,"
	" NULL, NULL, 0, 700000, 700000, 1, 0, 5, 0,"
	" '{\"names\":[\"王秀英\"]}');";

static size_t told(const json_t *person, const char *key)
{
	return json_array_size(json_object_get(person, key));
}

static void a_person_is_told_all_that_is_recorded(void)
{
	struct office office, *o = &office;
	const json_t *play;
	json_t *person;
	int64_t ms;

	office_init(o);
	raw(o, records);
	OK(people_tell(o->c, WANG, &person, &o->err));
	CHECK(told(person, "plays") == 2 && told(person, "personals") == 1 &&
	      told(person, "studies") == 1);
	CHECK(json_integer_value(json_object_get(person, "total_ms")) ==
	      660000);
	play = json_array_get(json_object_get(person, "plays"), 0);
	CHECK(strcmp(json_string_value(json_object_get(play, "title")),
		     "黑山羊") == 0);
	play = json_array_get(json_object_get(person, "plays"), 1);
	CHECK(json_is_null(json_object_get(play, "began")));
	CHECK(strcmp(json_string_value(json_object_get(play, "lo")),
		     "2026-09-21") == 0);
	CHECK(strcmp(json_string_value(json_object_get(play, "hi")),
		     "2026-10-02") == 0);
	json_decref(person);
	OK(people_tell(o->c, 7, &person, &o->err));
	CHECK(told(person, "plays") == 0 && told(person, "studies") == 0);
	json_decref(person);
	OK(people_month_ms(o->c, WANG, 24321, &ms, &o->err));
	CHECK(ms == 660000);
	OK(people_month_ms(o->c, WANG, 24322, &ms, &o->err));
	CHECK(ms == 0);
	office_release(o);
}

/* --- forgetting --- */

/* In the bytes of the database and its write-ahead log. */
static bool stands_in_a_file(struct office *o, const void *what, size_t size)
{
	static const char *const names[] = { "records.db", "records.db-wal" };
	static char bytes[4 << 20];
	bool found = false;

	for (size_t i = 0; i < 2; i++) {
		FILE *f = fopen(scratch_path(&o->scratch, names[i]), "rb");
		size_t read;

		if (f == NULL)
			continue;
		read = fread(bytes, 1, sizeof(bytes), f);
		CHECK(read < sizeof(bytes));
		found = found || memmem(bytes, read, what, size) != NULL;
		(void)fclose(f);
	}
	return found;
}

static bool text_stands(struct office *o, const char *text)
{
	return stands_in_a_file(o, text, strlen(text));
}

static void a_forgotten_card_leaves_its_minutes_and_no_byte(void)
{
	static const uint8_t raw_card[] = { 0x11, 0x22, 0x33, 0x44,
					    0x55, 0x66, 0x77, 0x88 };
	struct office office, *o = &office;
	int64_t rows = 0;
	bool has;

	office_init(o);
	raw(o, records);
	CHECK(text_stands(o, WANG_HEX) &&
	      stands_in_a_file(o, raw_card, sizeof(raw_card)));
	OK(forget_card(o, WANG, &rows));
	CHECK(rows == 5);
	OK(people_wipe(o->c, 0, &o->err));
	CHECK(!text_stands(o, WANG_HEX));
	CHECK(!stands_in_a_file(o, raw_card, sizeof(raw_card)));
	CHECK(!text_stands(o, "4711"));
	CHECK(ask(o, "SELECT sum(ms) FROM play") == 720000);
	CHECK(ask(o, "SELECT count(*) FROM play WHERE card = -5") == 1);
	CHECK(ask(o, "SELECT count(*) FROM carded WHERE card <> -5") == 0);
	CHECK(ask(o, "SELECT json_array_length(item, '$.cards') FROM study"
		     " WHERE id = 30") == 1);
	CHECK(ask(o, "SELECT count(*) FROM person") == 2);
	OK(forgotten_has_card(o->c, WANG, &has, &o->err));
	CHECK(has);
	/* Once more: nothing is left to do. */
	OK(forget_card(o, WANG, &rows));
	CHECK(rows == 0);
	office_release(o);
}

static void a_forgotten_name_is_gone_from_registers_and_notes(void)
{
	struct office office, *o = &office;
	int64_t rows = 0;
	bool has;

	office_init(o);
	raw(o, records);
	OK(forget_name(o, "王秀英", (struct bytes){ NULL, 0 }, &rows));
	OK(people_wipe(o->c, 0, &o->err));
	/* Who is called almost so stays. */
	CHECK(ask(o, "SELECT json_array_length(item, '$.names') FROM study"
		     " WHERE id = 30") == 2);
	CHECK(ask(o, "SELECT json_array_length(item, '$.names') FROM study"
		     " WHERE id = 31") == 0);
	CHECK(ask(o, "SELECT json_extract(item, '$.note') ="
		     " '… asked, … answered' AND"
		     " json_extract(item, '$.by') = '…' FROM study"
		     " WHERE id = 30") == 1);
	CHECK(ask(o, "SELECT heads FROM study WHERE id = 30") == 9);
	CHECK(ask(o, "SELECT count(*) FROM person WHERE name = '王秀英'") ==
	      0);
	CHECK(!text_stands(o, WANG_HEX) && !text_stands(o, "王秀英\""));
	OK(forgotten_has_name(o->c, "王秀英", &has, &o->err));
	CHECK(has);
	office_release(o);
}

static void a_name_can_be_forgotten_at_one_station_only(void)
{
	uint8_t key[32] = { 2 };
	struct office office, *o = &office;
	int64_t rows = 0;
	bool has;

	office_init(o);
	raw(o, records);
	OK(forget_name(o, "王秀英", (struct bytes){ key, 32 }, &rows));
	CHECK(rows == 1);
	CHECK(ask(o, "SELECT json_array_length(item, '$.names') FROM study"
		     " WHERE id = 31") == 0);
	CHECK(ask(o, "SELECT json_array_length(item, '$.names') FROM study"
		     " WHERE id = 30") == 3);
	CHECK(ask(o, "SELECT count(*) FROM person") == 3);
	OK(forgotten_has_name(o->c, "王秀英", &has, &o->err));
	CHECK(!has);
	CHECK(forget_name(o, "", (struct bytes){ NULL, 0 }, NULL) == STATUS_USAGE);
	office_release(o);
}

/* Pages that were split and filled again have no copies of it either. */
static void nobody_is_left_in_a_large_table(void)
{
	enum { MANY = 4000, GONE = 100 };
	struct person *people = calloc(MANY, sizeof(*people));
	struct office office, *o = &office;

	office_init(o);
	dice_begin(7);
	CHECK(people != NULL);
	for (int i = 0; i < MANY; i++) {
		people[i] = person((int64_t)dice(UINT64_MAX), "0000", "", "联坪村");
		(void)snprintf(people[i].name, sizeof(people[i].name),
			       "name-%05d-of-%u", i, (unsigned)dice(1 << 20));
	}
	OK(people_put(o->c, people, MANY, &o->err));
	for (int i = 0; i < GONE; i++)
		OK(forget_card(o, people[i * 37].card, NULL));
	OK(people_wipe(o->c, 0, &o->err));
	for (int i = 0; i < GONE; i++)
		CHECK(!text_stands(o, people[i * 37].name));
	CHECK(text_stands(o, people[1].name));
	free(people);
	office_release(o);
}

static void wiping_is_asked_for_again_while_others_read(void)
{
	struct office office, *o = &office;
	sqlite3_stmt *statement;
	sqlite3 *db;

	office_init(o);
	CHECK(sqlite3_open(scratch_path(&o->scratch, "records.db"), &db) ==
	      SQLITE_OK);
	CHECK(sqlite3_prepare_v2(db, "SELECT name FROM person", -1, &statement,
				 NULL) == SQLITE_OK);
	CHECK(sqlite3_step(statement) == SQLITE_ROW);
	OK(forget_card(o, WANG, NULL));
	CHECK(people_wipe(o->c, 0, &o->err) == STATUS_BUSY);
	sqlite3_finalize(statement);
	CHECK(sqlite3_close(db) == SQLITE_OK);
	OK(people_wipe(o->c, 0, &o->err));
	CHECK(!text_stands(o, "4711"));
	office_release(o);
}

int main(void)
{
	people_are_found_by_name_place_tail_and_batch();
	an_issue_that_was_interrupted_leaves_nobody();
	a_person_is_told_all_that_is_recorded();
	a_forgotten_card_leaves_its_minutes_and_no_byte();
	a_forgotten_name_is_gone_from_registers_and_notes();
	a_name_can_be_forgotten_at_one_station_only();
	nobody_is_left_in_a_large_table();
	wiping_is_asked_for_again_while_others_read();
	return 0;
}
