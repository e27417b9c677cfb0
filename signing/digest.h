/* SHA-256 and SHA-1 over bytes in memory, in one call or piece by piece.
 *
 * SHA-256 names everything here (entries, trees, blobs, keys); SHA-1 is only
 * for the v1 half of hybrid torrents (BEP 3). Nothing allocates, nothing
 * fails. Threads: any; a state stays on one thread at a time. */
#ifndef SIGNING_DIGEST_H
#define SIGNING_DIGEST_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_SIZE = 32, SHA1_SIZE = 20 };

/* A hash under way. A plain value: a copy goes on by itself, and dropping one
 * needs no call. */
struct sha256 {
	uint64_t state[14]; /* private */
};

void sha256_init(struct sha256 *state);
void sha256_update(struct sha256 *state, const void *data, size_t size);
/* Write the hash of all that was given; `state` must be inited again. */
void sha256_final(struct sha256 *state, uint8_t out[static SHA256_SIZE]);
void sha256(const void *data, size_t size, uint8_t out[static SHA256_SIZE]);

struct sha1 {
	uint64_t state[12]; /* private */
};

void sha1_init(struct sha1 *state);
void sha1_update(struct sha1 *state, const void *data, size_t size);
void sha1_final(struct sha1 *state, uint8_t out[static SHA1_SIZE]);
void sha1(const void *data, size_t size, uint8_t out[static SHA1_SIZE]);

/* The name of a log in paths (C2SP tlog-mirror): lower-case hex SHA-256 of
 * its origin, and a final zero. */
void origin_hash(const char *origin, char out[static 2 * SHA256_SIZE + 1]);

#endif
