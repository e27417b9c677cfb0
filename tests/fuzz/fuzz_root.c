/* Root notes. The input is taken as it comes, and as a text signed by the one
 * key of root 1. */
#include "signing/root.h"
#include "tests/fuzz/keys.h"

static struct secret_key *key, *other;
static struct root first;

void fuzz_begin(void)
{
	key = fuzz_key("root-a", KEY_ED25519, 1);
	other = fuzz_key("root-b", KEY_ED25519, 2);
	first = (struct root){ .version = 1, .threshold = 1, .key_count = 1 };
	first.keys[0] = *secret_key_public(key);
}

static void check_root(const struct root *root)
{
	CHECK(root->version >= 1 && root->version <= ROOT_VERSION_MAX);
	CHECK(root->threshold >= 1 && root->threshold <= root->key_count &&
	      root->key_count <= ROOT_KEYS_MAX);
	for (size_t i = 0; i < root->key_count; i++)
		for (size_t j = 0; j < i; j++)
			CHECK(!public_key_same(&root->keys[i],
					       &root->keys[j]));
}

static void read_text(struct bytes text)
{
	struct root root;
	struct buf again = BUF_INIT;

	if (root_parse(text, &root) != STATUS_OK)
		return;
	check_root(&root);
	CHECK(root_format(&root, &again) == STATUS_OK);
	CHECK(bytes_equal(buf_bytes(&again), text));
	buf_release(&again);
}

/* Whatever it says: below either threshold it is not believed. */
static void open(struct bytes whole, bool by_first)
{
	uint8_t fingerprint[SHA256_SIZE];
	struct root root;

	if (root_open_first(whole, &root) == STATUS_OK) {
		check_root(&root);
		CHECK(root.version == 1);
		CHECK(root_fingerprint(whole, fingerprint) == STATUS_OK);
	}
	if (root_open_next(&first, whole, &root) == STATUS_OK) {
		check_root(&root);
		CHECK(by_first && root.version == 2);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes whole = { data, size };
	struct buf one = BUF_INIT, both = BUF_INIT, stranger = BUF_INIT;
	struct note note;

	read_text(whole);
	open(whole, true);
	if (fuzz_sign(data, size, key, &one)) {
		open(buf_bytes(&one), true);
		CHECK(note_parse(buf_bytes(&one), NOTE_MAX, &note) ==
		      STATUS_OK);
		CHECK(note_add_signature(&note, other, &both) == STATUS_OK);
		open(buf_bytes(&both), true);
		CHECK(fuzz_sign(data, size, other, &stranger));
		open(buf_bytes(&stranger), false);
	}
	buf_release(&one);
	buf_release(&both);
	buf_release(&stranger);
	return 0;
}

void fuzz_seeds(void)
{
	struct root second = first;
	struct buf b = BUF_INIT;

	CHECK(root_format(&first, &b) == STATUS_OK);
	fuzz_seed_buf(&b);
	second.version = second.threshold = 2;
	second.key_count = 2;
	second.keys[1] = *secret_key_public(other);
	CHECK(root_format(&second, &b) == STATUS_OK);
	fuzz_seed_buf(&b);
}
