/* A room: what pages say of it becomes what goes to the office. */
#include "node/study/room.h"

#include "tests/support/rooms.h"

/* --- plays --- */

/* So that an office has them side by side in the order of time. */
static void an_item_is_named_by_its_second(void)
{
	struct scene s;
	struct player p;
	json_t *item, *w;
	unsigned long long id;
	json_int_t wall, floor;

	scene_init(&s);
	p = tv(&s);
	play(&s, &p, 100);
	pass(&s, 61);
	item = told(&s, "play", p.id, NULL);
	w = json_object_get(item, "w");
	wall = json_integer_value(json_array_get(w, 0));
	floor = json_integer_value(json_array_get(w, 3));
	id = strtoull(json_string_value(json_object_get(item, "id")), NULL,
		      16);
	CHECK(id >> 32 == (uint64_t)(wall > floor ? wall : floor));
	CHECK((uint32_t)id == (uint32_t)p.id);
	json_decref(item);
	id = begin(&s, json_pack("{s:i}", "heads", 3));
	CHECK(id >> 32 >= (uint64_t)(wall > floor ? wall : floor));
	scene_release(&s);
}

static void a_play_ends_by_silence_and_is_told_once(void)
{
	struct scene s;
	struct player p;
	json_t *item;
	unsigned count;

	scene_init(&s);
	p = tv(&s);
	play(&s, &p, 100);
	CHECK(p.said.ms == 100000 && p.said.own == 100000 && p.said.in == 0);
	CHECK(told(&s, "play", 0, NULL) == NULL);
	pass(&s, 61);
	item = told(&s, "play", p.id, &count);
	CHECK(item != NULL && count == 1);
	CHECK(number(item, "ms") == 100000 && number(item, "own") == 100000);
	CHECK(number(item, "keys") == 1 && flags_of(item) == 0);
	CHECK(strcmp(json_string_value(json_object_get(item, "on")), "tv") ==
	      0);
	CHECK(json_array_size(json_object_get(item, "w")) == 5);
	CHECK(json_array_size(json_object_get(item, "shown")) == 2);
	CHECK(json_integer_value(json_array_get(json_object_get(item, "shown"),
						1)) == 100);
	CHECK(json_object_get(item, "in") == NULL);
	json_decref(item);
	CHECK(post(&s, &p) == STATUS_NOT_FOUND);
	scene_release(&s);
}

static void what_is_hardly_played_is_nothing(void)
{
	struct scene s;
	struct player p;

	scene_init(&s);
	p = tv(&s);
	CHECK(post(&s, &p) == STATUS_OK);
	p.end = true;
	CHECK(post(&s, &p) == STATUS_OK);
	pass(&s, 15);
	CHECK(told(&s, "play", 0, NULL) == NULL);
	scene_release(&s);
}

static void minutes_of_the_station_count_once(void)
{
	struct scene s;
	struct player a, b, *both[] = { &a, &b };

	scene_init(&s);
	a = phone(&s, 1);
	b = phone(&s, 2);
	play_all(&s, both, 2, 60);
	CHECK(a.said.ms == 60000 && b.said.ms == 60000);
	CHECK(a.said.own + b.said.own == 60000);
	play(&s, &b, 60);
	CHECK(a.said.own + b.said.own == 120000);
	CHECK((a.said.flags | b.said.flags) == 0);
	scene_release(&s);
}

static void places_are_bounded(void)
{
	struct scene s;
	struct player p;

	scene_init(&s);
	for (unsigned i = 0; i < ROOM_PLAYS_OF_ONE; i++) {
		p = phone(&s, 7);
		CHECK(post(&s, &p) == STATUS_OK);
	}
	p = phone(&s, 7);
	CHECK(post(&s, &p) == STATUS_LIMITED);
	for (unsigned i = ROOM_PLAYS_OF_ONE;
	     i < ROOM_PLAYS_MAX - ROOM_PLAYS_KEPT - ROOM_PLAYS_OF_SCREEN;
	     i++) {
		p = phone(&s, 1000 + i);
		CHECK(post(&s, &p) == STATUS_OK);
	}
	/* Strangers leave room for the screen. */
	p = phone(&s, 1);
	CHECK(post(&s, &p) == STATUS_LIMITED);
	for (unsigned i = 0; i < ROOM_PLAYS_KEPT + ROOM_PLAYS_OF_SCREEN;
	     i++) {
		p = tv(&s);
		CHECK(post(&s, &p) == STATUS_OK);
	}
	p = tv(&s);
	CHECK(post(&s, &p) == STATUS_LIMITED);
	pass(&s, 61);
	CHECK(post(&s, &p) == STATUS_OK);
	scene_release(&s);
}

static void begin_and_end(struct scene *s)
{
	uint64_t id = begin(s, json_pack("{s:i}", "heads", 1));

	CHECK(move(s, id, room_end) == STATUS_OK);
}

/* Clocks without a battery begin with the same moment after each power cut;
 * others were years ahead once. */
static void a_day_is_one_of_the_stopwatch(void)
{
	struct scene s;
	struct player p;

	scene_init(&s);
	s.unset = true;
	for (int day = 0; day < 2; day++) {
		for (int i = 0; i < ROOM_STUDIES_A_DAY; i++)
			begin_and_end(&s);
		for (int i = 0; i < ROOM_PLAYS_A_DAY; i++) {
			p = tv(&s);
			CHECK(post(&s, &p) == STATUS_OK);
			s.now_ms += 1000;
			p.at_ms = 1000;
			p.end = true;
			CHECK(post(&s, &p) == STATUS_OK);
			if (i % 200 == 199)
				room_tick(s.room, s.now_ms += ROOM_SAVE_MS);
		}
		p = tv(&s);
		CHECK(post(&s, &p) == STATUS_LIMITED);
		s.now_ms += 86400 * 1000;
		room_tick(s.room, s.now_ms);
	}
	s.unset = false;
	s.set_s = 20 * 365 * 86400; /* and back */
	for (int i = 0; i < ROOM_STUDIES_A_DAY; i++)
		begin_and_end(&s);
	s.set_s = 0;
	s.now_ms += 86400 * 1000;
	begin_and_end(&s);
	scene_release(&s);
}

/* --- what is remarkable --- */

static void two_screens_are_flagged(void)
{
	struct scene s;
	struct player a, b, *both[] = { &a, &b };
	json_t *item;

	scene_init(&s);
	a = tv(&s);
	b = tv(&s);
	play_all(&s, both, 2, 10);
	CHECK(((a.said.flags | b.said.flags) & ROOM_TWO_SCREENS) == 0);
	play_all(&s, both, 2, 20);
	pass(&s, 61);
	item = told(&s, "play", a.id, NULL);
	CHECK((flags_of(item) & ROOM_TWO_SCREENS) != 0);
	json_decref(item);
	item = told(&s, "play", b.id, NULL);
	CHECK((flags_of(item) & ROOM_TWO_SCREENS) != 0);
	json_decref(item);
	scene_release(&s);
}

static void an_empty_room_is_flagged(void)
{
	struct scene s;
	struct player p;

	scene_init(&s);
	s.step_s = 50;
	p = tv(&s);
	play(&s, &p, 7200);
	CHECK(p.said.flags == 0);
	p.keys = 1;
	play(&s, &p, 7200);
	CHECK(p.said.flags == 0);
	play(&s, &p, 50);
	s.step_s = 10;
	CHECK(p.said.flags == ROOM_EMPTY_ROOM);
	/* Also over from one lesson to the next. */
	p.end = true;
	CHECK(post(&s, &p) == STATUS_OK);
	p = tv(&s);
	p.keys = 0;
	play(&s, &p, 10);
	CHECK(p.said.flags == ROOM_EMPTY_ROOM);
	p.end = true;
	CHECK(post(&s, &p) == STATUS_OK);
	p = tv(&s);
	play(&s, &p, 10);
	CHECK(p.said.flags == 0);
	scene_release(&s);
}

static void a_clock_that_is_set_is_flagged(void)
{
	struct scene s;
	struct player p;

	scene_init(&s);
	p = tv(&s);
	play(&s, &p, 30);
	CHECK(p.said.flags == 0);
	s.set_s += 86400;
	play(&s, &p, 30);
	CHECK(p.said.flags == ROOM_CLOCK_JUMP);
	scene_release(&s);
}

/* --- the register --- */

static void a_month_has_its_register(void)
{
	char set[ROOM_SET_COOKIE_MAX];
	struct scene s;
	struct player p;
	json_t *out, *sums;
	uint64_t id;

	scene_init(&s);
	id = begin(&s, json_pack("{s:i, s:{s:s, s:s, s:i}}", "heads", 3,
				 "outside", "kind", "teacher", "title", "嫁接",
				 "minutes", 2));
	p = tv(&s);
	play(&s, &p, 60);
	CHECK(move(&s, id, room_end) == STATUS_OK);
	sign_in(&s, 77, 1, set);
	p = phone(&s, 1);
	p.cookies = set;
	play(&s, &p, 30);
	room_sign_out(s.room, set, s.now_ms);
	p = phone(&s, 1);
	play(&s, &p, 20);
	pass(&s, 70);
	out = room_register(s.records, NOW_S, NOW_S, NOW_S + 86400, &s.err);
	CHECK(json_array_size(json_object_get(out, "studies")) == 1);
	CHECK(json_array_size(json_object_get(out, "personals")) == 1);
	sums = json_object_get(out, "minutes");
	CHECK(number(sums, "collective_ms") == 60000);
	CHECK(number(sums, "personal_ms") == 30000);
	CHECK(number(sums, "open_ms") == 20000);
	CHECK(number(sums, "hand_ms") == 120000);
	CHECK(number(json_object_get(sums, "flags"), "by-hand") == 1);
	json_decref(out);
	out = room_register(s.records, NOW_S, NOW_S - 9, NOW_S, &s.err);
	CHECK(json_array_size(json_object_get(out, "studies")) == 0);
	json_decref(out);
	scene_release(&s);
}

int main(void)
{
	an_item_is_named_by_its_second();
	a_play_ends_by_silence_and_is_told_once();
	what_is_hardly_played_is_nothing();
	minutes_of_the_station_count_once();
	places_are_bounded();
	two_screens_are_flagged();
	an_empty_room_is_flagged();
	a_clock_that_is_set_is_flagged();
	a_day_is_one_of_the_stopwatch();
	a_month_has_its_register();
	return 0;
}
