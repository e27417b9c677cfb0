#include "tests/sim/asking.h"

#include <string.h>

#include "node/piece_plan.h"
#include "node/pull.h"
#include "tests/sim/elections.h"
#include "tests/sim/swarms.h"
#include "tests/support/check.h"

enum { SOURCES = 20, SWAPPERS = 8, NEAR = 10 };

/* The peers of one job as piece_plan() wants them. */
struct asking {
	struct world *w;
	uint32_t node;
	struct job *job;
	struct stock *stock;
	struct piece_peer peers[SOURCES];
	uint32_t nodes[SOURCES];
	uint8_t maps[SOURCES][4];
	unsigned count;
	uint32_t spare;
};

static void to_map(uint32_t blocks, uint8_t map[4])
{
	for (unsigned i = 0; i < 4; i++)
		map[i] = (uint8_t)(blocks >> (24 - 8 * i));
}

static uint64_t id_of(const struct node *n)
{
	uint64_t id = 0;

	for (unsigned i = 0; i < 8; i++)
		id = id << 8 | n->key[i];
	return id;
}

static uint32_t asked_of(const struct asking *a, uint32_t from)
{
	uint32_t count = 0;

	for (unsigned i = 0; i < a->job->n_flows; i++)
		count += flow_at(&a->w->lines, a->job->flows[i])->from == from;
	return count;
}

/* What comes to it just now can be followed as it comes (node/arriving.h):
 * of a carrier near what comes from beyond. */
static uint32_t arriving_at(const struct asking *a, uint32_t from, bool near)
{
	const struct job *job = job_of(&a->w->nodes[from], a->job->lesson);
	uint32_t blocks = 0;

	for (unsigned i = 0; job != NULL && i < job->n_flows; i++) {
		const struct flow *f = flow_at(&a->w->lines, job->flows[i]);

		if (f->rate > 0 && (f->beyond || !near))
			blocks |= block_bit(f->block);
	}
	return blocks;
}

static void add_peer(struct asking *a, uint32_t from, bool near, bool swaps)
{
	const struct node *n = &a->w->nodes[from];
	uint32_t blocks = node_blocks(a->w, from, a->job->lesson);
	const struct job *job = job_of(n, a->job->lesson);
	bool follow = near ? job != NULL && job->carries && !a->job->carries :
			     !swaps;
	struct piece_peer *p = &a->peers[a->count];

	if (a->count == SOURCES || from == a->node || !n->up)
		return;
	if (follow)
		blocks |= arriving_at(a, from, near);
	to_map(blocks, a->maps[a->count]);
	a->nodes[a->count] = from;
	*p = (struct piece_peer){
		.id = id_of(n),
		.reach = near ? PEER_NEAR : PEER_BEYOND,
		.has = node_holds(a->w, from, a->job->lesson) ?
			       PEER_HAS_ALL :
			       PEER_HAS_PIECES,
		.swaps = swaps,
		.map = a->maps[a->count],
		.asked = asked_of(a, from),
		.room = 1,
	};
	a->count++;
}

static void add_near(struct asking *a)
{
	const struct lan *lan = &a->w->lans[a->w->nodes[a->node].lan];

	/* Those with all of it first, should there be too many. */
	for (unsigned whole = 2; whole-- > 0;)
		for (uint32_t i = lan->first;
		     i < lan->first + lan->count && a->count < NEAR; i++) {
			uint32_t have = node_blocks(a->w, i, a->job->lesson);

			const struct job *job =
				job_of(&a->w->nodes[i], a->job->lesson);

			if ((have != 0 || (job != NULL && job->carries)) &&
			    (have == ALL_BLOCKS) == (whole == 1))
				add_peer(a, i, true, false);
		}
}

/* The upstream; it gets what it has not (pull-through). */
static void add_upstream(struct asking *a)
{
	uint32_t up = a->w->nodes[a->node].upstream;
	struct stock *s = stock_of(&a->w->nodes[up], a->job->lesson);
	const struct node *n = &a->w->nodes[up];
	struct pull_facts facts = {
		.level = n->level,
		.known = !a->w->lessons[a->job->lesson].withdrawn,
		.wanted = s != NULL && s->wanted,
		.waits = true,
		.hops = PULL_HOPS,
		.room = true,
	};

	if (!stock_held(s) && n->up && job_of(n, a->job->lesson) == NULL &&
	    pull_decide(&facts) == PULL_ASK) {
		(void)stock_ask(a->w, up, a->job->lesson);
		jobs_hurry(a->w, up);
	}
	add_peer(a, up, false, false);
}

static void add_swappers(struct asking *a)
{
	const struct swarm *s = swarm_of(a->w->swarms,
					 a->w->nodes[a->node].upstream,
					 a->job->lesson);
	unsigned taken = 0;
	uint32_t start;

	if (s == NULL || s->count < 2)
		return;
	start = chance_below(&a->w->chance, s->count);
	for (uint32_t i = 0; i < s->count && taken < SWAPPERS; i++) {
		const struct swarm_member *m =
			&s->list[(start + i) % s->count];
		const struct node *n = &a->w->nodes[m->node];

		if (m->until < a->w->now ||
		    n->lan == a->w->nodes[a->node].lan || !n->up ||
		    node_beyond(a->w, n) <= 0)
			continue;
		add_peer(a, m->node, false, true);
		taken++;
	}
}

/* --- bytes --- */

void count_bytes(struct world *w, const struct flow *f, double bytes)
{
	const struct node *to = &w->nodes[f->node], *from = &w->nodes[f->from];

	if (!f->beyond) {
		w->tally.lan_bytes += bytes;
		return;
	}
	w->tally.line_bytes += bytes;
	w->lans[to->lan].bytes_down += bytes;
	w->lans[from->lan].bytes_up += bytes;
}

/* A block came over the line of a LAN: for the first time? */
void count_block(struct world *w, const struct flow *f)
{
	struct lan *lan = &w->lans[w->nodes[f->node].lan];
	struct crossing *c = lan_crossing(lan, f->lesson);
	const struct node *from = &w->nodes[f->from];
	uint32_t bit = block_bit(f->block);

	if ((c->blocks & bit) != 0)
		lan->again += f->size;
	else
		lan->copies += f->size;
	c->blocks |= bit;
	if (from->level == LEVEL_COUNTY && from->county != NOBODY) {
		struct county *county = &w->counties[from->county];

		if ((county->sent[f->lesson].blocks & bit) == 0)
			county->sent_once += f->size;
		county->sent[f->lesson].blocks |= bit;
	}
}

/* No living neighbour may have what is asked for from beyond. */
static void look_for_neighbours(struct world *w, const struct flow *f)
{
	struct lan *lan = &w->lans[w->nodes[f->node].lan];

	if (!f->beyond)
		return;
	for (uint32_t i = lan->first; i < lan->first + lan->count; i++)
		if (i != f->node && w->nodes[i].up &&
		    (node_blocks(w, i, f->lesson) & block_bit(f->block)) != 0) {
			lan->near += f->size;
			return;
		}
}

/* --- flows --- */

/* What brings the block to its sender, if he has not got it. */
static uint32_t leader_of(const struct asking *a, uint32_t from, uint8_t block)
{
	if ((node_blocks(a->w, from, a->job->lesson) & block_bit(block)) != 0)
		return NO_FLOW;
	return job_flow_of(a->w, from, a->job->lesson, block);
}

static double limit_of(const struct asking *a, bool beyond)
{
	const struct node *n = &a->w->nodes[a->node];
	double rate;

	if (!beyond || n->plan == NULL)
		return 1e12;
	rate = node_beyond(a->w, n);
	return rate >= 1e12 ? rate : rate / (1 + a->job->n_flows);
}

static void start(struct asking *a, unsigned peer, uint8_t block)
{
	bool beyond = a->peers[peer].reach == PEER_BEYOND;
	uint32_t lan = a->w->nodes[a->node].lan;
	struct flow f = {
		.node = a->node, .from = a->nodes[peer],
		.lesson = a->job->lesson, .block = block, .beyond = beyond,
		.size = block_size(a->w, a->job->lesson),
		.most = limit_of(a, beyond),
		.leader = leader_of(a, a->nodes[peer], block),
	};

	f.begun = f.size * stock_take_part(a->stock, block);
	look_for_neighbours(a->w, &f);
	a->job->pending |= block_bit(block);
	if (a->spare != NOBODY &&
	    flow_at(&a->w->lines, a->spare)->from == f.from) {
		flow_renew(&a->w->lines, a->spare, block, f.leader, f.begun,
			   a->w->now);
		flow_limit(&a->w->lines, a->spare, f.most, a->w->now);
		a->job->flows[a->job->n_flows++] = a->spare;
		a->spare = NOBODY;
		return;
	}
	a->job->flows[a->job->n_flows++] = flow_start(
		&a->w->lines, &f,
		beyond ? line_up(a->w->nodes[f.from].lan) : line_inside(lan),
		beyond ? line_down(lan) : NO_LINE, a->w->now);
}

/* Those that followed it have come to its end, too. */
static void end_followers(struct world *w, const struct flow *f)
{
	while (f->follower != NO_FLOW) {
		const struct flow *other = flow_at(&w->lines, f->follower);
		struct job *job = job_of(&w->nodes[other->node],
					 other->lesson);
		unsigned which = 0;

		CHECK(job != NULL);
		while (job->flows[which] != f->follower)
			which++;
		job_wake(w, other->node, other->lesson);
		job_end_flow(w, other->node, job, which);
	}
}

void job_end_flow(struct world *w, uint32_t node, struct job *job,
		  unsigned which)
{
	uint32_t number = job->flows[which];
	struct flow *f = flow_at(&w->lines, number);
	struct stock *s = stock_of(&w->nodes[node], job->lesson);
	double moved = flow_moved(f, w->now);

	end_followers(w, f);
	count_bytes(w, f, moved - f->begun);
	if (s != NULL && (s->have & block_bit(f->block)) == 0)
		stock_keep_part(s, f->block, moved / f->size);
	else
		w->tally.wasted += moved - f->begun;
	job->pending &= ~block_bit(f->block);
	job->flows[which] = job->flows[--job->n_flows];
	/* The same block may be under way from somebody else, too. */
	for (unsigned i = 0; i < job->n_flows; i++)
		job->pending |= block_bit(
			flow_at(&w->lines, job->flows[i])->block);
	flow_end(&w->lines, number, w->now);
}

static void end_spare(struct asking *a)
{
	if (a->spare != NOBODY)
		flow_end(&a->w->lines, a->spare, a->w->now);
	a->spare = NOBODY;
}

static void ask_all(struct asking *a, bool may_beyond)
{
	uint8_t have[4], pending[4];
	struct piece_facts facts = {
		.pieces = BLOCKS, .have = have, .pending = pending,
		.may_beyond = may_beyond,
		.own_id = id_of(&a->w->nodes[a->node]),
		.peers = a->peers, .n_peers = a->count, .run_max = 1,
	};

	for (unsigned i = 0; i < a->count && a->job->n_flows < JOB_FLOWS; i++) {
		struct piece_ask ask;

		to_map(a->stock->have, have);
		to_map(a->job->pending, pending);
		/* So short a time is none here. */
		facts.starving = a->job->n_flows == 0;
		if (a->peers[i].asked >= a->peers[i].room)
			continue;
		a->w->tally.plans++;
		if (!piece_plan(&facts, i, chance_bits(&a->w->chance), &ask))
			continue;
		CHECK(ask.count >= 1 && ask.first < BLOCKS);
		CHECK((a->stock->have & block_bit(ask.first)) == 0);
		CHECK(may_beyond || a->peers[i].reach == PEER_NEAR);
		a->peers[i].asked++;
		start(a, i, (uint8_t)ask.first);
	}
}

/* Everybody for himself: the upstream, whoever is near. */
static void add_for_himself(struct asking *a)
{
	uint32_t up = a->w->nodes[a->node].upstream;

	if (up == NOBODY)
		add_near(a);
	else if (a->w->nodes[up].lan == a->w->nodes[a->node].lan)
		add_peer(a, up, true, false);
}

void job_ask(struct world *w, uint32_t node, struct job *job, uint32_t spare)
{
	struct asking a = { .w = w, .node = node, .job = job, .spare = spare,
			    .stock = stock_of(&w->nodes[node], job->lesson) };
	bool may_beyond;

	CHECK(a.stock != NULL);
	if (!w->nodes[node].up) {
		end_spare(&a);
		return;
	}
	may_beyond = election_role(w, node, job) == CARRIER_CARRY;
	if (w->o.without_carriers)
		add_for_himself(&a);
	else
		add_near(&a);
	if (may_beyond) {
		add_upstream(&a);
		if (!w->o.without_carriers)
			add_swappers(&a);
	}
	ask_all(&a, may_beyond);
	end_spare(&a);
}
