#include "catalog/log.h"

#include <jansson.h>

#include "catalog/merkle.h"
#include "catalog/pack.h"
#include "proto/encoding.h"
#include "tests/support/logs.h"

static struct place place;
static struct catalog *c;
static struct secret_key *key;
static struct err err = ERR_INIT;

static void start(void)
{
	place_make(&place);
	CHECK(catalog_open(&c, place.path, &err) == STATUS_OK);
	key = test_key(1);
}

static void finish(void)
{
	secret_key_free(key);
	catalog_free(c);
	place_remove(&place);
}

static enum status count_log(void *owner, const struct log_info *info,
			     struct err *e)
{
	char *origins = owner;

	(void)e;
	strcat(origins, info->origin);
	strcat(origins, " ");
	return STATUS_OK;
}

static void a_followed_log_is_found_by_origin_and_by_hash(void)
{
	struct log_info info, other;
	char origins[200] = "";
	int64_t id, again;

	start();
	CHECK(log_find(c, TEST_ORIGIN, &info, &err) == STATUS_NOT_FOUND);
	CHECK(log_follow(c, "bad origin", false, &id, &err) ==
	      STATUS_MALFORMED);
	CHECK(log_follow(c, TEST_ORIGIN, false, &id, &err) == STATUS_OK);
	CHECK(log_find(c, TEST_ORIGIN, &info, &err) == STATUS_OK);
	CHECK(info.id == id && !info.own && !info.forked && info.size == 0);
	CHECK(memcmp(info.root, checkpoint_empty_root, SHA256_SIZE) == 0);
	CHECK(log_follow(c, TEST_ORIGIN, true, &again, &err) == STATUS_OK);
	CHECK(again == id);
	CHECK(log_follow(c, TEST_ORIGIN, false, &again, &err) == STATUS_OK);
	CHECK(log_find_hash(c, info.hash, &other, &err) == STATUS_OK);
	CHECK(other.id == id && other.own);
	origin_hash(TEST_ORIGIN, origins);
	CHECK(strcmp(info.hash, origins) == 0);
	CHECK(log_find_hash(c, "00", &other, &err) == STATUS_NOT_FOUND);
	info.hash[0] = 'A';
	CHECK(log_find_hash(c, info.hash, &other, &err) == STATUS_NOT_FOUND);
	CHECK(log_follow(c, "aaa.example", false, &id, &err) == STATUS_OK);
	origins[0] = 0;
	CHECK(log_each(c, count_log, origins, &err) == STATUS_OK);
	CHECK(strcmp(origins, "aaa.example " TEST_ORIGIN " ") == 0);
	CHECK(log_set_heard(c, id, 50, &err) == STATUS_OK);
	CHECK(log_set_heard(c, id, 40, &err) == STATUS_OK);
	CHECK(log_set_indexed(c, id, 7, &err) == STATUS_OK);
	CHECK(log_get(c, id, &info, &err) == STATUS_OK);
	CHECK(info.heard_s == 50 && info.indexed == 7);
	CHECK(log_get(c, 99, &info, &err) == STATUS_NOT_FOUND);
	finish();
}

static void check_note(int64_t id, const struct log_info *info)
{
	struct buf note = BUF_INIT;
	struct checkpoint head;

	CHECK(log_read_note(c, id, &note, &err) == STATUS_OK);
	CHECK(checkpoint_open(buf_bytes(&note), TEST_ORIGIN,
			      secret_key_public(key), 1, &head) == STATUS_OK);
	CHECK(head.size == info->size);
	CHECK(memcmp(head.root, info->root, SHA256_SIZE) == 0);
	buf_release(&note);
}

static void an_own_log_grows_with_the_roots_of_the_vectors(void)
{
	json_t *vectors =
		json_load_file(TESTS_DIR "/vectors/tlog.json", 0, NULL);
	json_t *roots = json_object_get(vectors, "roots");
	static const unsigned sizes[] = { 0,   1,   3,	 8,   255, 256,
					  257, 300, 513, 65535, 65537, 70000 };
	static char texts[70000][16];
	static struct bytes entries[70000];
	uint8_t root[SHA256_SIZE], at[SHA256_SIZE];
	struct log_info info;
	uint64_t size = 0;
	int64_t id;
	size_t got;

	start();
	for (int i = 0; i < 70000; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "leaf %d", i);
		entries[i] = bytes_of(texts[i]);
	}
	CHECK(log_follow(c, TEST_ORIGIN, true, &id, &err) == STATUS_OK);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char name[16];

		CHECK(log_append(c, id, entries + size, sizes[i] - size, key,
				 &err) == STATUS_OK);
		size = sizes[i];
		(void)snprintf(name, sizeof(name), "%llu",
			       (unsigned long long)size);
		CHECK(base64_decode(bytes_of(json_string_value(
					    json_object_get(roots, name))),
				    root, sizeof(root), &got) == STATUS_OK);
		CHECK(log_get(c, id, &info, &err) == STATUS_OK);
		CHECK(info.size == size);
		CHECK(memcmp(info.root, root, sizeof(root)) == 0);
		check_note(id, &info);
	}
	/* Every earlier root can still be told. */
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "%u", sizes[i]);
		CHECK(base64_decode(bytes_of(json_string_value(
					    json_object_get(roots, name))),
				    root, sizeof(root), &got) == STATUS_OK);
		CHECK(log_root_at(c, id, sizes[i], at, &err) == STATUS_OK);
		CHECK(memcmp(root, at, sizeof(root)) == 0);
	}
	CHECK(log_root_at(c, id, 70001, at, &err) == STATUS_NOT_FOUND);
	json_decref(vectors);
	/* goes on in tiles_are_those_of_the_vectors() */
}

static void tiles_are_those_of_the_vectors(void)
{
	json_t *vectors =
		json_load_file(TESTS_DIR "/vectors/tlog.json", 0, NULL);
	json_t *digests = json_object_get(vectors, "tile_sha256_size70000");
	const char *name;
	json_t *value;
	struct buf tile = BUF_INIT;
	uint8_t hash[SHA256_SIZE];
	char told[96], hex[65];

	json_object_foreach(digests, name, value) {
		struct tile_path path;

		CHECK(tile_path_parse(bytes_of(name), &path) == STATUS_OK);
		buf_clear(&tile);
		CHECK(log_read_tile(c, 1, path.level, path.n, path.width,
				    &tile, &err) == STATUS_OK);
		sha256(tile.data, tile.size, hash);
		hex_encode((struct bytes){ hash, sizeof(hash) }, hex);
		(void)snprintf(told, sizeof(told), "%zu bytes sha256 %s",
			       tile.size, hex);
		CHECK(strcmp(told, json_string_value(value)) == 0);
	}
	buf_clear(&tile);
	CHECK(log_read_tile(c, 1, 0, 273, 113, &tile, &err) ==
	      STATUS_NOT_FOUND);
	CHECK(log_read_tile(c, 1, 1, 1, 18, &tile, &err) == STATUS_NOT_FOUND);
	CHECK(log_read_tile(c, 1, 3, 0, 1, &tile, &err) == STATUS_NOT_FOUND);
	CHECK(log_read_tile(c, 1, 64, 0, 1, &tile, &err) == STATUS_NOT_FOUND);
	CHECK(log_read_tile(c, 2, 0, 0, 1, &tile, &err) == STATUS_NOT_FOUND);
	CHECK(log_read_tile(c, 1, 0, 0, 0, &tile, &err) == STATUS_NOT_FOUND);
	CHECK(log_read_tile(c, 1, 0, 0, 257, &tile, &err) == STATUS_NOT_FOUND);
	CHECK(tile.size == 0);
	/* Narrower tiles are how wider ones begin. */
	CHECK(log_read_tile(c, 1, 0, 273, 7, &tile, &err) == STATUS_OK);
	CHECK(tile.size == 7 * SHA256_SIZE);
	buf_release(&tile);
	json_decref(vectors);
	finish();
}

static enum status stop_at_600(void *owner, uint64_t index, struct bytes entry,
			       struct err *e)
{
	struct log_info info;
	char text[64];

	(void)owner;
	/* The callback may use the catalog. */
	CHECK(log_get(c, 1, &info, e) == STATUS_OK);
	CHECK(bytes_equal(entry, (struct bytes){ (uint8_t *)text,
						 test_entry(index, 'a',
							    text) }));
	return index == 600 ? err_set(e, STATUS_CANCELLED, "enough") :
			      STATUS_OK;
}

static void entries_and_bundles_read_back(void)
{
	struct buf raw = BUF_INIT, packed = BUF_INIT, narrow = BUF_INIT;
	struct sum sum = { .next = 255 };
	bool is_zstd = true;
	int64_t id;

	start();
	CHECK(log_follow(c, TEST_ORIGIN, true, &id, &err) == STATUS_OK);
	for (uint64_t size = 0; size <= 700; size += 70)
		grow(c, id, key, 'a', size);
	sha256_init(&sum.hash);
	CHECK(log_read_entries(c, id, 255, 2, add_entry, &sum, &err) ==
	      STATUS_OK);
	CHECK(sum.next == 257);
	CHECK(log_read_entries(c, id, 700, 5, add_entry, &sum, &err) ==
	      STATUS_OK);
	CHECK(log_read_entries(c, id, UINT64_MAX, UINT64_MAX, add_entry, &sum,
			       &err) == STATUS_OK);
	CHECK(sum.next == 257);
	CHECK(log_read_entries(c, id, 3, 1000, stop_at_600, NULL, &err) ==
	      STATUS_CANCELLED);

	CHECK(log_read_bundle(c, id, 0, 256, false, &raw, &is_zstd, &err) ==
	      STATUS_OK);
	CHECK(!is_zstd);
	CHECK(log_read_bundle(c, id, 0, 256, true, &packed, &is_zstd, &err) ==
	      STATUS_OK);
	CHECK(is_zstd && packed.size < raw.size / 4);
	buf_clear(&narrow);
	CHECK(pack_expand(buf_bytes(&packed), raw.size, &narrow) == STATUS_OK);
	CHECK(bytes_equal(buf_bytes(&raw), buf_bytes(&narrow)));
	buf_clear(&narrow);
	CHECK(log_read_bundle(c, id, 0, 9, true, &narrow, &is_zstd, &err) ==
	      STATUS_OK);
	CHECK(!is_zstd && narrow.size < raw.size);
	CHECK(memcmp(narrow.data, raw.data, narrow.size) == 0);
	CHECK(bundle_check(buf_bytes(&narrow), 9, 100) == STATUS_OK);
	CHECK(log_read_bundle(c, id, 2, 188, true, &narrow, &is_zstd, &err) ==
	      STATUS_OK);
	CHECK(log_read_bundle(c, id, 2, 189, true, &narrow, &is_zstd, &err) ==
	      STATUS_NOT_FOUND);
	CHECK(log_read_bundle(c, id, 3, 1, true, &narrow, &is_zstd, &err) ==
	      STATUS_NOT_FOUND);
	CHECK(log_read_bundle(c, id, UINT64_MAX, 1, true, &narrow, &is_zstd,
			      &err) == STATUS_NOT_FOUND);
	buf_release(&raw);
	buf_release(&packed);
	buf_release(&narrow);
	finish();
}

static void only_the_owner_with_its_key_may_append(void)
{
	struct secret_key *other;
	struct bytes entry = bytes_of("entry"), big;
	struct log_info info;
	int64_t id, followed;

	start();
	CHECK(log_follow(c, "other.example", false, &followed, &err) ==
	      STATUS_OK);
	CHECK(log_follow(c, TEST_ORIGIN, true, &id, &err) == STATUS_OK);
	CHECK(log_append(c, followed, &entry, 1, key, &err) ==
	      STATUS_UNTRUSTED);
	CHECK(log_append(c, 99, &entry, 1, key, &err) == STATUS_NOT_FOUND);
	CHECK(secret_key_new(&other, "other.example", KEY_ED25519) ==
	      STATUS_OK);
	CHECK(log_append(c, id, &entry, 1, other, &err) == STATUS_UNTRUSTED);
	big = (struct bytes){ calloc(1, ENTRY_SIZE_MAX + 1),
			      ENTRY_SIZE_MAX + 1 };
	CHECK(log_append(c, id, &big, 1, key, &err) == STATUS_MALFORMED);
	CHECK(log_get(c, id, &info, &err) == STATUS_OK && info.size == 0);
	CHECK(!catalog_in_transaction(c));
	free((void *)(uintptr_t)big.data);
	secret_key_free(other);
	finish();
}

static enum status look_at_evidence(void *owner, const struct log_evidence *e,
				    struct err *er)
{
	unsigned *count = owner;

	(void)er;
	CHECK(e->found_s == 1234 && strcmp(e->why, "two roots") == 0);
	CHECK(bytes_is(e->ours, "ours") &&
	      bytes_start_with(e->theirs, "theirs"));
	(*count)++;
	return STATUS_OK;
}

static void a_forked_log_takes_no_more_entries(void)
{
	struct bytes entry = bytes_of("entry");
	struct log_evidence evidence = { .found_s = 1234,
					 .why = "two roots",
					 .ours = bytes_of("ours") };
	struct log_info info;
	char theirs[32];
	unsigned count = 0;
	int64_t id;

	start();
	CHECK(log_follow(c, TEST_ORIGIN, true, &id, &err) == STATUS_OK);
	grow(c, id, key, 'a', 3);
	evidence.log = id;
	for (int i = 0; i < 100; i++) {
		(void)snprintf(theirs, sizeof(theirs), "theirs %d", i / 2);
		evidence.theirs = bytes_of(theirs);
		CHECK(log_mark_forked(c, &evidence, &err) == STATUS_OK);
	}
	CHECK(log_append(c, id, &entry, 1, key, &err) == STATUS_FORKED);
	CHECK(log_get(c, id, &info, &err) == STATUS_OK);
	CHECK(info.forked && info.size == 3);
	CHECK(log_each_evidence(c, look_at_evidence, &count, &err) ==
	      STATUS_OK);
	CHECK(count == LOG_EVIDENCE_MAX);
	finish();
}

/* By mistake or by malice another root was named: others begin anew, and what
 * this node has written nobody has but itself. */
static void an_own_log_is_kept_whatever_end_is_named(void)
{
	struct checkpoint end = { .size = 2, .root = { 1 } };
	struct log_info info;
	bool changed = true;
	int64_t id;

	start();
	CHECK(log_follow(c, TEST_ORIGIN, true, &id, &err) == STATUS_OK);
	grow(c, id, key, 'a', 3);
	strcpy(end.origin, TEST_ORIGIN);
	CHECK(log_end_at(c, id, &end, LOG_END_BY_TRUST, 1234, &changed,
			 &err) == STATUS_OK);
	CHECK(log_get(c, id, &info, &err) == STATUS_OK);
	CHECK(!changed && info.size == 3);
	CHECK(log_root_at(c, id, 2, end.root, &err) == STATUS_OK);
	CHECK(log_end_at(c, id, &end, LOG_END_BY_TRUST, 1234, &changed,
			 &err) == STATUS_OK);
	CHECK(log_get(c, id, &info, &err) == STATUS_OK);
	CHECK(changed && info.size == 2);
	finish();
}

static void an_append_inside_a_transaction_goes_with_it(void)
{
	struct bytes entry = bytes_of("entry");
	struct log_info info;
	int64_t id;

	start();
	CHECK(log_follow(c, TEST_ORIGIN, true, &id, &err) == STATUS_OK);
	CHECK(catalog_begin(c, CATALOG_DURABLE, &err) == STATUS_OK);
	CHECK(log_append(c, id, &entry, 1, key, &err) == STATUS_OK);
	catalog_rollback(c);
	CHECK(log_get(c, id, &info, &err) == STATUS_OK && info.size == 0);
	CHECK(catalog_begin(c, CATALOG_DURABLE, &err) == STATUS_OK);
	CHECK(log_append(c, id, &entry, 1, key, &err) == STATUS_OK);
	CHECK(catalog_commit(c, &err) == STATUS_OK);
	CHECK(log_get(c, id, &info, &err) == STATUS_OK && info.size == 1);
	finish();
}

static void cosignatures_are_added_to_the_note(void)
{
	struct secret_key *witness;
	struct buf note = BUF_INIT, cosigned = BUF_INIT;
	struct cosignatures found;
	struct note parsed;
	int64_t id;

	start();
	CHECK(log_follow(c, TEST_ORIGIN, true, &id, &err) == STATUS_OK);
	CHECK(log_add_signatures(c, id, bytes_of("x"), &err) ==
	      STATUS_NOT_FOUND);
	grow(c, id, key, 'a', 3);
	CHECK(log_read_note(c, id, &note, &err) == STATUS_OK);
	CHECK(note_parse(buf_bytes(&note), NOTE_MAX, &parsed) == STATUS_OK);
	CHECK(secret_key_new(&witness, "witness.example", KEY_COSIGNER) ==
	      STATUS_OK);
	CHECK(cosignature_add(&parsed, witness, 99, &cosigned) == STATUS_OK);
	for (int i = 0; i < 2; i++) {
		CHECK(log_add_signatures(c, id, buf_bytes(&cosigned), &err) ==
		      STATUS_OK);
		CHECK(log_add_signatures(c, id, buf_bytes(&note), &err) ==
		      STATUS_OK);
	}
	buf_clear(&cosigned);
	CHECK(log_read_note(c, id, &cosigned, &err) == STATUS_OK);
	CHECK(note_parse(buf_bytes(&cosigned), NOTE_MAX, &parsed) == STATUS_OK);
	CHECK(parsed.count == 2);
	CHECK(cosignature_verify(&parsed, secret_key_public(witness), 1,
				 &found) == STATUS_OK);
	CHECK(found.distinct == 1 && found.time_s[0] == 99);
	grow(c, id, key, 'a', 4);
	CHECK(log_add_signatures(c, id, buf_bytes(&cosigned), &err) ==
	      STATUS_MALFORMED);
	secret_key_free(witness);
	buf_release(&note);
	buf_release(&cosigned);
	finish();
}

int main(void)
{
	a_followed_log_is_found_by_origin_and_by_hash();
	an_own_log_grows_with_the_roots_of_the_vectors();
	tiles_are_those_of_the_vectors();
	entries_and_bundles_read_back();
	only_the_owner_with_its_key_may_append();
	a_forked_log_takes_no_more_entries();
	an_own_log_is_kept_whatever_end_is_named();
	an_append_inside_a_transaction_goes_with_it();
	cosignatures_are_added_to_the_note();
	return 0;
}
