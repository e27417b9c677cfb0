#include "signing/note.h"

#include <string.h>

#include "tests/support/check.h"

/* golang.org/x/mod/sumdb/note: its published example. */
#define PETER_TEXT                                                    \
	"If you think cryptography is the answer to your problem,\n" \
	"then you don't know what your problem is.\n"
#define PETER_LINE                                                           \
	"— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN" \
	"1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
#define ENOCH_LINE                                                           \
	"— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vA" \
	"F1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
#define PETER_NOTE PETER_TEXT "\n" PETER_LINE

static struct public_key peter, enoch;

static void read_keys(void)
{
	CHECK(public_key_parse(
		      bytes_of("PeterNeumann+c74f20a3+"
			       "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
		      &peter) == STATUS_OK);
	CHECK(public_key_parse(
		      bytes_of("EnochRoot+af0cfe78+"
			       "ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"),
		      &enoch) == STATUS_OK);
}

static struct note parse(const char *text)
{
	struct note note;

	CHECK(note_parse(bytes_of(text), NOTE_MAX, &note) == STATUS_OK);
	return note;
}

static struct secret_key *secret(const char *name, uint8_t seed_byte)
{
	uint8_t seed[KEY_SEED_SIZE];
	struct secret_key *key;

	memset(seed, seed_byte, sizeof(seed));
	CHECK(secret_key_from_seed(&key, name, KEY_ED25519, seed) == STATUS_OK);
	return key;
}

static void a_note_by_others_verifies(void)
{
	struct note note = parse(PETER_NOTE ENOCH_LINE);
	struct public_key both[] = { enoch, peter };
	struct note_verified verified;

	CHECK(bytes_is(note.text, PETER_TEXT) && note.count == 2);
	CHECK(note_verify(&note, &peter, 1, &verified) == STATUS_OK);
	CHECK(verified.keys == 1 && verified.distinct == 1);
	CHECK(note_verify(&note, both, 2, &verified) == STATUS_OK);
	CHECK(verified.keys == 3 && verified.distinct == 2);
	note = parse(PETER_NOTE);
	CHECK(note_verify(&note, both, 2, &verified) == STATUS_OK);
	CHECK(verified.keys == 2 && verified.distinct == 1);
}

static void a_note_nobody_known_signed_is_untrusted(void)
{
	struct note note = parse(PETER_NOTE);
	struct note_verified verified = { 77, 77 };

	CHECK(note_verify(&note, &enoch, 1, &verified) == STATUS_UNTRUSTED);
	CHECK(note_verify(&note, NULL, 0, &verified) == STATUS_UNTRUSTED);
	CHECK(verified.keys == 77 && verified.distinct == 77);
}

static void signing_gives_the_same_bytes_as_others_do(void)
{
	struct secret_key *key;
	struct buf b = BUF_INIT;

	CHECK(secret_key_parse(
		      &key,
		      bytes_of("PRIVATE+KEY+PeterNeumann+c74f20a3+"
			       "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"))
	      == STATUS_OK);
	buf_puts(&b, "before");
	CHECK(note_sign(bytes_of(PETER_TEXT), key, &b) == STATUS_OK);
	CHECK(strcmp(buf_string(&b), "before" PETER_NOTE) == 0);
	buf_release(&b);
	secret_key_free(key);
}

static void text_that_cannot_be_a_note_is_not_signed(void)
{
	static const char *const bad[] = { "", "a", "a\r\n", "a\tb\n",
					   "\xff\n" };
	struct secret_key *key = secret("a", 1);
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(note_sign(bytes_of(bad[i]), key, &b) ==
		      STATUS_MALFORMED);
	CHECK(b.size == 0);
	secret_key_free(key);
}

static void no_part_of_a_note_passes(void)
{
	struct bytes whole = bytes_of(PETER_NOTE);
	struct note_verified verified;
	struct note note;

	for (size_t size = 0; size < whole.size; size++)
		CHECK(note_parse((struct bytes){ whole.data, size }, NOTE_MAX,
				 &note) == STATUS_MALFORMED);
	CHECK(note_parse((struct bytes){ NULL, 0 }, NOTE_MAX, &note) ==
	      STATUS_MALFORMED);
	for (size_t i = 1; i < sizeof(PETER_TEXT) - 1; i++) {
		struct bytes tail = { whole.data + i, whole.size - i };

		CHECK(note_parse(tail, NOTE_MAX, &note) == STATUS_OK);
		CHECK(note_verify(&note, &peter, 1, &verified) ==
		      STATUS_UNTRUSTED);
	}
}

static void the_size_is_capped(void)
{
	struct bytes whole = bytes_of(PETER_NOTE);
	struct note note;

	CHECK(note_parse(whole, whole.size, &note) == STATUS_OK);
	CHECK(note_parse(whole, whole.size - 1, &note) == STATUS_MALFORMED);
}

static void adding_keeps_the_other_lines_byte_for_byte(void)
{
	struct secret_key *key = secret("third", 3);
	struct public_key keys[] = { peter, enoch, *secret_key_public(key) };
	struct note note = parse(PETER_NOTE ENOCH_LINE);
	struct note_verified verified;
	struct buf b = BUF_INIT, again = BUF_INIT;

	CHECK(note_add_signature(&note, key, &b) == STATUS_OK);
	CHECK(bytes_start_with(buf_bytes(&b), PETER_NOTE ENOCH_LINE));
	CHECK(note_parse(buf_bytes(&b), NOTE_MAX, &note) == STATUS_OK);
	CHECK(note_verify(&note, keys, 3, &verified) == STATUS_OK);
	CHECK(verified.distinct == 3);
	CHECK(note_add_signature(&note, key, &again) == STATUS_EXISTS);
	CHECK(again.size == 0);
	buf_release(&b);
	secret_key_free(key);
}

static void adding_leaves_out_a_bad_line_of_the_same_key(void)
{
	struct secret_key *key = secret("third", 3);
	struct note note = parse(PETER_NOTE);
	struct note_verified verified;
	uint8_t nonsense[SIGNATURE_SIZE] = { 0 };
	struct buf bad = BUF_INIT, b = BUF_INIT;

	CHECK(note_put_line(&note, secret_key_public(key),
			    (struct bytes){ nonsense, sizeof(nonsense) },
			    &bad) == STATUS_OK);
	CHECK(note_parse(buf_bytes(&bad), NOTE_MAX, &note) == STATUS_OK);
	CHECK(note_verify(&note, secret_key_public(key), 1, &verified) ==
	      STATUS_UNTRUSTED);
	CHECK(note_add_signature(&note, key, &b) == STATUS_OK);
	CHECK(note_parse(buf_bytes(&b), NOTE_MAX, &note) == STATUS_OK);
	CHECK(note.count == 2);
	CHECK(note_verify(&note, secret_key_public(key), 1, &verified) ==
	      STATUS_OK);
	buf_release(&bad);
	buf_release(&b);
	secret_key_free(key);
}

static void a_hundred_lines_are_the_most(void)
{
	struct secret_key *key = secret("third", 3);
	struct buf b = BUF_INIT, more = BUF_INIT;
	struct note note, one = parse(PETER_NOTE);

	buf_puts(&b, PETER_TEXT "\n");
	for (size_t i = 0; i < NOTE_SIGNATURES_MAX; i++)
		buf_puts(&b, ENOCH_LINE);
	CHECK(note_parse(buf_bytes(&b), NOTE_MAX, &note) == STATUS_OK);
	CHECK(note.count == NOTE_SIGNATURES_MAX);
	CHECK(note_add_signature(&note, key, &more) == STATUS_NO_ROOM);
	CHECK(note_merge(&note, &one, &more) == STATUS_NO_ROOM);
	CHECK(more.size == 0);
	buf_puts(&b, ENOCH_LINE);
	CHECK(note_parse(buf_bytes(&b), NOTE_MAX, &note) == STATUS_MALFORMED);
	buf_release(&b);
	buf_release(&more);
	secret_key_free(key);
}

static void one_key_under_two_names_counts_once(void)
{
	struct secret_key *a = secret("first", 1), *b = secret("second", 1);
	struct public_key keys[] = { *secret_key_public(a),
				     *secret_key_public(b), peter };
	struct buf one = BUF_INIT, two = BUF_INIT;
	struct note_verified verified;
	struct note note;

	CHECK(note_sign(bytes_of("text\n"), a, &one) == STATUS_OK);
	CHECK(note_parse(buf_bytes(&one), NOTE_MAX, &note) == STATUS_OK);
	CHECK(note_add_signature(&note, b, &two) == STATUS_OK);
	CHECK(note_parse(buf_bytes(&two), NOTE_MAX, &note) == STATUS_OK);
	CHECK(note_verify(&note, keys, 3, &verified) == STATUS_OK);
	CHECK(verified.keys == 3 && verified.distinct == 1);
	buf_release(&one);
	buf_release(&two);
	secret_key_free(a);
	secret_key_free(b);
}

static void copies_are_merged_without_repeating_lines(void)
{
	struct note a = parse(PETER_NOTE);
	struct note b = parse(PETER_TEXT "\n" ENOCH_LINE PETER_LINE);
	struct note c = parse("other\n\n" PETER_LINE);
	struct buf out = BUF_INIT;

	CHECK(note_merge(&a, &b, &out) == STATUS_OK);
	CHECK(strcmp(buf_string(&out), PETER_NOTE ENOCH_LINE) == 0);
	CHECK(note_merge(&a, &c, &out) == STATUS_MALFORMED);
	CHECK(strcmp(buf_string(&out), PETER_NOTE ENOCH_LINE) == 0);
	buf_release(&out);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	read_keys();
	a_note_by_others_verifies();
	a_note_nobody_known_signed_is_untrusted();
	signing_gives_the_same_bytes_as_others_do();
	text_that_cannot_be_a_note_is_not_signed();
	no_part_of_a_note_passes();
	the_size_is_capped();
	adding_keeps_the_other_lines_byte_for_byte();
	adding_leaves_out_a_bad_line_of_the_same_key();
	a_hundred_lines_are_the_most();
	one_key_under_two_names_counts_once();
	copies_are_merged_without_repeating_lines();
	return 0;
}
