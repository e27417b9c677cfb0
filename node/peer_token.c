#include "node/peer_token.h"

#include <string.h>

#define DOMAIN "xiangtu-peer/v1\n"

enum {
	FIELDS = 2 * PEER_NONCE_SIZE + 32 + 2 * PUBLIC_KEY_SIZE +
		 ENGINE_IP_SIZE
};

/* The domain and the fields in the order of the struct. */
struct covered {
	uint8_t bytes[sizeof(DOMAIN) - 1 + FIELDS];
};

static uint8_t *put(uint8_t *at, const void *field, size_t size)
{
	memcpy(at, field, size);
	return at + size;
}

static struct bytes cover(struct covered *c, const struct peer_proof *p)
{
	uint8_t *at = put(c->bytes, DOMAIN, sizeof(DOMAIN) - 1);

	at = put(at, p->asker_nonce, sizeof(p->asker_nonce));
	at = put(at, p->prover_nonce, sizeof(p->prover_nonce));
	at = put(at, p->btmh, sizeof(p->btmh));
	at = put(at, p->prover, sizeof(p->prover));
	at = put(at, p->asker, sizeof(p->asker));
	(void)put(at, p->reached, sizeof(p->reached));
	return (struct bytes){ c->bytes, sizeof(c->bytes) };
}

void peer_proof_sign(const struct peer_proof *proof,
		     const struct secret_key *prover,
		     uint8_t signature[static SIGNATURE_SIZE])
{
	struct covered c;

	secret_key_sign(prover, cover(&c, proof), signature);
}

enum status peer_proof_check(const struct peer_proof *proof,
			     const uint8_t signature[static SIGNATURE_SIZE])
{
	struct covered c;

	return key_verify(proof->prover, cover(&c, proof), signature);
}

enum engine_verdict peer_judge(const struct peer_facts *facts)
{
	if (!facts->good)
		return ENGINE_BAD_PROOF;
	if (!facts->here)
		return ENGINE_ELSEWHERE;
	if (facts->own || facts->ended)
		return ENGINE_UNKNOWN;
	return facts->enrolled || facts->neighbour ? ENGINE_ADMITTED :
						     ENGINE_UNKNOWN;
}
