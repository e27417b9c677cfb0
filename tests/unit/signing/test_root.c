#include "signing/root.h"

#include <string.h>

#include "tests/support/check.h"

enum { KEYS = 6 };

static struct secret_key *secrets[KEYS];

static void make_keys(void)
{
	for (size_t i = 0; i < KEYS; i++) {
		char name[32];
		uint8_t seed[KEY_SEED_SIZE];

		(void)snprintf(name, sizeof(name), "root.example/%zu", i);
		memset(seed, (int)i + 1, sizeof(seed));
		CHECK(secret_key_from_seed(&secrets[i], name, KEY_ED25519,
					   seed) == STATUS_OK);
	}
}

/* Keys by their digits: "023" is keys 0, 2 and 3. */
static struct root make(uint32_t version, uint32_t threshold, const char *who)
{
	struct root root = { .version = version, .threshold = threshold };

	for (; *who != 0; who++)
		root.keys[root.key_count++] =
			*secret_key_public(secrets[*who - '0']);
	return root;
}

static void sign(const struct root *root, const char *who, struct buf *out)
{
	struct buf text = BUF_INIT;

	CHECK(root_format(root, &text) == STATUS_OK);
	buf_clear(out);
	CHECK(note_sign(buf_bytes(&text), secrets[*who - '0'], out) ==
	      STATUS_OK);
	while (*++who != 0) {
		struct buf more = BUF_INIT;
		struct note note;

		CHECK(note_parse(buf_bytes(out), ROOT_NOTE_MAX, &note) ==
		      STATUS_OK);
		CHECK(note_add_signature(&note, secrets[*who - '0'], &more) ==
		      STATUS_OK);
		buf_release(out);
		*out = more;
	}
	buf_release(&text);
}

static enum status open_first(const struct root *root, const char *who)
{
	struct buf note = BUF_INIT;
	struct root read;
	enum status status;

	sign(root, who, &note);
	status = root_open_first(buf_bytes(&note), &read);
	if (status == STATUS_OK)
		CHECK(read.version == root->version &&
		      read.threshold == root->threshold &&
		      read.key_count == root->key_count);
	buf_release(&note);
	return status;
}

static enum status open_next(const struct root *now, const struct root *next,
			     const char *who)
{
	struct root read = { .version = 77 };
	struct buf note = BUF_INIT;
	enum status status;

	sign(next, who, &note);
	status = root_open_next(now, buf_bytes(&note), &read);
	CHECK(read.version == (status == STATUS_OK ? next->version : 77));
	buf_release(&note);
	return status;
}

static void the_first_root_meets_its_own_threshold(void)
{
	struct root one = make(1, 1, "0"), two = make(1, 2, "012");
	struct root later = make(2, 1, "0");

	CHECK(open_first(&one, "0") == STATUS_OK);
	CHECK(open_first(&one, "1") == STATUS_UNTRUSTED);
	CHECK(open_first(&two, "02") == STATUS_OK);
	CHECK(open_first(&two, "0123") == STATUS_OK);
	CHECK(open_first(&two, "0") == STATUS_UNTRUSTED);
	CHECK(open_first(&two, "034") == STATUS_UNTRUSTED);
	CHECK(open_first(&later, "0") == STATUS_MALFORMED);
}

static void the_next_root_needs_both_thresholds(void)
{
	struct root now = make(1, 2, "012"), next = make(2, 2, "234");

	CHECK(open_next(&now, &next, "123") == STATUS_OK);
	CHECK(open_next(&now, &next, "0134") == STATUS_OK);
	CHECK(open_next(&now, &next, "23") == STATUS_UNTRUSTED);
	CHECK(open_next(&now, &next, "01") == STATUS_UNTRUSTED);
	CHECK(open_next(&now, &next, "012") == STATUS_UNTRUSTED);
	CHECK(open_next(&now, &next, "5") == STATUS_UNTRUSTED);
}

static void all_keys_may_change_at_once(void)
{
	struct root now = make(1, 1, "0"), next = make(2, 2, "123");

	CHECK(open_next(&now, &next, "012") == STATUS_OK);
	CHECK(open_next(&now, &next, "12") == STATUS_UNTRUSTED);
	CHECK(open_next(&now, &next, "01") == STATUS_UNTRUSTED);
}

static void versions_go_up_by_one(void)
{
	struct root now = make(5, 1, "0");
	struct root same = make(5, 1, "0"), old = make(4, 1, "0");
	struct root next = make(6, 1, "0"), gap = make(7, 1, "0");

	CHECK(open_next(&now, &same, "0") == STATUS_OLD);
	CHECK(open_next(&now, &old, "0") == STATUS_OLD);
	CHECK(open_next(&now, &gap, "0") == STATUS_NOT_FOUND);
	CHECK(open_next(&now, &next, "0") == STATUS_OK);
}

static void a_walk_may_use_one_struct(void)
{
	struct root root = make(1, 1, "0");

	for (uint32_t version = 2; version < 10; version++) {
		char now = (char)('0' + (version - 1) % KEYS);
		char was = (char)('0' + (version - 2) % KEYS);
		char who[] = { now, 0 }, both[] = { was, now, 0 };
		struct root next = make(version, 1, who);
		struct buf note = BUF_INIT;

		sign(&next, both, &note);
		CHECK(root_open_next(&root, buf_bytes(&note), &root) ==
		      STATUS_OK);
		CHECK(root.version == version);
		buf_release(&note);
	}
}

/* The threshold counts keys: a second name buys no second vote. */
static void one_key_under_two_names_is_one_vote(void)
{
	struct root root = make(1, 2, "01");
	struct secret_key *alias;
	uint8_t seed[KEY_SEED_SIZE];
	struct buf note = BUF_INIT, two = BUF_INIT, text = BUF_INIT;
	struct note parsed;
	struct root read;

	memset(seed, 1, sizeof(seed));
	CHECK(secret_key_from_seed(&alias, "alias", KEY_ED25519, seed) ==
	      STATUS_OK);
	sign(&root, "0", &note);
	CHECK(note_parse(buf_bytes(&note), ROOT_NOTE_MAX, &parsed) ==
	      STATUS_OK);
	CHECK(note_add_signature(&parsed, alias, &two) == STATUS_OK);
	CHECK(root_open_first(buf_bytes(&two), &read) == STATUS_UNTRUSTED);
	/* Nor does listing it twice: such a root is none, … */
	root.keys[1] = *secret_key_public(alias);
	CHECK(root_format(&root, &text) == STATUS_MALFORMED);
	/* … and if one were in memory, its threshold would not be met. */
	CHECK(note_parse(buf_bytes(&two), ROOT_NOTE_MAX, &parsed) == STATUS_OK);
	CHECK(root_verify(&root, &parsed) == STATUS_UNTRUSTED);
	buf_release(&note);
	buf_release(&two);
	secret_key_free(alias);
}

static void roots_that_make_no_sense_are_not_written(void)
{
	struct root bad[] = { make(0, 1, "0"), make(1, 0, "0"),
			      make(1, 2, "0"), make(1, 1, ""),
			      make(1, 1, "00"),
			      make(ROOT_VERSION_MAX + 1, 1, "0") };
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(root_format(&bad[i], &text) == STATUS_MALFORMED);
	CHECK(text.size == 0);
}

static void the_fingerprint_ignores_who_signed(void)
{
	struct root root = make(1, 1, "01"), other = make(1, 2, "01");
	struct buf a = BUF_INIT, b = BUF_INIT, c = BUF_INIT;
	uint8_t fa[SHA256_SIZE], fb[SHA256_SIZE], fc[SHA256_SIZE];

	sign(&root, "0", &a);
	sign(&root, "10", &b);
	sign(&other, "01", &c);
	CHECK(root_fingerprint(buf_bytes(&a), fa) == STATUS_OK);
	CHECK(root_fingerprint(buf_bytes(&b), fb) == STATUS_OK);
	CHECK(root_fingerprint(buf_bytes(&c), fc) == STATUS_OK);
	CHECK(memcmp(fa, fb, SHA256_SIZE) == 0);
	CHECK(memcmp(fa, fc, SHA256_SIZE) != 0);
	CHECK(root_fingerprint(bytes_of("x"), fa) == STATUS_MALFORMED);
	buf_release(&a);
	buf_release(&b);
	buf_release(&c);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	make_keys();
	the_first_root_meets_its_own_threshold();
	the_next_root_needs_both_thresholds();
	all_keys_may_change_at_once();
	versions_go_up_by_one();
	a_walk_may_use_one_struct();
	one_key_under_two_names_is_one_vote();
	roots_that_make_no_sense_are_not_written();
	the_fingerprint_ignores_who_signed();
	for (size_t i = 0; i < KEYS; i++)
		secret_key_free(secrets[i]);
	return 0;
}
