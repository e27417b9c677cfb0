/* What goes on a drive: by example, in thousands of random worlds, and on a
 * courier's route until every village has what it wants. */
#include "node/drive/pack.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/check.h"

enum { LESSONS = 60, MB = 1 << 20 };

/* --- random --- */

static uint64_t state = 20260401;

static uint32_t any(uint32_t below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((state >> 33) % below);
}

/* --- a world --- */

struct world {
	struct pack_lesson lessons[LESSONS];
	size_t count;
	uint64_t room, reserve;
	enum pack_act acts[LESSONS];
	size_t order[LESSONS];
	size_t steps;
};

static struct pack_lesson *add(struct world *w, uint64_t bytes)
{
	struct pack_lesson *l = &w->lessons[w->count];

	memset(l, 0, sizeof(*l));
	l->btmh[0] = (uint8_t)w->count;
	l->btmh[1] = (uint8_t)(w->count++ >> 8);
	l->bytes = bytes;
	l->here = true;
	strcpy(l->date, "2026-01-01");
	return l;
}

static void plan(struct world *w)
{
	CHECK(pack_plan(w->lessons, w->count, w->room, w->reserve, w->acts,
			w->order, &w->steps));
}

static uint64_t taken(const struct pack_lesson *l)
{
	return l->on_drive ? l->bytes : l->there;
}

static uint64_t needed(const struct pack_lesson *l)
{
	return l->bytes > l->there ? l->bytes - l->there : 0;
}

static void random_lesson(struct world *w)
{
	struct pack_lesson *l = add(w, 1 + any(100));

	if (any(2) == 0)
		l->wanters = any(4);
	if (l->wanters > 0 && any(3) == 0)
		(void)snprintf(l->due, sizeof(l->due), "2026-05-0%u",
			       1 + any(9));
	(void)snprintf(l->date, sizeof(l->date), "2026-01-0%u", 1 + any(9));
	l->local = any(3) == 0;
	l->here = any(4) != 0;
	if (any(3) == 0)
		l->on_drive = true;
	else if (any(4) == 0)
		l->there = any((uint32_t)l->bytes + 1);
	if (any(8) == 0)
		l->gone = true;
	else if (l->on_drive && any(8) == 0)
		l->foreign = true;
	if (l->foreign) {
		l->wanters = 0;
		l->here = false;
	}
}

static void random_world(struct world *w)
{
	size_t count = any(LESSONS + 1);

	memset(w, 0, sizeof(*w));
	while (w->count < count)
		random_lesson(w);
	w->room = any(600);
	w->reserve = any(60);
}

static uint64_t wanted_loaded(const struct world *w)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < w->count; i++)
		if (w->acts[i] == PACK_LOAD && w->lessons[i].wanters > 0)
			bytes += needed(&w->lessons[i]);
	return bytes;
}

/* --- examples --- */

static void an_empty_drive_gets_what_is_wanted_then_what_is_ours(void)
{
	struct world w = { .room = 100, .reserve = 10 };
	struct pack_lesson *wanted, *ours;

	ours = add(&w, 50);
	ours->local = true;
	(void)add(&w, 1); /* nobody's */
	wanted = add(&w, 40);
	wanted->wanters = 1;
	plan(&w);
	CHECK(w.acts[0] == PACK_LOAD && w.acts[1] == PACK_NOTHING &&
	      w.acts[2] == PACK_LOAD);
	CHECK(w.steps == 2 && w.order[0] == 2 && w.order[1] == 0);
	w.reserve = 11;
	plan(&w);
	CHECK(w.acts[0] == PACK_NOTHING && w.acts[2] == PACK_LOAD);
}

static void the_soonest_due_goes_before_the_most_wanted(void)
{
	struct world w = { .room = 10 };

	add(&w, 10)->wanters = 9;
	add(&w, 10)->wanters = 1;
	strcpy(w.lessons[1].due, "2026-12-01");
	add(&w, 10)->wanters = 1;
	strcpy(w.lessons[2].due, "2026-04-01");
	plan(&w);
	CHECK(w.acts[2] == PACK_LOAD && w.acts[1] == PACK_NO_ROOM &&
	      w.acts[0] == PACK_NO_ROOM);
	w.room = 30;
	plan(&w);
	CHECK(w.steps == 3 && w.order[0] == 2 && w.order[1] == 1 &&
	      w.order[2] == 0);
}

static void the_most_wanted_then_the_newest_then_the_smallest_go_first(void)
{
	struct world w = { .room = 100 };

	add(&w, 7)->wanters = 1;
	add(&w, 6)->wanters = 1;
	add(&w, 8)->wanters = 1;
	strcpy(w.lessons[2].date, "2026-02-01");
	add(&w, 9)->wanters = 2;
	strcpy(w.lessons[3].date, "2025-01-01");
	plan(&w);
	CHECK(w.steps == 4 && w.order[0] == 3 && w.order[1] == 2 &&
	      w.order[2] == 1 && w.order[3] == 0);
}

static void a_smaller_one_behind_one_that_is_too_large_still_goes(void)
{
	struct world w = { .room = 10 };

	add(&w, 11)->wanters = 5;
	add(&w, 10)->wanters = 1;
	plan(&w);
	CHECK(w.acts[0] == PACK_NO_ROOM && w.acts[1] == PACK_LOAD);
}

static void what_nobody_lacks_gives_way_the_last_first(void)
{
	struct world w = { .room = 5 };
	struct pack_lesson *l;

	for (unsigned n = 0; n < 3; n++) {
		l = add(&w, 10);
		l->on_drive = true;
		(void)snprintf(l->date, sizeof(l->date), "202%u-01-01", n);
	}
	w.lessons[0].local = true; /* the oldest, but ours */
	add(&w, 15)->wanters = 1;
	plan(&w);
	CHECK(w.acts[0] == PACK_KEEP && w.acts[1] == PACK_REMOVE &&
	      w.acts[2] == PACK_KEEP && w.acts[3] == PACK_LOAD);
	CHECK(w.steps == 2 && w.order[0] == 1 && w.order[1] == 3);
	w.lessons[3].bytes = 35;
	plan(&w);
	CHECK(w.acts[0] == PACK_REMOVE && w.acts[2] == PACK_REMOVE);
	w.lessons[3].bytes = 36; /* for nothing, nothing is removed */
	plan(&w);
	CHECK(w.acts[0] == PACK_KEEP && w.acts[1] == PACK_KEEP &&
	      w.acts[2] == PACK_KEEP && w.acts[3] == PACK_NO_ROOM);
	CHECK(w.steps == 0);
}

static void what_a_stop_lacks_stays_whatever_is_wanted_more(void)
{
	struct world w = { .room = 0 };

	add(&w, 10)->wanters = 1;
	w.lessons[0].on_drive = true;
	w.lessons[0].here = false; /* only the drive has it */
	add(&w, 10)->wanters = 9;
	strcpy(w.lessons[1].due, "2026-01-02");
	plan(&w);
	CHECK(w.acts[0] == PACK_KEEP && w.acts[1] == PACK_NO_ROOM);
}

static void what_is_gone_goes_and_what_nobody_knows_stays(void)
{
	struct world w = { .room = 0, .reserve = 5 };

	add(&w, 10)->gone = true;
	w.lessons[0].on_drive = true;
	w.lessons[0].wanters = 3;
	add(&w, 10)->on_drive = true;
	w.lessons[1].foreign = true;
	add(&w, 10)->gone = true;
	add(&w, 10)->gone = true;
	w.lessons[3].there = 1;
	add(&w, 6)->wanters = 1;
	plan(&w);
	CHECK(w.acts[0] == PACK_REMOVE && w.acts[1] == PACK_KEEP &&
	      w.acts[2] == PACK_NOTHING && w.acts[3] == PACK_REMOVE &&
	      w.acts[4] == PACK_LOAD);
}

static void a_half_written_one_needs_only_the_rest(void)
{
	struct world w = { .room = 4 };

	add(&w, 10)->wanters = 1;
	w.lessons[0].there = 6;
	plan(&w);
	CHECK(w.acts[0] == PACK_LOAD);
	w.lessons[0].there = 5;
	plan(&w);
	CHECK(w.acts[0] == PACK_NO_ROOM && w.steps == 0);
	w.lessons[0].here = false;
	plan(&w);
	CHECK(w.acts[0] == PACK_NOT_HERE);
	/* All bytes are there: it only wants its name, on the fullest drive. */
	w.lessons[0].here = true;
	w.lessons[0].there = 10;
	w.room = 0;
	w.reserve = 3;
	plan(&w);
	CHECK(w.acts[0] == PACK_LOAD);
}

static void the_halves_of_what_nobody_wants_any_more_give_way(void)
{
	struct world w = { .room = 4 };

	add(&w, 10)->there = 6;
	w.lessons[0].local = true;
	plan(&w);
	CHECK(w.acts[0] == PACK_LOAD); /* of this place: made whole */
	add(&w, 10)->wanters = 1;
	plan(&w);
	CHECK(w.acts[0] == PACK_REMOVE && w.acts[1] == PACK_LOAD);
}

static void sizes_beyond_all_reason_do_no_harm(void)
{
	struct world w = { .room = UINT64_MAX, .reserve = UINT64_MAX };

	add(&w, UINT64_MAX)->wanters = 1;
	add(&w, UINT64_MAX)->on_drive = true;
	add(&w, UINT64_MAX)->on_drive = true;
	add(&w, UINT64_MAX)->there = UINT64_MAX;
	plan(&w);
	CHECK(w.acts[0] == PACK_LOAD && w.steps == 2);
}

/* --- properties --- */

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void the_order_is_total(void)
{
	struct world w;

	for (unsigned n = 0; n < 300; n++) {
		const struct pack_lesson *l = w.lessons;

		random_world(&w);
		if (w.count < 3)
			continue;
		for (unsigned t = 0; t < 300; t++) {
			size_t a = any((uint32_t)w.count);
			size_t b = any((uint32_t)w.count);
			size_t c = any((uint32_t)w.count);
			int ab = pack_order(&l[a], &l[b]);

			CHECK((ab == 0) == (a == b));
			CHECK(sign(ab) == -sign(pack_order(&l[b], &l[a])));
			if (ab <= 0 && pack_order(&l[b], &l[c]) <= 0)
				CHECK(pack_order(&l[a], &l[c]) <= 0);
		}
	}
}

static void check_one(const struct world *w, size_t i)
{
	const struct pack_lesson *l = &w->lessons[i];
	bool any_of_it = l->on_drive || l->there > 0;

	switch (w->acts[i]) {
	case PACK_REMOVE:
		CHECK(any_of_it && !l->foreign);
		CHECK(l->gone || l->wanters == 0);
		break;
	case PACK_LOAD:
		CHECK(l->here && !l->on_drive && !l->gone && !l->foreign);
		CHECK(l->wanters > 0 || l->local);
		break;
	case PACK_KEEP:
		CHECK(any_of_it && !l->gone);
		CHECK(l->on_drive || l->wanters == 0);
		break;
	case PACK_NO_ROOM:
		CHECK(l->wanters > 0 && l->here && !l->on_drive && !l->gone);
		break;
	case PACK_NOT_HERE:
		CHECK(l->wanters > 0 && !l->here && !l->on_drive && !l->gone);
		break;
	case PACK_NOTHING:
		CHECK(!any_of_it && (l->wanters == 0 || l->gone));
		break;
	}
}

/* Go through the steps as the copying does. */
static uint64_t follow(const struct world *w)
{
	uint64_t room = w->room;
	bool loading = false;
	size_t before = 0;

	for (size_t s = 0; s < w->steps; s++) {
		size_t i = w->order[s];
		const struct pack_lesson *l = &w->lessons[i];

		if (w->acts[i] == PACK_REMOVE) {
			CHECK(!loading);
			room += taken(l);
			continue;
		}
		CHECK(w->acts[i] == PACK_LOAD);
		CHECK(needed(l) <= room);
		room -= needed(l);
		CHECK(needed(l) == 0 || room >= w->reserve);
		if (loading)
			CHECK(pack_order(&w->lessons[before], l) < 0);
		loading = true;
		before = i;
	}
	return room;
}

/* Nothing is removed for nothing. */
static void check_removed(const struct world *w, uint64_t room)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->acts[i] == PACK_REMOVE && !w->lessons[i].gone)
			CHECK(room < w->reserve + taken(&w->lessons[i]));
}

/* What waits would not have fit, even had all that may go been removed. */
static void check_waiting(const struct world *w)
{
	for (size_t i = 0; i < w->count; i++) {
		const struct pack_lesson *l = &w->lessons[i];
		uint64_t room = w->room;

		if (w->acts[i] != PACK_NO_ROOM)
			continue;
		for (size_t k = 0; k < w->count; k++) {
			const struct pack_lesson *o = &w->lessons[k];

			if (o->gone || (o->wanters == 0 && !o->foreign))
				room += taken(o);
			else if (w->acts[k] == PACK_LOAD &&
				 pack_order(o, l) < 0)
				room -= needed(o);
		}
		CHECK(room < w->reserve + needed(l));
	}
}

static void every_world_keeps_the_rules(void)
{
	struct world w;

	for (unsigned n = 0; n < 20000; n++) {
		size_t loads = 0, removals = 0;

		random_world(&w);
		plan(&w);
		for (size_t i = 0; i < w.count; i++) {
			check_one(&w, i);
			loads += w.acts[i] == PACK_LOAD;
			removals += w.acts[i] == PACK_REMOVE;
		}
		CHECK(w.steps == loads + removals);
		check_removed(&w, follow(&w));
		check_waiting(&w);
	}
}

static void shuffle(struct world *w, size_t *where)
{
	for (size_t i = 0; i < w->count; i++)
		where[i] = i;
	for (size_t i = w->count; i > 1; i--) {
		size_t k = any((uint32_t)i), t = where[i - 1];
		struct pack_lesson l = w->lessons[i - 1];

		w->lessons[i - 1] = w->lessons[k];
		w->lessons[k] = l;
		where[i - 1] = where[k];
		where[k] = t;
	}
}

static void the_plan_does_not_hang_on_the_order_of_what_is_known(void)
{
	size_t where[LESSONS];
	struct world w, v;

	for (unsigned n = 0; n < 3000; n++) {
		random_world(&w);
		v = w;
		shuffle(&v, where);
		plan(&w);
		plan(&v);
		CHECK(w.steps == v.steps);
		for (size_t i = 0; i < v.count; i++)
			CHECK(v.acts[i] == w.acts[where[i]]);
		for (size_t s = 0; s < v.steps; s++)
			CHECK(where[v.order[s]] == w.order[s]);
	}
}

static void more_room_never_loads_less_of_what_is_wanted(void)
{
	struct world w;

	for (unsigned n = 0; n < 3000; n++) {
		uint64_t before = 0;

		random_world(&w);
		for (w.room = 0; w.room < 700; w.room += 1 + any(40)) {
			plan(&w);
			CHECK(wanted_loaded(&w) >= before);
			before = wanted_loaded(&w);
		}
	}
}

static void done_once_there_is_nothing_more_to_do(void)
{
	struct world w;

	for (unsigned n = 0; n < 5000; n++) {
		random_world(&w);
		plan(&w);
		w.room = follow(&w);
		for (size_t i = 0; i < w.count; i++) {
			struct pack_lesson *l = &w.lessons[i];

			if (w.acts[i] == PACK_REMOVE) {
				l->on_drive = false;
				l->there = 0;
			} else if (w.acts[i] == PACK_LOAD) {
				l->on_drive = true;
				l->there = l->bytes;
			}
		}
		plan(&w);
		CHECK(w.steps == 0);
	}
}

/* --- a route --- */

enum { VILLAGES_MAX = 30, OFFERED = 40, DRIVES = 2 };

struct drive {
	bool has[OFFERED];
	uint64_t size;
};

struct region {
	unsigned villages;
	struct drive drives[DRIVES];
	uint64_t bytes[OFFERED];
	bool wants[VILLAGES_MAX][OFFERED];
	bool holds[VILLAGES_MAX][OFFERED];
	/* What the township knows, from statements that came back. */
	bool known[VILLAGES_MAX][OFFERED];
	unsigned carried[VILLAGES_MAX][OFFERED]; /* times copied in */
};

static uint64_t room_of(const struct region *r, const struct drive *d)
{
	uint64_t used = 0;

	for (unsigned n = 0; n < OFFERED; n++)
		used += d->has[n] ? r->bytes[n] : 0;
	CHECK(used <= d->size);
	return d->size - used;
}

/* Plan at a node that has `holds` (NULL: everything), for the villages from
 * `next` on, and do it. */
static void visit(struct region *r, struct drive *d, const bool *holds,
		  const bool (*held)[OFFERED], unsigned next)
{
	struct world w = { .reserve = 0, .room = room_of(r, d) };

	for (unsigned n = 0; n < OFFERED; n++) {
		struct pack_lesson *l = add(&w, r->bytes[n]);

		l->here = holds == NULL || holds[n];
		l->on_drive = d->has[n];
		for (unsigned v = next; v < r->villages; v++)
			l->wanters += r->wants[v][n] && !held[v][n];
	}
	plan(&w);
	for (unsigned n = 0; n < OFFERED; n++) {
		if (w.acts[n] == PACK_LOAD) {
			CHECK(w.lessons[n].wanters > 0);
			d->has[n] = true;
		} else if (w.acts[n] == PACK_REMOVE) {
			CHECK(w.lessons[n].wanters == 0);
			d->has[n] = false;
		}
	}
	(void)room_of(r, d);
}

/* One trip; true when some village got something. */
static bool trip(struct region *r, struct drive *d)
{
	bool seen[VILLAGES_MAX][OFFERED];
	bool any_got = false;

	visit(r, d, NULL, (const bool(*)[OFFERED])r->known, 0);
	/* The drive takes along what is known, and learns as it goes. */
	memcpy(seen, r->known, sizeof(seen));
	for (unsigned v = 0; v < r->villages; v++) {
		for (unsigned n = 0; n < OFFERED; n++)
			if (d->has[n] && r->wants[v][n] && !r->holds[v][n]) {
				r->holds[v][n] = true;
				r->carried[v][n]++;
				any_got = true;
			}
		memcpy(seen[v], r->holds[v], sizeof(seen[v]));
		visit(r, d, r->holds[v], (const bool(*)[OFFERED])seen, v + 1);
	}
	memcpy(r->known, seen, sizeof(seen));
	return any_got;
}

static bool all_have_all(const struct region *r)
{
	for (unsigned v = 0; v < r->villages; v++)
		for (unsigned n = 0; n < OFFERED; n++)
			if (r->wants[v][n] &&
			    (!r->holds[v][n] || r->carried[v][n] != 1))
				return false;
	return true;
}

static void random_region(struct region *r)
{
	uint64_t largest = 0;

	memset(r, 0, sizeof(*r));
	r->villages = 10 + any(VILLAGES_MAX - 9);
	for (unsigned n = 0; n < OFFERED; n++) {
		r->bytes[n] = (50 + any(2000)) * (uint64_t)MB;
		if (r->bytes[n] > largest)
			largest = r->bytes[n];
	}
	for (unsigned v = 0; v < r->villages; v++)
		for (unsigned n = 0; n < OFFERED; n++)
			r->wants[v][n] = any(3) == 0;
	for (unsigned i = 0; i < DRIVES; i++)
		r->drives[i].size = largest + any(20000) * (uint64_t)MB;
}

static void every_village_ends_with_all_it_wants(void)
{
	struct region r;

	for (unsigned n = 0; n < 200; n++) {
		unsigned trips = 0;
		bool delivered = true;

		random_region(&r);
		while (!all_have_all(&r)) {
			delivered = trip(&r, &r.drives[0]);
			/* No trip is for nothing. */
			CHECK(delivered && ++trips <= OFFERED);
		}
		/* What the stations acknowledged does not ride again. */
		visit(&r, &r.drives[0], NULL,
		      (const bool(*)[OFFERED])r.known, 0);
		CHECK(!trip(&r, &r.drives[0]));
	}
}

static void two_drives_do_not_carry_the_same_twice(void)
{
	struct region r;

	for (unsigned n = 0; n < 200; n++) {
		struct drive *second = &r.drives[1];
		struct world w = { .reserve = 0 };

		random_region(&r);
		for (unsigned trips = 0; !all_have_all(&r); trips++) {
			(void)trip(&r, &r.drives[trips % 2]);
			CHECK(trips <= 2 * OFFERED);
		}
		/* What the other one brought gives way at once. */
		w.room = room_of(&r, second);
		for (unsigned i = 0; i < OFFERED; i++)
			add(&w, r.bytes[i])->on_drive = second->has[i];
		for (unsigned i = 0; i < OFFERED; i++)
			for (unsigned v = 0; v < r.villages; v++)
				w.lessons[i].wanters +=
					r.wants[v][i] && !r.known[v][i];
		plan(&w);
		CHECK(w.steps == 0);
	}
}

int main(void)
{
	an_empty_drive_gets_what_is_wanted_then_what_is_ours();
	the_soonest_due_goes_before_the_most_wanted();
	the_most_wanted_then_the_newest_then_the_smallest_go_first();
	a_smaller_one_behind_one_that_is_too_large_still_goes();
	what_nobody_lacks_gives_way_the_last_first();
	what_a_stop_lacks_stays_whatever_is_wanted_more();
	what_is_gone_goes_and_what_nobody_knows_stays();
	a_half_written_one_needs_only_the_rest();
	the_halves_of_what_nobody_wants_any_more_give_way();
	sizes_beyond_all_reason_do_no_harm();
	the_order_is_total();
	every_world_keeps_the_rules();
	the_plan_does_not_hang_on_the_order_of_what_is_known();
	more_room_never_loads_less_of_what_is_wanted();
	done_once_there_is_nothing_more_to_do();
	every_village_ends_with_all_it_wants();
	two_drives_do_not_carry_the_same_twice();
	return 0;
}
