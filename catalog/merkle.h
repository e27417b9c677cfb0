/* The Merkle tree of a log: RFC 6962 hashing over SHA-256, the compact range
 * that grows a root from entries or from the hashes of complete subtrees, and
 * the making of consistency proofs. (They are checked in
 * signing/merkleproof.h.)
 *
 * Pure memory and arithmetic, apart from what a tree is read through. */
#ifndef CATALOG_MERKLE_H
#define CATALOG_MERKLE_H

#include "proto/bytes.h"
#include "signing/digest.h"
#include "signing/merkleproof.h"

enum { MERKLE_HEIGHT_MAX = 63 }; /* sizes stay below 2^63 */

/* H(0x00 || entry) */
void merkle_leaf(struct bytes entry, uint8_t out[static SHA256_SIZE]);
/* The root over `count` hashes lying one behind the other, of leaves or of
 * complete subtrees of one size; of none, SHA-256(""). Overwrites `hashes`. */
void merkle_fold(uint8_t *hashes, size_t count,
		 uint8_t out[static SHA256_SIZE]);

/* What must be kept of a tree to go on from its size: the roots of its
 * complete subtrees, largest first, one per bit of the size. */
struct compact_range {
	uint64_t size;
	unsigned count;
	uint8_t hashes[MERKLE_HEIGHT_MAX + 1][SHA256_SIZE];
};

void compact_range_init(struct compact_range *range);
void compact_range_append(struct compact_range *range,
			  const uint8_t leaf[static SHA256_SIZE]);
/* Append a complete subtree of 2^height leaves; the size must be a multiple of
 * that (asserted). */
void compact_range_append_subtree(struct compact_range *range, unsigned height,
				  const uint8_t root[static SHA256_SIZE]);
/* Append the tree that `tail` stands for; the size must be a multiple of the
 * power of two at or above the tail's size (asserted). */
void compact_range_append_range(struct compact_range *range,
				const struct compact_range *tail);
/* Append the leaves of a well-formed run of bundle entries. */
void compact_range_append_bundle(struct compact_range *range,
				 struct bytes bundle);
void compact_range_root(const struct compact_range *range,
			uint8_t out[static SHA256_SIZE]);

#endif
