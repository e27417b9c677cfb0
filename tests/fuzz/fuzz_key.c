/* Keys as text: what reads is written again to the same text. */
#include "signing/seal.h"
#include "tests/fuzz/keys.h"

void fuzz_begin(void)
{
	CHECK(signing_init() == STATUS_OK);
}

/* Signing keys may come with a final newline. */
static struct bytes without_newline(struct bytes text)
{
	if (text.size > 0 && text.data[text.size - 1] == '\n')
		text.size--;
	return text;
}

static void read_secret(struct bytes text)
{
	char again[SECRET_KEY_TEXT_MAX + 1];
	uint8_t signature[SIGNATURE_SIZE];
	struct secret_key *key;
	struct seal_key *seals;

	if (secret_key_parse(&key, text) == STATUS_OK) {
		secret_key_format(key, again);
		CHECK(bytes_is(without_newline(text), again));
		secret_key_sign(key, text, signature);
		CHECK(key_verify(secret_key_public(key)->bytes, text,
				 signature) == STATUS_OK);
		secret_key_free(key);
	}
	if (seal_key_parse(&seals, text) == STATUS_OK) {
		seal_key_format(seals, again);
		CHECK(bytes_is(without_newline(text), again));
		seal_key_free(seals);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes text = { data, size };
	char vkey[VKEY_MAX + 1];
	struct public_key key;

	if (public_key_parse(text, &key) == STATUS_OK) {
		public_key_format(&key, vkey);
		CHECK(bytes_is(text, vkey));
		CHECK(key_name_check(bytes_of(key.name)) == STATUS_OK);
	}
	read_secret(text);
	return 0;
}

void fuzz_seeds(void)
{
	static const enum key_type types[] = { KEY_ED25519, KEY_COSIGNER };
	char text[SECRET_KEY_TEXT_MAX + 1];
	struct seal_key *seals;

	for (uint8_t i = 0; i < 2; i++) {
		struct secret_key *key = fuzz_key("资兴.example/lessons",
						  types[i], i);

		secret_key_format(key, text);
		fuzz_seed_text(text);
		public_key_format(secret_key_public(key), text);
		fuzz_seed_text(text);
		secret_key_free(key);
	}
	/* As seal_key_format() writes it, the same each time. */
	static const char sealing[] = "PRIVATE+SEAL+county/records+AQEBAQEBAQ"
				      "EBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

	fuzz_seed_text(sealing);
	CHECK(seal_key_parse(&seals, bytes_of(sealing)) == STATUS_OK);
	public_key_format(seal_key_public(seals), text);
	fuzz_seed_text(text);
	seal_key_free(seals);
}
