/* Who may take pieces from the engine: answers what it asks about peers that
 * name a node (node/peer_token.h). */
#include <assert.h>
#include <string.h>

#include "catalog/stations.h"
#include "node/node_inside.h"
#include "node/own_url.h"
#include "node/peer_token.h"
#include "node/swarm_peers.h"

static_assert((int)ENGINE_KEY_SIZE == (int)PUBLIC_KEY_SIZE &&
		      (int)ENGINE_NONCE_SIZE == (int)PEER_NONCE_SIZE &&
		      (int)ENGINE_SIGNATURE_SIZE == (int)SIGNATURE_SIZE,
	      "the same in both");

void node_door_start(struct node *n)
{
	struct engine_door door = {
		.known_only = n->house.conf.swarm_known,
	};

	memcpy(door.node_key, house_node_public(&n->house),
	       sizeof(door.node_key));
	(void)engine_door(n->engine, &door);
}

/* Who has been let in may be known no longer. */
void node_door_look(struct node *n)
{
	if (index_take_ended(n->index) && n->house.conf.swarm_known)
		node_door_start(n); /* once more: all are judged again */
}

/* Peers beyond what a signature or its check costs come again. */
static bool may_compute(struct node *n, const struct engine_token *t)
{
	uint64_t wait_ms;

	return pace_admit(&n->proofs, pace_source_ip(t->address.ip),
			  node_now(n), &wait_ms);
}

static void prove(struct node *n, const uint8_t *btmh,
		  const struct engine_token *t)
{
	struct engine_prove answer = { .peer = t->peer };
	struct peer_proof proof;

	memcpy(proof.asker_nonce, t->nonce, sizeof(proof.asker_nonce));
	memcpy(proof.prover_nonce, t->our_nonce, sizeof(proof.prover_nonce));
	memcpy(proof.btmh, btmh, sizeof(proof.btmh));
	memcpy(proof.prover, house_node_public(&n->house),
	       sizeof(proof.prover));
	memcpy(proof.asker, t->key, sizeof(proof.asker));
	memcpy(proof.reached, t->address.ip, sizeof(proof.reached));
	peer_proof_sign(&proof, n->house.node_key, answer.signature);
	(void)engine_prove(n->engine, btmh, &answer);
}

static void put_standing(struct node *n, const uint8_t *key,
			 struct peer_facts *facts)
{
	struct neighbour *row = neighbours_find(&n->neighbours, key);
	struct station station;
	struct err err = ERR_INIT;
	bool found = stations_get(n->house.catalog, key, &station, &err) ==
		     STATUS_OK;

	facts->own = memcmp(key, house_node_public(&n->house),
			    PUBLIC_KEY_SIZE) == 0;
	facts->enrolled = found && !station.ended;
	facts->ended = found && station.ended;
	facts->neighbour = row != NULL && row->confirmed;
}

static bool is_here(const struct node *n, const struct engine_token *t)
{
	uint8_t own[ENGINE_IP_SIZE];

	return memcmp(t->reached, t->local, sizeof(t->reached)) == 0 ||
	       (own_url_address(&n->house.conf, own) &&
		memcmp(t->reached, own, sizeof(own)) == 0);
}

static void note(struct node *n, const struct engine_address *address,
		 enum engine_verdict verdict, const uint8_t *key)
{
	struct turned_away *turned = &n->turned_away;

	turned->count[verdict]++;
	turned->address = *address;
	turned->verdict = verdict;
	turned->at_ms = node_now(n);
	if (key != NULL)
		memcpy(turned->key, key, sizeof(turned->key));
}

static void judge(struct node *n, const uint8_t *btmh,
		  const struct engine_token *t)
{
	struct engine_admit answer = { .peer = t->peer };
	struct peer_facts facts = { .here = is_here(n, t) };
	struct peer_proof proof;

	memcpy(proof.asker_nonce, t->our_nonce, sizeof(proof.asker_nonce));
	memcpy(proof.prover_nonce, t->nonce, sizeof(proof.prover_nonce));
	memcpy(proof.btmh, btmh, sizeof(proof.btmh));
	memcpy(proof.prover, t->key, sizeof(proof.prover));
	memcpy(proof.asker, house_node_public(&n->house),
	       sizeof(proof.asker));
	memcpy(proof.reached, t->reached, sizeof(proof.reached));
	put_standing(n, t->key, &facts);
	facts.good = peer_proof_check(&proof, t->signature) == STATUS_OK;
	answer.verdict = peer_judge(&facts);
	if (answer.verdict != ENGINE_ADMITTED)
		note(n, &t->address, answer.verdict, t->key);
	(void)engine_admit(n->engine, btmh, &answer);
}

void node_door_event(struct node *n, const struct engine_event *event)
{
	if (event->type == ENGINE_TURNED && !event->turned.by_peer)
		note(n, &event->turned.address, event->turned.verdict, NULL);
	if ((event->type != ENGINE_HELLO && event->type != ENGINE_PROOF) ||
	    n->stopping || !may_compute(n, &event->token))
		return;
	if (event->type == ENGINE_HELLO)
		prove(n, event->btmh, &event->token);
	else
		judge(n, event->btmh, &event->token);
}

static const char *const words[ENGINE_VERDICTS] = {
	[ENGINE_ADMITTED] = "",
	[ENGINE_UNKNOWN] = "unknown",
	[ENGINE_BAD_PROOF] = "bad_proof",
	[ENGINE_ELSEWHERE] = "elsewhere",
	[ENGINE_SILENT] = "silent",
};

static json_t *last_json(const struct node *n)
{
	const struct turned_away *turned = &n->turned_away;
	char address[SWARM_ADDRESS_SIZE], code[KEY_CODE_SIZE + 1] = "";

	if (turned->verdict == ENGINE_ADMITTED)
		return json_null();
	swarm_address_text(&turned->address, address);
	if (turned->verdict == ENGINE_UNKNOWN)
		key_code(turned->key, code);
	return json_pack("{s:s, s:s, s:s, s:I}", "address", address, "why",
			 words[turned->verdict], "code", code, "ago_s",
			 (json_int_t)((node_now(n) - turned->at_ms) / 1000));
}

json_t *node_door_json(const struct node *n)
{
	json_t *counts = json_object();

	for (int v = ENGINE_ADMITTED + 1; v < ENGINE_VERDICTS; v++)
		(void)json_object_set_new(
			counts, words[v],
			json_integer((json_int_t)n->turned_away.count[v]));
	return json_pack("{s:s, s:o, s:o}", "peers",
			 n->house.conf.swarm_known ? "known" : "any",
			 "turned_away", counts, "last", last_json(n));
}
