/* What an office makes of batches: rows, sums, versions, replays, time. */
#include <stdlib.h>

#include "catalog/forgotten.h"
#include "proto/month.h"
#include "tests/support/batches.h"
#include "tests/support/dice.h"

#define DAY 86400
#define SEP INT64_C(1788500000) /* 2026-09-04 */

static struct office_db o;
static int64_t station;

static void start(void)
{
	office_db_open(&o);
	station = office_db_station(&o, 7);
}

static void finish(void)
{
	office_sums_are_right(&o);
	office_db_close(&o);
}

/* An entry of one item, sealed at once, its clock synchronised. */
static unsigned take(uint64_t entry, int64_t s, json_t *item)
{
	return office_db_take(&o, station, entry,
			   when_at(s, 1, s - SEP + 100, true), s,
			   json_pack("[o]", item));
}

static struct when now_at(int64_t s)
{
	return when_at(s, 1, s - SEP + 100, true);
}

static void plays_studies_and_personals_are_counted_by_month(void)
{
	json_t *play;

	start();
	take(0, SEP, play_item(1, now_at(SEP), 5, 60000, 50000));
	play = play_item(2, now_at(SEP), 5, 30000, 30000);
	set_id(play, "in", 9);
	take(1, SEP, play);
	play = play_item(3, now_at(SEP), 6, 20000, 10000);
	set_id(play, "in", 8);
	set_id(play, "card", 77);
	take(2, SEP + 40 * DAY, play);
	take(3, SEP + 40 * DAY, study_item(9, 1, now_at(SEP), 12, "Li"));
	take(4, SEP + 40 * DAY, personal_item(8, now_at(SEP), 77));
	CHECK(office_db_ask(&o, "SELECT count(*) FROM sum_station") == 1);
	CHECK(office_db_ask(&o, "SELECT month FROM sum_station") ==
	      month_of(SEP));
	CHECK(office_db_ask(&o, "SELECT own_open FROM sum_station") == 50000);
	CHECK(office_db_ask(&o, "SELECT own_collective FROM sum_station") ==
	      30000);
	CHECK(office_db_ask(&o, "SELECT own_personal FROM sum_station") ==
	      10000);
	CHECK(office_db_ask(&o, "SELECT collective FROM sum_station") == 1);
	CHECK(office_db_ask(&o, "SELECT people FROM sum_station") == 13);
	CHECK(office_db_ask(&o, "SELECT lessons FROM sum_station") == 2);
	CHECK(office_db_ask(&o, "SELECT log_done FROM station") == 5);
	CHECK(office_db_ask(&o, "SELECT shown FROM play WHERE id = 1") == 60);
	finish();
}

static void an_entry_counts_once_and_so_does_an_item(void)
{
	struct imported_entry e = { .now_s = SEP };

	start();
	take(0, SEP, play_item(1, now_at(SEP), 5, 60000, 60000));
	e.station = station;
	e.items = json_array();
	CHECK(catalog_begin(o.c, CATALOG_DERIVED, &o.err) == STATUS_OK);
	CHECK(imported_take(o.c, &e, NULL, &o.err) == STATUS_OLD);
	catalog_rollback(o.c);
	json_decref(e.items);
	take(1, SEP, play_item(1, now_at(SEP), 5, 60000, 60000));
	CHECK(office_db_ask(&o, "SELECT own_open FROM sum_station") == 60000);
	CHECK(office_db_ask(&o, "SELECT flags FROM play") == 0);
	finish();
}

static void nobody_is_heard_of_before_it_comes(void)
{
	const int64_t ahead = SEP + 3650 * DAY;

	start();
	CHECK(office_db_take(&o, station, 0, now_at(ahead), SEP,
			     json_pack("[o]",
				       play_item(1, now_at(ahead), 5, 60000,
						 60000))) == 0);
	CHECK(office_db_ask(&o, "SELECT through_s FROM station") == SEP);
	take(1, SEP + DAY, play_item(2, now_at(SEP + DAY), 5, 60000, 60000));
	CHECK(office_db_ask(&o, "SELECT through_s FROM station") <= SEP + DAY);
	finish();
}

static void another_content_under_the_same_id_is_a_replay(void)
{
	start();
	take(0, SEP, play_item(1, now_at(SEP), 5, 60000, 60000));
	take(1, SEP, play_item(1, now_at(SEP), 5, 70000, 70000));
	CHECK(office_db_ask(&o, "SELECT own_open FROM sum_station") == 60000);
	CHECK(office_db_ask(&o, "SELECT doubtful FROM sum_station") == 60000);
	CHECK(office_db_ask(&o, "SELECT flags FROM play") == IMPORTED_REPLAY);
	CHECK(office_db_ask(&o, "SELECT flags FROM sum_station") ==
	      IMPORTED_REPLAY);
	finish();
}

static void a_higher_version_replaces_a_lower_one(void)
{
	start();
	take(0, SEP, study_item(9, 2, now_at(SEP), 12, "Li"));
	take(1, SEP, study_item(9, 1, now_at(SEP), 99, "Li"));
	CHECK(office_db_ask(&o, "SELECT people FROM sum_station") == 12);
	take(2, SEP, study_item(9, 3, now_at(SEP), 20, "Wang"));
	CHECK(office_db_ask(&o, "SELECT people FROM sum_station") == 20);
	CHECK(office_db_ask(&o, "SELECT collective FROM sum_station") == 1);
	CHECK(office_db_ask(&o, "SELECT item LIKE '%Wang%' FROM study") == 1);
	finish();
}

static void a_flag_that_is_taken_back_is_gone(void)
{
	json_t *study = study_item(9, 1, now_at(SEP), 12, "Li");

	start();
	set_flag(study, "interrupted");
	take(0, SEP, study);
	CHECK(office_db_ask(&o, "SELECT flags FROM sum_station") ==
	      IMPORTED_INTERRUPTED);
	take(1, SEP, study_item(9, 2, now_at(SEP), 12, "Li"));
	CHECK(office_db_ask(&o, "SELECT flags FROM sum_station") == 0);
	finish();
}

static void minutes_by_hand_count_and_doubtful_ones_are_told_apart(void)
{
	json_t *study = study_item(9, 1, now_at(SEP), 12, "Li");
	json_t *play = play_item(1, now_at(SEP), 5, 60000, 60000);

	start();
	(void)json_object_set_new(study, "outside",
				  json_pack("{s:s, s:s, s:i}", "kind", "disc",
					    "title", "x", "minutes", 45));
	take(0, SEP, study);
	set_flag(play, "empty-room");
	take(1, SEP, play);
	CHECK(office_db_ask(&o, "SELECT own_hand FROM sum_station") ==
	      45 * 60000);
	CHECK(office_db_ask(&o, "SELECT doubtful FROM sum_station") == 60000);
	finish();
}

static void what_comes_after_closing_is_late(void)
{
	char close[80];

	start();
	take(0, SEP, play_item(1, now_at(SEP), 5, 60000, 60000));
	(void)snprintf(close, sizeof(close),
		       "INSERT INTO closed (month, at_s) VALUES (%d, 1)",
		       month_of(SEP));
	CHECK(sql_script(o.c, close, &o.err) == STATUS_OK);
	take(1, SEP + 50 * DAY, play_item(2, now_at(SEP), 6, 40000, 40000));
	CHECK(office_db_ask(&o, "SELECT own_open FROM sum_station") == 60000);
	CHECK(office_db_ask(&o, "SELECT own_open FROM late") == 40000);
	CHECK(office_db_ask(&o, "SELECT lessons FROM late") == 1);
	CHECK(office_db_ask(&o, "SELECT day FROM late") ==
	      day_of(SEP + 50 * DAY));
	finish();
}

/* A box whose clock is dead, until it is set once. */
static void what_is_uncertain_is_placed_when_an_anchor_comes(void)
{
	struct when dead = when_at(0, 1, 1000, false);

	start();
	dead.floor = SEP - 60 * DAY;
	office_db_take(&o, station, 0, when_at(0, 1, 2000, false), SEP,
		    json_pack("[o]", play_item(1, dead, 5, 60000, 60000)));
	CHECK(office_db_ask(&o, "SELECT count(*) FROM play"
			     " WHERE month IS NULL AND hi_s > lo_s") == 1);
	CHECK(office_db_ask(&o, "SELECT count(*) FROM sum_station") == 0);
	CHECK(office_db_ask(&o, "SELECT count(*) FROM pending") == 1);
	office_db_take(&o, station, 1, when_at(SEP + 99000, 1, 100000, true),
		    SEP + 99000, json_array());
	CHECK(office_db_ask(&o, "SELECT at_s FROM play") == SEP);
	CHECK(office_db_ask(&o, "SELECT own_open FROM sum_station") == 60000);
	CHECK(office_db_ask(&o, "SELECT count(*) FROM pending") == 0);
	finish();
}

static void one_item_s_clock_tells_of_another(void)
{
	struct when dead = when_at(0, 1, 1000, false);
	struct when good = when_at(SEP + 99000, 1, 100000, true);

	start();
	dead.floor = SEP - 60 * DAY;
	office_db_take(&o, station, 0, when_at(0, 1, 200000, false),
		       SEP + 3 * DAY,
		       json_pack("[o, o]",
				 play_item(1, dead, 5, 60000, 60000),
				 play_item(2, good, 5, 60000, 60000)));
	CHECK(office_db_ask(&o, "SELECT at_s FROM play WHERE id = 1") == SEP);
	finish();
}

static void what_is_not_as_it_should_be_is_passed_over(void)
{
	json_t *negative = play_item(1, now_at(SEP), 5, 60000, 60000);
	json_t *wrong = play_item(2, now_at(SEP), 5, 60000, 60001);

	start();
	(void)json_object_set_new(negative, "ms", json_integer(-1));
	CHECK(take(0, SEP, negative) == 1);
	CHECK(take(1, SEP, wrong) == 0); /* more than was played */
	CHECK(office_db_ask(&o, "SELECT own FROM play") == 60000);
	CHECK(take(2, SEP, json_pack("{s:s, s:s}", "k", "dance", "id",
				     "x")) == 0);
	CHECK(take(3, SEP, json_pack("{s:s, s:s}", "k", "play", "id",
				     "x")) == 1);
	CHECK(office_db_ask(&o, "SELECT count(*) FROM play") == 1);
	CHECK(office_db_ask(&o, "SELECT log_done FROM station") == 4);
	CHECK(office_db_ask(&o, "SELECT count(*) FROM odd") == 2);
	CHECK(imported_pass(o.c, station, 4, SEP, "no batch", &o.err) ==
	      STATUS_OK);
	CHECK(imported_pass(o.c, station, 5, SEP, NULL, &o.err) == STATUS_OK);
	CHECK(office_db_ask(&o, "SELECT log_done FROM station") == 6);
	CHECK(office_db_ask(&o, "SELECT count(*) FROM odd") == 3);
	finish();
}

/* A box that is switched on and off every day, for half a year: what is kept of
 * its starts is bounded, and what the oldest said is not forgotten. */
static void only_the_newest_starts_are_kept(void)
{
	struct when dead = when_at(0, 3, 10, false);

	start();
	for (int64_t day = 0; day < 180; day++)
		office_db_take(&o, station, (uint64_t)day,
			       when_at(SEP + day * DAY, day + 1, 500, true),
			       SEP + day * DAY, json_array());
	CHECK(office_db_ask(&o, "SELECT count(*) FROM boot") == 64);
	CHECK(office_db_ask(&o, "SELECT floor_s FROM boot ORDER BY boot") ==
	      SEP + 115 * DAY);
	/* Of a start that is not known any more. */
	office_db_take(&o, station, 180,
		       when_at(SEP + 180 * DAY, 181, 500, true),
		       SEP + 180 * DAY,
		       json_pack("[o]", play_item(1, dead, 5, 1000, 1000)));
	CHECK(office_db_ask(&o, "SELECT month IS NULL FROM play") == 1);
	CHECK(office_db_ask(&o, "SELECT hi_s FROM play") ==
	      SEP + 116 * DAY);
	finish();
}

static void what_is_told_by_hand_is_kept(void)
{
	json_t *w = json_pack("[I, i, i, i, i]", (json_int_t)SEP, 1, 100, 1,
			      1);

	start();
	take(0, SEP,
	     json_pack("{s:s, s:s, s:i, s:s, s:i, s:s}", "k", "equipment",
		       "id", "00000000000000e1", "v", 2, "name", "TV",
		       "count", 1, "state", "broken"));
	take(1, SEP,
	     json_pack("{s:s, s:s, s:i, s:s, s:i, s:s}", "k", "equipment",
		       "id", "00000000000000e1", "v", 1, "name", "TV",
		       "count", 1, "state", "good"));
	CHECK(office_db_ask(&o, "SELECT item LIKE '%broken%' FROM equipment"));
	take(2, SEP,
	     json_pack("{s:s, s:s, s:O, s:s, s:s}", "k", "fault", "id",
		       "00000000000000f1", "w", w, "what", "tv", "text",
		       "dark"));
	CHECK(office_db_ask(&o, "SELECT at_s FROM fault WHERE NOT fixed") ==
	      SEP);
	take(3, SEP,
	     json_pack("{s:s, s:s, s:i, s:O, s:s, s:s, s:i}", "k", "fault",
		       "id", "00000000000000f1", "v", 2, "w", w, "what",
		       "tv", "text", "dark", "fixed", 1));
	CHECK(office_db_ask(&o, "SELECT fixed FROM fault") == 1);
	take(4, SEP,
	     json_pack("{s:s, s:s, s:O, s:s}", "k", "wish", "id",
		       "00000000000000a1", "w", w, "text", "goats"));
	CHECK(office_db_ask(&o, "SELECT text = 'goats' FROM wish") == 1);
	take(5, SEP,
	     json_pack("{s:s, s:O, s:i}", "k", "machine", "w", w,
		       "disk_free", 5));
	CHECK(office_db_ask(&o, "SELECT machine_s FROM station") == SEP);
	take(6, SEP,
	     json_pack("{s:s, s:s, s:s}", "k", "photo", "study",
		       "0000000000000009", "jpeg", "/9j/4AAQ"));
	CHECK(office_db_ask(&o, "SELECT length(jpeg) FROM photo") == 6);
	CHECK(take(7, SEP,
		   json_pack("{s:s, s:s, s:s}", "k", "photo", "study",
			     "0000000000000009", "jpeg", "AAAAAAAA")) == 1);
	json_decref(w);
	w = json_pack("[i, i, i, I, i]", 0, 0, 0, (json_int_t)(SEP - 99 * DAY),
		      0);
	take(8, SEP,
	     json_pack("{s:s, s:s, s:O, s:s}", "k", "wish", "id",
		       "00000000000000a2", "w", w, "text", "sheep"));
	CHECK(office_db_ask(&o, "SELECT at_s IS NULL FROM wish"
				" WHERE text = 'sheep'") == 1);
	json_decref(w);
	finish();
}

static void who_was_forgotten_does_not_come_back(void)
{
	json_t *play = play_item(1, now_at(SEP), 5, 60000, 60000);

	start();
	CHECK(forgotten_card(o.c, 77, &o.err) == STATUS_OK);
	CHECK(forgotten_name(o.c, "Li", &o.err) == STATUS_OK);
	set_id(play, "card", 77);
	take(0, SEP, play);
	take(1, SEP, study_item(9, 1, now_at(SEP), 12, "Li"));
	take(2, SEP, personal_item(8, now_at(SEP), 77));
	CHECK(office_db_ask(&o, "SELECT count(card) FROM play") == 0);
	CHECK(office_db_ask(&o, "SELECT kind FROM play") == IMPORTED_PERSONAL);
	CHECK(office_db_ask(&o, "SELECT count(card) FROM personal") == 0);
	CHECK(office_db_ask(&o, "SELECT item LIKE '%Li%' FROM study") == 0);
	CHECK(office_db_ask(&o, "SELECT people FROM sum_station") == 13);
	finish();
}

static void what_is_personal_goes_after_its_time(void)
{
	int64_t rows = 0;

	start();
	take(0, SEP, study_item(9, 1, now_at(SEP), 12, "Li"));
	take(1, SEP, personal_item(8, now_at(SEP), 77));
	take(2, SEP,
	     json_pack("{s:s, s:s, s:s}", "k", "photo", "study",
		       "0000000000000009", "jpeg", "/9j/4AAQ"));
	CHECK(imported_strip(o.c, month_of(SEP), &rows, &o.err) ==
		      STATUS_OK &&
	      rows == 0);
	CHECK(imported_strip(o.c, month_of(SEP) + 1, &rows, &o.err) ==
		      STATUS_OK &&
	      rows == 3);
	CHECK(office_db_ask(&o, "SELECT count(*) FROM photo") == 0);
	CHECK(office_db_ask(&o, "SELECT count(card) FROM personal") == 0);
	CHECK(office_db_ask(&o, "SELECT item = '{}' FROM study") == 1);
	CHECK(office_db_ask(&o, "SELECT count(*) FROM carded") == 0);
	CHECK(office_db_ask(&o, "SELECT kept_s IS NULL FROM station") == 1);
	/* What comes later, of the same month, goes later. */
	take(3, SEP, personal_item(10, now_at(SEP), 78));
	take(4, SEP, personal_item(11, now_at(SEP + 40 * DAY), 79));
	CHECK(office_db_ask(&o, "SELECT count(*) FROM carded") == 2);
	CHECK(imported_strip(o.c, month_of(SEP) + 1, &rows, &o.err) ==
		      STATUS_OK &&
	      rows == 1);
	CHECK(office_db_ask(&o, "SELECT card FROM carded") == 79);
	finish();
}

static void what_is_of_no_day_goes_when_it_is_over_for_long(void)
{
	struct when dead = when_at(0, 1, 1000, false);
	int64_t rows = 0;

	start();
	dead.floor = SEP - 60 * DAY;
	office_db_take(&o, station, 0, when_at(0, 1, 2000, false), SEP,
		       json_pack("[o]", personal_item(8, dead, 77)));
	CHECK(office_db_ask(&o, "SELECT month IS NULL FROM personal") == 1);
	CHECK(imported_strip(o.c, month_of(SEP), &rows, &o.err) ==
		      STATUS_OK &&
	      rows == 0);
	CHECK(imported_strip(o.c, month_of(SEP) + 1, &rows, &o.err) ==
		      STATUS_OK &&
	      rows == 1);
	CHECK(office_db_ask(&o, "SELECT count(card) FROM personal") == 0);
	finish();
}

/* More than goes in one transaction, and more than is looked for at once. */
static void all_that_is_personal_goes_however_much(void)
{
	enum { ROWS = 21000 };
	int64_t rows = 0;

	start();
	CHECK(sql_script(o.c,
			 "UPDATE station SET kept_s = 0; "
			 "INSERT INTO personal (station, id, v, month, card,"
			 " on_tv, ms, own, plays, flags, seen_s, mark)"
			 " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
			 " SELECT i + 1 FROM n WHERE i < 21000)"
			 " SELECT 1, i, 1, 24000, i, 0, 0, 0, 0, 0, 0, 0"
			 " FROM n",
			 &o.err) == STATUS_OK);
	CHECK(imported_strip(o.c, 24000, &rows, &o.err) == STATUS_OK &&
	      rows == 0);
	CHECK(imported_strip(o.c, 24001, &rows, &o.err) == STATUS_OK &&
	      rows == ROWS);
	CHECK(office_db_ask(&o, "SELECT count(card) FROM personal") == 0);
	office_db_close(&o);
}

/* --- anything, in any order --- */

enum { STATIONS = 3, ITEMS = 60 };

struct box {
	int64_t row, now, mono, boot;
	bool synced;
	uint64_t entries;
	json_t *sent; /* items that may be sent again */
};

static struct when box_when(struct box *b)
{
	int64_t passed = (int64_t)dice(2 * DAY);

	b->now += passed;
	b->mono += passed;
	if (dice(12) == 0) {
		b->boot++;
		b->mono = 0;
		b->synced = false;
	}
	if (dice(12) == 0)
		b->synced = true;
	return when_at(b->synced ? b->now : (int64_t)dice(2) * 1000, b->boot,
		       b->mono, b->synced);
}

static json_t *any_item(struct box *b)
{
	static const char *const flags[] = { "empty-room", "two-screens",
					     "interrupted", "clock-jump" };
	struct when w = box_when(b);
	int64_t id = 1 + (int64_t)dice(ITEMS);
	json_t *item;

	switch (dice(4)) {
	case 0:
		return study_item(1000 + id, 1 + (int)dice(4), w,
				  (int)dice(40), "Li");
	case 1:
		return personal_item(2000 + id, w, (int64_t)dice(5));
	default:
		item = play_item(id, w, (int)dice(6),
				 1000 + (int64_t)dice(1000000), 1000);
	}
	if (dice(3) == 0)
		set_id(item, "in", 1000);
	if (dice(4) == 0)
		set_id(item, "card", (int64_t)dice(5));
	if (dice(5) == 0)
		set_flag(item, flags[dice(4)]);
	if (dice(5) == 0)
		(void)json_object_set_new(
			item, "v", json_integer(1 + (json_int_t)dice(3)));
	return item;
}

static void send_some(struct box *b)
{
	json_t *items = json_array();

	for (uint64_t n = dice(6); n > 0; n--) {
		if (dice(4) == 0 && json_array_size(b->sent) > 0) {
			(void)json_array_append(
				items,
				json_array_get(
					b->sent,
					dice(json_array_size(b->sent))));
			continue;
		}
		(void)json_array_append_new(items, any_item(b));
		(void)json_array_append(
			b->sent,
			json_array_get(items, json_array_size(items) - 1));
	}
	office_db_take(&o, b->row, b->entries++, box_when(b), b->now, items);
}

static void close_a_month(const struct box *b)
{
	char text[100];

	(void)snprintf(text, sizeof(text),
		       "INSERT OR IGNORE INTO closed (month, at_s)"
		       " VALUES (%d, 1)",
		       month_of(b->now) - 1);
	CHECK(sql_script(o.c, text, &o.err) == STATUS_OK);
}

static void sums_are_those_of_the_rows(void)
{
	struct box boxes[STATIONS];

	for (unsigned seed = 1; seed <= 25; seed++) {
		dice_begin(seed);
		office_db_open(&o);
		for (int i = 0; i < STATIONS; i++)
			boxes[i] = (struct box){
				.row = office_db_station(&o, (uint8_t)i),
				.now = SEP,
				.boot = 1,
				.sent = json_array()
			};
		for (int i = 0; i < 120; i++) {
			send_some(&boxes[dice(STATIONS)]);
			if (seed % 2 == 0 && dice(30) == 0)
				close_a_month(&boxes[0]);
			if (i % 10 == 0)
				office_sums_are_right(&o);
		}
		office_sums_are_right(&o);
		CHECK(office_db_ask(&o, "SELECT count(*) FROM play") > 20);
		for (int i = 0; i < STATIONS; i++)
			json_decref(boxes[i].sent);
		office_db_close(&o);
	}
}

int main(void)
{
	plays_studies_and_personals_are_counted_by_month();
	an_entry_counts_once_and_so_does_an_item();
	nobody_is_heard_of_before_it_comes();
	another_content_under_the_same_id_is_a_replay();
	a_higher_version_replaces_a_lower_one();
	a_flag_that_is_taken_back_is_gone();
	minutes_by_hand_count_and_doubtful_ones_are_told_apart();
	what_comes_after_closing_is_late();
	what_is_uncertain_is_placed_when_an_anchor_comes();
	one_item_s_clock_tells_of_another();
	what_is_not_as_it_should_be_is_passed_over();
	only_the_newest_starts_are_kept();
	what_is_told_by_hand_is_kept();
	who_was_forgotten_does_not_come_back();
	what_is_personal_goes_after_its_time();
	what_is_of_no_day_goes_when_it_is_over_for_long();
	all_that_is_personal_goes_however_much();
	sums_are_those_of_the_rows();
	return 0;
}
