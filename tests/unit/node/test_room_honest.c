/* What anybody on the LAN cannot do to the minutes of a room by inventing plays,
 * and what is marked of a screen that plays to nobody. */
#include "tests/support/rooms.h"

/* What the screen had too is the screen's, whoever told of it first; all of it
 * together is what passed. */
static void phones_take_nothing_from_the_screen(void)
{
	struct scene s;
	struct player a, b, c, *all[] = { &a, &b, &c };
	uint64_t own;

	scene_init(&s);
	a = phone(&s, 1);
	b = phone(&s, 2);
	c = tv(&s);
	play_all(&s, all, 2, 60);
	play_all(&s, all, 3, 60);
	CHECK(c.said.own == 60000);
	for (size_t i = 0; i < 2; i++) /* what is theirs by now */
		CHECK(post(&s, all[i]) == STATUS_OK);
	own = a.said.own + b.said.own;
	CHECK(own == 60000);
	CHECK(a.said.ms == 120000 && b.said.ms == 120000);
	scene_release(&s);
}

/* Nor can they use up a day. */
static void strangers_leave_of_a_day(void)
{
	struct scene s;
	struct player p;

	scene_init(&s);
	room_today(s.room, s.now_ms)->plays =
		ROOM_PLAYS_A_DAY - ROOM_PLAYS_KEPT_A_DAY;
	p = phone(&s, 1);
	CHECK(post(&s, &p) == STATUS_LIMITED);
	p = tv(&s);
	CHECK(post(&s, &p) == STATUS_OK);
	p = phone(&s, 1);
	p.in = begin(&s, json_pack("{s:i}", "heads", 1));
	CHECK(post(&s, &p) == STATUS_OK);
	room_today(s.room, s.now_ms)->plays = ROOM_PLAYS_A_DAY;
	p = tv(&s);
	CHECK(post(&s, &p) == STATUS_LIMITED);
	scene_release(&s);
}

/* Of a play that waits: its version, and whether it is marked. */
static void look_at_play(struct scene *s, uint64_t id, int64_t *v,
			 unsigned *flags)
{
	json_t *item = told(s, "play", id, NULL);

	CHECK(item != NULL);
	*v = json_integer_value(json_object_get(item, "v"));
	*flags = flags_of(item);
	json_decref(item);
}

static bool note_it(void *owner, const struct outbox_item *item)
{
	struct outbox_shipment *shipment = owner;

	((int64_t *)shipment->items)[shipment->count++] = item->n;
	return shipment->count < 8;
}

/* All that waits is in an entry. */
static void all_sealed(struct scene *s, uint64_t size)
{
	int64_t items[8];
	struct outbox_shipment shipment = { .size = size, .items = items,
					    .at_s = NOW_S };

	CHECK(outbox_each_waiting(s->records, note_it, &shipment, &s->err) ==
	      STATUS_OK);
	CHECK(outbox_sent(s->records, &shipment, &s->err) == STATUS_OK);
}

static void end_it(struct scene *s, struct player *p)
{
	p->end = true;
	CHECK(post(s, p) == STATUS_OK);
	pass(s, 1);
}

/* All of an unattended run, also what ended before it was long enough, and what
 * was on its way to the office by then. */
static void a_whole_night_is_marked(void)
{
	struct scene s;
	struct player a, b, c, d;
	unsigned flags;
	int64_t v;

	scene_init(&s);
	s.step_s = 50;
	a = tv(&s);
	play(&s, &a, 3600);
	end_it(&s, &a);
	all_sealed(&s, 1);
	b = tv(&s);
	b.keys = 0;
	play(&s, &b, 3000);
	end_it(&s, &b);
	look_at_play(&s, b.id, &v, &flags);
	CHECK(flags == 0);
	c = tv(&s);
	c.keys = 0;
	play(&s, &c, 600);
	CHECK(c.said.flags == 0);
	play(&s, &c, 100);
	CHECK(c.said.flags == ROOM_EMPTY_ROOM);
	pass(&s, 15);
	look_at_play(&s, a.id, &v, &flags);
	CHECK(v == 2 && flags == ROOM_EMPTY_ROOM);
	look_at_play(&s, b.id, &v, &flags);
	CHECK(flags == ROOM_EMPTY_ROOM);
	end_it(&s, &c);
	/* Told once. */
	all_sealed(&s, 2);
	d = tv(&s);
	d.keys = 0;
	play(&s, &d, 100);
	end_it(&s, &d);
	CHECK(told(&s, "play", a.id, NULL) == NULL);
	look_at_play(&s, d.id, &v, &flags);
	CHECK(flags == ROOM_EMPTY_ROOM);
	scene_release(&s);
}

/* Who begins after a pause was there to do so; a register and a card end a run,
 * too. */
static void somebody_there_ends_a_run(void)
{
	struct scene s;
	struct player p;
	json_t *out;
	uint64_t id;

	scene_init(&s);
	s.step_s = 50;
	p = tv(&s);
	play(&s, &p, 7000);
	end_it(&s, &p);
	pass(&s, 1900);
	p = tv(&s);
	p.keys = 0;
	play(&s, &p, 7000);
	CHECK(p.said.flags == 0);
	end_it(&s, &p);
	id = begin(&s, json_pack("{s:[s], s:i}", "lessons", LESSON, "heads",
				 20));
	p = tv(&s);
	p.keys = 0;
	play(&s, &p, 100);
	CHECK(room_end(s.room, id, s.now_ms, &out, &s.err) == STATUS_OK);
	json_decref(out);
	p = tv(&s);
	p.keys = 0;
	play(&s, &p, 7000);
	CHECK(p.said.flags == 0);
	scene_release(&s);
}

/* However many pages say that they show the study, one of them does. */
static void a_study_has_one_screen(void)
{
	struct scene s;
	struct player a, b, c, *all[] = { &a, &b, &c };
	json_t *shown;
	uint64_t id;

	scene_init(&s);
	id = begin(&s, json_pack("{s:[s], s:i}", "lessons", LESSON, "heads",
				 20));
	a = phone(&s, 1);
	b = phone(&s, 2);
	c = phone(&s, 1);
	a.in = b.in = c.in = id;
	play_all(&s, all, 3, 60);
	CHECK(a.said.in == id && c.said.in == id);
	CHECK(b.said.in == 0 && b.said.flags == ROOM_TWO_SCREENS);
	shown = room_show(s.room, STUDY_RUNS, false);
	CHECK(number(shown, "ms") == 60000);
	json_decref(shown);
	/* The node's own goes before it. */
	c = tv(&s);
	play(&s, &c, 20);
	CHECK(c.said.in == id && c.said.flags == 0);
	CHECK(post(&s, &a) == STATUS_NOT_FOUND);
	a = phone(&s, 1);
	a.in = id;
	CHECK(post(&s, &a) == STATUS_OK);
	CHECK(a.said.in == 0 && a.said.flags == ROOM_TWO_SCREENS);
	scene_release(&s);
}

int main(void)
{
	phones_take_nothing_from_the_screen();
	strangers_leave_of_a_day();
	a_whole_night_is_marked();
	somebody_there_ends_a_run();
	a_study_has_one_screen();
	return 0;
}
