#include "signing/merkleproof.h"

#include <stdbool.h>
#include <string.h>

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
		ok = count == 0 &&
		     memcmp(old_root, empty, sizeof(empty)) == 0 &&
		     (new_size > 0 ||
		      memcmp(new_root, empty, sizeof(empty)) == 0);
	else if (old_size == new_size)
		ok = count == 0 && memcmp(old_root, new_root, SHA256_SIZE) == 0;
	else
		ok = grows(old_size, new_size, old_root, new_root, proof,
			   count);
	return ok ? STATUS_OK : STATUS_UNTRUSTED;
}
