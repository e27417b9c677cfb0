#include "node/own_statement.h"

#include <string.h>

#include "proto/encoding.h"
#include "signing/note.h"
#include "tests/support/check.h"

static struct secret_key *key_of(uint8_t seed_byte)
{
	char name[STATEMENT_NODE_NAME_SIZE + 1];
	uint8_t seed[KEY_SEED_SIZE];
	struct secret_key *key;

	memset(seed, seed_byte, sizeof(seed));
	CHECK(secret_key_from_seed(&key, "x", KEY_ED25519, seed) == STATUS_OK);
	statement_node_name(secret_key_public(key)->bytes, name);
	secret_key_free(key);
	CHECK(secret_key_from_seed(&key, name, KEY_ED25519, seed) == STATUS_OK);
	return key;
}

static void write_statement(const struct secret_key *key, struct buf *text)
{
	struct statement st = { .boot = 1, .seq = 2, .program = "0.1.0" };
	char vkey[VKEY_MAX + 1];

	public_key_format(secret_key_public(key), vkey);
	CHECK(strlen(vkey) <= STATEMENT_VKEY_MAX);
	strcpy(st.vkey, vkey);
	statement_begin(text, &st);
	statement_put_url(text, "http://10.0.0.1:7433");
}

static void a_signed_statement_opens(void)
{
	struct secret_key *key = key_of(1);
	struct buf text = BUF_INIT, note = BUF_INIT;
	struct statement st;
	struct statement_walk w;
	struct statement_line line;

	write_statement(key, &text);
	CHECK(statement_sign(buf_bytes(&text), key, &note) == STATUS_OK);
	CHECK(statement_open(buf_bytes(&note), &st) == STATUS_OK);
	CHECK(st.seq == 2 && memcmp(st.key, secret_key_public(key)->bytes,
				    sizeof(st.key)) == 0);
	statement_walk_init(&w, &st);
	CHECK(statement_walk_next(&w, &line) && line.kind == STATEMENT_URL);
	CHECK(!statement_walk_next(&w, &line));

	/* Nothing less, nothing changed. */
	for (size_t size = 0; size < note.size; size++)
		CHECK(statement_open((struct bytes){ note.data, size }, &st) !=
		      STATUS_OK);
	for (size_t i = 0; i < note.size; i++) {
		note.data[i] ^= 1;
		CHECK(statement_open(buf_bytes(&note), &st) != STATUS_OK);
		note.data[i] ^= 1;
	}
	buf_release(&text);
	buf_release(&note);
	secret_key_free(key);
}

static void only_the_named_key_may_sign(void)
{
	struct secret_key *key = key_of(1), *other = key_of(2);
	struct buf text = BUF_INIT, note = BUF_INIT;
	struct statement st = { .seq = 9 };
	uint8_t seed[KEY_SEED_SIZE];

	write_statement(key, &text);
	CHECK(statement_sign(buf_bytes(&text), other, &note) ==
	      STATUS_MALFORMED);
	buf_clear(&note);
	CHECK(note_sign(buf_bytes(&text), other, &note) == STATUS_OK);
	CHECK(statement_open(buf_bytes(&note), &st) == STATUS_UNTRUSTED);
	CHECK(st.seq == 9);
	/* The same key by another name is not the one named, either. */
	secret_key_free(other);
	memset(seed, 1, sizeof(seed));
	CHECK(secret_key_from_seed(&other, "x", KEY_ED25519, seed) ==
	      STATUS_OK);
	CHECK(statement_sign(buf_bytes(&text), other, &note) ==
	      STATUS_MALFORMED);
	buf_puts(&text, "url nonsense\n");
	CHECK(statement_sign(buf_bytes(&text), key, &note) ==
	      STATUS_MALFORMED);
	buf_release(&text);
	buf_release(&note);
	secret_key_free(key);
	secret_key_free(other);
}

static void bitmaps_come_back(void)
{
	uint8_t bits[4000] = { 0 };
	struct buf zstd = BUF_INIT, back = BUF_INIT;
	char text[400];

	bits[0] = 0x81;
	bits[3000] = 0x10;
	CHECK(bitmap_compress((struct bytes){ bits, sizeof(bits) }, &zstd) ==
	      STATUS_OK);
	CHECK(zstd.size < 60);
	base64_encode(buf_bytes(&zstd), text);
	CHECK(bitmap_expand(bytes_of(text), 3000, &back) == STATUS_MALFORMED);
	CHECK(bitmap_expand(bytes_of(text), 3001, &back) == STATUS_OK);
	CHECK(back.size == 3001);
	CHECK(bitmap_has(buf_bytes(&back), 0) &&
	      bitmap_has(buf_bytes(&back), 7));
	CHECK(bitmap_has(buf_bytes(&back), 24004));
	CHECK(!bitmap_has(buf_bytes(&back), 24005));
	CHECK(!bitmap_has(buf_bytes(&back), UINT64_MAX));

	buf_clear(&zstd);
	buf_clear(&back);
	CHECK(bitmap_compress((struct bytes){ bits + 1, 100 }, &zstd) ==
	      STATUS_OK);
	base64_encode(buf_bytes(&zstd), text);
	CHECK(bitmap_expand(bytes_of(text), 0, &back) == STATUS_OK);
	CHECK(back.size == 0 && !bitmap_has(buf_bytes(&back), 0));

	/* Two frames, half a frame, no frame. */
	CHECK(bitmap_compress((struct bytes){ bits, 9 }, &zstd) == STATUS_OK);
	base64_encode(buf_bytes(&zstd), text);
	CHECK(bitmap_expand(bytes_of(text), 99, &back) == STATUS_MALFORMED);
	base64_encode((struct bytes){ zstd.data, 5 }, text);
	CHECK(bitmap_expand(bytes_of(text), 99, &back) == STATUS_MALFORMED);
	CHECK(bitmap_expand(bytes_of("aGVsbG8gd29ybGQh"), 99, &back) ==
	      STATUS_MALFORMED);
	CHECK(bitmap_expand(bytes_of(""), 99, &back) == STATUS_MALFORMED);
	CHECK(bitmap_expand(bytes_of("!!!!"), 99, &back) == STATUS_MALFORMED);
	buf_release(&zstd);
	buf_release(&back);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	a_signed_statement_opens();
	only_the_named_key_may_sign();
	bitmaps_come_back();
	return 0;
}
