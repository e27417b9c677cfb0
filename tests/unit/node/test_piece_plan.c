/* Which pieces to ask whom for: the rules one by one, and all of them for many
 * worlds made by chance. */
#include "node/piece_plan.h"

#include <string.h>

#include "proto/metainfo.h"
#include "tests/support/check.h"

enum { PIECES = 100, PEERS = 6, MAP = (PIECES + 7) / 8 };

struct world {
	uint8_t have[MAP], pending[MAP], late[MAP], failures[PIECES];
	uint8_t maps[PEERS][MAP];
	uint32_t urgent[8];
	struct piece_peer peers[PEERS];
	struct piece_facts facts;
	struct piece_ask ask;
};

static void world_init(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->facts = (struct piece_facts){ .pieces = PIECES,
					 .have = w->have,
					 .pending = w->pending,
					 .near_failures = w->failures,
					 .urgent = w->urgent,
					 .may_beyond = true,
					 .own_id = 1000,
					 .peers = w->peers,
					 .run_max = 16 };
}

static struct piece_peer *add(struct world *w, enum peer_reach reach,
			      enum peer_has has)
{
	unsigned i = w->facts.n_peers++;

	w->peers[i] = (struct piece_peer){ .id = i + 1,
					   .reach = reach,
					   .has = has,
					   .room = 16 };
	if (has == PEER_HAS_PIECES)
		w->peers[i].map = w->maps[i];
	return &w->peers[i];
}

static bool asks(struct world *w, unsigned peer)
{
	return piece_plan(&w->facts, peer, 7, &w->ask);
}

static void one_holder_is_asked_in_order(void)
{
	struct world w;

	world_init(&w);
	add(&w, PEER_NEAR, PEER_HAS_ALL);
	CHECK(asks(&w, 0) && w.ask.first == 0 && w.ask.count == 16);
	for (uint32_t i = 0; i < 21; i++)
		havemap_set(i % 2 ? w.have : w.pending, i);
	havemap_set(w.have, 25);
	CHECK(asks(&w, 0) && w.ask.first == 21 && w.ask.count == 4);
	w.peers[0].room = 2;
	CHECK(asks(&w, 0) && w.ask.count == 2);
	w.peers[0].asked = 2;
	CHECK(!asks(&w, 0));
}

static void many_who_begin_at_once_begin_with_different_pieces(void)
{
	uint8_t begun[MAP] = { 0 };
	struct world w;

	world_init(&w);
	add(&w, PEER_BEYOND, PEER_HAS_ALL);
	w.facts.early = true;
	for (uint64_t id = 1; id <= 16; id++) {
		w.facts.own_id = id << 40;
		CHECK(asks(&w, 0) && w.ask.count == 1);
		havemap_set(begun, w.ask.first);
	}
	CHECK(havemap_count(begun, PIECES) >= 10);
	/* From then on in order, and many in one request. */
	w.facts.early = false;
	memset(w.have, 0, MAP);
	CHECK(asks(&w, 0) && w.ask.first == 0 && w.ask.count == 16);
}

static void what_somebody_looks_at_comes_first(void)
{
	struct world w;

	world_init(&w);
	add(&w, PEER_NEAR, PEER_HAS_ALL);
	w.urgent[0] = 60;
	w.urgent[1] = 61;
	w.urgent[2] = 80;
	w.facts.n_urgent = 3;
	CHECK(asks(&w, 0) && w.ask.first == 60 && w.ask.count == 2);
	havemap_set(w.pending, 60);
	havemap_set(w.have, 61);
	CHECK(asks(&w, 0) && w.ask.first == 80 && !w.ask.again);
	/* Who was asked for it is slow. */
	havemap_set(w.late, 60);
	w.facts.late = w.late;
	CHECK(asks(&w, 0) && w.ask.first == 60 && w.ask.again);
}

static void what_is_near_is_not_asked_from_beyond(void)
{
	struct world w;

	world_init(&w);
	add(&w, PEER_NEAR, PEER_HAS_PIECES);
	add(&w, PEER_BEYOND, PEER_HAS_ALL);
	for (uint32_t i = 0; i < PIECES; i++)
		if (i != 40)
			havemap_set(w.maps[0], i);
	CHECK(asks(&w, 1) && w.ask.first == 40 && w.ask.count == 1);
	w.urgent[0] = 3;
	w.facts.n_urgent = 1;
	CHECK(asks(&w, 1) && w.ask.first == 40);
	w.failures[3] = PIECE_NEAR_FAILURES;
	CHECK(asks(&w, 1) && w.ask.first == 3);
	w.facts.may_beyond = false;
	CHECK(!asks(&w, 1));
	CHECK(asks(&w, 0));
}

static void who_swaps_asks_the_source_for_its_own_first(void)
{
	struct world w;

	world_init(&w);
	add(&w, PEER_BEYOND, PEER_CAN_GET);
	for (unsigned i = 1; i < 4; i++)
		add(&w, PEER_BEYOND, PEER_HAS_PIECES)->swaps = true;
	for (unsigned n = 0; asks(&w, 0); n++) {
		uint64_t own = piece_weight(1000, w.ask.first);
		bool ours = true;

		for (unsigned i = 1; i < 4; i++)
			ours &= piece_weight(w.peers[i].id, w.ask.first) < own;
		if (!ours)
			break;
		for (uint32_t i = 0; i < w.ask.count; i++)
			havemap_set(w.have, w.ask.first + i);
		CHECK(n < PIECES);
	}
	/* About a quarter were ours; then those we come second for. */
	CHECK(w.ask.count == 1);
	CHECK(havemap_count(w.have, PIECES) > 12 &&
	      havemap_count(w.have, PIECES) < 40);
	/* The rest is the others' to ask for, but not for ever. */
	while (asks(&w, 0))
		havemap_set(w.have, w.ask.first);
	CHECK(havemap_count(w.have, PIECES) < 55);
	w.facts.starving = true;
	CHECK(asks(&w, 0));
	/* What another has comes from there. */
	memset(w.maps[2], 0xff, MAP);
	CHECK(!asks(&w, 0));
	CHECK(asks(&w, 2));
}

static void the_rarest_goes_before_others(void)
{
	struct world w;

	world_init(&w);
	for (unsigned i = 0; i < 3; i++) {
		add(&w, PEER_NEAR, PEER_HAS_PIECES);
		memset(w.maps[i], 0xff, MAP);
		if (i > 0)
			havemap_unset(w.maps[i], 33);
	}
	CHECK(asks(&w, 0) && w.ask.first == 33);
	CHECK(asks(&w, 1) && w.ask.first != 33);
}

static void only_what_is_late_is_asked_for_again(void)
{
	struct world w;

	world_init(&w);
	add(&w, PEER_NEAR, PEER_HAS_ALL);
	memset(w.pending, 0xff, MAP);
	CHECK(!asks(&w, 0));
	havemap_set(w.late, 9);
	w.facts.late = w.late;
	CHECK(asks(&w, 0) && w.ask.first == 9 && w.ask.count == 1 &&
	      w.ask.again);
}

static uint64_t chance(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

static void by_chance(struct world *w, uint64_t *seed)
{
	static const enum peer_has has[] = { PEER_HAS_ALL, PEER_HAS_PIECES,
					     PEER_CAN_GET, PEER_MAY_HAVE };

	world_init(w);
	w->facts.may_beyond = chance(seed) % 4 != 0;
	for (uint32_t i = 0; i < PIECES; i++) {
		if (chance(seed) % 2)
			havemap_set(w->have, i);
		else if (chance(seed) % 3 == 0)
			havemap_set(w->pending, i);
		if (havemap_has(w->pending, i) && chance(seed) % 8 == 0)
			havemap_set(w->late, i);
		w->failures[i] = (uint8_t)(chance(seed) % 4);
	}
	w->facts.late = chance(seed) % 2 ? w->late : NULL;
	for (unsigned p = 0; p < 1 + chance(seed) % PEERS; p++) {
		struct piece_peer *peer = add(w, chance(seed) % 2,
					      has[chance(seed) % 4]);

		peer->swaps = peer->reach == PEER_BEYOND &&
			      peer->has == PEER_HAS_PIECES;
		peer->room = (uint32_t)(chance(seed) % 20);
		for (uint32_t i = 0; i < PIECES; i++)
			if (chance(seed) % 2)
				havemap_set(w->maps[p], i);
	}
	w->facts.n_urgent = (uint32_t)(chance(seed) % 8);
	for (uint32_t i = 0; i < w->facts.n_urgent; i++)
		w->urgent[i] = (uint32_t)(chance(seed) % PIECES);
}

static bool near_has(const struct world *w, uint32_t piece)
{
	for (unsigned i = 0; i < w->facts.n_peers; i++)
		if (w->peers[i].reach == PEER_NEAR &&
		    (w->peers[i].has == PEER_HAS_ALL ||
		     (w->peers[i].map != NULL &&
		      havemap_has(w->peers[i].map, piece))) &&
		    w->failures[piece] < PIECE_NEAR_FAILURES)
			return true;
	return false;
}

static void check_answer(const struct world *w, unsigned p)
{
	const struct piece_peer *peer = &w->peers[p];

	CHECK(w->ask.count >= 1 && w->ask.count <= peer->room &&
	      w->ask.count <= w->facts.run_max);
	CHECK(w->ask.first + w->ask.count <= PIECES);
	CHECK(peer->reach == PEER_NEAR || w->facts.may_beyond);
	for (uint32_t i = w->ask.first; i < w->ask.first + w->ask.count; i++) {
		CHECK(!havemap_has(w->have, i));
		CHECK(w->ask.again || !havemap_has(w->pending, i));
		CHECK(!w->ask.again || (w->facts.late != NULL &&
					havemap_has(w->late, i)));
		CHECK(peer->map == NULL || havemap_has(peer->map, i));
		CHECK(peer->reach == PEER_NEAR || !near_has(w, i));
	}
}

/* And nobody sits idle who could give something that nobody was asked for,
 * but a source that is left to what nobody has. */
static void check_idle(const struct world *w, unsigned p)
{
	const struct piece_peer *peer = &w->peers[p];

	if (peer->room == 0 || peer->reach == PEER_BEYOND)
		return;
	for (uint32_t i = 0; i < PIECES; i++)
		CHECK(havemap_has(w->have, i) || havemap_has(w->pending, i) ||
		      (peer->map != NULL && !havemap_has(peer->map, i)));
}

static void the_rules_hold_in_any_world(void)
{
	struct world w;
	uint64_t seed = 5;

	for (unsigned n = 0; n < 20000; n++) {
		by_chance(&w, &seed);
		for (unsigned p = 0; p < w.facts.n_peers; p++)
			if (piece_plan(&w.facts, p, chance(&seed), &w.ask))
				check_answer(&w, p);
			else
				check_idle(&w, p);
	}
}

static void http_is_the_way_unless_only_others_have_it(void)
{
	struct piece_way_facts f = { .present = PIECE_WAY_HTTP, .peers = 1 };

	CHECK(piece_way(&f) == PIECE_WAY_HTTP);
	f.swarm_peers = 3;
	CHECK(piece_way(&f) == PIECE_WAY_HTTP);
	f.stalled = true;
	CHECK(piece_way(&f) == PIECE_WAY_SWARM);
	f.moved = true;
	CHECK(piece_way(&f) == PIECE_WAY_HTTP);
	f = (struct piece_way_facts){ .present = PIECE_WAY_HTTP,
				      .swarm_peers = 1 };
	CHECK(piece_way(&f) == PIECE_WAY_SWARM);
	f.swarm_peers = 0;
	CHECK(piece_way(&f) == PIECE_WAY_HTTP);
	f = (struct piece_way_facts){ .present = PIECE_WAY_SWARM, .peers = 1 };
	CHECK(piece_way(&f) == PIECE_WAY_HTTP);
	f.swarm_peers = 1;
	CHECK(piece_way(&f) == PIECE_WAY_SWARM);
	f.stalled = true;
	CHECK(piece_way(&f) == PIECE_WAY_HTTP);
	f.peers = 0;
	CHECK(piece_way(&f) == PIECE_WAY_SWARM);
}

int main(void)
{
	one_holder_is_asked_in_order();
	many_who_begin_at_once_begin_with_different_pieces();
	what_somebody_looks_at_comes_first();
	what_is_near_is_not_asked_from_beyond();
	who_swaps_asks_the_source_for_its_own_first();
	the_rarest_goes_before_others();
	only_what_is_late_is_asked_for_again();
	the_rules_hold_in_any_world();
	http_is_the_way_unless_only_others_have_it();
	return 0;
}
