/* Who may take pieces from the engine: answers what it asks about peers that
 * name a node (node/peer_token.h). */
#include <assert.h>
#include <string.h>

#include "catalog/stations.h"
#include "node/node_inside.h"
#include "node/peer_token.h"

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
	peer_proof_sign(&proof, n->house.node_key, answer.signature);
	(void)engine_prove(n->engine, btmh, &answer);
}

static struct peer_facts facts_of(struct node *n, const uint8_t *key)
{
	struct peer_facts facts = { .own = false };
	struct neighbour *row = neighbours_find(&n->neighbours, key);
	struct station station;
	struct err err = ERR_INIT;

	facts.own = memcmp(key, house_node_public(&n->house),
			   PUBLIC_KEY_SIZE) == 0;
	facts.enrolled = stations_get(n->house.catalog, key, &station, &err) ==
				 STATUS_OK &&
			 !station.ended;
	facts.neighbour = row != NULL && row->confirmed;
	return facts;
}

static void judge(struct node *n, const uint8_t *btmh,
		  const struct engine_token *t)
{
	struct engine_admit answer = { .peer = t->peer };
	struct peer_facts facts = facts_of(n, t->key);
	struct peer_proof proof;

	memcpy(proof.asker_nonce, t->our_nonce, sizeof(proof.asker_nonce));
	memcpy(proof.prover_nonce, t->nonce, sizeof(proof.prover_nonce));
	memcpy(proof.btmh, btmh, sizeof(proof.btmh));
	memcpy(proof.prover, t->key, sizeof(proof.prover));
	memcpy(proof.asker, house_node_public(&n->house),
	       sizeof(proof.asker));
	/* The cheaper question first. */
	answer.admitted = peer_is_known(&facts) &&
			  peer_proof_check(&proof, t->signature) == STATUS_OK;
	(void)engine_admit(n->engine, btmh, &answer);
}

void node_door_event(struct node *n, const struct engine_event *event)
{
	if ((event->type != ENGINE_HELLO && event->type != ENGINE_PROOF) ||
	    n->stopping || !may_compute(n, &event->token))
		return;
	if (event->type == ENGINE_HELLO)
		prove(n, event->btmh, &event->token);
	else
		judge(n, event->btmh, &event->token);
}
