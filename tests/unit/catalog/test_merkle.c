#include "catalog/merkle.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bundle.h"
#include "proto/encoding.h"
#include "tests/support/check.h"

enum { LEAVES = 70000 };

static json_t *vectors;
static uint8_t leaves[LEAVES][SHA256_SIZE];

static void decode(const char *base64, uint8_t out[static SHA256_SIZE])
{
	size_t size;

	CHECK(base64 != NULL);
	CHECK(base64_decode(bytes_of(base64), out, SHA256_SIZE, &size) ==
	      STATUS_OK);
	CHECK(size == SHA256_SIZE);
}

static void hash_leaves(void)
{
	char text[16];

	for (int i = 0; i < LEAVES; i++) {
		(void)snprintf(text, sizeof(text), "leaf %d", i);
		merkle_leaf(bytes_of(text), leaves[i]);
	}
}

static void roots_are_those_of_the_vectors_at_every_size(void)
{
	json_t *roots = json_object_get(vectors, "roots"), *value;
	struct compact_range range;
	uint8_t root[SHA256_SIZE], expected[SHA256_SIZE];
	char size[16];
	size_t checked = 0;

	compact_range_init(&range);
	for (int i = 0; i <= LEAVES; i++) {
		(void)snprintf(size, sizeof(size), "%d", i);
		value = json_object_get(roots, size);
		if (value != NULL) {
			decode(json_string_value(value), expected);
			compact_range_root(&range, root);
			CHECK(memcmp(root, expected, sizeof(root)) == 0);
			checked++;
		}
		if (i < LEAVES)
			compact_range_append(&range, leaves[i]);
	}
	CHECK(checked == json_object_size(roots) && checked == 22);
}

static void subtrees_of_any_height_give_the_same_root(void)
{
	static uint8_t copy[LEAVES * SHA256_SIZE];
	struct compact_range range, tail;
	uint8_t root[SHA256_SIZE], expected[SHA256_SIZE], node[SHA256_SIZE];

	decode(json_string_value(json_object_get(
		       json_object_get(vectors, "roots"), "70000")),
	       expected);
	memcpy(copy, leaves, sizeof(copy));
	merkle_fold(copy, LEAVES, root);
	CHECK(memcmp(root, expected, sizeof(root)) == 0);
	for (unsigned height = 0; height <= 16; height++) {
		size_t step = (size_t)1 << height, at = 0;

		compact_range_init(&range);
		for (; at + step <= LEAVES; at += step) {
			memcpy(copy, leaves[at], step * SHA256_SIZE);
			merkle_fold(copy, step, node);
			compact_range_append_subtree(&range, height, node);
		}
		compact_range_init(&tail);
		for (; at < LEAVES; at++)
			compact_range_append(&tail, leaves[at]);
		compact_range_append_range(&range, &tail);
		CHECK(range.size == LEAVES);
		compact_range_root(&range, root);
		CHECK(memcmp(root, expected, sizeof(root)) == 0);
	}
	merkle_fold(copy, 0, root);
	decode("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", expected);
	CHECK(memcmp(root, expected, sizeof(root)) == 0);
}

static size_t decode_proof(json_t *proof, uint8_t *out)
{
	size_t count = json_array_size(proof);

	CHECK(count <= MERKLE_PROOF_MAX);
	for (size_t i = 0; i < count; i++)
		decode(json_string_value(json_array_get(proof, i)),
		       out + i * SHA256_SIZE);
	return count;
}

static void root_of(uint64_t size, uint8_t out[static SHA256_SIZE])
{
	struct compact_range range;

	compact_range_init(&range);
	for (size_t i = 0; i < size; i++)
		compact_range_append(&range, leaves[i]);
	compact_range_root(&range, out);
}

static void consistency_proofs_hold_and_no_changed_one_does(void)
{
	uint8_t proof[(MERKLE_PROOF_MAX + 1) * SHA256_SIZE] = { 0 };
	uint8_t old_root[SHA256_SIZE], new_root[SHA256_SIZE];
	json_t *one;
	size_t at;

	json_array_foreach(json_object_get(vectors, "consistency"), at, one) {
		uint64_t from = (uint64_t)json_integer_value(
			json_object_get(one, "Old"));
		uint64_t to = (uint64_t)json_integer_value(
			json_object_get(one, "New"));
		size_t n = decode_proof(json_object_get(one, "Proof"), proof);

		root_of(from, old_root);
		root_of(to, new_root);
		CHECK(merkle_check_consistency(from, to, old_root, new_root,
					       proof, n) == STATUS_OK);
		if (from == to)
			continue;
		CHECK(merkle_check_consistency(to, from, new_root, old_root,
					       proof, n) == STATUS_UNTRUSTED);
		CHECK(merkle_check_consistency(from, to, old_root, new_root,
					       proof, n + 1) ==
		      STATUS_UNTRUSTED);
		CHECK(n == 0 ||
		      merkle_check_consistency(from, to, old_root, new_root,
					       proof, n - 1) ==
			      STATUS_UNTRUSTED);
		for (size_t i = 0; i < n; i++) {
			proof[i * SHA256_SIZE] ^= 1;
			CHECK(merkle_check_consistency(from, to, old_root,
						       new_root, proof, n) ==
			      STATUS_UNTRUSTED);
			proof[i * SHA256_SIZE] ^= 1;
		}
	}
	CHECK(at == 12);
}

static void inclusion_proofs_hold_and_no_changed_one_does(void)
{
	uint8_t proof[(MERKLE_PROOF_MAX + 1) * SHA256_SIZE] = { 0 };
	uint8_t root[SHA256_SIZE], leaf[SHA256_SIZE];
	json_t *one;
	size_t at;

	json_array_foreach(json_object_get(vectors, "inclusion"), at, one) {
		uint64_t index = (uint64_t)json_integer_value(
			json_object_get(one, "Index"));
		uint64_t size = (uint64_t)json_integer_value(
			json_object_get(one, "Size"));
		size_t n = decode_proof(json_object_get(one, "Proof"), proof);

		decode(json_string_value(json_object_get(one, "LeafHash")),
		       leaf);
		CHECK(memcmp(leaf, leaves[index], sizeof(leaf)) == 0);
		root_of(size, root);
		CHECK(merkle_check_inclusion(index, size, leaf, proof, n,
					     root) == STATUS_OK);
		CHECK(merkle_check_inclusion(size, size, leaf, proof, n,
					     root) == STATUS_UNTRUSTED);
		CHECK(merkle_check_inclusion(index, size, leaf, proof, n + 1,
					     root) == STATUS_UNTRUSTED);
		for (size_t i = 0; i < n; i++) {
			proof[i * SHA256_SIZE] ^= 1;
			CHECK(merkle_check_inclusion(index, size, leaf, proof,
						     n, root) ==
			      STATUS_UNTRUSTED);
			proof[i * SHA256_SIZE] ^= 1;
		}
		leaf[0] ^= 1;
		CHECK(merkle_check_inclusion(index, size, leaf, proof, n,
					     root) == STATUS_UNTRUSTED);
	}
	CHECK(at == 9);
}

static void nothing_grows_into_everything_without_a_proof(void)
{
	uint8_t empty[SHA256_SIZE], root[SHA256_SIZE];

	root_of(0, empty);
	root_of(5, root);
	CHECK(merkle_check_consistency(0, 5, empty, root, NULL, 0) ==
	      STATUS_OK);
	CHECK(merkle_check_consistency(0, 0, empty, empty, NULL, 0) ==
	      STATUS_OK);
	CHECK(merkle_check_consistency(0, 0, empty, root, NULL, 0) ==
	      STATUS_UNTRUSTED);
	CHECK(merkle_check_consistency(0, 5, root, root, NULL, 0) ==
	      STATUS_UNTRUSTED);
	CHECK(merkle_check_consistency(0, 5, empty, root, empty, 1) ==
	      STATUS_UNTRUSTED);
	CHECK(merkle_check_inclusion(0, 0, empty, NULL, 0, empty) ==
	      STATUS_UNTRUSTED);
}

static void a_bundle_is_appended_entry_by_entry(void)
{
	struct compact_range range;
	struct buf bundle = BUF_INIT;
	uint8_t root[SHA256_SIZE], expected[SHA256_SIZE];
	char text[16];

	for (int i = 0; i < 256; i++) {
		(void)snprintf(text, sizeof(text), "leaf %d", i);
		CHECK(bundle_put(&bundle, bytes_of(text)) == STATUS_OK);
	}
	compact_range_init(&range);
	compact_range_append_bundle(&range, buf_bytes(&bundle));
	compact_range_root(&range, root);
	root_of(256, expected);
	CHECK(memcmp(root, expected, sizeof(root)) == 0);
	buf_release(&bundle);
}

/* Trees of one size are read from the leaves above. */
static enum status hash_of(void *owner, unsigned level, uint64_t n,
			   uint8_t out[static SHA256_SIZE])
{
	static uint8_t wide[256 * SHA256_SIZE];

	(void)owner;
	if (level == 0) {
		memcpy(out, leaves[n], SHA256_SIZE);
		return STATUS_OK;
	}
	memcpy(wide, leaves[n * 256], sizeof(wide));
	merkle_fold(wide, 256, out);
	return STATUS_OK;
}

static void roots_at(size_t size, uint8_t root[static SHA256_SIZE])
{
	struct compact_range range;

	compact_range_init(&range);
	for (size_t i = 0; i < size; i++)
		compact_range_append(&range, leaves[i]);
	compact_range_root(&range, root);
}

static void check_made(uint64_t from, uint64_t to)
{
	const struct merkle_tree tree = { .size = to, .hash = hash_of };
	uint8_t proof[MERKLE_PROOF_MAX * SHA256_SIZE], old[SHA256_SIZE];
	uint8_t old_root[SHA256_SIZE], new_root[SHA256_SIZE];
	size_t count = 99;

	roots_at(from, old_root);
	roots_at(to, new_root);
	CHECK(merkle_prove_consistency(&tree, from, old, proof, &count) ==
	      STATUS_OK);
	CHECK(memcmp(old, old_root, sizeof(old)) == 0);
	CHECK(merkle_check_consistency(from, to, old_root, new_root, proof,
				       count) == STATUS_OK);
	if (count == 0)
		return;
	proof[(count - 1) * SHA256_SIZE] ^= 1;
	CHECK(merkle_check_consistency(from, to, old_root, new_root, proof,
				       count) == STATUS_UNTRUSTED);
}

static void made_proofs_are_those_that_are_accepted(void)
{
	static const uint64_t sizes[] = { 1,   2,   3,	 7,   255, 256,
					  257, 300, 511, 512, 700, 66000 };
	const size_t n = sizeof(sizes) / sizeof(*sizes);

	for (uint64_t to = 0; to < 40; to++)
		for (uint64_t from = 0; from <= to; from++)
			check_made(from, to);
	for (size_t i = 0; i < n; i++)
		for (size_t j = i; j < n; j++)
			check_made(sizes[i], sizes[j]);
}

int main(void)
{
	vectors = json_load_file(TESTS_DIR "/vectors/tlog.json", 0, NULL);
	CHECK(vectors != NULL);
	hash_leaves();
	roots_are_those_of_the_vectors_at_every_size();
	subtrees_of_any_height_give_the_same_root();
	consistency_proofs_hold_and_no_changed_one_does();
	inclusion_proofs_hold_and_no_changed_one_does();
	nothing_grows_into_everything_without_a_proof();
	a_bundle_is_appended_entry_by_entry();
	made_proofs_are_those_that_are_accepted();
	json_decref(vectors);
	return 0;
}
