/* Checkpoints and cosignatures: as they come, and with the input as a text that
 * the right key has signed. */
#include "signing/checkpoint.h"
#include "tests/fuzz/keys.h"

static struct secret_key *log_key, *witness;

void fuzz_begin(void)
{
	log_key = fuzz_key("a.example/log", KEY_ED25519, 1);
	witness = fuzz_key("w.example", KEY_COSIGNER, 2);
}

/* Extension lines apart, it is written again as it was. */
static void read_text(struct bytes text)
{
	struct checkpoint cp;
	struct buf again = BUF_INIT;

	if (checkpoint_parse(text, &cp) != STATUS_OK)
		return;
	CHECK(cp.size <= INT64_MAX);
	checkpoint_format(&cp, &again);
	CHECK(again.size <= text.size &&
	      memcmp(again.data, text.data, again.size) == 0);
	buf_release(&again);
}

static void cosign(struct bytes whole)
{
	const struct public_key *key = secret_key_public(witness);
	struct cosignatures found;
	struct buf out = BUF_INIT;
	struct note note;
	enum status status;

	if (note_parse(whole, CHECKPOINT_NOTE_MAX, &note) != STATUS_OK)
		return;
	(void)cosignature_verify(&note, key, 1, &found);
	status = cosignature_add(&note, witness, 1700000000, &out);
	if (status == STATUS_OK) {
		CHECK(note_parse(buf_bytes(&out), NOTE_MAX, &note) ==
		      STATUS_OK);
		CHECK(cosignature_verify(&note, key, 1, &found) == STATUS_OK);
		CHECK(found.keys == 1 && found.distinct == 1 &&
		      found.time_s[0] == 1700000000);
	}
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct public_key *key = secret_key_public(log_key);
	struct bytes whole = { data, size };
	struct buf note = BUF_INIT;
	struct checkpoint cp;

	read_text(whole);
	cosign(whole);
	(void)checkpoint_open(whole, key->name, key, 1, &cp);
	if (fuzz_sign(data, size, log_key, &note) &&
	    checkpoint_open(buf_bytes(&note), key->name, key, 1, &cp) ==
		    STATUS_OK) {
		CHECK(strcmp(cp.origin, key->name) == 0);
		CHECK(cp.size > 0 || memcmp(cp.root, checkpoint_empty_root,
					    SHA256_SIZE) == 0);
		cosign(buf_bytes(&note));
	}
	buf_release(&note);
	return 0;
}

void fuzz_seeds(void)
{
	struct checkpoint cp = { .origin = "a.example/log", .size = 1000,
				 .root = { 7 } };
	struct buf b = BUF_INIT;

	checkpoint_format(&cp, &b);
	fuzz_seed(b.data, b.size);
	buf_puts(&b, "an extension line\n");
	fuzz_seed_buf(&b);
	CHECK(checkpoint_sign(&cp, log_key, &b) == STATUS_OK);
	fuzz_seed_buf(&b);
}
