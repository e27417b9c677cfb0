/* Proofs about Merkle trees with RFC 6962 hashing over SHA-256, and how they
 * are checked (RFC 9162 2.1.3.2 and 2.1.4.2). Pure memory and arithmetic. */
#ifndef SIGNING_MERKLEPROOF_H
#define SIGNING_MERKLEPROOF_H

#include "proto/status.h"
#include "signing/digest.h"

enum { MERKLE_PROOF_MAX = 63 }; /* hashes; sizes stay below 2^63 */

/* H(0x01 || left || right); `out` may be one of them. */
void merkle_node(const uint8_t left[static SHA256_SIZE],
		 const uint8_t right[static SHA256_SIZE],
		 uint8_t out[static SHA256_SIZE]);

/* Is the leaf entry `index` of the tree of `size` with that root?
 * STATUS_OK, or STATUS_UNTRUSTED. `proof` is `count` hashes, leaf side
 * first. */
enum status merkle_check_inclusion(uint64_t index, uint64_t size,
				   const uint8_t leaf[static SHA256_SIZE],
				   const uint8_t *proof, size_t count,
				   const uint8_t root[static SHA256_SIZE]);

/* Does the tree of `new_size` begin with the tree of `old_size`? STATUS_OK, or
 * STATUS_UNTRUSTED. From size 0 everything grows, with an empty proof; the
 * root of size 0 must be SHA-256(""). */
enum status
merkle_check_consistency(uint64_t old_size, uint64_t new_size,
			 const uint8_t old_root[static SHA256_SIZE],
			 const uint8_t new_root[static SHA256_SIZE],
			 const uint8_t *proof, size_t count);

#endif
