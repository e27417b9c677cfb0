/* Collective studies: their registers, and what a power cut leaves of them. */
#include "node/study/room.h"

#include "tests/support/rooms.h"

static void a_study_keeps_its_register(void)
{
	const struct room_card card = { 0xf00000000000beef, "4711", true };
	struct scene s;
	struct player p, q;
	json_t *item, *shown;
	uint64_t id;

	scene_init(&s);
	id = begin(&s, json_pack("{s:[s], s:i}", "lessons", LESSON, "heads",
				 20));
	CHECK(s.changed > 0);
	p = tv(&s);
	play(&s, &p, 60);
	CHECK(p.said.in == id);
	pass(&s, 21); /* the screen shows nothing any more */
	q = phone(&s, 9);
	q.in = id;
	q.lesson = OTHER;
	play(&s, &q, 10);
	CHECK(q.said.in == id);
	CHECK(change(&s, id, json_pack("{s:[s, s], s:i}", "names", "张三",
				       "李四", "heads", 21), &card) ==
	      STATUS_OK);
	CHECK(change(&s, id, json_object(), &card) == STATUS_OK); /* again */
	shown = room_show(s.room, STUDY_RUNS, false);
	CHECK(json_object_get(shown, "names") == NULL &&
	      json_object_get(shown, "cards") == NULL &&
	      json_object_get(shown, "by") == NULL);
	CHECK(number(shown, "ms") == 70000);
	json_decref(shown);
	CHECK(told(&s, "study", 0, NULL) == NULL);
	play(&s, &p, 10);
	CHECK(room_end(s.room, id, s.now_ms, &shown, &s.err) == STATUS_OK);
	CHECK(number(shown, "ms") == 80000 &&
	      json_object_get(shown, "by") != NULL &&
	      json_is_true(json_object_get(shown, "ended")));
	json_decref(shown);
	CHECK(s.ended == 1);
	item = told(&s, "study", id, NULL);
	CHECK(number(item, "heads") == 21 && number(item, "v") == 1);
	CHECK(number(item, "ms") == 80000 && number(item, "parts") == 1);
	CHECK(json_array_size(json_object_get(item, "names")) == 2);
	CHECK(json_array_size(json_object_get(item, "cards")) == 1);
	CHECK(json_array_size(json_object_get(item, "lessons")) == 2);
	CHECK(flags_of(item) == 0);
	json_decref(item);
	item = told(&s, "play", p.id, NULL);
	CHECK(item != NULL && json_object_get(item, "in") != NULL);
	json_decref(item);
	CHECK(post(&s, &p) == STATUS_NOT_FOUND);
	scene_release(&s);
}

static void a_note_may_come_within_a_week(void)
{
	struct scene s;
	struct player p;
	json_t *item;
	uint64_t id;

	scene_init(&s);
	id = begin(&s, json_pack("{s:i, s:{s:s, s:s, s:i}}", "heads", 3,
				 "outside", "kind", "disc", "title", "选种",
				 "minutes", 40));
	p = tv(&s);
	play(&s, &p, 20);
	CHECK(move(&s, id, room_end) == STATUS_OK);
	CHECK(move(&s, id, room_end) == STATUS_NOT_FOUND);
	s.set_s += 6 * 86400;
	CHECK(change(&s, id, json_pack("{s:s}", "note", "讨论了选种"), NULL) ==
	      STATUS_OK);
	item = told(&s, "study", id, NULL);
	CHECK(number(item, "v") == 2 && flags_of(item) == ROOM_BY_HAND);
	CHECK(number(item, "ms") == 20000);
	CHECK(json_object_get(item, "note") != NULL);
	json_decref(item);
	s.set_s += 2 * 86400;
	CHECK(change(&s, id, json_pack("{s:s}", "note", "x"), NULL) ==
	      STATUS_OLD);
	CHECK(change(&s, 12345, json_pack("{s:s}", "note", "x"), NULL) ==
	      STATUS_NOT_FOUND);
	scene_release(&s);
}

static void a_photo_goes_by_itself(void)
{
	static const uint8_t jpeg[] = { 0xff, 0xd8, 0xff, 0xe0, 1, 2, 0xff,
					0xd9 };
	struct scene s;
	json_t *item, *out = NULL;
	uint64_t id;

	scene_init(&s);
	id = begin(&s, json_pack("{s:i}", "heads", 3));
	CHECK(room_photo(s.room, id, (struct bytes){ jpeg, 5 }, s.now_ms, &out,
			 &s.err) == STATUS_MALFORMED);
	CHECK(room_photo(s.room, id, (struct bytes){ jpeg, ROOM_PHOTO_MAX + 1 },
			 s.now_ms, &out, &s.err) == STATUS_NO_ROOM);
	for (int i = 1; i <= 2; i++) {
		CHECK(room_photo(s.room, id,
				 (struct bytes){ jpeg, sizeof(jpeg) }, s.now_ms,
				 &out, &s.err) == STATUS_OK);
		CHECK(json_is_true(json_object_get(out, "photo")));
		json_decref(out);
		item = told(&s, "photo", id, NULL);
		CHECK(number(item, "v") == i);
		CHECK(strcmp(json_string_value(json_object_get(item, "jpeg")),
			     "/9j/4AEC/9k=") == 0);
		json_decref(item);
	}
	scene_release(&s);
}

static void one_study_at_a_time(void)
{
	json_t *request = json_pack("{s:i}", "heads", 1), *out = NULL;
	struct scene s;
	uint64_t id;

	scene_init(&s);
	id = begin(&s, json_incref(request));
	CHECK(room_begin(s.room, request, NULL, "", s.now_ms, &out, &s.err) ==
	      STATUS_BUSY);
	pass(&s, ROOM_STUDY_SILENCE_MS / 1000 + 1); /* nobody ended it */
	CHECK(move(&s, id, room_end) == STATUS_NOT_FOUND);
	for (int i = 1; i < ROOM_STUDIES_A_DAY; i++) {
		id = begin(&s, json_incref(request));
		CHECK(move(&s, id, room_end) == STATUS_OK);
	}
	CHECK(room_begin(s.room, request, NULL, "", s.now_ms, &out, &s.err) ==
	      STATUS_LIMITED);
	json_decref(request);
	scene_release(&s);
}

/* A study of days: a reader of items refuses more than one. */
static void an_item_has_a_day_at_most(void)
{
	struct scene s;
	struct player p;
	json_t *item;
	uint64_t id;

	scene_init(&s);
	s.step_s = 50;
	id = begin(&s, json_pack("{s:i}", "heads", 16));
	s.room->study.ms = 24 * 3600 * 1000 - 3000 * 1000;
	p = phone(&s, 1);
	p.in = id;
	play(&s, &p, 6000);
	CHECK(move(&s, id, room_end) == STATUS_OK);
	item = told(&s, "study", id, NULL);
	CHECK(number(item, "ms") == 24 * 3600 * 1000);
	CHECK(number(item, "own") == 6000 * 1000);
	json_decref(item);
	scene_release(&s);
}

/* Another process writes for long: nothing is lost, it is written later. */
static void what_cannot_be_written_is_written_later(void)
{
	struct catalog *other = NULL;
	struct scene s;
	struct player p;
	json_t *item;

	scene_init(&s);
	p = tv(&s);
	play(&s, &p, 20);
	p.end = true;
	CHECK(records_db_open(&other, scratch_path(&s.scratch, "records.db"),
			      &s.err) == STATUS_OK);
	CHECK(catalog_begin(other, CATALOG_DURABLE, &s.err) == STATUS_OK);
	item = json_object();
	CHECK(outbox_put(other, "wish", "1", 1, item, &s.err) == STATUS_OK);
	json_decref(item);
	CHECK(post(&s, &p) == STATUS_OK);
	pass(&s, 2);
	CHECK(s.room->n_plays == 1);
	CHECK(post(&s, &p) == STATUS_NOT_FOUND);
	catalog_free(other);
	pass(&s, ROOM_SAVE_MS / 1000);
	CHECK(s.room->n_plays == 0);
	item = told(&s, "play", p.id, NULL);
	CHECK(number(item, "ms") == 20000);
	json_decref(item);
	scene_release(&s);
}

/* --- power cuts --- */

static void a_study_goes_on_after_a_power_cut(void)
{
	struct scene s;
	struct player p;
	json_t *item, *shown;
	int64_t lost;
	uint64_t id;

	scene_init(&s);
	id = begin(&s, json_pack("{s:[s], s:i, s:[s]}", "lessons", LESSON,
				 "heads", 20, "names", "张三"));
	p = tv(&s);
	play(&s, &p, 600);
	power_cut(&s, 300);
	CHECK(s.room->study.state == STUDY_INTERRUPTED);
	item = told(&s, "play", p.id, NULL);
	CHECK(item != NULL && flags_of(item) == ROOM_INTERRUPTED);
	lost = 600000 - number(item, "ms");
	CHECK(lost >= 0 && lost <= 15000);
	json_decref(item);
	CHECK(post(&s, &p) == STATUS_NOT_FOUND);
	p = tv(&s);
	play(&s, &p, 300);
	CHECK(p.said.in == id);
	shown = room_show(s.room, STUDY_RUNS, true);
	CHECK(number(shown, "parts") == 2);
	CHECK(json_array_size(json_object_get(shown, "names")) == 1);
	json_decref(shown);
	CHECK(move(&s, id, room_end) == STATUS_OK);
	item = told(&s, "study", id, NULL);
	CHECK(number(item, "ms") == 900000 - lost);
	CHECK(number(item, "parts") == 2);
	CHECK(flags_of(item) == ROOM_INTERRUPTED);
	json_decref(item);
	scene_release(&s);
}

static void a_study_is_gone_on_with_by_hand(void)
{
	struct scene s;
	uint64_t id;

	scene_init(&s);
	id = begin(&s, json_pack("{s:i}", "heads", 2));
	power_cut(&s, 60);
	CHECK(move(&s, id, room_resume) == STATUS_OK);
	CHECK(s.room->study.state == STUDY_RUNS && s.room->study.parts == 2);
	CHECK(move(&s, id, room_resume) == STATUS_OK);
	CHECK(s.room->study.parts == 2);
	scene_release(&s);
}

static void a_study_ends_when_nobody_goes_on_with_it(void)
{
	struct scene s;
	struct player p;
	json_t *item;
	uint64_t id;

	for (int way = 0; way < 3; way++) {
		scene_init(&s);
		id = begin(&s, json_pack("{s:[s], s:i}", "lessons", LESSON,
					 "heads", 20));
		p = tv(&s);
		play(&s, &p, 60);
		power_cut(&s, way == 0 ? ROOM_RESUME_S : 60);
		if (way == 1)
			pass(&s, ROOM_RESUME_S);
		if (way == 2)
			(void)begin(&s, json_pack("{s:i}", "heads", 2));
		pass(&s, 15);
		item = told(&s, "study", id, NULL);
		CHECK(item != NULL && flags_of(item) == ROOM_INTERRUPTED);
		CHECK(number(item, "parts") == 1);
		json_decref(item);
		scene_release(&s);
	}
}

/* At random moments, never more than ROOM_SAVE_MS and a post are lost, and
 * never anything is won. */
static void what_a_power_cut_takes_is_bounded(void)
{
	struct scene s;
	struct player p;
	int64_t real = 0, kept = 0;
	json_t *item;
	unsigned seconds;

	scene_init(&s);
	for (int i = 0; i < 40; i++) {
		seconds = 10 + (unsigned)(i * 37 % 29) * 10;
		p = tv(&s);
		play(&s, &p, seconds);
		pass(&s, (unsigned)i % 11);
		real += seconds;
		power_cut(&s, 10);
		item = told(&s, "play", p.id, NULL);
		if (item != NULL)
			kept += number(item, "ms") / 1000;
		json_decref(item);
		CHECK(kept <= real && kept >= real - 15 * (i + 1));
	}
	scene_release(&s);
}

int main(void)
{
	a_study_keeps_its_register();
	a_note_may_come_within_a_week();
	a_photo_goes_by_itself();
	one_study_at_a_time();
	an_item_has_a_day_at_most();
	what_cannot_be_written_is_written_later();
	a_study_goes_on_after_a_power_cut();
	a_study_is_gone_on_with_by_hand();
	a_study_ends_when_nobody_goes_on_with_it();
	what_a_power_cut_takes_is_bounded();
	return 0;
}
