#include "node/peer_token.h"

#include <string.h>

#include "tests/support/check.h"

static void a_proof_is_for_these_two_this_payload_and_this_once(void)
{
	struct secret_key *prover;
	struct peer_proof proof, other;
	uint8_t signature[SIGNATURE_SIZE];
	uint8_t *bytes = (uint8_t *)&other;

	CHECK(secret_key_new(&prover, "node-a", KEY_ED25519) == STATUS_OK);
	memset(&proof, 7, sizeof(proof));
	memcpy(proof.prover, secret_key_public(prover)->bytes,
	       sizeof(proof.prover));
	peer_proof_sign(&proof, prover, signature);
	CHECK(peer_proof_check(&proof, signature) == STATUS_OK);
	for (size_t i = 0; i < sizeof(proof); i++) {
		other = proof;
		bytes[i] ^= 1;
		CHECK(peer_proof_check(&other, signature) == STATUS_UNTRUSTED);
	}
	signature[5] ^= 1;
	CHECK(peer_proof_check(&proof, signature) == STATUS_UNTRUSTED);
	/* The other way round it is another proof. */
	signature[5] ^= 1;
	other = proof;
	memset(other.asker_nonce, 8, sizeof(other.asker_nonce));
	peer_proof_sign(&other, prover, signature);
	memcpy(other.asker_nonce, proof.prover_nonce, PEER_NONCE_SIZE);
	memset(other.prover_nonce, 8, PEER_NONCE_SIZE);
	CHECK(peer_proof_check(&other, signature) == STATUS_UNTRUSTED);
	secret_key_free(prover);
}

static enum engine_verdict judged(struct peer_facts facts)
{
	return peer_judge(&facts);
}

static void enrolled_stations_and_neighbours_are_known(void)
{
	struct peer_facts facts = { .good = true, .here = true };

	CHECK(judged(facts) == ENGINE_UNKNOWN);
	facts.enrolled = true;
	CHECK(judged(facts) == ENGINE_ADMITTED);
	facts.own = true;
	CHECK(judged(facts) == ENGINE_UNKNOWN);
	facts.own = facts.enrolled = false;
	facts.neighbour = true;
	CHECK(judged(facts) == ENGINE_ADMITTED);
	facts.ended = true;
	CHECK(judged(facts) == ENGINE_UNKNOWN);
}

static void a_proof_is_judged_before_who_made_it(void)
{
	struct peer_facts facts = { .enrolled = true };

	CHECK(judged(facts) == ENGINE_BAD_PROOF);
	facts.here = true;
	CHECK(judged(facts) == ENGINE_BAD_PROOF);
	facts.here = false;
	facts.good = true;
	CHECK(judged(facts) == ENGINE_ELSEWHERE);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	a_proof_is_for_these_two_this_payload_and_this_once();
	enrolled_stations_and_neighbours_are_known();
	a_proof_is_judged_before_who_made_it();
	return 0;
}
