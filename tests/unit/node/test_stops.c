#include "node/drive/stops.h"

#include "tests/support/villages.h"

#define HUANGCAO "431081101203"
#define BAILANG "431081101204"
#define XINGNING "431081102"

/* Entries 0..7: lessons of the county, of a village, of another county. */
static struct lesson offer(struct shelf *s, unsigned n, const char *region)
{
	struct lesson l = lessons_make(LESSONS_ORIGIN, n);

	strcpy(l.region, region);
	shelf_log_lesson(s, 0, &l);
	shelf_settle(s);
	return l;
}

static struct stops gathered(struct shelf *s,
			     const struct stops_options *options)
{
	struct stops stops;

	SHELF_OK(stops_gather(&stops, s->c, options, &s->err));
	return stops;
}

static struct stops all_stops(struct shelf *s)
{
	return gathered(s, &(struct stops_options){ .now_s = 1000 });
}

static bool lacks(struct shelf *s, const struct stop *stop,
		  const struct lesson *l)
{
	struct lesson_row row;

	CHECK(shelf_get(s, l->id, &row));
	return stop_lacks(stop, &row, NULL);
}

static bool holds(struct shelf *s, const struct stop *stop,
		  const struct lesson *l)
{
	struct lesson_row row;

	CHECK(shelf_get(s, l->id, &row));
	return stop_holds(stop, &row);
}

/* "黄草村 白廊村" */
static bool names_are(const struct stops *stops, const char *names)
{
	char all[512] = "";

	for (size_t i = 0; i < stops->count; i++)
		(void)strcat(strcat(all, i == 0 ? "" : " "),
			     stops->list[i].name);
	return strcmp(all, names) == 0;
}

static void stations_enrolled_or_heard_of_are_stops(void)
{
	struct shelf shelf, *s = &shelf;
	struct stops stops;

	shelf_init(s);
	stops = all_stops(s);
	CHECK(stops.count == 0);
	stops_release(&stops);
	village_enrol(s, 1, BAILANG, "白廊村");
	village_enrol(s, 2, HUANGCAO, "黄草村");
	village_tell(s, 2, &(struct village_says){ .region = BAILANG,
						   .name = "别名",
						   .heard_s = 400,
						   .age_s = 50 });
	village_tell(s, 3, &(struct village_says){ .region = "431081101205",
						   .name = "新村" });
	stops = all_stops(s);
	CHECK(names_are(&stops, "黄草村 白廊村 新村"));
	/* The office says where it is; the statement when it was heard. */
	CHECK(strcmp(stops.list[0].region, HUANGCAO) == 0);
	CHECK(stops.list[0].enrolled && stops.list[0].has_statement &&
	      stops.list[0].age_s == 650 && stops.list[0].room == 5000);
	CHECK(stops.list[1].enrolled && !stops.list[1].has_statement);
	CHECK(!stops.list[2].enrolled && stops.list[2].on_route == -1);
	stops_release(&stops);
	shelf_release(s);
}

static void what_ended_and_who_asks_are_none(void)
{
	const struct public_key self = village_public(3);
	struct shelf shelf, *s = &shelf;
	struct stops stops;

	shelf_init(s);
	village_enrol(s, 1, HUANGCAO, "黄草村");
	village_enrol(s, 2, BAILANG, "白廊村");
	village_enrol(s, 3, XINGNING, "兴宁镇");
	village_tell(s, 1, &(struct village_says){ .region = HUANGCAO });
	village_end(s, 1);
	stops = gathered(s, &(struct stops_options){ .self = self.bytes });
	CHECK(names_are(&stops, "白廊村"));
	stops_release(&stops);
	shelf_release(s);
}

static void a_station_of_two_offices_is_one_while_one_of_them_keeps_it(void)
{
	struct shelf shelf, *s = &shelf;
	struct stops stops;
	size_t other;

	shelf_init(s);
	other = shelf_log(s, "zixing.example/431081/other");
	shelf_new_trust(s);
	shelf_trust_publisher(s, 0, "431081");
	shelf_trust_publisher(s, other, "431081");
	(void)shelf_use_trust(s);
	village_enrol(s, 1, HUANGCAO, "黄草村");
	village_enrol_in(s, other, 1, "431081101", "黄草镇");
	stops = all_stops(s);
	CHECK(names_are(&stops, "黄草村"));
	stops_release(&stops);
	village_end(s, 1);
	stops = all_stops(s);
	CHECK(names_are(&stops, "黄草镇"));
	stops_release(&stops);
	shelf_release(s);
}

static void without_a_route_they_may_be_of_one_place_only(void)
{
	struct shelf shelf, *s = &shelf;
	struct stops stops;

	shelf_init(s);
	village_enrol(s, 1, HUANGCAO, "黄草村");
	village_enrol(s, 2, XINGNING, "兴宁镇");
	stops = gathered(s, &(struct stops_options){ .within = "431081101" });
	CHECK(names_are(&stops, "黄草村"));
	stops_release(&stops);
	shelf_release(s);
}

static void the_route_says_who_is_a_stop_and_in_which_order(void)
{
	static const struct drive_stop route[] = {
		{ .region = "431081101204", .name = "白廊村" },
		{ .region = "431081101299", .name = "远村" },
		{ .region = "431081102", .name = "兴宁镇" },
	};
	struct shelf shelf, *s = &shelf;
	struct stops stops;

	shelf_init(s);
	village_enrol(s, 1, HUANGCAO, "黄草村");
	village_enrol(s, 2, BAILANG, "白廊村");
	village_enrol(s, 3, "431081102201", "坪石村");
	stops = gathered(s, &(struct stops_options){ .route = route,
						     .route_count = 3 });
	CHECK(names_are(&stops, "白廊村 远村 坪石村"));
	CHECK(stops.list[0].on_route == 0 && stops.list[1].on_route == 1 &&
	      stops.list[2].on_route == 2);
	/* Nobody is known there: what such a place wants is carried. */
	CHECK(!stops.list[1].enrolled && !stops.list[1].has_statement &&
	      stops.list[1].level == LEVEL_STATION);
	stops_release(&stops);
	shelf_release(s);
}

static void a_stop_wants_what_its_statement_says(void)
{
	const uint8_t want[] = { 0x0b }, have[] = { 0x06 };
	struct shelf shelf, *s = &shelf;
	struct lesson_row row;
	struct lesson l[6];
	struct stops stops;
	char due[11];

	shelf_init(s);
	for (unsigned n = 0; n < 4; n++)
		l[n] = offer(s, n, "431081");
	village_tell(s, 1, &(struct village_says){
				   .region = HUANGCAO, .size = 4,
				   .want = { want, 1 }, .have = { have, 1 },
				   .due = "2026-04-30", .due_entry = 3 });
	l[4] = offer(s, 4, "431081");	/* news to it */
	l[5] = offer(s, 5, "431082"); /* refused: not this county's to give */
	stops = all_stops(s);
	CHECK(stops.count == 1);
	CHECK(lacks(s, stops.list, &l[0]) && !holds(s, stops.list, &l[0]));
	/* Wanted and held contradict; it has it. */
	CHECK(!lacks(s, stops.list, &l[1]) && holds(s, stops.list, &l[1]));
	CHECK(!lacks(s, stops.list, &l[2]) && holds(s, stops.list, &l[2]));
	CHECK(lacks(s, stops.list, &l[3]));
	CHECK(lacks(s, stops.list, &l[4]) && !holds(s, stops.list, &l[4]));
	/* What is over is brought to whoever asks for it all the same. */
	CHECK(shelf_get(s, l[4].id, &row));
	row.over = true;
	CHECK(!stop_lacks(stops.list, &row, NULL));
	CHECK(shelf_get(s, l[0].id, &row));
	row.over = true;
	CHECK(stop_lacks(stops.list, &row, NULL));
	CHECK(shelf_get(s, l[3].id, &row));
	CHECK(stop_lacks(stops.list, &row, due) &&
	      strcmp(due, "2026-04-30") == 0);
	CHECK(shelf_get(s, l[0].id, &row));
	CHECK(stop_lacks(stops.list, &row, due) && due[0] == 0);
	row.withdrawn = true;
	CHECK(!stop_lacks(stops.list, &row, due));
	stops_release(&stops);
	shelf_release(s);
}

static void who_has_said_nothing_wants_what_is_for_its_place(void)
{
	struct shelf shelf, *s = &shelf;
	struct lesson county, village, other;
	struct stops stops;

	shelf_init(s);
	county = offer(s, 1, "431081");
	village = offer(s, 2, HUANGCAO);
	other = offer(s, 3, BAILANG);
	village_enrol(s, 1, HUANGCAO, "黄草村");
	village_enrol(s, 2, "431081101", "黄草镇");
	stops = all_stops(s);
	CHECK(names_are(&stops, "黄草镇 黄草村"));
	CHECK(stops.list[0].level == LEVEL_TOWNSHIP);
	CHECK(lacks(s, &stops.list[1], &county) &&
	      lacks(s, &stops.list[1], &village) &&
	      !lacks(s, &stops.list[1], &other));
	CHECK(lacks(s, &stops.list[0], &other));
	stops_release(&stops);
	shelf_release(s);
}

static void a_station_ahead_of_us_is_read_as_far_as_we_know(void)
{
	uint8_t want[64];
	struct shelf shelf, *s = &shelf;
	struct lesson l;
	struct stops stops;

	memset(want, 0xff, sizeof(want));
	shelf_init(s);
	l = offer(s, 1, BAILANG);
	village_tell(s, 1, &(struct village_says){
				   .region = HUANGCAO, .size = 500,
				   .want = { want, sizeof(want) - 2 } });
	/* More bits than the log it tells of has entries: none are taken. */
	village_tell(s, 2, &(struct village_says){
				   .region = BAILANG, .size = 100,
				   .want = { want, sizeof(want) } });
	stops = all_stops(s);
	CHECK(stops.count == 2);
	CHECK(lacks(s, &stops.list[0], &l));
	CHECK(!lacks(s, &stops.list[1], &l));
	stops_release(&stops);
	shelf_release(s);
}

static void strangers_are_counted(void)
{
	struct shelf shelf, *s = &shelf;
	struct statement_row row = { .boot = 1, .seq = 1 };
	struct stops stops;
	unsigned strangers = 0;

	shelf_init(s);
	SHELF_OK(catalog_begin(s->c, CATALOG_DERIVED, &s->err));
	for (unsigned n = 0; n < 300; n++) {
		uint8_t seed[KEY_SEED_SIZE] = { 7, (uint8_t)n,
						(uint8_t)(n >> 8) };
		char name[STATEMENT_NODE_NAME_SIZE + 1], vkey[VKEY_MAX + 1];
		struct statement st = { .boot = 1, .seq = 1,
					.program = "0.1.0" };
		struct buf text = BUF_INIT, note = BUF_INIT;
		struct secret_key *key;

		CHECK(secret_key_from_seed(&key, "x", KEY_ED25519, seed) ==
		      STATUS_OK);
		statement_node_name(secret_key_public(key)->bytes, name);
		secret_key_free(key);
		CHECK(secret_key_from_seed(&key, name, KEY_ED25519, seed) ==
		      STATUS_OK);
		public_key_format(secret_key_public(key), vkey);
		(void)snprintf(st.vkey, sizeof(st.vkey), "%.*s",
			       STATEMENT_VKEY_MAX, vkey);
		(void)snprintf(st.region, sizeof(st.region), "431081101%03u",
			       200 + n);
		statement_begin(&text, &st);
		CHECK(statement_sign(buf_bytes(&text), key, &note) ==
		      STATUS_OK);
		memcpy(row.key, secret_key_public(key)->bytes, 32);
		row.note = buf_bytes(&note);
		row.heard_s = n;
		SHELF_OK(statements_put(s->c, &row, &s->err));
		buf_release(&text);
		buf_release(&note);
		secret_key_free(key);
	}
	SHELF_OK(catalog_commit(s->c, &s->err));
	village_enrol(s, 1, HUANGCAO, "黄草村");
	village_tell(s, 1, &(struct village_says){ .region = HUANGCAO });
	stops = all_stops(s);
	for (size_t i = 0; i < stops.count; i++)
		strangers += !stops.list[i].enrolled;
	CHECK(strangers == STOPS_STRANGERS_MAX);
	CHECK(stops.count == STOPS_STRANGERS_MAX + 1);
	/* Those heard last. */
	CHECK(strcmp(stops.list[stops.count - 1].region, "431081101499") == 0);
	stops_release(&stops);
	shelf_release(s);
}

int main(void)
{
	stations_enrolled_or_heard_of_are_stops();
	what_ended_and_who_asks_are_none();
	a_station_of_two_offices_is_one_while_one_of_them_keeps_it();
	without_a_route_they_may_be_of_one_place_only();
	the_route_says_who_is_a_stop_and_in_which_order();
	a_stop_wants_what_its_statement_says();
	who_has_said_nothing_wants_what_is_for_its_place();
	a_station_ahead_of_us_is_read_as_far_as_we_know();
	strangers_are_counted();
	return 0;
}
