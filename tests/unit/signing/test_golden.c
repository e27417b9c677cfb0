/* Files that must read the same for ever, and files that must be refused
 * (tests/golden/signing, made by make.mjs without our C). */
#include <string.h>

#include "proto/encoding.h"
#include "signing/checkpoint.h"
#include "signing/trust.h"
#include "tests/support/check.h"

enum kind { NOTE, CHECKPOINT, COSIGNED, ROOT_1, ROOT_2, TRUST };

static const struct {
	const char *name;
	enum kind kind;
} good[] = {
	{ "note-plain", NOTE },
	{ "note-unknown-lines", NOTE },
	{ "note-bad-line-after-good", NOTE },
	{ "note-100-lines", NOTE },
	{ "note-delete-character", NOTE },
	{ "note-only-newline", NOTE },
	{ "checkpoint-cosigned", COSIGNED },
	{ "checkpoint-empty", CHECKPOINT },
	{ "checkpoint-largest", CHECKPOINT },
	{ "checkpoint-extension", CHECKPOINT },
	{ "root-1", ROOT_1 },
	{ "root-2", ROOT_2 },
	{ "trust", TRUST },
	{ "trust-ack", TRUST },
	{ "trust-empty", TRUST },
};

#define M STATUS_MALFORMED
#define U STATUS_UNTRUSTED

static const struct {
	const char *name;
	enum kind kind;
	enum status status;
} refuse[] = {
	{ "checkpoint-bad-cosignature", COSIGNED, U },
	{ "checkpoint-cosigned-only", CHECKPOINT, U },
	{ "checkpoint-empty-extension", CHECKPOINT, M },
	{ "checkpoint-empty-tree-root", CHECKPOINT, M },
	{ "checkpoint-leading-zero", CHECKPOINT, M },
	{ "checkpoint-negative", CHECKPOINT, M },
	{ "checkpoint-no-origin", CHECKPOINT, M },
	{ "checkpoint-no-root", CHECKPOINT, M },
	{ "checkpoint-no-size", CHECKPOINT, M },
	{ "checkpoint-origin-of-another-key", CHECKPOINT, U },
	{ "checkpoint-other-origin", CHECKPOINT, U },
	{ "checkpoint-other-time", COSIGNED, U },
	{ "checkpoint-plus", CHECKPOINT, M },
	{ "checkpoint-root-tail-bits", CHECKPOINT, M },
	{ "checkpoint-short-root", CHECKPOINT, M },
	{ "checkpoint-too-large", CHECKPOINT, M },
	{ "note-101-lines", NOTE, M },
	{ "note-bad-line-before-good", NOTE, U },
	{ "note-base64-no-padding", NOTE, M },
	{ "note-base64-padding-inside", NOTE, M },
	{ "note-base64-tail-bits", NOTE, M },
	{ "note-base64-url", NOTE, M },
	{ "note-crlf-all", NOTE, M },
	{ "note-crlf", NOTE, M },
	{ "note-empty-base64", NOTE, M },
	{ "note-empty-line-at-end", NOTE, M },
	{ "note-en-dash", NOTE, M },
	{ "note-four-bytes", NOTE, M },
	{ "note-hyphen", NOTE, M },
	{ "note-line-after-signatures", NOTE, M },
	{ "note-long-signature", NOTE, U },
	{ "note-name-empty", NOTE, M },
	{ "note-name-no-break-space", NOTE, M },
	{ "note-name-plus", NOTE, M },
	{ "note-name-wide-space", NOTE, M },
	{ "note-no-base64", NOTE, M },
	{ "note-no-empty-line", NOTE, M },
	{ "note-no-final-newline", NOTE, M },
	{ "note-no-signatures", NOTE, M },
	{ "note-not-utf8", NOTE, M },
	{ "note-nul", NOTE, M },
	{ "note-other-text", NOTE, U },
	{ "note-overlong-utf8", NOTE, M },
	{ "note-short-signature", NOTE, U },
	{ "note-tab", NOTE, M },
	{ "note-trailing-space", NOTE, M },
	{ "note-two-spaces-later", NOTE, M },
	{ "note-two-spaces", NOTE, M },
	{ "note-unknown-key", NOTE, U },
	{ "root-1-below-threshold", ROOT_1, U },
	{ "root-1-cosigner-key", ROOT_1, M },
	{ "root-1-key-twice", ROOT_1, M },
	{ "root-1-key-under-two-names", ROOT_1, M },
	{ "root-1-no-keys", ROOT_1, M },
	{ "root-1-one-key-twice", ROOT_1, U },
	{ "root-1-one-key-two-names", ROOT_1, U },
	{ "root-1-order", ROOT_1, M },
	{ "root-1-other-keys", ROOT_1, U },
	{ "root-1-seventeen-keys", ROOT_1, M },
	{ "root-1-surplus-line", ROOT_1, M },
	{ "root-1-surplus-space", ROOT_1, M },
	{ "root-1-threshold-beyond-keys", ROOT_1, M },
	{ "root-1-threshold-zero", ROOT_1, M },
	{ "root-1-title", ROOT_1, M },
	{ "root-1-version-leading-zero", ROOT_1, M },
	{ "root-1-version-two", ROOT_1, M },
	{ "root-1-version-zero", ROOT_1, M },
	{ "root-1-wrong-key-id", ROOT_1, M },
	{ "root-2-below-new-threshold", ROOT_2, U },
	{ "root-2-below-old-threshold", ROOT_2, U },
	{ "root-2-gap", ROOT_2, STATUS_NOT_FOUND },
	{ "root-2-old-version", ROOT_2, STATUS_OLD },
	{ "trust-below-threshold", TRUST, U },
	{ "trust-capital-statement", TRUST, M },
	{ "trust-cutoff-empty-tree-root", TRUST, M },
	{ "trust-cutoff-no-root", TRUST, M },
	{ "trust-cutoff-own-successor", TRUST, M },
	{ "trust-cutoff-twice", TRUST, M },
	{ "trust-empty-line", TRUST, M },
	{ "trust-hidden-character", TRUST, M },
	{ "trust-newer-root", TRUST, STATUS_NOT_FOUND },
	{ "trust-no-root-line", TRUST, M },
	{ "trust-old-keys", TRUST, U },
	{ "trust-publisher-bad-origin", TRUST, M },
	{ "trust-publisher-cosigner-key", TRUST, M },
	{ "trust-publisher-delegate-no", TRUST, M },
	{ "trust-publisher-key-of-another", TRUST, M },
	{ "trust-publisher-key-twice", TRUST, M },
	{ "trust-publisher-limit-order", TRUST, M },
	{ "trust-publisher-limit-text", TRUST, M },
	{ "trust-publisher-limit-zero", TRUST, M },
	{ "trust-publisher-no-key", TRUST, M },
	{ "trust-publisher-no-region", TRUST, M },
	{ "trust-publisher-no-topic", TRUST, M },
	{ "trust-publisher-region-all", TRUST, M },
	{ "trust-publisher-region-empty-item", TRUST, M },
	{ "trust-publisher-region-length", TRUST, M },
	{ "trust-publisher-three-keys", TRUST, M },
	{ "trust-publisher-topic-parent", TRUST, M },
	{ "trust-publisher-topic-star-among", TRUST, M },
	{ "trust-publisher-twice", TRUST, M },
	{ "trust-publisher-unknown-field", TRUST, M },
	{ "trust-recipient-ack-ed25519", TRUST, M },
	{ "trust-recipient-ack-empty", TRUST, M },
	{ "trust-recipient-ack-first", TRUST, M },
	{ "trust-recipient-ack-twice", TRUST, M },
	{ "trust-recipient-ed25519", TRUST, M },
	{ "trust-recipient-twice", TRUST, M },
	{ "trust-recipient-unknown-field", TRUST, M },
	{ "trust-title", TRUST, M },
	{ "trust-trailing-space", TRUST, M },
	{ "trust-two-spaces", TRUST, M },
	{ "trust-version-zero", TRUST, M },
	{ "trust-witness-ed25519", TRUST, M },
	{ "trust-witness-twice", TRUST, M },
};

static struct public_key key(const char *name, enum key_type type)
{
	struct secret_key *secret;
	struct public_key public;
	struct sha256 state;
	uint8_t seed[KEY_SEED_SIZE];

	sha256_init(&state);
	sha256_update(&state, "xiangtu golden ", 15);
	sha256_update(&state, name, strlen(name));
	sha256_final(&state, seed);
	CHECK(secret_key_from_seed(&secret, name, type, seed) == STATUS_OK);
	public = *secret_key_public(secret);
	secret_key_free(secret);
	return public;
}

static struct bytes load(const char *folder, const char *name,
			 uint8_t room[static NOTE_MAX])
{
	char path[512];
	FILE *file;
	size_t size;

	(void)snprintf(path, sizeof(path), "%s/golden/signing/%s/%s.note",
		       TESTS_DIR, folder, name);
	file = fopen(path, "rb");
	CHECK(file != NULL);
	size = fread(room, 1, NOTE_MAX, file);
	CHECK(size > 0 && size < NOTE_MAX);
	CHECK(fclose(file) == 0);
	return (struct bytes){ room, size };
}

static uint8_t room[NOTE_MAX], other_room[NOTE_MAX];

static enum status read_note(struct bytes whole)
{
	struct public_key alpha = key("alpha.example/a", KEY_ED25519);
	struct note_verified verified;
	struct note note;
	enum status status = note_parse(whole, NOTE_MAX, &note);

	if (status == STATUS_OK)
		status = note_verify(&note, &alpha, 1, &verified);
	return status;
}

static enum status read_checkpoint(struct bytes whole)
{
	static const char origin[] = "county.example/lessons";
	struct public_key keys[] = { key(origin, KEY_ED25519),
				     key("other.example/lessons", KEY_ED25519),
				     key("witness.example/w1", KEY_COSIGNER) };
	struct checkpoint checkpoint;

	return checkpoint_open(whole, origin, keys, 3, &checkpoint);
}

static enum status read_cosigned(struct bytes whole)
{
	struct public_key keys[] = { key("witness.example/w1", KEY_COSIGNER),
				     key("witness.example/w2", KEY_COSIGNER) };
	struct cosignatures found;
	struct note note;
	enum status status = read_checkpoint(whole);

	if (status == STATUS_OK)
		status = note_parse(whole, CHECKPOINT_NOTE_MAX, &note);
	if (status == STATUS_OK)
		status = cosignature_verify(&note, keys, 2, &found);
	if (status == STATUS_OK) {
		CHECK(found.keys == 3 && found.distinct == 2);
		CHECK(found.time_s[0] == 1767139200 && found.time_s[1] == 5);
	}
	return status;
}

static void same_text(struct bytes whole, struct buf *text)
{
	struct note note;

	CHECK(buf_status(text) == STATUS_OK);
	CHECK(note_parse(whole, NOTE_MAX, &note) == STATUS_OK);
	CHECK(bytes_equal(note.text, buf_bytes(text)));
	buf_release(text);
}

static enum status read_root(struct bytes whole, bool second)
{
	struct root root;
	struct buf text = BUF_INIT;
	enum status status;

	if (!second) {
		status = root_open_first(whole, &root);
	} else {
		CHECK(root_open_first(load("good", "root-1", other_room),
				      &root) == STATUS_OK);
		status = root_open_next(&root, whole, &root);
	}
	if (status == STATUS_OK) {
		CHECK(root_format(&root, &text) == STATUS_OK);
		same_text(whole, &text);
	}
	return status;
}

static enum status read_trust(struct bytes whole)
{
	struct root root;
	struct trust trust;
	struct buf text = BUF_INIT;
	enum status status;

	CHECK(root_open_first(load("good", "root-1", other_room), &root) ==
	      STATUS_OK);
	CHECK(root_open_next(&root, load("good", "root-2", other_room),
			     &root) == STATUS_OK);
	status = trust_open(whole, &root, &trust);
	if (status == STATUS_OK) {
		CHECK(trust_format(&trust, &text) == STATUS_OK);
		same_text(whole, &text);
		trust_release(&trust);
	}
	return status;
}

static enum status read_file(enum kind kind, struct bytes whole)
{
	switch (kind) {
	case NOTE:
		return read_note(whole);
	case CHECKPOINT:
		return read_checkpoint(whole);
	case COSIGNED:
		return read_cosigned(whole);
	case ROOT_1:
		return read_root(whole, false);
	case ROOT_2:
		return read_root(whole, true);
	case TRUST:
		return read_trust(whole);
	}
	return STATUS_USAGE;
}

static void what_was_good_stays_good(void)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		enum status status = read_file(
			good[i].kind, load("good", good[i].name, room));

		if (status != STATUS_OK)
			fprintf(stderr, "%s: %s\n", good[i].name,
				status_name(status));
		CHECK(status == STATUS_OK);
	}
}

static void what_was_refused_stays_refused(void)
{
	for (size_t i = 0; i < sizeof(refuse) / sizeof(*refuse); i++) {
		enum status status = read_file(
			refuse[i].kind, load("refuse", refuse[i].name, room));

		if (status != refuse[i].status)
			fprintf(stderr, "%s: %s\n", refuse[i].name,
				status_name(status));
		CHECK(status == refuse[i].status);
	}
}

static void the_trust_note_means_what_it_says(void)
{
	struct trust trust;
	struct note note;
	const struct publisher *p;

	CHECK(note_parse(load("good", "trust", room), TRUST_NOTE_MAX, &note) ==
	      STATUS_OK);
	CHECK(trust_parse(note.text, &trust) == STATUS_OK);
	CHECK(trust.version == 7 && trust.root == 2);
	CHECK(trust.publisher_count == 2 && trust.recipient_count == 1);
	CHECK(trust.cutoff_count == 2 && trust.witness_count == 1);
	CHECK(trust.other_count == 1);
	CHECK(strcmp(buf_string(&trust.others), "holiday 春节 a=b\n") == 0);
	p = trust_publisher(&trust, "county.example/lessons");
	CHECK(p != NULL && p->key_count == 2 && p->region_count == 2);
	CHECK(p->topic_count == 2 && p->may_delegate);
	CHECK(p->entries_max == 100000 && p->entry_bytes_max == 4096);
	CHECK(p->lesson_bytes_max == 4000000000);
	CHECK(trust_recipient(&trust, "431081101203")->key.type == KEY_SEALING);
	CHECK(trust_cutoff(&trust, "old.example/l")->size == 12);
	CHECK(strcmp(trust_cutoff(&trust, "old.example/l")->successor,
		     "county.example/lessons") == 0);
	trust_release(&trust);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	what_was_good_stays_good();
	what_was_refused_stays_refused();
	the_trust_note_means_what_it_says();
	return 0;
}
