/* Swarms in small: many nodes that decide by piece_plan(), on lines that are
 * shared fairly, in steps of some milliseconds. What is measured: when the last
 * one has it all, against what the lines allow, and how often the source's
 * bytes crossed. */
#include "node/piece_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/metainfo.h"
#include "tests/support/check.h"

enum {
	PIECES = 256,
	MAP = PIECES / 8,
	PIECE = 256 << 10,
	NODES_MAX = 24,
	FLOWS_MAX = 2048,
	STEP_MS = 10,
	TELL_MS = 400,	   /* between have-maps over a line */
	TELL_NEAR_MS = 50, /* and on a LAN */
	LEAD_MS = 400,
	RUN_MS = 3000,
	LINE_MS = 15 * 1000, /* of a source that nobody shares */
	LEAD = 32 << 10,
	RATE_MS = 250,
	BEGIN_MS = 500,	 /* within which all begin */
	ANSWER_MS = 200, /* of an announcement, on lines that are full */
	NEVER = 1 << 30
};

/* When a carrier announces itself (node/node_swap.c). */
static const int64_t asks_ms[] = { 0, 300, 1000, 3000, 13000 };

/* What comes from one peer, as node/fetch_pieces_peers.c counts it. */
struct pace {
	double rate; /* bytes a second; 0: not known */
	double window_bytes;
	int64_t window_ms;
	unsigned requests;
};

/* A run of pieces on its way from one to another. */
struct flow {
	unsigned from, to;
	struct piece_ask ask;
	uint32_t at; /* the piece being sent */
	double done; /* of it */
	double rate; /* bytes a second, now */
};

struct member {
	bool here; /* joined, and not dead */
	int64_t begin_ms;
	int64_t heard_ms; /* something came, or is on its way */
	double up, down; /* bytes a second */
	unsigned lan;	 /* who shares one is near */
	uint8_t have[MAP], pending[MAP];
	uint8_t told[MAP]; /* of it to others */
	struct pace pace[NODES_MAX]; /* of what came from each, lately */
	uint64_t from_source; /* bytes */
	double done_s; /* when it had all; 0: not yet */
};

struct swarm {
	struct member nodes[NODES_MAX];
	unsigned count; /* node 0 is the source */
	unsigned carrier[4]; /* of each LAN; 0: all may ask beyond it */
	struct flow flows[FLOWS_MAX];
	unsigned n_flows;
	double line[4]; /* what a LAN has down; 0: no shared line */
	int64_t now_ms;
	uint64_t random;
};

static uint64_t chance(struct swarm *s)
{
	s->random = s->random * 6364136223846793005u + 1442695040888963407u;
	return s->random >> 20;
}

static bool is_near(const struct swarm *s, unsigned a, unsigned b)
{
	return s->nodes[a].lan != 0 && s->nodes[a].lan == s->nodes[b].lan;
}

/* --- lines --- */

struct fill {
	double left[3 * NODES_MAX];
	unsigned users[3 * NODES_MAX];
};

/* The lines a flow goes through: sender, receiver, and the receiver's LAN. */
static unsigned lines_of(const struct swarm *s, const struct flow *f,
			 unsigned line[3])
{
	if (is_near(s, f->from, f->to))
		return 0;
	line[0] = f->from;
	line[1] = NODES_MAX + f->to;
	line[2] = 2 * NODES_MAX + s->nodes[f->to].lan;
	return s->line[s->nodes[f->to].lan] > 0 ? 3 : 2;
}

/* Max-min fair: the fullest line is shared among those on it, then the next. */
static void share_lines(struct swarm *s)
{
	static bool fixed[FLOWS_MAX];
	struct fill w = { .users = { 0 } };
	unsigned line[3];

	for (unsigned i = 0; i < s->count; i++) {
		w.left[i] = s->nodes[i].up;
		w.left[NODES_MAX + i] = s->nodes[i].down;
	}
	for (unsigned i = 0; i < 4; i++)
		w.left[2 * NODES_MAX + i] = s->line[i];
	for (unsigned i = 0; i < s->n_flows; i++) {
		unsigned n = lines_of(s, &s->flows[i], line);

		fixed[i] = n == 0;
		s->flows[i].rate = 50e6; /* on a LAN */
		for (unsigned j = 0; j < n; j++)
			w.users[line[j]]++;
	}
	for (;;) {
		unsigned tight = 3 * NODES_MAX;

		for (unsigned i = 0; i < 3 * NODES_MAX; i++)
			if (w.users[i] > 0 &&
			    (tight == 3 * NODES_MAX ||
			     w.left[i] / w.users[i] <
				     w.left[tight] / w.users[tight]))
				tight = i;
		if (tight == 3 * NODES_MAX)
			break;
		double rate = w.left[tight] / w.users[tight];

		for (unsigned i = 0; i < s->n_flows; i++) {
			unsigned n = lines_of(s, &s->flows[i], line);
			bool on = false;

			for (unsigned j = 0; j < n; j++)
				on |= line[j] == tight;
			if (fixed[i] || !on)
				continue;
			fixed[i] = true;
			s->flows[i].rate = rate;
			for (unsigned j = 0; j < n; j++) {
				w.left[line[j]] -= rate;
				w.users[line[j]]--;
			}
		}
	}
}

/* --- what comes --- */

static void piece_came(struct swarm *s, struct flow *f, uint32_t piece)
{
	struct member *to = &s->nodes[f->to];

	havemap_unset(to->pending, piece);
	havemap_set(to->have, piece);
	if (to->done_s == 0 && havemap_count(to->have, PIECES) == PIECES)
		to->done_s = (double)s->now_ms / 1000;
}

static void flow_moves(struct swarm *s, struct flow *f)
{
	double bytes = f->rate * STEP_MS / 1000;
	struct pace *pace = &s->nodes[f->to].pace[f->from];
	int64_t passed = s->now_ms - pace->window_ms;

	pace->window_bytes += bytes;
	if (passed >= RATE_MS) {
		double rate = pace->window_bytes * 1000 / (double)passed;

		pace->rate = pace->rate == 0 ? rate :
					       (3 * pace->rate + rate) / 4;
		pace->window_bytes = 0;
		pace->window_ms = s->now_ms;
	}
	f->done += bytes;
	while (f->done >= PIECE && f->at < f->ask.first + f->ask.count) {
		f->done -= PIECE;
		if (f->from == 0)
			s->nodes[f->to].from_source += PIECE;
		piece_came(s, f, f->at++);
	}
}

static void flow_ends(struct swarm *s, unsigned i)
{
	struct flow *f = &s->flows[i];

	for (uint32_t p = f->at; p < f->ask.first + f->ask.count; p++)
		havemap_unset(s->nodes[f->to].pending, p);
	s->nodes[f->to].pace[f->from].requests--;
	*f = s->flows[--s->n_flows];
}

static void flows_move(struct swarm *s)
{
	for (unsigned i = s->n_flows; i > 0; i--) {
		struct flow *f = &s->flows[i - 1];

		flow_moves(s, f);
		if (f->at == f->ask.first + f->ask.count ||
		    !s->nodes[f->from].here || !s->nodes[f->to].here)
			flow_ends(s, i - 1);
	}
}

/* --- what is asked for --- */

/* As node/fetch_pieces.c: two at one peer, the second before the first ends,
 * but for long runs over a line. */
static uint32_t room_at(const struct swarm *s, unsigned node, unsigned peer)
{
	const struct pace *pace = &s->nodes[node].pace[peer];
	double left = 0, lead = pace->rate * LEAD_MS / 1000 + LEAD;
	double run = pace->rate * (peer == 0 ? LINE_MS : RUN_MS) / 1000;

	for (unsigned i = 0; i < s->n_flows; i++) {
		const struct flow *f = &s->flows[i];

		if (f->to != node || f->from != peer)
			continue;
		if (f->ask.count > 1 && !is_near(s, node, peer))
			lead = 0;
		left += (f->ask.first + f->ask.count - f->at) * (double)PIECE -
			f->done;
	}
	if (pace->requests >= 2 || (pace->requests == 1 && left > lead))
		return 0;
	return run < PIECE ? 1 : (uint32_t)(run / PIECE);
}

/* When one carrier hears of another: with the first answer to an announcement
 * that was sent when the other had sent one. */
static int64_t meets_ms(const struct swarm *s, unsigned one, unsigned other)
{
	int64_t there = s->nodes[other].begin_ms + ANSWER_MS / 2;

	for (unsigned i = 0; i < sizeof(asks_ms) / sizeof(*asks_ms); i++) {
		int64_t at = s->nodes[one].begin_ms + asks_ms[i];

		if (at + ANSWER_MS / 2 >= there)
			return at + ANSWER_MS;
	}
	return NEVER;
}

static unsigned put_peers(const struct swarm *s, unsigned node,
			  struct piece_peer *peers, unsigned *of)
{
	unsigned count = 0;

	for (unsigned i = 0; i < s->count; i++) {
		bool near = is_near(s, node, i);

		if (i == node || !s->nodes[i].here ||
		    s->now_ms < s->nodes[i].begin_ms ||
		    (i != 0 && !near && s->now_ms < meets_ms(s, node, i)))
			continue;
		of[count] = i;
		peers[count++] = (struct piece_peer){
			.id = 0x9e3779b97f4a7c15u * i,
			.reach = near ? PEER_NEAR : PEER_BEYOND,
			.has = i == 0 ? PEER_CAN_GET : PEER_HAS_PIECES,
			.swaps = i != 0 && !near,
			/* Some had reason to ask the source, too. */
			.map = i != 0 || node % 4 == 1 ? s->nodes[i].told :
							 NULL,
		};
	}
	return count;
}

static void flow_begins(struct swarm *s, struct flow *f)
{
	struct member *to = &s->nodes[f->to];
	struct pace *pace = &to->pace[f->from];

	f->at = f->ask.first;
	for (uint32_t i = 0; i < f->ask.count; i++)
		havemap_set(to->pending, f->ask.first + i);
	if (pace->requests++ == 0) {
		pace->window_ms = s->now_ms;
		pace->window_bytes = 0;
	}
	s->flows[s->n_flows++] = *f;
}

static void ask_around(struct swarm *s, unsigned node)
{
	struct member *m = &s->nodes[node];
	struct piece_peer peers[NODES_MAX];
	unsigned of[NODES_MAX];
	struct piece_facts facts = { .pieces = PIECES,
				     .have = m->have,
				     .pending = m->pending,
				     .own_id = 0x9e3779b97f4a7c15u * node,
				     .peers = peers,
				     .run_max = 64 };

	facts.may_beyond = m->lan == 0 || s->carrier[m->lan] == node;
	facts.early = s->now_ms - m->begin_ms < PIECE_EARLY_MS;
	if (havemap_count(m->pending, PIECES) > 0 || m->heard_ms == 0)
		m->heard_ms = s->now_ms;
	facts.starving = s->now_ms - m->heard_ms >= PIECE_STARVING_MS;
	facts.n_peers = put_peers(s, node, peers, of);
	for (unsigned p = 0; p < facts.n_peers; p++)
		for (;;) {
			struct flow f = { .from = of[p], .to = node };

			peers[p].room = room_at(s, node, of[p]);
			if (s->n_flows == FLOWS_MAX ||
			    !piece_plan(&facts, p, chance(s), &f.ask))
				break;
			flow_begins(s, &f);
		}
}

static void step(struct swarm *s)
{
	for (unsigned i = 1; i < s->count; i++) {
		struct member *m = &s->nodes[i];
		int64_t every = m->lan != 0 ? TELL_NEAR_MS : TELL_MS;

		/* Not all at the same moment. */
		if ((s->now_ms + (int64_t)i * 37 / STEP_MS * STEP_MS) %
			    every == 0)
			memcpy(m->told, m->have, MAP);
		if (m->here && s->now_ms >= m->begin_ms && m->done_s == 0)
			ask_around(s, i);
	}
	share_lines(s);
	s->now_ms += STEP_MS;
	flows_move(s);
}

/* --- stories --- */

static struct swarm *swarm_new(unsigned peers, double mbit)
{
	struct swarm *s = calloc(1, sizeof(*s));

	CHECK(s != NULL);
	s->random = 11;
	s->count = peers + 1;
	for (unsigned i = 0; i < s->count; i++)
		s->nodes[i] = (struct member){ .here = true,
					       .up = mbit * 1e6 / 8,
					       .down = mbit * 1e6 / 8 };
	for (unsigned i = 1; i < s->count; i++)
		s->nodes[i].begin_ms = (int64_t)(chance(s) % BEGIN_MS);
	memset(s->nodes[0].have, 0xff, MAP);
	memset(s->nodes[0].told, 0xff, MAP);
	return s;
}

static bool all_done(const struct swarm *s)
{
	for (unsigned i = 1; i < s->count; i++)
		if (s->nodes[i].here && s->nodes[i].done_s == 0)
			return false;
	return true;
}

static double last_of(struct swarm *s)
{
	double last = 0;

	while (!all_done(s)) {
		step(s);
		CHECK(s->now_ms < 600 * 1000);
	}
	for (unsigned i = 1; i < s->count; i++)
		if (s->nodes[i].here && s->nodes[i].done_s > last)
			last = s->nodes[i].done_s;
	return last;
}

static double copies_of(const struct swarm *s)
{
	uint64_t bytes = 0;

	for (unsigned i = 1; i < s->count; i++)
		bytes += s->nodes[i].from_source;
	return (double)bytes / ((double)PIECES * PIECE);
}

static double bound(double mbit)
{
	return (double)PIECES * PIECE * 8 / (mbit * 1e6);
}

static void tell(const char *what, double ratio, double copies)
{
	(void)printf("%s: %.3f of the bound, %.3f copies from the source\n",
		     what, ratio, copies);
	(void)fflush(stdout); /* before a check that ends it */
}

static void everybody_at_once(void)
{
	struct swarm *s = swarm_new(16, 20);
	double ratio = last_of(s) / bound(20);

	tell("16 at once", ratio, copies_of(s));
	/* Until the first pieces are whole nobody can pass anything on: 2 s of
	 * these 27. */
	CHECK(ratio <= 1.23);
	CHECK(copies_of(s) <= 1.06);
	free(s);
}

static void one_dies(void)
{
	struct swarm *s = swarm_new(16, 20);
	double ratio;

	while (s->now_ms < 10 * 1000)
		step(s);
	s->nodes[5].here = false;
	ratio = last_of(s) / bound(20);
	tell("one of 16 dies", ratio, copies_of(s));
	CHECK(ratio <= 1.24);
	CHECK(copies_of(s) <= 1.06);
	free(s);
}

static void some_come_late(void)
{
	struct swarm *s = swarm_new(16, 20);
	double ratio;

	for (unsigned i = 13; i <= 16; i++)
		s->nodes[i].here = false;
	while (s->now_ms < 10 * 1000)
		step(s);
	for (unsigned i = 13; i <= 16; i++) {
		s->nodes[i].here = true;
		s->nodes[i].begin_ms = s->now_ms;
	}
	ratio = last_of(s) / (10 + bound(20));
	tell("4 of 16 come late", ratio, copies_of(s));
	CHECK(ratio <= 1.1);
	CHECK(copies_of(s) <= 1.1);
	free(s);
}

/* One line of 8 Mbit/s for all of them, and a source that has more. */
static struct swarm *village(unsigned peers)
{
	struct swarm *s = swarm_new(peers, 100);

	s->line[1] = 1e6;
	for (unsigned i = 1; i <= peers; i++)
		s->nodes[i].lan = 1;
	s->carrier[1] = 1;
	return s;
}

static void a_village_takes_one_copy(void)
{
	struct swarm *s = village(8);
	double ratio = last_of(s) / bound(8);

	tell("8 on one LAN", ratio, copies_of(s));
	CHECK(ratio <= 1.02);
	CHECK(copies_of(s) == 1);
	free(s);
}

static void another_carries_on(void)
{
	struct swarm *s = village(8);
	double ratio;

	while (havemap_count(s->nodes[1].have, PIECES) < PIECES / 2)
		step(s);
	s->nodes[1].here = false;
	for (int64_t end = s->now_ms + 5000; s->now_ms < end;)
		step(s);
	s->carrier[1] = 2;
	ratio = (last_of(s) - 5) / bound(8);
	tell("the carrier dies", ratio, copies_of(s));
	CHECK(ratio <= 1.05);
	CHECK(copies_of(s) <= 1.02);
	free(s);
}

int main(void)
{
	everybody_at_once();
	one_dies();
	some_come_late();
	a_village_takes_one_copy();
	another_carries_on();
	return 0;
}
