/* Elections, alone and in small worlds of nodes that announce, fetch, die,
 * stall and come back, each with its own memory. */
#include "node/carrier_rank.h"

#include <stdlib.h>
#include <string.h>

#include "proto/datagram.h"
#include "tests/support/check.h"

static uint64_t state_of_chance = 1;

static uint64_t chance(uint64_t bound)
{
	state_of_chance ^= state_of_chance << 13;
	state_of_chance ^= state_of_chance >> 7;
	state_of_chance ^= state_of_chance << 17;
	return (state_of_chance >> 11) % bound;
}

static void begin(uint64_t seed)
{
	state_of_chance = seed * 0x9e3779b97f4a7c15 | 1;
	for (int i = 0; i < 8; i++)
		(void)chance(2);
}

static void random_bytes(uint8_t *out, size_t size)
{
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)chance(256);
}

/* --- the decision --- */

static struct carrier_ranked ranked(const struct carrier_candidate *candidate,
				    const uint8_t *btmh)
{
	struct carrier_ranked made = { .is = *candidate };

	carrier_rank(candidate->key, btmh, made.rank);
	return made;
}

/* Which of a list is to carry; -1 for none. */
static int elect(const struct carrier_candidate *list, size_t count,
		 const uint8_t *btmh)
{
	struct carrier_ranked best;
	int elected = -1;

	for (size_t i = 0; i < count; i++) {
		struct carrier_ranked it = ranked(&list[i], btmh);

		if (!carrier_beats(&it, elected < 0 ? NULL : &best))
			continue;
		best = it;
		elected = (int)i;
	}
	return elected;
}

/* Of two that only could carry. */
static bool outranks(const struct carrier_candidate *a,
		     const struct carrier_candidate *b, const uint8_t *btmh)
{
	struct carrier_ranked x = ranked(a, btmh), y = ranked(b, btmh);

	return carrier_beats(&x, &y);
}

enum { MANY = 12 };

static void shuffle(struct carrier_candidate *list, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = chance(i);
		struct carrier_candidate kept = list[i - 1];

		list[i - 1] = list[j];
		list[j] = kept;
	}
}

static void whatever_the_order_the_same_one_is_elected(void)
{
	for (uint64_t seed = 1; seed <= 3000; seed++) {
		struct carrier_candidate list[MANY], best;
		size_t count;
		uint8_t btmh[32];
		int elected;

		begin(seed);
		count = chance(MANY + 1);
		random_bytes(btmh, sizeof(btmh));
		for (size_t i = 0; i < count; i++) {
			list[i] = (struct carrier_candidate){
				.beyond = chance(4) > 0,
				.carries = chance(4) == 0,
				.delivers = chance(2) == 0,
				.out = chance(4) == 0,
				.failures = (unsigned)chance(3)
			};
			random_bytes(list[i].key, sizeof(list[i].key));
		}
		elected = elect(list, count, btmh);
		if (elected >= 0) {
			best = list[elected];
			CHECK(best.beyond && !best.out);
			shuffle(list, count);
			elected = elect(list, count, btmh);
			CHECK(elected >= 0);
			CHECK(memcmp(list[elected].key, best.key,
				     sizeof(best.key)) == 0);
		}
		for (size_t i = 0; i < count; i++)
			CHECK(elected >= 0 || !list[i].beyond || list[i].out);
		for (size_t i = 0; i < count; i++) {
			list[i].beyond = true;
			list[i].out = false;
		}
		for (size_t i = 0; i < count; i++)
			for (size_t j = 0; j < i; j++)
				CHECK(outranks(&list[i], &list[j], btmh) !=
				      outranks(&list[j], &list[i], btmh));
	}
}

static void lessons_are_spread_over_the_nodes(void)
{
	struct carrier_candidate list[4];
	unsigned times[4] = { 0 };

	begin(7);
	for (size_t i = 0; i < 4; i++) {
		list[i] = (struct carrier_candidate){ .beyond = true };
		random_bytes(list[i].key, sizeof(list[i].key));
	}
	for (int i = 0; i < 1000; i++) {
		uint8_t btmh[32];

		random_bytes(btmh, sizeof(btmh));
		times[elect(list, 4, btmh)]++;
	}
	for (size_t i = 0; i < 4; i++)
		CHECK(times[i] > 180 && times[i] < 320);
}

static void who_carries_stays_and_who_failed_comes_last(void)
{
	struct carrier_candidate list[3];
	uint8_t btmh[32];
	int first, second;

	begin(9);
	random_bytes(btmh, sizeof(btmh));
	for (size_t i = 0; i < 3; i++) {
		list[i] = (struct carrier_candidate){ .beyond = true };
		random_bytes(list[i].key, sizeof(list[i].key));
	}
	first = elect(list, 3, btmh);
	list[first].failures = 1;
	second = elect(list, 3, btmh);
	CHECK(second != first);
	list[first].carries = true;
	CHECK(elect(list, 3, btmh) == first);
	list[second].carries = true;
	list[second].delivers = true;
	CHECK(elect(list, 3, btmh) == second);
	list[second].out = true;
	CHECK(elect(list, 3, btmh) == first);
	list[first].beyond = false;
	CHECK(elect(list, 3, btmh) == 3 - first - second);
	CHECK(elect(list, 0, btmh) == -1);
}

/* --- worlds --- */

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
	int64_t without_ms;	  /* time without a carrier that works, likewise */
};

static void world_init(struct world *w, uint64_t seed, int count)
{
	*w = (struct world){ .count = count, .now = 1000000 };
	begin(seed);
	random_bytes(w->btmh, sizeof(w->btmh));
	for (int i = 0; i < count; i++) {
		struct member *m = &w->m[i];

		random_bytes(m->key, sizeof(m->key));
		m->c = carriers_new(m->key);
		CHECK(m->c != NULL);
		m->alive = m->wants = m->line_works = true;
		m->said_ms = w->now - (int64_t)chance(SAY_MS);
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
	random_bytes(w->btmh, sizeof(w->btmh));
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
		    chance(100) >= w->loss)
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
		run(&w, START_MS + (int64_t)chance(20 * 1000));
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
		int64_t apart_ms = 14000 + (int64_t)chance(4000);
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
		middle = (int)chance((uint64_t)count);
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
		run(&w, (int64_t)chance(10 * 1000));
		for (int i = 0; i < w.count; i++)
			w.m[i].line_works = false;
		run(&w, 30 * 1000 + (int64_t)chance(300 * 1000));
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

/* The three all say that they want it and could carry; `carrying` (or NULL)
 * that it does, with `pieces`. */
static void three_say(struct carriers *c, uint8_t (*keys)[CARRIER_KEY_SIZE],
		      const uint8_t *btmh, const uint8_t *carrying,
		      uint32_t pieces, int64_t now)
{
	for (int i = 0; i < 3; i++) {
		bool carries = carrying == keys[i];

		carriers_heard(c, keys[i], btmh,
			       CARRIER_WANTS | CARRIER_BEYOND |
				       (carries ? CARRIER_CARRIES : 0),
			       carries ? pieces : 0, now);
	}
}

/* The role after `ms` of hearing nothing new. */
static enum carrier_role role_after(struct carriers *c,
				    uint8_t (*keys)[CARRIER_KEY_SIZE],
				    const uint8_t *btmh, int64_t *now,
				    int64_t ms)
{
	enum carrier_role role = CARRIER_NOBODY;

	for (int64_t until = *now + ms; *now < until; *now += 500) {
		three_say(c, keys, btmh, NULL, 0, *now);
		role = carriers_role(c, btmh, *now, NULL);
	}
	return role;
}

static void after_two_failures_a_node_fetches_by_itself(void)
{
	uint8_t keys[3][CARRIER_KEY_SIZE];
	struct carrier_candidate own = { .beyond = true }, other = own;
	uint8_t btmh[32] = { 3 };
	struct carriers *c;
	int64_t now = 1000;

	begin(21);
	for (int i = 0; i < 3;) { /* all of better rank than our own */
		random_bytes(other.key, sizeof(other.key));
		memcpy(keys[i], other.key, sizeof(other.key));
		i += outranks(&other, &own, btmh);
	}
	c = carriers_new(own.key);
	CHECK(c != NULL);
	CHECK(carriers_own(c, btmh, CARRIER_WANTS | CARRIER_BEYOND, 0, now));
	CHECK(role_after(c, keys, btmh, &now, 2 * CARRIER_PATIENCE_MS) ==
	      CARRIER_WAIT);
	CHECK(role_after(c, keys, btmh, &now, 1000) == CARRIER_CARRY);

	/* One of them delivers: two need not. */
	three_say(c, keys, btmh, keys[1], 0, now);
	CHECK(carriers_role(c, btmh, now, NULL) == CARRIER_CARRY);
	three_say(c, keys, btmh, keys[1], 1, now + 3000);
	CHECK(carriers_role(c, btmh, now + 3000, NULL) == CARRIER_WAIT);

	/* It gives up, and nobody else does, nor we: from the beginning,
	 * slowly. */
	now += 3500;
	CHECK(role_after(c, keys, btmh, &now, CARRIER_PATIENCE_MS + 500) ==
	      CARRIER_CARRY);
	CHECK(role_after(c, keys, btmh, &now, CARRIER_PATIENCE_MS) ==
	      CARRIER_WAIT);
	CHECK(role_after(c, keys, btmh, &now, 3 * CARRIER_PATIENCE_MS) ==
	      CARRIER_WAIT);
	CHECK(role_after(c, keys, btmh, &now, CARRIER_PATIENCE_MS + 500) ==
	      CARRIER_CARRY);
	carriers_free(c);
}

static void who_gives_up_is_followed_at_once(void)
{
	enum { CAN = CARRIER_WANTS | CARRIER_BEYOND };
	uint8_t own[CARRIER_KEY_SIZE] = { 1 }, other[CARRIER_KEY_SIZE] = { 2 };
	uint8_t third[CARRIER_KEY_SIZE] = { 3 }, a[32] = { 10 };
	struct carriers *c = carriers_new(own);

	CHECK(c != NULL && carriers_own(c, a, CAN, 0, 1000));
	carriers_heard(c, other, a, CAN | CARRIER_CARRIES, 0, 1000);
	CHECK(carriers_role(c, a, 1000, NULL) == CARRIER_WAIT);
	/* It makes way for another one. */
	carriers_heard(c, third, a, CARRIER_WANTS | CARRIER_CARRIES, 0, 2000);
	carriers_heard(c, other, a, CAN, 0, 2000);
	(void)carriers_role(c, a, 2000, NULL);
	carriers_heard(c, other, a, CAN | CARRIER_CARRIES, 0, 3000);
	CHECK(carriers_role(c, a, 3000, NULL) == CARRIER_WAIT);
	/* Nobody else is there any more. */
	carriers_gone(c, third);
	carriers_heard(c, other, a, CAN, 0, 4000);
	CHECK(carriers_role(c, a, 4000, NULL) == CARRIER_CARRY);
	carriers_free(c);
}

static void who_stood_still_counts_that_as_others_do(void)
{
	uint8_t own[CARRIER_KEY_SIZE] = { 1 }, other[CARRIER_KEY_SIZE] = { 2 };
	uint8_t a[32] = { 10 };
	struct carriers *c = carriers_new(own);
	int64_t later = 2000 + CARRIER_SILENT_MS;

	CHECK(c != NULL);
	CHECK(carriers_own(c, a, CARRIER_WANTS | CARRIER_BEYOND, 0, 1000));
	CHECK(carriers_role(c, a, 1000, NULL) == CARRIER_CARRY);
	CHECK(carriers_own(c, a, CARRIER_WANTS | CARRIER_BEYOND, 5, 2000));
	CHECK(carriers_role(c, a, 2000, NULL) == CARRIER_CARRY);
	/* What had come until then is worked off first. */
	CHECK(carriers_own(c, a, CARRIER_WANTS | CARRIER_BEYOND, 6, later));
	carriers_heard(c, other, a, CARRIER_WANTS | CARRIER_BEYOND, 0, later);
	CHECK(carriers_role(c, a, later, NULL) == CARRIER_WAIT);
	carriers_free(c);
}

static void what_is_said_goes_out_and_comes_in(void)
{
	uint8_t own[CARRIER_KEY_SIZE] = { 1 }, other[CARRIER_KEY_SIZE] = { 2 };
	uint8_t a[32] = { 10 }, b[32] = { 11 };
	struct datagram_fetch list[4];
	struct carrier_sayer sayers[4];
	struct carriers *c = carriers_new(own);
	uint32_t pieces = 0;

	CHECK(c != NULL && !carriers_take_change(c));
	CHECK(carriers_own(c, a, CARRIER_HOLDS, 9, 1000));
	CHECK(carriers_own(c, b, CARRIER_WANTS | CARRIER_BEYOND, 3, 1000));
	CHECK(carriers_role(c, b, 1000, NULL) == CARRIER_CARRY);
	CHECK(carriers_take_change(c) && !carriers_take_change(c));
	CHECK(carriers_own(c, b, CARRIER_WANTS | CARRIER_BEYOND, 4, 1100));
	CHECK(!carriers_take_change(c)); /* pieces alone are no news */
	CHECK(carriers_to_say(c, 1200, list, 4) == 2);
	CHECK(list[0].name[0] == 11 && list[0].pieces == 4);
	CHECK(list[0].saying ==
	      (CARRIER_WANTS | CARRIER_BEYOND | CARRIER_CARRIES));
	CHECK(list[1].name[0] == 10 && list[1].saying == CARRIER_HOLDS);
	CHECK(carriers_to_say(c, 1200, list, 1) == 1 && list[0].name[0] == 11);
	/* What it holds is news for a while. */
	CHECK(carriers_own(c, a, CARRIER_HOLDS, 9, 20000));
	CHECK(carriers_to_say(c, 1001 + CARRIER_HEARD_MS, list, 4) == 1);
	CHECK(carriers_own(c, b, 0, 0, 1300) && carriers_take_change(c));
	CHECK(carriers_to_say(c, 1300, list, 4) == 1);

	list[0] = (struct datagram_fetch){ .name = { 10 }, .saying = 8,
					   .pieces = 5 };
	list[1] = (struct datagram_fetch){ .name = { 11 }, .saying = 1 };
	carriers_heard_list(c, other, list, 2, 2000);
	CHECK(carriers_said(c, other, a, 2000, &pieces) == 8 && pieces == 5);
	CHECK(carriers_said(c, other, b, 2000 + CARRIER_HEARD_MS, NULL) == 1);
	CHECK(carriers_said(c, other, b, 2001 + CARRIER_HEARD_MS, NULL) == 0);
	CHECK(carriers_sayers(c, a, 2000, sayers, 4) == 1);
	CHECK(sayers[0].key[0] == 2 && sayers[0].saying == 8 &&
	      sayers[0].pieces == 5);
	carriers_heard_list(c, other, list + 1, 1, 2100);
	CHECK(carriers_said(c, other, a, 2100, NULL) == 0);
	carriers_gone(c, other);
	CHECK(carriers_said(c, other, b, 2100, NULL) == 0);
	carriers_free(c);
}

static void a_flood_is_bounded_and_forgets_the_oldest(void)
{
	uint8_t own[CARRIER_KEY_SIZE] = { 1 }, key[CARRIER_KEY_SIZE] = { 2 };
	uint8_t name[32] = { 0 };
	struct carriers *c = carriers_new(own);

	CHECK(c != NULL);
	for (int i = 0; i < 3 * CARRIERS_SAYINGS_MAX; i++) {
		name[0] = (uint8_t)i;
		name[1] = (uint8_t)(i >> 8);
		carriers_heard(c, key, name, CARRIER_WANTS, 0, 1000 + i);
	}
	CHECK(carriers_said(c, key, name, 8000, NULL) == CARRIER_WANTS);
	memset(name, 0, sizeof(name));
	CHECK(carriers_said(c, key, name, 8000, NULL) == 0);
	for (int i = 0; i < CARRIERS_OWN_MAX; i++) {
		name[2] = (uint8_t)i;
		CHECK(carriers_own(c, name, CARRIER_WANTS, 0, 8000));
	}
	name[3] = 1;
	CHECK(!carriers_own(c, name, CARRIER_WANTS, 0, 8000));
	CHECK(carriers_role(c, name, 8000, NULL) == CARRIER_CARRY);
	/* Thousands that fail do not push out more than their own. */
	name[3] = 0;
	CHECK(carriers_own(c, name, CARRIER_WANTS, 0, 8000));
	for (int i = 0; i < 2 * CARRIERS_FAILURES_MAX; i++) {
		key[1] = (uint8_t)i;
		key[2] = (uint8_t)(i >> 8);
		carriers_heard(c, key, name, CARRIER_WANTS | CARRIER_BEYOND, 0,
			       9000);
		CHECK(carriers_role(c, name, 9000, NULL) == CARRIER_WAIT);
		carriers_failed(c, key, name, 9000);
		carriers_gone(c, key);
	}
	CHECK(carriers_role(c, name, 9000, NULL) == CARRIER_NOBODY);
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
		w.loss = (unsigned)chance(30);
		for (int e = 0; e < events; e++) {
			int i = (int)chance((uint64_t)w.count);

			run(&w, (int64_t)chance(8000));
			if (!w.m[i].alive || w.m[i].stopped)
				restart(&w, i);
			else if (!w.m[i].line_works)
				w.m[i].line_works = true;
			else
				harm(&w, i, (unsigned)chance(LINE_CUT + 1));
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

/* One says that it carries, with ever more pieces, and gives none. This node
 * needs a second of carrying for each piece: how many it has after an hour. */
static uint32_t pieces_beside_a_liar(bool trickle, bool turns)
{
	uint8_t own[CARRIER_KEY_SIZE], liar[CARRIER_KEY_SIZE], btmh[32];
	unsigned saying = CARRIER_WANTS | CARRIER_BEYOND;
	uint32_t pieces = 0;
	struct carriers *c;

	begin((trickle ? 41u : 40u) + (turns ? 2u : 0u));
	random_bytes(own, sizeof(own));
	random_bytes(liar, sizeof(liar));
	random_bytes(btmh, sizeof(btmh));
	c = carriers_new(own);
	CHECK(c != NULL);
	for (int64_t now = 1000; now <= 60 * 60 * 1000; now += 1000) {
		/* Every 20 s it is somebody else. */
		if (turns && now % (20 * 1000) == 0)
			random_bytes(liar, sizeof(liar));
		carriers_heard(c, liar, btmh,
			       saying | CARRIER_CARRIES | CARRIER_MOVES,
			       (uint32_t)(5000 + now / 1000 % 50), now);
		CHECK(carriers_own(c, btmh,
				   saying | (trickle ? CARRIER_MOVES : 0),
				   pieces, now));
		pieces += carriers_role(c, btmh, now, NULL) == CARRIER_CARRY;
	}
	carriers_free(c);
	return pieces;
}

static void who_only_says_that_it_delivers_is_not_waited_for(void)
{
	CHECK(pieces_beside_a_liar(false, false) > 3600 - 65);
	CHECK(pieces_beside_a_liar(false, true) > 3600 - 185);
	CHECK(pieces_beside_a_liar(true, false) > 3600 - 605);
}

/* What a neighbour shows comes here, slowly: it is waited for. */
static void who_gives_slowly_is_waited_for(void)
{
	uint8_t own[CARRIER_KEY_SIZE], other[CARRIER_KEY_SIZE], btmh[32];
	unsigned saying = CARRIER_WANTS | CARRIER_BEYOND;
	struct carriers *c;

	begin(50);
	random_bytes(own, sizeof(own));
	random_bytes(other, sizeof(other));
	random_bytes(btmh, sizeof(btmh));
	c = carriers_new(own);
	CHECK(c != NULL);
	for (int64_t now = 0; now < 60 * 60 * 1000; now += 1000) {
		carriers_heard(c, other, btmh, saying | CARRIER_CARRIES,
			       (uint32_t)(5 + now / 4000), 1000 + now);
		CHECK(carriers_own(c, btmh, saying, (uint32_t)(now / 50000),
				   1000 + now));
		CHECK(carriers_role(c, btmh, 1000 + now, NULL) ==
		      CARRIER_WAIT);
	}
	carriers_free(c);
}

int main(void)
{
	who_only_says_that_it_delivers_is_not_waited_for();
	who_gives_slowly_is_waited_for();
	whatever_the_order_the_same_one_is_elected();
	lessons_are_spread_over_the_nodes();
	who_carries_stays_and_who_failed_comes_last();
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
	after_two_failures_a_node_fetches_by_itself();
	who_gives_up_is_followed_at_once();
	who_stood_still_counts_that_as_others_do();
	what_is_said_goes_out_and_comes_in();
	a_flood_is_bounded_and_forgets_the_oldest();
	whatever_happens_everybody_is_served();
	return 0;
}
