/* Who signs in with a card, and what is recorded of the visit. */
#include "node/study/room.h"

#include "tests/support/rooms.h"

static void a_visit_counts_its_time_once(void)
{
	char first[ROOM_SET_COOKIE_MAX], second[ROOM_SET_COOKIE_MAX];
	struct scene s;
	struct player a, b, *both[] = { &a, &b };
	struct room_signed_in me;
	json_t *item, *mine;

	scene_init(&s);
	sign_in(&s, 77, 1, first);
	sign_in(&s, 77, 2, second);
	CHECK(room_who(s.room, first, s.now_ms, &me) && me.card == 77);
	CHECK(!room_who(s.room, "xt_card=00", s.now_ms, &me));
	CHECK(!room_who(s.room, NULL, s.now_ms, &me));
	a = phone(&s, 1);
	a.cookies = first;
	b = phone(&s, 2);
	b.cookies = second;
	play_all(&s, both, 2, 60);
	CHECK(a.said.in != 0 && a.said.in == b.said.in);
	room_sign_out(s.room, first, s.now_ms);
	CHECK(!room_who(s.room, first, s.now_ms, &me));
	CHECK(told(&s, "personal", 0, NULL) == NULL);
	room_sign_out(s.room, second, s.now_ms);
	pass(&s, 2);
	item = told(&s, "personal", a.said.in, NULL);
	CHECK(number(item, "ms") == 60000 && number(item, "own") == 60000);
	CHECK(number(item, "plays") == 2);
	json_decref(item);
	item = told(&s, "play", a.id, NULL);
	CHECK(number(item, "ms") == 60000);
	CHECK(strcmp(json_string_value(json_object_get(item, "card")),
		     "000000000000004d") == 0);
	json_decref(item);
	mine = room_mine(s.records, 77, &s.err);
	CHECK(number(mine, "total_ms") == 60000);
	CHECK(json_array_size(json_object_get(
		      json_array_get(json_object_get(mine, "personals"), 0),
		      "plays")) == 2);
	json_decref(mine);
	scene_release(&s);
}

static void who_does_nothing_is_signed_out(void)
{
	char set[ROOM_SET_COOKIE_MAX];
	struct room_signed_in me;
	struct scene s;
	struct player p;

	scene_init(&s);
	sign_in(&s, 77, 1, set);
	p = phone(&s, 1);
	p.cookies = set;
	play(&s, &p, 660); /* who watches stays */
	CHECK(room_who(s.room, set, s.now_ms, &me));
	pass(&s, ROOM_CARD_IDLE_MS / 1000 - 1);
	CHECK(room_who(s.room, set, s.now_ms, &me) && me.ends_s == 1);
	pass(&s, 1);
	CHECK(!room_who(s.room, set, s.now_ms, &me));
	sign_in(&s, 78, 2, set);
	p = phone(&s, 1);
	p.cookies = set;
	s.step_s = 50;
	play(&s, &p, ROOM_CARD_MS / 1000 - 50);
	CHECK(p.said.in != 0);
	pass(&s, 50); /* two hours are over */
	CHECK(!room_who(s.room, set, s.now_ms, &me));
	CHECK(post(&s, &p) == STATUS_NOT_FOUND);
	scene_release(&s);
}

static void a_study_on_the_screen_goes_before_a_card(void)
{
	char set[ROOM_SET_COOKIE_MAX];
	struct scene s;
	struct player p;
	uint64_t id;

	scene_init(&s);
	sign_in(&s, 77, 1, set);
	id = begin(&s, json_pack("{s:i}", "heads", 2));
	p = tv(&s);
	p.cookies = set;
	play(&s, &p, 10);
	CHECK(p.said.in == id);
	p = phone(&s, 3);
	p.cookies = set;
	p.in = id;
	play(&s, &p, 10);
	CHECK(p.said.in != 0 && p.said.in != id);
	scene_release(&s);
}

static void a_visit_without_a_play_is_none(void)
{
	char set[ROOM_SET_COOKIE_MAX];
	struct scene s;

	scene_init(&s);
	sign_in(&s, 77, 1, set);
	room_sign_out(s.room, set, s.now_ms);
	pass(&s, 2);
	CHECK(told(&s, "personal", 0, NULL) == NULL);
	for (unsigned i = 0; i < ROOM_PERSONALS_MAX; i++)
		sign_in(&s, 100 + i, (uint8_t)(10 + i), set);
	CHECK(room_sign_in(s.room, 99, "4711", true,
			   (uint8_t[ROOM_TOKEN_SIZE]){ 0 }, s.now_ms, set,
			   &s.err) == STATUS_LIMITED);
	scene_release(&s);
}

int main(void)
{
	a_visit_counts_its_time_once();
	who_does_nothing_is_signed_out();
	a_study_on_the_screen_goes_before_a_card();
	a_visit_without_a_play_is_none();
	return 0;
}
