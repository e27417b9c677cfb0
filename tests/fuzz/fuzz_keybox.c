/* Protected keys: the head, and what a passphrase opens. The key that opens is
 * made of it only where that costs nothing. */
#include <sodium.h>

#include "proto/encoding.h"
#include "signing/keybox.h"
#include "tests/fuzz/keys.h"

enum { KIB_CHEAP = 64, PASSES_CHEAP = 2 };

void fuzz_begin(void)
{
	CHECK(signing_init() == STATUS_OK);
}

static void open_both(const struct keybox *box, const uint8_t *key)
{
	struct secret_key *signs;
	struct seal_key *seals;

	if (keybox_open_key(box, key, &signs) == STATUS_OK) {
		CHECK(public_key_same(secret_key_public(signs),
				      &box->public));
		secret_key_free(signs);
	}
	if (keybox_open_seal_key(box, key, &seals) == STATUS_OK) {
		CHECK(public_key_same(seal_key_public(seals), &box->public));
		seal_key_free(seals);
	}
}

/* What is in a box may be anything that somebody who knows the passphrase has
 * put there: the input as the secret's text. */
static void open_as_inner(struct bytes text)
{
	uint8_t key[KEYBOX_KEY_SIZE] = { 1 };
	uint8_t raw[crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES +
		    SECRET_KEY_TEXT_MAX] = { 2 };
	struct buf base64 = BUF_INIT;
	struct keybox box = { .passes = 1, .kib = KEYBOX_KIB_MIN };
	struct secret_key *owner;

	if (text.size > SECRET_KEY_TEXT_MAX)
		return;
	owner = fuzz_key("k", KEY_ED25519, 3);
	box.public = *secret_key_public(owner);
	secret_key_free(owner);
	CHECK(crypto_secretbox_easy(raw + crypto_secretbox_NONCEBYTES,
				    text.data, text.size, raw, key) == 0);
	buf_put_base64(&base64,
		       (struct bytes){ raw, crypto_secretbox_NONCEBYTES +
						    crypto_secretbox_MACBYTES +
						    text.size });
	box.box = buf_bytes(&base64);
	open_both(&box, key);
	buf_release(&base64);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes text = { data, size };
	uint8_t key[KEYBOX_KEY_SIZE];
	struct keybox box;

	open_as_inner(text);
	if (keybox_parse(text, &box) != STATUS_OK)
		return 0;
	CHECK(keybox_is(text));
	CHECK(box.passes >= 1 && box.passes <= KEYBOX_PASSES_MAX &&
	      box.kib >= KEYBOX_KIB_MIN && box.kib <= KEYBOX_KIB_MAX);
	if (box.kib > KIB_CHEAP || box.passes > PASSES_CHEAP)
		return 0;
	CHECK(keybox_derive(&box, bytes_of("p"), key) == STATUS_OK);
	open_both(&box, key);
	return 0;
}

void fuzz_seeds(void)
{
	struct secret_key *key = fuzz_key("k", KEY_ED25519, 3);
	char text[SECRET_KEY_TEXT_MAX + 1];
	struct buf b = BUF_INIT;

	secret_key_format(key, text);
	fuzz_seed_text(text);
	CHECK(keybox_close_key(key, bytes_of("p"), 1, KEYBOX_KIB_MIN, &b) ==
	      STATUS_OK);
	fuzz_seed_buf(&b);
	secret_key_free(key);
}
