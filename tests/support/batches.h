/* Items of batches for tests, as a station writes them, and an office's
 * records.db to take them in. */
#ifndef TESTS_SUPPORT_BATCHES_H
#define TESTS_SUPPORT_BATCHES_H

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "catalog/imported.h"
#include "catalog/records_db.h"
#include "catalog/sql.h"
#include "tests/support/check.h"
#include "tests/support/logs.h"

MAYBE_UNUSED static struct when when_at(int64_t s, int64_t boot, int64_t mono,
					bool sync)
{
	return (struct when){ .s = (uint64_t)s,
			      .boot = (uint64_t)boot,
			      .mono = (uint64_t)mono,
			      .floor = 1780000000,
			      .sync = sync };
}

MAYBE_UNUSED static json_t *play_item(int64_t id, struct when w, int lesson,
				      int64_t ms, int64_t own)
{
	char hex[17], name[80];

	imported_hex(id, hex);
	(void)snprintf(name, sizeof(name), "zixing.example/lessons#%08x",
		       (unsigned)lesson);
	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:I, s:I, s:[i,i],"
			 " s:i, s:i}",
			 "k", "play", "id", hex, "w", when_json(&w), "lesson",
			 name, "as", "video", "on", "tv", "ms",
			 (json_int_t)ms, "own", (json_int_t)own, "shown", 0,
			 60, "of", 600, "keys", 3);
}

MAYBE_UNUSED static void set_id(json_t *item, const char *key, int64_t id)
{
	char hex[17];

	imported_hex(id, hex);
	(void)json_object_set_new(item, key, json_string(hex));
}

MAYBE_UNUSED static void set_flag(json_t *item, const char *flag)
{
	(void)json_object_set_new(item, "flags", json_pack("[s]", flag));
}

MAYBE_UNUSED static json_t *study_item(int64_t id, int v, struct when w,
				       int heads, const char *name)
{
	char hex[17];

	imported_hex(id, hex);
	return json_pack("{s:s, s:s, s:i, s:o, s:i, s:[s], s:I, s:I, s:i}",
			 "k", "study", "id", hex, "v", v, "w", when_json(&w),
			 "heads", heads, "names", name, "ms", (json_int_t)9000,
			 "own", (json_int_t)9000, "parts", 1);
}

MAYBE_UNUSED static json_t *personal_item(int64_t id, struct when w,
					  int64_t card)
{
	char hex[17], tail[17];

	imported_hex(id, hex);
	imported_hex(card, tail);
	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:I, s:I, s:i}", "k",
			 "personal", "id", hex, "w", when_json(&w), "card",
			 tail, "on", "phone", "ms", (json_int_t)5000, "own",
			 (json_int_t)5000, "plays", 1);
}

/* --- an office --- */

struct office_db {
	struct place place;
	struct catalog *c;
	struct err err;
};

MAYBE_UNUSED static void office_db_open(struct office_db *o)
{
	o->err = (struct err)ERR_INIT;
	place_make(&o->place);
	CHECK(records_db_open(&o->c, o->place.path, &o->err) == STATUS_OK);
}

MAYBE_UNUSED static void office_db_close(struct office_db *o)
{
	catalog_free(o->c);
	place_remove(&o->place);
}

MAYBE_UNUSED static int64_t office_db_station(struct office_db *o, uint8_t byte)
{
	uint8_t key[PUBLIC_KEY_SIZE];
	int64_t id = 0;

	memset(key, byte, sizeof(key));
	CHECK(imported_station(o->c, key, &id, &o->err) == STATUS_OK);
	return id;
}

/* Takes `items` over. */
MAYBE_UNUSED static unsigned
office_db_take(struct office_db *o, int64_t station, uint64_t entry,
	       struct when w, int64_t now_s, json_t *items)
{
	struct imported_entry e = { .station = station,
				    .entry = entry,
				    .taken_s = now_s,
				    .now_s = now_s,
				    .when = w,
				    .items = items };
	unsigned passed = 0;

	CHECK(items != NULL);
	CHECK(catalog_begin(o->c, CATALOG_DERIVED, &o->err) == STATUS_OK);
	CHECK(imported_take(o->c, &e, &passed, &o->err) == STATUS_OK);
	CHECK(catalog_commit(o->c, &o->err) == STATUS_OK);
	json_decref(items);
	return passed;
}

/* One number; the text is not kept as a prepared statement. */
MAYBE_UNUSED static int64_t office_db_ask(struct office_db *o, const char *text)
{
	sqlite3_stmt *q = NULL;
	int64_t value;

	CHECK(sqlite3_prepare_v2(sql_connection(o->c), text, -1, &q, NULL) ==
	      SQLITE_OK);
	CHECK(sqlite3_step(q) == SQLITE_ROW);
	value = sqlite3_column_int64(q, 0);
	CHECK(sqlite3_finalize(q) == SQLITE_OK);
	return value;
}

/* What the sums ought to be, from the rows; and what they are. */
#define SUMS_FROM_ROWS                                                        \
	"SELECT month, station, sum(o), sum(c), sum(p), sum(h), sum(d),"      \
	" sum(nc), sum(np), sum(pp), count(DISTINCT lesson) FROM ("           \
	"SELECT month, station, iif(kind=0,own,0) o, iif(kind=1,own,0) c,"    \
	" iif(kind=2,own,0) p, 0 h, iif(flags & 15,own,0) d, 0 nc, 0 np,"     \
	" 0 pp, lesson FROM play WHERE month IS NOT NULL"                     \
	" UNION ALL SELECT month, station, 0, 0, 0, hand_ms,"                 \
	" iif(flags & 15,hand_ms,0), 1, 0, heads, NULL FROM study"            \
	" WHERE month IS NOT NULL"                                            \
	" UNION ALL SELECT month, station, 0, 0, 0, 0, 0, 0, 1, 1, NULL"      \
	" FROM personal WHERE month IS NOT NULL) GROUP BY month, station"
#define SUMS_AS_KEPT                                                         \
	"SELECT month, station, sum(own_open), sum(own_collective),"         \
	" sum(own_personal), sum(own_hand), sum(doubtful), sum(collective)," \
	" sum(personal), sum(people), sum(lessons) FROM ("                   \
	"SELECT month, station, own_open, own_collective, own_personal,"     \
	" own_hand, doubtful, collective, personal, people, lessons"         \
	" FROM sum_station UNION ALL SELECT month, station, own_open,"       \
	" own_collective, own_personal, own_hand, doubtful, collective,"     \
	" personal, people, lessons FROM late) GROUP BY month, station"

MAYBE_UNUSED static void office_sums_are_right(struct office_db *o)
{
	/* A month whose rows all went elsewhere may be left in `late`. */
	CHECK(office_db_ask(o, "SELECT count(*) FROM (" SUMS_FROM_ROWS
			    " EXCEPT " SUMS_AS_KEPT ")") == 0);
	CHECK(office_db_ask(o, "SELECT count(*) FROM (" SUMS_AS_KEPT
			    " EXCEPT " SUMS_FROM_ROWS ") WHERE month NOT IN"
			    " (SELECT month FROM closed)") == 0);
	CHECK(office_db_ask(o, "SELECT count(*) FROM (SELECT month, station,"
			    " lesson, ms, own, plays FROM sum_lesson EXCEPT"
			    " SELECT month, station, lesson, sum(ms),"
			    " sum(own), count(*) FROM play"
			    " WHERE month IS NOT NULL"
			    " GROUP BY month, station, lesson)") == 0);
	CHECK(office_db_ask(o, "SELECT count(*) FROM sum_lesson") ==
	      office_db_ask(o, "SELECT count(*) FROM (SELECT 1 FROM play"
			    " WHERE month IS NOT NULL"
			    " GROUP BY month, station, lesson)"));
}

#endif
