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

/* A tree to make proofs about, read by hashes of complete subtrees. */
struct merkle_tree {
	void *owner;
	uint64_t size;
	/* The hash of subtree `n` of 256^level leaves, level 0 or 1: STATUS_OK,
	 * or what ends the making. */
	enum status (*hash)(void *owner, unsigned level, uint64_t n,
			    uint8_t out[static SHA256_SIZE]);
};

/*
 * The root a tree had at `old_size` (at most its size), and the RFC 9162
 * consistency proof (2.1.4.1) from there to its size: `*count` hashes in
 * `proof`, none where merkle_check_consistency() wants none. Reads about
 * size / 256 + 512 hashes.
 *
 * Returns: what tree->hash() fails with; the rest is then undefined.
 */
enum status
merkle_prove_consistency(const struct merkle_tree *tree, uint64_t old_size,
			 uint8_t old_root[static SHA256_SIZE],
			 uint8_t proof[static MERKLE_PROOF_MAX * SHA256_SIZE],
			 size_t *count);

#endif
