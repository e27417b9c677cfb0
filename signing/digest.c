/* libcrypto's low-level calls, deprecated since OpenSSL 3.0: a state in the
 * caller's own memory and no look-up per hash, which for entries of a few
 * hundred bytes is what decides the speed. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "signing/digest.h"

#include <openssl/sha.h>
#include <string.h>

#include "proto/encoding.h"

_Static_assert(sizeof(struct sha256) >= sizeof(SHA256_CTX) &&
		       _Alignof(struct sha256) >= _Alignof(SHA256_CTX),
	       "a SHA-256 state fits its place");
_Static_assert(sizeof(struct sha1) >= sizeof(SHA_CTX) &&
		       _Alignof(struct sha1) >= _Alignof(SHA_CTX),
	       "a SHA-1 state fits its place");

void sha256_init(struct sha256 *state)
{
	SHA256_Init((SHA256_CTX *)(void *)state);
}

void sha256_update(struct sha256 *state, const void *data, size_t size)
{
	if (size > 0)
		SHA256_Update((SHA256_CTX *)(void *)state, data, size);
}

void sha256_final(struct sha256 *state, uint8_t out[static SHA256_SIZE])
{
	SHA256_Final(out, (SHA256_CTX *)(void *)state);
}

void sha256(const void *data, size_t size, uint8_t out[static SHA256_SIZE])
{
	struct sha256 state;

	sha256_init(&state);
	sha256_update(&state, data, size);
	sha256_final(&state, out);
}

void sha1_init(struct sha1 *state)
{
	SHA1_Init((SHA_CTX *)(void *)state);
}

void sha1_update(struct sha1 *state, const void *data, size_t size)
{
	if (size > 0)
		SHA1_Update((SHA_CTX *)(void *)state, data, size);
}

void sha1_final(struct sha1 *state, uint8_t out[static SHA1_SIZE])
{
	SHA1_Final(out, (SHA_CTX *)(void *)state);
}

void sha1(const void *data, size_t size, uint8_t out[static SHA1_SIZE])
{
	struct sha1 state;

	sha1_init(&state);
	sha1_update(&state, data, size);
	sha1_final(&state, out);
}

void origin_hash(const char *origin, char out[static 2 * SHA256_SIZE + 1])
{
	uint8_t hash[SHA256_SIZE];

	sha256(origin, strlen(origin), hash);
	hex_encode((struct bytes){ hash, sizeof(hash) }, out);
}
