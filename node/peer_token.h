/* The proof by which a BitTorrent peer shows which node it belongs to, and who
 * of those is served where the node serves only whom it knows
 * (docs/formats-payload.md, "Who may take pieces").
 *
 * The node signs and checks: the engine has no key. Pure, but for the key. */
#ifndef NODE_PEER_TOKEN_H
#define NODE_PEER_TOKEN_H

#include "proto/enginewire.h"
#include "signing/key.h"

enum { PEER_NONCE_SIZE = 32 };

/* One asks, the other proves. */
struct peer_proof {
	uint8_t asker_nonce[PEER_NONCE_SIZE];  /* fresh: so it is no replay */
	uint8_t prover_nonce[PEER_NONCE_SIZE];
	uint8_t btmh[32]; /* of the payload they speak of */
	uint8_t prover[PUBLIC_KEY_SIZE];
	uint8_t asker[PUBLIC_KEY_SIZE];
	/* Of the asker, as the prover's connection has it: so whoever has it
	 * proven to himself cannot pass it on from an address of his own. */
	uint8_t reached[ENGINE_IP_SIZE];
};

void peer_proof_sign(const struct peer_proof *proof,
		     const struct secret_key *prover,
		     uint8_t signature[static SIGNATURE_SIZE]);
/* STATUS_OK or STATUS_UNTRUSTED. */
enum status peer_proof_check(const struct peer_proof *proof,
			     const uint8_t signature[static SIGNATURE_SIZE]);

/* What the node knows of a proof, and of the key that made it. */
struct peer_facts {
	bool good;	/* peer_proof_check() */
	bool here;	/* `reached` is an address of this node */
	bool own;	/* this node's own: somebody plays it back, or a copy */
	bool enrolled;	/* a station of an office that it follows */
	bool ended;	/* it was one: no neighbour is known against that */
	bool neighbour; /* it has answered on this LAN */
};
enum engine_verdict peer_judge(const struct peer_facts *facts);

#endif
