/* Elections in small worlds of nodes that announce, fetch, die, stall and come
 * back, each with its own memory. */
#include "node/carrier.h"

#include <stdlib.h>
#include <string.h>

#include "proto/datagram.h"
#include "tests/support/check.h"
#include "tests/support/dice.h"

enum {
	NODES = 8,
	PIECES = 64,
	STEP_MS = 250,
	SAY_MS = 3000,
	IN_TIME_MS = CARRIER_PATIENCE_MS + SAY_MS,
	WAIT_MS = 2 * STEP_MS, /* a new job, for others to be heard */
	LINE_STEPS = 2, /* of one piece over the line */
	START_MS = WAIT_MS + 2 * STEP_MS,
	LAN_PIECES = 4	/* copied inside the LAN in one step */
};

struct member {
	uint8_t key[CARRIER_KEY_SIZE];
	struct carriers *c;
	bool alive, stopped, wants, line_works, knows_it_is_cut;
	uint64_t have;
	enum carrier_role role;
	int64_t said_ms, began_ms;
	int line_step;
};

struct world {
	int count;
	int64_t now;
	uint8_t btmh[32];
	struct member m[NODES];
	bool hears[NODES][NODES]; /* [who][whom]; also whom it can read from */
	unsigned loss;		  /* in 100 announcements */
	unsigned crossed[PIECES]; /* the lines */
	int carriers_most;	  /* at once, since this was set to 0 */
	int64_t without_ms; /* time without a carrier that works, likewise */
};

static void world_init(struct world *w, uint64_t seed, int count)
{
	*w = (struct world){ .count = count, .now = 1000000 };
	dice_begin(seed);
	dice_bytes(w->btmh, sizeof(w->btmh));
	for (int i = 0; i < count; i++) {
		struct member *m = &w->m[i];

		dice_bytes(m->key, sizeof(m->key));
		m->c = carriers_new(m->key);
		CHECK(m->c != NULL);
		m->alive = m->wants = m->line_works = true;
		m->said_ms = w->now - (int64_t)dice(SAY_MS);
		m->began_ms = w->now;
		for (int j = 0; j < count; j++)
			w->hears[i][j] = i != j;
	}
}

static void world_release(struct world *w)
{
	for (int i = 0; i < w->count; i++)
		carriers_free(w->m[i].c);
}

static void new_lesson(struct world *w)
{
	dice_bytes(w->btmh, sizeof(w->btmh));
	memset(w->crossed, 0, sizeof(w->crossed));
	for (int i = 0; i < w->count; i++) {
		w->m[i].have = 0;
		w->m[i].role = CARRIER_WAIT;
		w->m[i].began_ms = w->now;
	}
}

static bool runs(const struct member *m)
{
	return m->alive && !m->stopped;
}

static bool is_done(const struct member *m)
{
	return m->have == UINT64_MAX;
}

static void tell_own(struct world *w, struct member *m)
{
	unsigned saying = CARRIER_WANTS;

	if (!m->knows_it_is_cut)
		saying |= CARRIER_BEYOND;
	if (is_done(m))
		saying = CARRIER_HOLDS;
	CHECK(carriers_own(m->c, w->btmh, saying,
			   (uint32_t)__builtin_popcountll(m->have), w->now));
}

static void say(struct world *w, int from)
{
	struct datagram_fetch list[DATAGRAM_FETCHES_MAX];
	size_t count = carriers_to_say(w->m[from].c, w->now, list,
				       DATAGRAM_FETCHES_MAX);

	w->m[from].said_ms = w->now;
	for (int i = 0; i < w->count; i++)
		if (w->hears[i][from] && runs(&w->m[i]) &&
		    dice(100) >= w->loss)
			carriers_heard_list(w->m[i].c, w->m[from].key, list,
					    count, w->now);
}

static uint64_t near_pieces(const struct world *w, int i)
{
	uint64_t near = 0;

	for (int j = 0; j < w->count; j++)
		if (w->hears[i][j] && runs(&w->m[j]))
			near |= w->m[j].have;
	return near & ~w->m[i].have;
}

static void fetch(struct world *w, int i)
{
	struct member *m = &w->m[i];
	uint64_t near = near_pieces(w, i), missing;

	for (int k = 0; k < LAN_PIECES && near != 0; k++) {
		m->have |= near & -near;
		near &= near - 1;
	}
	if (m->role != CARRIER_CARRY || !m->line_works) {
		m->line_step = 0;
		return;
	}
	missing = ~m->have & ~near_pieces(w, i);
	if (missing == 0 || ++m->line_step < LINE_STEPS)
		return;
	m->line_step = 0;
	w->crossed[__builtin_ctzll(missing)]++;
	m->have |= missing & -missing;
}

static void count_carriers(struct world *w)
{
	int carriers = 0;
	bool works = false, needed = false;

	for (int i = 0; i < w->count; i++) {
		const struct member *m = &w->m[i];

		/* What somebody near has needs no carrier. */
		if (!runs(m) || !m->wants ||
		    (m->have | near_pieces(w, i)) == UINT64_MAX)
			continue;
		needed = true;
		carriers += m->role == CARRIER_CARRY;
		works |= m->role == CARRIER_CARRY && m->line_works;
	}
	if (carriers > w->carriers_most)
		w->carriers_most = carriers;
	if (needed && !works)
		w->without_ms += STEP_MS;
}

static void step(struct world *w)
{
	w->now += STEP_MS;
	for (int i = 0; i < w->count; i++)
		if (runs(&w->m[i]) && w->m[i].wants) {
			fetch(w, i);
			tell_own(w, &w->m[i]);
		}
	for (int i = 0; i < w->count; i++) {
		struct member *m = &w->m[i];

		if (!runs(m) || !m->wants)
			continue;
		m->role = CARRIER_WAIT;
		if (!is_done(m) && w->now - m->began_ms > WAIT_MS)
			m->role = carriers_role(m->c, w->btmh, w->now, NULL);
		if (carriers_take_change(m->c) || w->now - m->said_ms >= SAY_MS)
			say(w, i);
	}
	count_carriers(w);
}

static void run(struct world *w, int64_t ms)
{
	for (int64_t until = w->now + ms; w->now < until;)
		step(w);
}

static bool all_done(const struct world *w)
{
	for (int i = 0; i < w->count; i++)
		if (runs(&w->m[i]) && w->m[i].wants && !is_done(&w->m[i]))
			return false;
	return true;
}

/* Whether all were done in time. */
static bool run_until_done(struct world *w, int64_t ms)
{
	for (int64_t until = w->now + ms; w->now < until && !all_done(w);)
		step(w);
	return all_done(w);
}

static int carrier_of(const struct world *w)
{
	for (int i = 0; i < w->count; i++)
		if (runs(&w->m[i]) && w->m[i].role == CARRIER_CARRY)
			return i;
	return -1;
}

static unsigned crossings(const struct world *w)
{
	unsigned count = 0;

	for (int p = 0; p < PIECES; p++)
		count += w->crossed[p];
	return count;
}

/* A node began anew: it remembers nothing but its pieces. */
static void restart(struct world *w, int i)
{
	carriers_free(w->m[i].c);
	w->m[i].c = carriers_new(w->m[i].key);
	CHECK(w->m[i].c != NULL);
	w->m[i].alive = true;
	w->m[i].stopped = false;
	w->m[i].role = CARRIER_WAIT;
	w->m[i].line_step = 0;
	w->m[i].began_ms = w->now;
}

enum { SEEDS = 300 };

static int lan_size(uint64_t seed)
{
	return 2 + (int)(seed % (NODES - 1));
}

static void one_of_a_lan_carries_and_each_piece_crosses_once(void)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct world w;

		world_init(&w, seed, lan_size(seed));
		run(&w, START_MS); /* they hear of each other */
		w.carriers_most = 0;
		w.without_ms = 0;
		CHECK(run_until_done(&w, 60 * 1000));
		CHECK(w.carriers_most == 1 && w.without_ms == 0);
		CHECK(crossings(&w) == PIECES);
		world_release(&w);
	}
}

static void late_comers_do_not_carry_as_well(void)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct world w;
		int carrier, count = lan_size(seed);

		world_init(&w, seed, count);
		for (int i = 0; i < count; i++)
			w.m[i].wants = i < 1 + count / 2;
		run(&w, 8000);
		carrier = carrier_of(&w);
		for (int i = 0; i < count; i++) {
			if (!w.m[i].wants)
				w.m[i].began_ms = w.now;
			w.m[i].wants = true;
		}
		run(&w, START_MS);
		/* They were told by what others have said meanwhile. */
		CHECK(carrier_of(&w) == carrier);
		w.carriers_most = 0;
		CHECK(run_until_done(&w, 60 * 1000));
		CHECK(w.carriers_most == 1);
		CHECK(crossings(&w) == PIECES);
		world_release(&w);
	}
}

/* What can befall a carrier. */
enum { KILLED, STOPPED, LINE_CUT, UNREACHABLE, HARMS };

static void harm(struct world *w, int i, unsigned how)
{
	if (how == KILLED || how == UNREACHABLE)
		w->m[i].alive = false;
	else if (how == STOPPED)
		w->m[i].stopped = true;
	else
		w->m[i].line_works = false;
	for (int j = 0; j < w->count && how == UNREACHABLE; j++)
		if (j != i)
			carriers_failed(w->m[j].c, w->m[i].key, w->btmh,
					w->now);
}

static void another_takes_over_in_time(void)
{
	for (uint64_t seed = 1; seed <= 4 * SEEDS; seed++) {
		struct world w;
		int carrier;

		world_init(&w, seed, lan_size(seed));
		run(&w, START_MS + (int64_t)dice(20 * 1000));
		carrier = carrier_of(&w);
		CHECK(carrier >= 0);
		harm(&w, carrier, (unsigned)(seed % HARMS));
		w.without_ms = 0;
		CHECK(run_until_done(&w, 90 * 1000));
		CHECK(w.without_ms <=
		      (seed % HARMS == UNREACHABLE ? 1000 : IN_TIME_MS));
		/* It may have had a piece that it had not passed on. */
		CHECK(crossings(&w) <= PIECES + 1);
		world_release(&w);
	}
}

static void who_fails_from_the_start_is_replaced_and_loses_rank(void)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct world w;
		int carrier, next;
		uint8_t btmh[32];

		world_init(&w, seed, lan_size(seed));
		memcpy(btmh, w.btmh, sizeof(btmh));
		run(&w, START_MS);
		carrier = carrier_of(&w);
		w.m[carrier].line_works = false;
		w.without_ms = 0;
		CHECK(run_until_done(&w, 90 * 1000));
		CHECK(w.without_ms <= IN_TIME_MS);
		CHECK(crossings(&w) == PIECES);

		/* It would win the same election, but for its failure. */
		run(&w, 60 * 1000);
		new_lesson(&w);
		memcpy(w.btmh, btmh, sizeof(btmh));
		run(&w, START_MS);
		next = carrier_of(&w);
		CHECK(next >= 0 && next != carrier);
		CHECK(run_until_done(&w, 60 * 1000));
		CHECK(crossings(&w) == PIECES);

		/* After hours it is as good as any. */
		run(&w, 60 * 1000);
		w.now += CARRIER_MEMORY_MS;
		w.m[carrier].line_works = true;
		new_lesson(&w);
		memcpy(w.btmh, btmh, sizeof(btmh));
		run(&w, START_MS);
		CHECK(carrier_of(&w) == carrier);
		world_release(&w);
	}
}

static void who_delivers_again_has_its_rank_back(void)
{
	struct world w;
	int carrier;
	uint8_t btmh[32];

	world_init(&w, 5, 3);
	memcpy(btmh, w.btmh, sizeof(btmh));
	run(&w, START_MS);
	carrier = carrier_of(&w);
	w.m[carrier].line_works = false;
	CHECK(run_until_done(&w, 90 * 1000));
	w.m[carrier].line_works = true;

	/* The others have no line of their own now. */
	for (int i = 0; i < w.count; i++)
		w.m[i].knows_it_is_cut = i != carrier;
	new_lesson(&w);
	CHECK(run_until_done(&w, 90 * 1000));

	for (int i = 0; i < w.count; i++)
		w.m[i].knows_it_is_cut = false;
	run(&w, 60 * 1000);
	new_lesson(&w);
	memcpy(w.btmh, btmh, sizeof(btmh));
	run(&w, START_MS);
	CHECK(carrier_of(&w) == carrier);
	world_release(&w);
}

static void who_says_it_cannot_is_passed_over_at_once(void)
{
	struct world w;
	int carrier;

	world_init(&w, 11, 4);
	run(&w, 4000);
	carrier = carrier_of(&w);
	w.m[carrier].knows_it_is_cut = true;
	w.m[carrier].line_works = false;
	w.without_ms = 0;
	CHECK(run_until_done(&w, 60 * 1000));
	CHECK(w.without_ms <= 500);
	CHECK(crossings(&w) == PIECES);

	for (int i = 0; i < w.count; i++)
		w.m[i].knows_it_is_cut = true;
	new_lesson(&w);
	run(&w, 1000);
	for (int i = 0; i < w.count; i++)
		CHECK(w.m[i].role == CARRIER_NOBODY);
	world_release(&w);
}

/* Who hears whom: each half itself, or everybody. */
static void split(struct world *w, bool apart)
{
	for (int i = 0; i < w->count; i++)
		for (int j = 0; j < w->count; j++)
			w->hears[i][j] = i != j && (!apart || i % 2 == j % 2);
}

static void a_lan_that_splits_and_joins_is_never_without(void)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct world w;
		int64_t apart_ms = 14000 + (int64_t)dice(4000);
		unsigned before, both;

		world_init(&w, seed, 4 + (int)(seed % (NODES - 3)));
		run(&w, 2000);
		split(&w, true);
		w.carriers_most = 0;
		run(&w, apart_ms); /* the half without takes its time */
		CHECK(w.carriers_most <= 2);
		before = crossings(&w);
		split(&w, false);
		run(&w, SAY_MS + 2 * STEP_MS);
		both = crossings(&w);
		w.carriers_most = 0;
		CHECK(run_until_done(&w, 90 * 1000));
		CHECK(w.carriers_most <= 1);
		CHECK(both - before <= 2 * (SAY_MS / STEP_MS / LINE_STEPS + 2));
		for (int p = 0; p < PIECES; p++)
			CHECK(w.crossed[p] <= 2);
		world_release(&w);
	}
}

static void two_lans_with_one_node_in_common_have_two_carriers_at_most(void)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct world w;
		int count = 3 + (int)(seed % (NODES - 2)), middle;

		world_init(&w, seed, count);
		middle = (int)dice((uint64_t)count);
		for (int i = 0; i < count; i++)
			for (int j = 0; j < count; j++)
				w.hears[i][j] = i != j &&
						(i == middle || j == middle ||
						 i % 2 == j % 2);
		run(&w, START_MS);
		w.carriers_most = 0;
		w.without_ms = 0;
		run(&w, 5000);
		if (seed % 3 == 0 && carrier_of(&w) >= 0)
			harm(&w, carrier_of(&w), LINE_CUT);
		CHECK(run_until_done(&w, 90 * 1000));
		CHECK(w.carriers_most <= 2);
		CHECK(w.without_ms <= IN_TIME_MS);
		for (int p = 0; p < PIECES; p++)
			CHECK(w.crossed[p] <= 2);
		world_release(&w);
	}
}

static void when_the_line_of_all_comes_back_it_is_not_run_down(void)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct world w;
		unsigned before;

		world_init(&w, seed, lan_size(seed));
		run(&w, (int64_t)dice(10 * 1000));
		for (int i = 0; i < w.count; i++)
			w.m[i].line_works = false;
		run(&w, 30 * 1000 + (int64_t)dice(300 * 1000));
		before = crossings(&w);
		for (int i = 0; i < w.count; i++)
			w.m[i].line_works = true;
		CHECK(run_until_done(&w, 90 * 1000));
		/* At worst all of them go at it alone until the first is
		 * heard to deliver, which takes one announcement. */
		CHECK(crossings(&w) - before <=
		      PIECES + (unsigned)w.count *
				       (SAY_MS / STEP_MS / LINE_STEPS + 1));
		world_release(&w);
	}
}

static void a_slow_line_is_given_time_while_it_moves(void)
{
	static const uint8_t name[CARRIER_NAME_SIZE] = { 1 };
	uint8_t own[CARRIER_KEY_SIZE] = { 1 }, other[CARRIER_KEY_SIZE] = { 2 };
	uint8_t btmh[32] = { 1 };
	struct carriers *c = carriers_new(own);
	unsigned saying = CARRIER_WANTS | CARRIER_BEYOND | CARRIER_CARRIES |
			  CARRIER_MOVES;
	int64_t now = 1000;

	CHECK(c != NULL);
	CHECK(carriers_own(c, btmh, CARRIER_WANTS | CARRIER_BEYOND, 0, now));
	for (; now < 1000 + CARRIER_MOVING_MS; now += 1000) {
		carriers_heard(c, other, name, saying, 0, now);
		CHECK(carriers_role(c, btmh, now, NULL) == CARRIER_WAIT);
	}
	now += 2000;
	carriers_heard(c, other, name, saying, 0, now);
	CHECK(carriers_role(c, btmh, now, NULL) == CARRIER_CARRY);
	carriers_free(c);
}

/* Nodes die, stall, lose their line and come back, announcements are lost. As
 * long as somebody's line works, all that run have everything in the end. */
static void whatever_happens_everybody_is_served(void)
{
	for (uint64_t seed = 1; seed <= 4 * SEEDS; seed++) {
		struct world w;
		int events = 1 + (int)(seed % 10);

		world_init(&w, seed, lan_size(seed));
		w.loss = (unsigned)dice(30);
		for (int e = 0; e < events; e++) {
			int i = (int)dice((uint64_t)w.count);

			run(&w, (int64_t)dice(8000));
			if (!w.m[i].alive || w.m[i].stopped)
				restart(&w, i);
			else if (!w.m[i].line_works)
				w.m[i].line_works = true;
			else
				harm(&w, i, (unsigned)dice(LINE_CUT + 1));
		}
		for (int i = 0; i < w.count; i++)
			if (runs(&w.m[i]))
				w.m[i].line_works = true;
		CHECK(run_until_done(&w, 180 * 1000));
		/* A few more for what went wrong and what was not heard. */
		CHECK(crossings(&w) <= PIECES * 3 / 2);
		world_release(&w);
	}
}

int main(void)
{
	one_of_a_lan_carries_and_each_piece_crosses_once();
	late_comers_do_not_carry_as_well();
	another_takes_over_in_time();
	who_fails_from_the_start_is_replaced_and_loses_rank();
	who_delivers_again_has_its_rank_back();
	who_says_it_cannot_is_passed_over_at_once();
	a_lan_that_splits_and_joins_is_never_without();
	two_lans_with_one_node_in_common_have_two_carriers_at_most();
	when_the_line_of_all_comes_back_it_is_not_run_down();
	a_slow_line_is_given_time_while_it_moves();
	whatever_happens_everybody_is_served();
	return 0;
}
