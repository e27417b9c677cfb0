#include "signing/key.h"

#include <string.h>

#include "proto/encoding.h"
#include "signing/digest.h"
#include "tests/support/check.h"

/* golang.org/x/mod/sumdb/note: its published example keys. */
static const char peter[] =
	"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char peter_secret[] =
	"PRIVATE+KEY+PeterNeumann+c74f20a3+"
	"AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
/* tests/vectors/tlog.json */
static const char witness[] = "witness.example/w1+08c82ff2+"
			      "BNd/4+Bu/NK8x01ij8a1HD6ZeKTAb6ZFgM9/l3Lbrq+3";
static const char log_secret[] =
	"PRIVATE+KEY+county.example/lessons+17f323a6+"
	"AVlWvFa/lgG9cNaKleFtawE/QRkonVZd65nDy9MSGW3B";
static const char log_key[] = "county.example/lessons+17f323a6+"
			      "Ad7YVwcTjcBuABfnyaiVgAnXRK26kMJsS2MhRqYuXhNc";

static struct public_key parse(const char *text)
{
	struct public_key key;

	CHECK(public_key_parse(bytes_of(text), &key) == STATUS_OK);
	return key;
}

static void keys_are_read_and_written_the_same(void)
{
	static const char *const keys[] = {
		peter, witness, log_key,
		"sum.golang.org+033de0ae+"
		"Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct public_key key = parse(keys[i]);
		char text[VKEY_MAX + 1];
		struct buf b = BUF_INIT;

		public_key_format(&key, text);
		CHECK(strcmp(text, keys[i]) == 0);
		buf_put_vkey(&b, &key);
		CHECK(strcmp(buf_string(&b), keys[i]) == 0);
		buf_release(&b);
	}
	CHECK(parse(peter).type == KEY_ED25519);
	CHECK(parse(peter).id == 0xc74f20a3);
	CHECK(parse(witness).type == KEY_COSIGNER);
}

static void refuse(const char *text, size_t size)
{
	struct public_key key, before;

	memset(&key, 0x5a, sizeof(key));
	before = key;
	CHECK(public_key_parse((struct bytes){ (const uint8_t *)text, size },
			       &key) == STATUS_MALFORMED);
	CHECK(memcmp(&key, &before, sizeof(key)) == 0);
}

static void no_part_of_a_key_and_no_changed_key_passes(void)
{
	char text[sizeof(peter)];
	size_t size = sizeof(peter) - 1;

	for (size_t from = 0; from < size; from++)
		for (size_t to = from; to <= size; to++)
			if (from != 0 || to != size)
				refuse(peter + from, to - from);
	for (size_t i = 0; i < size; i++) {
		memcpy(text, peter, sizeof(peter));
		text[i]++;
		refuse(text, size);
	}
	refuse("PeterNeumann+C74F20A3+"
	       "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", size);
}

static void names_have_no_spaces_and_no_plus(void)
{
	static const char *const bad[] = {
		"", "a b", "a+b", "a\tb", "a\nb", "a\xc2\xa0", "\xe3\x80\x80",
		"a\xe2\x80\x89", "\xff", "a\xc2\x85",
	};
	char long_name[KEY_NAME_MAX + 2];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(key_name_check(bytes_of(bad[i])) == STATUS_MALFORMED);
	CHECK(key_name_check(bytes_of("资兴市/根")) == STATUS_OK);
	memset(long_name, 'a', sizeof(long_name));
	long_name[KEY_NAME_MAX + 1] = 0;
	CHECK(key_name_check(bytes_of(long_name)) == STATUS_MALFORMED);
	long_name[KEY_NAME_MAX] = 0;
	CHECK(key_name_check(bytes_of(long_name)) == STATUS_OK);
}

static void the_longest_name_fits_every_text(void)
{
	char name[KEY_NAME_MAX + 1], text[SECRET_KEY_TEXT_MAX + 1];
	char vkey[VKEY_MAX + 1];
	struct secret_key *key, *again;
	struct public_key public, sealing;

	memset(name, 'n', sizeof(name));
	name[KEY_NAME_MAX] = 0;
	CHECK(secret_key_new(&key, name, KEY_COSIGNER) == STATUS_OK);
	secret_key_format(key, text);
	CHECK(secret_key_parse(&again, bytes_of(text)) == STATUS_OK);
	public_key_format(secret_key_public(again), vkey);
	public = parse(vkey);
	CHECK(public_key_same(&public, secret_key_public(key)));
	CHECK(public_key_init(&sealing, name, KEY_SEALING, public.bytes) ==
	      STATUS_OK);
	public_key_format(&sealing, vkey);
	CHECK(parse(vkey).type == KEY_SEALING);
	secret_key_free(key);
	secret_key_free(again);
}

static void hex(const char *text, uint8_t out[static PUBLIC_KEY_SIZE])
{
	CHECK(hex_decode(bytes_of(text), out, PUBLIC_KEY_SIZE) == STATUS_OK);
}

#define ZEROS28 "00000000000000000000000000000000000000000000000000000000"
#define ONES28 "ffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

static void small_and_crooked_points_are_no_keys(void)
{
	static const char *const ed25519[] = {
		"00000000" ZEROS28, /* order 4 */
		"01000000" ZEROS28, /* identity */
		"ecffffff" "ffffffffffffffffffffffffffffffffffffffffffffffff"
		"ffffff7f", /* order 2 */
		"26e8958fc2b227b045c3f489f2ef98f0"
		"d5dfac05d3c63339b13802886d53fc05", /* order 8 */
		"c7176a703d4dd84fba3c0b760d10670f"
		"2a2053fa2c39ccc64ec7fd7792ac037a", /* order 8 */
		"eeffffff" "ffffffffffffffffffffffffffffffffffffffffffffffff"
		"ffffff7f", /* 1, not canonical */
		"02000000" ZEROS28, /* not on the curve */
	};
	static const char *const x25519[] = {
		"00000000" ZEROS28,
		"01000000" ZEROS28,
		"e0eb7a7c3b41b8ae1656e3faf19fc46a"
		"da098deb9c32b1fd866205165f49b800",
	};
	uint8_t bytes[PUBLIC_KEY_SIZE];
	uint8_t signature[SIGNATURE_SIZE] = { 1 };
	struct public_key key;

	for (size_t i = 0; i < sizeof(ed25519) / sizeof(*ed25519); i++) {
		hex(ed25519[i], bytes);
		CHECK(public_key_init(&key, "a", KEY_ED25519, bytes) ==
		      STATUS_MALFORMED);
		CHECK(public_key_init(&key, "a", KEY_COSIGNER, bytes) ==
		      STATUS_MALFORMED);
		CHECK(key_verify(bytes, bytes_of("any"), signature) ==
		      STATUS_UNTRUSTED);
	}
	for (size_t i = 0; i < sizeof(x25519) / sizeof(*x25519); i++) {
		hex(x25519[i], bytes);
		CHECK(public_key_init(&key, "a", KEY_SEALING, bytes) ==
		      STATUS_MALFORMED);
	}
	hex("ffffffff" ONES28, bytes);
	CHECK(public_key_init(&key, "a", KEY_ED25519, bytes) ==
	      STATUS_MALFORMED);
	memcpy(bytes, parse(peter).bytes, sizeof(bytes));
	CHECK(public_key_init(&key, "a", (enum key_type)5, bytes) ==
	      STATUS_MALFORMED);
}

/* RFC 8032 section 7.1, test 2 */
static void signatures_are_ed25519(void)
{
	static const char seed_hex[] = "4ccd089b28ff96da9db6c346ec114e0f"
				       "5b8a319f35aba624da8cf6ed4fb8a6fb";
	static const char public_hex[] = "3d4017c3e843895a92b70aa74d1b7ebc"
					 "9c982ccf2ec4968cc0cd55f12af4660c";
	static const char signature_hex[] =
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69"
		"da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb"
		"0c00";
	struct bytes message = bytes_of("\x72");
	uint8_t seed[KEY_SEED_SIZE], public[PUBLIC_KEY_SIZE];
	uint8_t signature[SIGNATURE_SIZE], expected[SIGNATURE_SIZE];
	struct secret_key *key;

	hex(seed_hex, seed);
	hex(public_hex, public);
	CHECK(hex_decode(bytes_of(signature_hex), expected, SIGNATURE_SIZE) ==
	      STATUS_OK);
	CHECK(secret_key_from_seed(&key, "a", KEY_ED25519, seed) == STATUS_OK);
	CHECK(memcmp(secret_key_public(key)->bytes, public, 32) == 0);
	secret_key_sign(key, message, signature);
	CHECK(memcmp(signature, expected, SIGNATURE_SIZE) == 0);
	CHECK(key_verify(public, message, signature) == STATUS_OK);
	CHECK(key_verify(public, bytes_of("\x73"), signature) ==
	      STATUS_UNTRUSTED);
	for (size_t i = 0; i < SIGNATURE_SIZE; i++) {
		signature[i] ^= 1;
		CHECK(key_verify(public, message, signature) ==
		      STATUS_UNTRUSTED);
		signature[i] ^= 1;
	}
	secret_key_free(key);
}

static void secrets_are_read_and_written_the_same(void)
{
	static const char *const secrets[] = { peter_secret, log_secret };

	for (size_t i = 0; i < 2; i++) {
		char text[SECRET_KEY_TEXT_MAX + 1], vkey[VKEY_MAX + 1];
		struct secret_key *key;

		CHECK(secret_key_parse(&key, bytes_of(secrets[i])) ==
		      STATUS_OK);
		secret_key_format(key, text);
		CHECK(strcmp(text, secrets[i]) == 0);
		public_key_format(secret_key_public(key), vkey);
		CHECK(strcmp(vkey, i == 0 ? peter : log_key) == 0);
		secret_key_free(key);
		strcat(text, "\n");
		CHECK(secret_key_parse(&key, bytes_of(text)) == STATUS_OK);
		secret_key_free(key);
		signing_wipe(text, sizeof(text));
		CHECK(text[0] == 0 && text[sizeof(text) - 1] == 0);
	}
	secret_key_free(NULL);
}

static void no_part_of_a_secret_passes(void)
{
	size_t size = sizeof(peter_secret) - 1;
	struct secret_key *key = NULL;
	char text[sizeof(peter_secret)];

	for (size_t from = 0; from < size; from++)
		for (size_t to = from; to <= size; to++) {
			struct bytes part = bytes_of(peter_secret + from);

			part.size = to - from;
			if (from != 0 || to != size)
				CHECK(secret_key_parse(&key, part) ==
				      STATUS_MALFORMED);
		}
	for (size_t i = 0; i < size; i++) {
		memcpy(text, peter_secret, sizeof(text));
		text[i]++;
		CHECK(secret_key_parse(&key, bytes_of(text)) ==
		      STATUS_MALFORMED);
	}
	CHECK(key == NULL);
	CHECK(secret_key_new(&key, "a b", KEY_ED25519) == STATUS_MALFORMED);
	CHECK(secret_key_new(&key, "a", KEY_SEALING) == STATUS_MALFORMED);
	CHECK(key == NULL);
}

static void a_key_signs_the_same_under_another_name(void)
{
	uint8_t one[SIGNATURE_SIZE], two[SIGNATURE_SIZE];
	struct secret_key *key, *named;

	CHECK(secret_key_new(&key, "node-1", KEY_ED25519) == STATUS_OK);
	CHECK(secret_key_named(&named, key, "a b") == STATUS_MALFORMED);
	CHECK(secret_key_named(&named, key, "xiangtu/records/1") ==
	      STATUS_OK);
	CHECK(strcmp(secret_key_public(named)->name, "xiangtu/records/1") ==
	      0);
	CHECK(public_key_same(secret_key_public(key),
			      secret_key_public(named)));
	CHECK(secret_key_public(key)->id != secret_key_public(named)->id);
	secret_key_sign(key, bytes_of("text"), one);
	secret_key_sign(named, bytes_of("text"), two);
	CHECK(memcmp(one, two, sizeof(one)) == 0);
	secret_key_free(key);
	secret_key_free(named);
}

static void two_new_keys_differ(void)
{
	struct secret_key *a, *b;

	CHECK(secret_key_new(&a, "x", KEY_ED25519) == STATUS_OK);
	CHECK(secret_key_new(&b, "x", KEY_ED25519) == STATUS_OK);
	CHECK(!public_key_same(secret_key_public(a), secret_key_public(b)));
	secret_key_free(a);
	secret_key_free(b);
}

static void the_enrolment_code_is_eight_letters_of_the_hash(void)
{
	struct public_key key = parse(peter);
	char code[KEY_CODE_SIZE + 1];
	uint8_t hash[SHA256_SIZE], five[5];

	key_code(key.bytes, code);
	CHECK(strlen(code) == KEY_CODE_SIZE);
	sha256(key.bytes, PUBLIC_KEY_SIZE, hash);
	CHECK(base32_decode(bytes_of(code), five, 5) == STATUS_OK);
	CHECK(memcmp(hash, five, 5) == 0);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	CHECK(signing_init() == STATUS_OK);
	keys_are_read_and_written_the_same();
	no_part_of_a_key_and_no_changed_key_passes();
	names_have_no_spaces_and_no_plus();
	the_longest_name_fits_every_text();
	small_and_crooked_points_are_no_keys();
	signatures_are_ed25519();
	secrets_are_read_and_written_the_same();
	no_part_of_a_secret_passes();
	two_new_keys_differ();
	a_key_signs_the_same_under_another_name();
	the_enrolment_code_is_eight_letters_of_the_hash();
	return 0;
}
