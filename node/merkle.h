/* The hash trees of BEP 52: SHA-256 over leaves of 16 KiB, leaves that are
 * not there are 32 zero bytes, two children make a parent.
 *
 * A hasher holds what is reused from one hash to the next; it belongs to one
 * thread at a time. */
#ifndef NODE_MERKLE_H
#define NODE_MERKLE_H

#include "proto/bytes.h"

struct merkle;

/* NULL when out of memory. */
struct merkle *merkle_new(void);
void merkle_free(struct merkle *m);

/* SHA-256 of `size` bytes. */
void merkle_hash(struct merkle *m, const void *data, size_t size,
		 uint8_t hash[static 32]);

/* The root over `data` in a tree of `leaves`, a power of two that covers it. */
void merkle_piece(struct merkle *m, const uint8_t *data, size_t size,
		  uint32_t leaves, uint8_t hash[static 32]);

/* The root of a file from its piece layer (at least one hash), pieces of
 * `piece_length`; the layer is padded with the roots of empty pieces. */
void merkle_layer_root(struct merkle *m, struct bytes layer,
		       uint32_t piece_length, uint8_t root[static 32]);

/* A root fed one node at a time, from the left. */
struct merkle_climb {
	uint8_t level[32][32]; /* a node waiting for its right sibling */
	uint64_t count;
};

void merkle_climb_init(struct merkle_climb *climb);
void merkle_climb_add(struct merkle *m, struct merkle_climb *climb,
		      const uint8_t node[static 32]);
/* The root of at least one node, padded on the right to `width` (a power of
 * two not below the count) with `pad` on the lowest level. */
void merkle_climb_root(struct merkle *m, struct merkle_climb *climb,
		       uint64_t width, const uint8_t pad[static 32],
		       uint8_t root[static 32]);

#endif
