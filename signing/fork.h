/* Proof that a log has two histories: text that travels, and convinces
 * everybody who knows the log's keys and nothing else (docs/formats-log.md,
 * "A proof that travels").
 *
 * It is two checkpoint notes of one origin, byte for byte. Of one size with
 * two roots they prove it by themselves. Of two sizes they do not: the larger
 * tree may well continue the smaller. Then the root that the larger tree
 * really had at the smaller size comes with them, and the RFC 9162 consistency
 * proof from there; it is another root than the smaller note has.
 *
 * Pure: memory and arithmetic, bounded by FORK_TEXT_MAX. */
#ifndef SIGNING_FORK_H
#define SIGNING_FORK_H

#include "signing/checkpoint.h"
#include "signing/merkleproof.h"

enum {
	/* Two notes, a root and MERKLE_PROOF_MAX hashes, and the lines around
	 * them. */
	FORK_TEXT_MAX = 2 * CHECKPOINT_NOTE_MAX + 4096
};

struct fork {
	char origin[CHECKPOINT_ORIGIN_MAX + 1];
	/* By size; of one size, by root. */
	struct checkpoint small, large;
	/* As they were signed; they point into the bytes parsed or given. */
	struct bytes small_note, large_note;
	/* What the larger tree had at the smaller size, with the proof of it.
	 * Of one size there is none. */
	bool has_proof;
	uint8_t root[SHA256_SIZE];
	size_t count;
	uint8_t hashes[MERKLE_PROOF_MAX * SHA256_SIZE];
};

/* Put two notes together, in their order, without a proof. STATUS_MALFORMED
 * when one is no checkpoint, they are of two logs, of one tree, or one is of an
 * empty tree (there is only one such). Signatures are not looked at. */
enum status fork_init(struct fork *fork, struct bytes a, struct bytes b);

/* Read the text. STATUS_MALFORMED leaves `fork` untouched; signatures and
 * proof are not looked at. */
enum status fork_parse(struct bytes text, struct fork *fork);
/* Append the text; STATUS_NO_MEMORY. */
enum status fork_format(const struct fork *fork, struct buf *out);

/* Do the two heads exclude each other? Signatures are not looked at.
 *
 * Returns: STATUS_OK; STATUS_NOT_FOUND when nothing is proven, because a proof
 *          is lacking; STATUS_UNTRUSTED when the proof is wrong, or shows that
 *          one tree continues the other. */
enum status fork_check(const struct fork *fork);

/* fork_check(), and both notes are signed by one of the log's `keys` (as
 * checkpoint_open()): STATUS_UNTRUSTED when one is not. Only STATUS_OK proves
 * anything. */
enum status fork_verify(const struct fork *fork, const struct public_key *keys,
			size_t count);

/* The name of what it claims: SHA-256 of origin, sizes and roots. So two
 * proofs of the same two heads have one name, whatever stands below the
 * notes. */
void fork_id(const struct fork *fork, uint8_t out[static SHA256_SIZE]);

#endif
