/* Signed notes: reading, adding lines, putting two copies together. */
#include "tests/fuzz/keys.h"

static struct secret_key *signer;

void fuzz_begin(void)
{
	signer = fuzz_key("example.com/foo", KEY_ED25519, 1);
}

static size_t count_lines(const struct note *note)
{
	struct note_signature line;
	struct bytes rest = note->signatures;
	uint8_t bytes[SIGNATURE_SIZE];
	size_t count = 0;

	while (note_next(&rest, &line)) {
		/* Lines of others may have longer names than our keys. */
		CHECK(line.name.size > 0 &&
		      memchr(line.name.data, ' ', line.name.size) == NULL);
		(void)note_signature_bytes(&line, bytes, sizeof(bytes));
		count++;
	}
	CHECK(rest.size == 0);
	return count;
}

/* Signed by us it verifies, and is still the note it was. */
static void sign_again(const struct note *note)
{
	const struct public_key *key = secret_key_public(signer);
	struct buf out = BUF_INIT, merged = BUF_INIT;
	struct note_verified verified;
	struct note more, sum;
	enum status status = note_add_signature(note, signer, &out);

	if (status == STATUS_OK) {
		CHECK(note_parse(buf_bytes(&out), NOTE_MAX, &more) ==
		      STATUS_OK);
		CHECK(bytes_equal(more.text, note->text));
		CHECK(count_lines(&more) == more.count);
		CHECK(note_verify(&more, key, 1, &verified) == STATUS_OK &&
		      verified.keys == 1 && verified.distinct == 1);
		status = note_merge(note, &more, &merged);
		CHECK(status == STATUS_OK || status == STATUS_NO_ROOM);
		if (status == STATUS_OK)
			CHECK(note_parse(buf_bytes(&merged), NOTE_MAX, &sum) ==
				      STATUS_OK &&
			      bytes_equal(sum.text, note->text));
	} else {
		CHECK(status == STATUS_NO_ROOM || status == STATUS_EXISTS);
	}
	buf_release(&out);
	buf_release(&merged);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct public_key *key = secret_key_public(signer);
	struct bytes whole = { data, size };
	struct note_verified verified;
	struct buf made = BUF_INIT;
	struct note note;

	if (note_parse(whole, NOTE_MAX, &note) == STATUS_OK) {
		CHECK(bytes_equal(note.whole, whole));
		CHECK(note.count >= 1 && note.count <= NOTE_SIGNATURES_MAX);
		CHECK(note.text.size + 1 + note.signatures.size == size);
		CHECK(count_lines(&note) == note.count);
		(void)note_verify(&note, key, 1, &verified);
		sign_again(&note);
	}
	if (fuzz_sign(data, size, signer, &made)) {
		CHECK(note_parse(buf_bytes(&made), NOTE_MAX, &note) ==
		      STATUS_OK);
		CHECK(bytes_equal(note.text, whole) && note.count == 1);
		CHECK(note_verify(&note, key, 1, &verified) == STATUS_OK);
	}
	buf_release(&made);
	return 0;
}
