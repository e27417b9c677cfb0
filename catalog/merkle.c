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

void merkle_node(const uint8_t left[static SHA256_SIZE],
		 const uint8_t right[static SHA256_SIZE],
		 uint8_t out[static SHA256_SIZE])
{
	uint8_t both[1 + 2 * SHA256_SIZE];

	both[0] = 1;
	memcpy(both + 1, left, SHA256_SIZE);
	memcpy(both + 1 + SHA256_SIZE, right, SHA256_SIZE);
	sha256(both, sizeof(both), out);
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

/* RFC 9162 2.1.3.2 */
enum status merkle_check_inclusion(uint64_t index, uint64_t size,
				   const uint8_t leaf[static SHA256_SIZE],
				   const uint8_t *proof, size_t count,
				   const uint8_t root[static SHA256_SIZE])
{
	uint8_t r[SHA256_SIZE];
	uint64_t fn = index, sn = size - 1;

	if (index >= size)
		return STATUS_UNTRUSTED;
	memcpy(r, leaf, sizeof(r));
	for (size_t i = 0; i < count; i++) {
		const uint8_t *p = proof + i * SHA256_SIZE;

		if (sn == 0)
			return STATUS_UNTRUSTED;
		if ((fn & 1) != 0 || fn == sn) {
			merkle_node(p, r, r);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			merkle_node(r, p, r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(r, root, sizeof(r)) == 0 ? STATUS_OK :
							    STATUS_UNTRUSTED;
}

/* RFC 9162 2.1.4.2, for 0 < old_size < new_size. The proof's first hash is the
 * old root itself when the old tree is one complete subtree. */
static bool grows(uint64_t old_size, uint64_t new_size,
		  const uint8_t *old_root, const uint8_t *new_root,
		  const uint8_t *proof, size_t count)
{
	uint8_t fr[SHA256_SIZE], sr[SHA256_SIZE];
	uint64_t fn = old_size - 1, sn = new_size - 1;
	size_t i = 0;

	for (; (fn & 1) != 0; fn >>= 1)
		sn >>= 1;
	if ((old_size & (old_size - 1)) == 0) {
		memcpy(fr, old_root, sizeof(fr));
	} else {
		if (count == 0)
			return false;
		memcpy(fr, proof, sizeof(fr));
		i = 1;
	}
	memcpy(sr, fr, sizeof(sr));
	for (; i < count; i++) {
		const uint8_t *p = proof + i * SHA256_SIZE;

		if (sn == 0)
			return false;
		if ((fn & 1) != 0 || fn == sn) {
			merkle_node(p, fr, fr);
			merkle_node(p, sr, sr);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			merkle_node(sr, p, sr);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(fr, old_root, sizeof(fr)) == 0 &&
	       memcmp(sr, new_root, sizeof(sr)) == 0;
}

enum status
merkle_check_consistency(uint64_t old_size, uint64_t new_size,
			 const uint8_t old_root[static SHA256_SIZE],
			 const uint8_t new_root[static SHA256_SIZE],
			 const uint8_t *proof, size_t count)
{
	uint8_t empty[SHA256_SIZE];
	bool ok;

	sha256("", 0, empty);
	if (old_size > new_size)
		ok = false;
	else if (old_size == 0)
		ok = count == 0 && memcmp(old_root, empty, sizeof(empty)) == 0 &&
		     (new_size > 0 ||
		      memcmp(new_root, empty, sizeof(empty)) == 0);
	else if (old_size == new_size)
		ok = count == 0 && memcmp(old_root, new_root, SHA256_SIZE) == 0;
	else
		ok = grows(old_size, new_size, old_root, new_root, proof,
			   count);
	return ok ? STATUS_OK : STATUS_UNTRUSTED;
}
