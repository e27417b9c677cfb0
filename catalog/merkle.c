#include "catalog/merkle.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "proto/bundle.h"

void merkle_leaf(struct bytes entry, uint8_t out[static SHA256_SIZE])
{
	struct sha256 state;

	sha256_init(&state);
	sha256_update(&state, &(uint8_t){ 0 }, 1);
	sha256_update(&state, entry.data, entry.size);
	sha256_final(&state, out);
}

void merkle_fold(uint8_t *hashes, size_t count, uint8_t out[static SHA256_SIZE])
{
	if (count == 0) {
		sha256("", 0, out);
		return;
	}
	/* Pairing from the left and lifting an odd last one is the same tree
	 * as splitting at the largest power of two. */
	for (; count > 1; count = (count + 1) / 2) {
		for (size_t i = 0; i + 1 < count; i += 2)
			merkle_node(hashes + i * SHA256_SIZE,
				    hashes + (i + 1) * SHA256_SIZE,
				    hashes + i / 2 * SHA256_SIZE);
		if (count % 2 == 1)
			memmove(hashes + count / 2 * SHA256_SIZE,
				hashes + (count - 1) * SHA256_SIZE,
				SHA256_SIZE);
	}
	memcpy(out, hashes, SHA256_SIZE);
}

void compact_range_init(struct compact_range *range)
{
	range->size = 0;
	range->count = 0;
}

void compact_range_append_subtree(struct compact_range *range, unsigned height,
				  const uint8_t root[static SHA256_SIZE])
{
	uint64_t leaves;

	assert(height < MERKLE_HEIGHT_MAX);
	leaves = UINT64_C(1) << height;
	assert((range->size & (leaves - 1)) == 0);

	memcpy(range->hashes[range->count++], root, SHA256_SIZE);
	for (; (range->size >> height & 1) != 0; height++) {
		range->count--;
		merkle_node(range->hashes[range->count - 1],
			    range->hashes[range->count],
			    range->hashes[range->count - 1]);
	}
	range->size += leaves;
}

void compact_range_append(struct compact_range *range,
			  const uint8_t leaf[static SHA256_SIZE])
{
	compact_range_append_subtree(range, 0, leaf);
}

void compact_range_append_range(struct compact_range *range,
				const struct compact_range *tail)
{
	unsigned next = 0;

	for (unsigned height = MERKLE_HEIGHT_MAX; height > 0; height--)
		if ((tail->size >> (height - 1) & 1) != 0)
			compact_range_append_subtree(range, height - 1,
						     tail->hashes[next++]);
}

void compact_range_append_bundle(struct compact_range *range,
				 struct bytes bundle)
{
	uint8_t leaf[SHA256_SIZE];
	struct bytes_reader r;
	struct bytes entry;

	bytes_reader_init(&r, bundle);
	while (bundle_next(&r, &entry) == STATUS_OK) {
		merkle_leaf(entry, leaf);
		compact_range_append(range, leaf);
	}
	assert(r.left == 0);
}

void compact_range_root(const struct compact_range *range,
			uint8_t out[static SHA256_SIZE])
{
	uint8_t root[SHA256_SIZE];

	if (range->count == 0) {
		sha256("", 0, out);
		return;
	}
	memcpy(root, range->hashes[range->count - 1], SHA256_SIZE);
	for (unsigned i = range->count - 1; i > 0; i--)
		merkle_node(range->hashes[i - 1], root, root);
	memcpy(out, root, SHA256_SIZE);
}

/* --- proofs --- */

enum { WIDE = 256, WIDE_HEIGHT = 8 };

/* The root over the leaves from `first` to `end`, one of the runs RFC 9162
 * splits a tree into: `first` is a multiple of the power of two at or above
 * their number. */
static enum status root_between(const struct merkle_tree *tree, uint64_t first,
				uint64_t end, uint8_t out[static SHA256_SIZE])
{
	struct compact_range range;
	uint8_t hash[SHA256_SIZE];
	enum status status = STATUS_OK;

	compact_range_init(&range);
	while (status == STATUS_OK && first < end) {
		unsigned level = first % WIDE == 0 && end - first >= WIDE;

		status = tree->hash(tree->owner, level,
				    level == 1 ? first / WIDE : first, hash);
		if (status == STATUS_OK)
			compact_range_append_subtree(
				&range, level * WIDE_HEIGHT, hash);
		first += level == 1 ? WIDE : 1;
	}
	if (status == STATUS_OK)
		compact_range_root(&range, out);
	return status;
}

/* The largest power of two below `size`, which is at least 2. */
static uint64_t split(uint64_t size)
{
	uint64_t half = 1;

	while (half < size - half)
		half *= 2;
	return half;
}

/* SUBPROOF of 2.1.4.1, from the root of the tree downwards: what it appends is
 * what the RFC appends, in the other order. */
enum status
merkle_prove_consistency(const struct merkle_tree *tree, uint64_t old_size,
			 uint8_t old_root[static SHA256_SIZE],
			 uint8_t proof[static MERKLE_PROOF_MAX * SHA256_SIZE],
			 size_t *count)
{
	uint8_t down[MERKLE_PROOF_MAX + 1][SHA256_SIZE];
	uint64_t first = 0, end = tree->size;
	size_t n = 0;
	enum status status = root_between(tree, 0, old_size, old_root);

	assert(old_size <= tree->size);
	if (old_size == 0)
		end = 0;
	while (status == STATUS_OK && old_size < end) {
		uint64_t middle = first + split(end - first);

		assert(n < MERKLE_PROOF_MAX);
		if (old_size <= middle) {
			status = root_between(tree, middle, end, down[n++]);
			end = middle;
		} else {
			status = root_between(tree, first, middle, down[n++]);
			first = middle;
		}
	}
	/* Where the old tree is not whole in it, what is left of it leads. */
	if (status == STATUS_OK && first > 0)
		status = root_between(tree, first, end, down[n++]);
	for (size_t i = 0; status == STATUS_OK && i < n; i++)
		memcpy(proof + i * SHA256_SIZE, down[n - 1 - i], SHA256_SIZE);
	*count = n;
	return status;
}
