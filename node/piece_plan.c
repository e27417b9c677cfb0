/* Each question is a walk over the pieces in question: what may be asked of
 * this peer at all (is_open), and how good that would be (worth_of), the best
 * of a bounded number of them wins. */
#include "node/piece_plan.h"

#include <stddef.h>

#include "proto/metainfo.h"

enum {
	WINDOW = 4096, /* pieces looked at in one question */
	/* Pieces that their owner, going in order, is probably being sent. */
	AT_WORK = 2
};

struct plan {
	const struct piece_facts *facts;
	const struct piece_peer *peer;
	uint32_t max; /* pieces in the answer */
	bool swarm;   /* some peers have some of it: the order matters */
	bool source;  /* what several swap comes from this peer */
	bool first;   /* others may begin just now, too */
	bool known;   /* only what it is known to have */
};

static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9u;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

uint64_t piece_weight(uint64_t id, uint32_t piece)
{
	return mix(id + 0x9e3779b97f4a7c15u * ((uint64_t)piece + 1));
}

static bool is_set(const uint8_t *map, uint32_t piece)
{
	return map != NULL && havemap_has(map, piece);
}

static bool is_known_to_have(const struct piece_peer *peer, uint32_t piece)
{
	return peer->has == PEER_HAS_ALL || is_set(peer->map, piece);
}

static bool can_give(const struct piece_peer *peer, uint32_t piece)
{
	return is_known_to_have(peer, piece) || peer->has == PEER_CAN_GET ||
	       (peer->has == PEER_MAY_HAVE && peer->map == NULL);
}

/* Rule 2. */
static bool is_near(const struct piece_facts *f, uint32_t piece)
{
	if (f->near_failures != NULL &&
	    f->near_failures[piece] >= PIECE_NEAR_FAILURES)
		return false;
	for (unsigned i = 0; i < f->n_peers; i++)
		if (f->peers[i].reach == PEER_NEAR &&
		    (is_known_to_have(&f->peers[i], piece) ||
		     f->peers[i].has == PEER_CAN_GET))
			return true;
	return false;
}

/* May this peer be asked for it, whoever else is? */
static bool is_allowed(const struct plan *p, uint32_t piece)
{
	return !havemap_has(p->facts->have, piece) &&
	       (p->known ? is_known_to_have(p->peer, piece) :
			   can_give(p->peer, piece)) &&
	       (p->peer->reach == PEER_NEAR || !is_near(p->facts, piece));
}

static bool is_open(const struct plan *p, uint32_t piece)
{
	return !havemap_has(p->facts->pending, piece) && is_allowed(p, piece);
}

static bool a_swapper_has(const struct piece_facts *f, uint32_t piece)
{
	for (unsigned i = 0; i < f->n_peers; i++)
		if (f->peers[i].swaps && is_known_to_have(&f->peers[i], piece))
			return true;
	return false;
}

/* How many of those who swap come before this node for a piece: 0, it is
 * ours; else *owner is the first of them. */
static unsigned rank_of(const struct piece_facts *f, uint32_t piece,
			unsigned *owner)
{
	uint64_t own = piece_weight(f->own_id, piece), best = own;
	unsigned rank = 0;

	for (unsigned i = 0; i < f->n_peers; i++) {
		uint64_t weight;

		if (!f->peers[i].swaps || f->peers[i].id == f->own_id)
			continue;
		weight = piece_weight(f->peers[i].id, piece);
		rank += weight > own;
		if (weight > best) {
			best = weight;
			*owner = i;
		}
	}
	return rank;
}

static unsigned holders_of(const struct piece_facts *f, uint32_t piece)
{
	unsigned count = 0;

	for (unsigned i = 0; i < f->n_peers; i++)
		count += is_known_to_have(&f->peers[i], piece);
	return count;
}

/* The less the better; UINT32_MAX: not now. */
static uint32_t worth_of(const struct plan *p, uint32_t piece)
{
	return is_open(p, piece) ? holders_of(p->facts, piece) : UINT32_MAX;
}

/* The run of pieces from `first` on that may be asked for. */
static uint32_t run_from(const struct plan *p, uint32_t first)
{
	uint32_t count = 1;

	while (count < p->max && first + count < p->facts->pieces) {
		uint32_t next = worth_of(p, first + count);

		if (next == UINT32_MAX)
			break;
		count++;
	}
	return count;
}

static bool answer(const struct plan *p, uint32_t first, struct piece_ask *ask)
{
	*ask = (struct piece_ask){ .first = first,
				   .count = run_from(p, first) };
	return true;
}

/* Rule 1. Those that follow one another go in one request. */
static bool plan_urgent(const struct plan *p, struct piece_ask *ask)
{
	const struct piece_facts *f = p->facts;

	for (uint32_t i = 0; i < f->n_urgent; i++) {
		uint32_t first = f->urgent[i], count = 1;
		bool again = is_set(f->late, first);

		if (first >= f->pieces || !is_allowed(p, first) ||
		    (havemap_has(f->pending, first) && !again))
			continue;
		while (!again && count < p->max && i + count < f->n_urgent &&
		       f->urgent[i + count] == first + count &&
		       first + count < f->pieces && is_open(p, first + count))
			count++;
		*ask = (struct piece_ask){ first, count, again };
		return true;
	}
	return false;
}

/* One after the other, where nobody gains by another order. */
static bool plan_in_order(const struct plan *p, struct piece_ask *ask)
{
	const struct piece_facts *f = p->facts;
	uint32_t looked = 0;

	for (uint32_t i = 0; i < f->pieces && looked < WINDOW; i++) {
		if (i % 8 == 0 &&
		    (f->have[i / 8] | f->pending[i / 8]) == 0xff) {
			i += 7;
			continue;
		}
		if (havemap_has(f->have, i) || havemap_has(f->pending, i))
			continue;
		looked++;
		if (is_open(p, i))
			return answer(p, i, ask);
	}
	return false;
}

/* Rule 4, of the source. Each asks for its own in their order. Who has all of
 * his helps the others from behind, with pieces he comes second for; what they
 * are at just now is left to them: it comes from them soon. Who may not have
 * heard of all yet takes its own by chance: of some it will not be the
 * owner. */
static bool plan_source(const struct plan *p, uint64_t random,
			struct piece_ask *ask)
{
	const struct piece_facts *f = p->facts;
	uint8_t ahead[PEERS_MAX] = { 0 };
	uint32_t best = UINT32_MAX, at = 0, looked = 0;
	uint64_t best_lot = 0;

	for (uint32_t i = 0; i < f->pieces && looked < WINDOW; i++) {
		unsigned rank, owner = 0;
		uint64_t lot = p->first ? mix(random ^ i) : i;

		if (havemap_has(f->have, i) || havemap_has(f->pending, i) ||
		    a_swapper_has(f, i))
			continue;
		looked++;
		rank = rank_of(f, i, &owner);
		if (rank > 0 && ahead[owner] < AT_WORK && !f->starving) {
			ahead[owner]++;
			continue;
		}
		if ((rank > 1 && !f->starving) || !is_open(p, i) ||
		    rank > best || (rank == best && lot < best_lot))
			continue;
		best = rank;
		best_lot = lot;
		at = i;
		if (rank == 0 && !p->first)
			break;
	}
	*ask = (struct piece_ask){ .first = at, .count = 1 };
	return best != UINT32_MAX;
}

/* Rule 5; of equal ones by chance. */
static bool plan_best(const struct plan *p, uint64_t random,
		      struct piece_ask *ask)
{
	const struct piece_facts *f = p->facts;
	uint32_t best = UINT32_MAX, at = 0, looked = 0;
	uint32_t start = f->pieces > WINDOW ? (uint32_t)(random % f->pieces) :
					      0;
	uint64_t best_lot = 0;

	for (uint32_t n = 0; n < f->pieces && looked < WINDOW; n++) {
		uint32_t i = (start + n) % f->pieces, worth;
		uint64_t lot;

		if (havemap_has(f->have, i) || havemap_has(f->pending, i))
			continue;
		looked++;
		worth = worth_of(p, i);
		if (worth == UINT32_MAX || worth > best)
			continue;
		lot = mix(random ^ i);
		if (worth < best || lot > best_lot) {
			best = worth;
			best_lot = lot;
			at = i;
		}
	}
	return best != UINT32_MAX && answer(p, at, ask);
}

/* Rule 6. */
static bool plan_again(const struct plan *p, uint64_t random,
		       struct piece_ask *ask)
{
	const struct piece_facts *f = p->facts;
	uint32_t start = (uint32_t)(random % f->pieces), looked = 0;

	for (uint32_t n = 0; f->late != NULL && n < f->pieces; n++) {
		uint32_t i = (start + n) % f->pieces;

		if (!is_set(f->late, i))
			continue;
		if (++looked > WINDOW)
			break;
		if (is_allowed(p, i)) {
			*ask = (struct piece_ask){ i, 1, true };
			return true;
		}
	}
	return false;
}

bool piece_plan(const struct piece_facts *facts, unsigned peer,
		uint64_t random, struct piece_ask *ask)
{
	struct plan p = { .facts = facts, .peer = &facts->peers[peer] };
	unsigned swappers = 0;

	if (p.peer->asked >= p.peer->room || facts->pieces == 0 ||
	    (p.peer->reach == PEER_BEYOND && !facts->may_beyond))
		return false;
	p.max = p.peer->room - p.peer->asked;
	if (p.max > facts->run_max)
		p.max = facts->run_max;
	p.first = facts->early && p.peer->reach == PEER_BEYOND;
	if (p.first)
		p.max = 1;
	for (unsigned i = 0; i < facts->n_peers; i++) {
		swappers += facts->peers[i].swaps;
		p.swarm |= facts->peers[i].has == PEER_HAS_PIECES ||
			   facts->peers[i].swaps;
	}
	p.source = swappers > 0 && !p.peer->swaps &&
		   p.peer->reach == PEER_BEYOND;
	if (plan_urgent(&p, ask))
		return true;
	/* What is one node's chance is not another's. */
	random ^= mix(facts->own_id);
	/* One above that told what it has: that comes at once. */
	p.known = p.peer->has == PEER_CAN_GET && p.peer->map != NULL;
	if (p.known && (p.source ? plan_source(&p, random, ask) :
				   plan_in_order(&p, ask)))
		return true;
	p.known = false;
	if (p.source	       ? plan_source(&p, random, ask) :
	    p.swarm || p.first ? plan_best(&p, random, ask) :
				 plan_in_order(&p, ask))
		return true;
	return plan_again(&p, random, ask);
}

/* HTTP is the cheaper way, and the one by which a lesson crosses a line once.
 * The engine is for what only ordinary clients give; with nobody to ask at all
 * it is where others find this node. */
enum piece_way piece_way(const struct piece_way_facts *facts)
{
	if (facts->moved)
		return facts->present;
	if (facts->present == PIECE_WAY_HTTP)
		return (facts->peers == 0 || facts->stalled) &&
				       (facts->swarm_peers > 0 ||
					(facts->peers == 0 && facts->stalled)) ?
			       PIECE_WAY_SWARM :
			       PIECE_WAY_HTTP;
	return facts->peers > 0 && (facts->stalled || facts->swarm_peers == 0) ?
		       PIECE_WAY_HTTP :
		       PIECE_WAY_SWARM;
}
