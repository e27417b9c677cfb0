/* Real engine programs over loopback: one serves only whom its node admits. */
#include "node/peer_token.h"
#include "tests/support/engines.h"

enum { K = 1024, M = 1024 * K };

static struct scratch scratch;
static uv_loop_t loop;
static struct station seed, leech;
static struct lesson l;

/* The nodes of the two. */
static struct secret_key *seed_key, *leech_key;
static const uint8_t *spoken_for; /* whom the seed's node knows */
static bool lies;		  /* the leech signs something else */

static const uint8_t *public_of(const struct secret_key *key)
{
	return secret_key_public(key)->bytes;
}

static struct peer_proof proof_of(const struct engine_event *e, bool asker)
{
	const struct engine_token *t = &e->token;
	const uint8_t *own = public_of(asker ? seed_key : leech_key);
	struct peer_proof p;

	memcpy(p.asker_nonce, asker ? t->our_nonce : t->nonce, 32);
	memcpy(p.prover_nonce, asker ? t->nonce : t->our_nonce, 32);
	memcpy(p.btmh, e->btmh, 32);
	memcpy(p.prover, asker ? t->key : own, 32);
	memcpy(p.asker, asker ? own : t->key, 32);
	memcpy(p.reached, asker ? t->reached : t->address.ip, 16);
	return p;
}

static void leech_is_asked(struct station *s, const struct engine_event *e)
{
	struct engine_prove answer = { .peer = e->token.peer };
	struct peer_proof p = proof_of(e, false);

	CHECK(e->type == ENGINE_HELLO);
	CHECK(memcmp(e->token.key, public_of(seed_key), 32) == 0);
	if (lies)
		p.asker_nonce[0] ^= 1; /* as if from another connection */
	peer_proof_sign(&p, leech_key, answer.signature);
	CHECK(engine_prove(s->engine, e->btmh, &answer) == STATUS_OK);
}

static void seed_is_shown(struct station *s, const struct engine_event *e)
{
	struct engine_admit answer = { .peer = e->token.peer };
	struct peer_proof p = proof_of(e, true);

	CHECK(e->type == ENGINE_PROOF);
	/* On this machine both see the same address. */
	CHECK(memcmp(e->token.reached, e->token.local, 16) == 0);
	if (peer_proof_check(&p, e->token.signature) != STATUS_OK)
		answer.verdict = ENGINE_BAD_PROOF;
	else if (memcmp(e->token.key, spoken_for, 32) != 0)
		answer.verdict = ENGINE_UNKNOWN;
	CHECK(engine_admit(s->engine, e->btmh, &answer) == STATUS_OK);
}

static void set_door(struct station *s, const struct secret_key *key,
		     bool known_only)
{
	struct engine_door door = { .known_only = known_only };

	memcpy(door.node_key, public_of(key), 32);
	CHECK(engine_door(s->engine, &door) == STATUS_OK);
}

static void begin(void)
{
	scratch_init(&scratch);
	CHECK(uv_loop_init(&loop) == 0);
	scratch_folder(&scratch, "seed");
	scratch_folder(&scratch, "leech");
	station_open(&seed, &loop, scratch_path(&scratch, "seed"));
	station_open(&leech, &loop, scratch_path(&scratch, "leech"));
	seed.on_token = seed_is_shown;
	leech.on_token = leech_is_asked;
	set_door(&seed, seed_key, true);
	scratch_file(&scratch, "课.mp4", 3 * M + 12345, 1);
	lesson_make(&l, &scratch, ".", "课.mp4", NULL, 64 * K, "seed");
	station_add(&seed, &l, ENGINE_SEED, NULL, false);
	station_add(&leech, &l, ENGINE_FETCH, NULL, false);
}

static void finish(void)
{
	station_close(&seed, &loop);
	station_close(&leech, &loop);
	lesson_release(&l);
	loop_finish(&loop);
	scratch_release(&scratch);
}

static void who_is_known_is_served(void)
{
	begin();
	set_door(&leech, leech_key, false);
	spoken_for = public_of(leech_key);
	station_connect(&leech, &l, seed.port);
	RUN_UNTIL(&loop, leech.finished == 1);
	/* Connections may have met from both sides. */
	CHECK(seed.tokens[1] >= 1 && leech.tokens[0] >= 1);
	CHECK(seed.tokens[0] == 0 && leech.tokens[1] == 0);
	CHECK(leech.turned[1] == 0);
	finish();
}

static void who_is_known_no_longer_is_shown_out(void)
{
	static const uint8_t nobody[32] = { 1 };
	int before;

	begin();
	set_door(&leech, leech_key, false);
	spoken_for = public_of(leech_key);
	station_connect(&leech, &l, seed.port);
	RUN_UNTIL(&loop, leech.pieces > 0 && seed.tokens[1] >= 1);
	before = seed.tokens[1];
	spoken_for = nobody;
	set_door(&seed, seed_key, true);
	RUN_UNTIL(&loop, seed.tokens[1] > before && leech.turned[1] > 0);
	CHECK(leech.verdict == ENGINE_UNKNOWN);
	finish();
}

static uint32_t peers_of_seed(void)
{
	int told = seed.peers_told;

	CHECK(engine_peers(seed.engine, l.btmh) == STATUS_OK);
	RUN_UNTIL(&loop, seed.peers_told > told);
	return seed.peers;
}

static void nothing_was_served(void)
{
	station_stats(&seed, &loop);
	CHECK(seed.stats.payload_up == 0);
	CHECK(leech.pieces == 0 && leech.finished == 0);
}

static void who_is_not_known_gets_nothing(void)
{
	static const uint8_t nobody[32] = { 1 };

	begin();
	set_door(&leech, leech_key, false);
	spoken_for = nobody;
	station_connect(&leech, &l, seed.port);
	/* Shown out, it comes again, and is shown out again. */
	RUN_UNTIL(&loop, seed.tokens[1] >= 2 && leech.turned[1] >= 1);
	nothing_was_served();
	CHECK(leech.verdict == ENGINE_UNKNOWN);
	CHECK(seed.turned[0] == 0); /* what ADMIT said is not told */
	finish();
}

static void a_signature_for_another_connection_is_worth_nothing(void)
{
	begin();
	set_door(&leech, leech_key, false);
	spoken_for = public_of(leech_key);
	lies = true;
	station_connect(&leech, &l, seed.port);
	RUN_UNTIL(&loop, seed.tokens[1] >= 2 && leech.turned[1] >= 1);
	nothing_was_served();
	CHECK(leech.verdict == ENGINE_BAD_PROOF);
	lies = false;
	finish();
}

static void who_says_nothing_gets_nothing_where_that_is_asked(void)
{
	begin();
	leech.on_token = NULL;
	station_connect(&leech, &l, seed.port);
	RUN_UNTIL(&loop, peers_of_seed() == 1);
	RUN_UNTIL(&loop, peers_of_seed() == 0); /* its patience is over */
	nothing_was_served();
	CHECK(seed.tokens[1] == 0);
	RUN_UNTIL(&loop, seed.turned[0] >= 1);
	CHECK(seed.verdict == ENGINE_SILENT);
	CHECK(leech.turned[1] == 0); /* it is told nothing either */
	/* Nor gets one who sends a proof and names no node. */
	leech.on_token = leech_is_asked;
	RUN_UNTIL(&loop, seed.verdict == ENGINE_BAD_PROOF);
	nothing_was_served();
	/* Nobody is asked any more. */
	set_door(&seed, seed_key, false);
	RUN_UNTIL(&loop, leech.finished == 1);
	finish();
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	CHECK(secret_key_new(&seed_key, "node-a", KEY_ED25519) == STATUS_OK);
	CHECK(secret_key_new(&leech_key, "node-b",
			     KEY_ED25519) == STATUS_OK);
	who_is_known_is_served();
	who_is_known_no_longer_is_shown_out();
	who_is_not_known_gets_nothing();
	a_signature_for_another_connection_is_worth_nothing();
	who_says_nothing_gets_nothing_where_that_is_asked();
	secret_key_free(seed_key);
	secret_key_free(leech_key);
	return 0;
}
