/* A climb is a binary counter: bit n of `count` says that level[n] holds the
 * root of a full subtree of 2^n nodes that waits for the one to its right. */
#include "node/merkle.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16 * 1024 };

struct merkle {
	EVP_MD_CTX *context;
	EVP_MD *sha256;
};

static const uint8_t zero[32];

struct merkle *merkle_new(void)
{
	struct merkle *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->context = EVP_MD_CTX_new();
	m->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	/* After one round of use, nothing in here allocates again. */
	if (m->context == NULL || m->sha256 == NULL ||
	    EVP_DigestInit_ex(m->context, m->sha256, NULL) != 1) {
		merkle_free(m);
		return NULL;
	}
	return m;
}

void merkle_free(struct merkle *m)
{
	if (m == NULL)
		return;
	EVP_MD_CTX_free(m->context);
	EVP_MD_free(m->sha256);
	free(m);
}

void merkle_hash(struct merkle *m, const void *data, size_t size,
		 uint8_t hash[static 32])
{
	int good = EVP_DigestInit_ex(m->context, NULL, NULL) == 1 &&
		   EVP_DigestUpdate(m->context, data, size) == 1 &&
		   EVP_DigestFinal_ex(m->context, hash, NULL) == 1;

	assert(good); /* none of these can fail once the context is set up */
	(void)good;
}

static void join(struct merkle *m, const uint8_t left[static 32],
		 const uint8_t right[static 32], uint8_t parent[static 32])
{
	uint8_t both[64];

	memcpy(both, left, 32);
	memcpy(both + 32, right, 32);
	merkle_hash(m, both, sizeof(both), parent);
}

void merkle_climb_init(struct merkle_climb *climb)
{
	climb->count = 0;
}

void merkle_climb_add(struct merkle *m, struct merkle_climb *climb,
		      const uint8_t node[static 32])
{
	uint8_t up[32];
	unsigned level = 0;

	memcpy(up, node, sizeof(up));
	for (; climb->count >> level & 1; level++)
		join(m, climb->level[level], up, up);
	assert(level < 32);
	memcpy(climb->level[level], up, sizeof(up));
	climb->count++;
}

void merkle_climb_root(struct merkle *m, struct merkle_climb *climb,
		       uint64_t width, const uint8_t pad[static 32],
		       uint8_t root[static 32])
{
	uint8_t empty[32], up[32];
	bool carried = false; /* is there a node in `up`? */

	assert(climb->count > 0 && climb->count <= width);

	memcpy(empty, pad, sizeof(empty));
	for (unsigned level = 0; (uint64_t)1 << level < width; level++) {
		bool waits = (climb->count >> level & 1) != 0;

		if (waits && carried)
			join(m, climb->level[level], up, up);
		else if (waits)
			join(m, climb->level[level], empty, up);
		else if (carried)
			join(m, up, empty, up);
		carried = carried || waits;
		join(m, empty, empty, empty);
	}
	if (climb->count == width) {
		unsigned top = 0;

		while ((uint64_t)1 << top < width)
			top++;
		memcpy(up, climb->level[top], sizeof(up));
	}
	memcpy(root, up, sizeof(up));
}

void merkle_piece(struct merkle *m, const uint8_t *data, size_t size,
		  uint32_t leaves, uint8_t hash[static 32])
{
	struct merkle_climb climb;
	uint8_t leaf[32];

	merkle_climb_init(&climb);
	for (size_t at = 0; at < size; at += BLOCK) {
		merkle_hash(m, data + at,
			    size - at < BLOCK ? size - at : BLOCK, leaf);
		merkle_climb_add(m, &climb, leaf);
	}
	merkle_climb_root(m, &climb, leaves, zero, hash);
}

void merkle_layer_root(struct merkle *m, struct bytes layer,
		       uint32_t piece_length, uint8_t root[static 32])
{
	struct merkle_climb climb;
	uint8_t pad[32] = { 0 };
	uint64_t width = 1, count = layer.size / 32;

	for (uint32_t covers = BLOCK; covers < piece_length; covers *= 2)
		join(m, pad, pad, pad);
	while (width < count)
		width *= 2;
	merkle_climb_init(&climb);
	for (uint64_t i = 0; i < count; i++)
		merkle_climb_add(m, &climb, layer.data + 32 * i);
	merkle_climb_root(m, &climb, width, pad, root);
}
