/* Two who have each other's keys make the same eight digits, nobody else does.
 * The vectors were made by another implementation (Python's cryptography for
 * X25519, hashlib for BLAKE2b). */
#include "signing/resetcode.h"

#include <string.h>

#include "tests/support/check.h"

static struct secret_key *key_of(uint8_t seed)
{
	uint8_t bytes[KEY_SEED_SIZE];
	struct secret_key *key;

	memset(bytes, seed, sizeof(bytes));
	CHECK(secret_key_from_seed(&key, "node", KEY_ED25519, bytes) ==
	      STATUS_OK);
	return key;
}

static const uint8_t *public_of(const struct secret_key *key)
{
	return secret_key_public(key)->bytes;
}

static void both_sides_make_the_code_of_the_vectors(void)
{
	static const struct {
		uint8_t station, office;
		const char *who;
		uint8_t challenge[RESETCODE_CHALLENGE_SIZE];
		const char *code;
	} vectors[] = {
		{ 1, 2, "A", { 0 }, "55547864" },
		{ 1, 2, "B", { 0 }, "90778495" },
		{ 1, 2, "A", { 255, 255, 255, 255, 255 }, "51724422" },
		{ 2, 1, "A", { 0 }, "42181912" },
		{ 3, 4, "王丽", { 1, 2, 3, 4, 5 }, "24563101" },
	};

	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		struct secret_key *station = key_of(vectors[i].station);
		struct secret_key *office = key_of(vectors[i].office);
		char code[RESETCODE_DIGITS + 1];

		CHECK(resetcode_make(RESETCODE_STATION, station,
				     public_of(office), vectors[i].who,
				     vectors[i].challenge, code) == STATUS_OK);
		CHECK(strcmp(code, vectors[i].code) == 0);
		code[0] = 0;
		CHECK(resetcode_make(RESETCODE_OFFICE, office,
				     public_of(station), vectors[i].who,
				     vectors[i].challenge, code) == STATUS_OK);
		CHECK(strcmp(code, vectors[i].code) == 0);
		secret_key_free(station);
		secret_key_free(office);
	}
}

static void who_has_neither_secret_makes_another_code(void)
{
	static const uint8_t challenge[RESETCODE_CHALLENGE_SIZE] = { 9 };
	struct secret_key *station = key_of(1), *office = key_of(2),
			  *stranger = key_of(3);
	char code[RESETCODE_DIGITS + 1], other[RESETCODE_DIGITS + 1];

	CHECK(resetcode_make(RESETCODE_STATION, station, public_of(office),
			     "A", challenge, code) == STATUS_OK);
	CHECK(resetcode_make(RESETCODE_STATION, stranger, public_of(office),
			     "A", challenge, other) == STATUS_OK);
	CHECK(strcmp(code, other) != 0);
	CHECK(resetcode_make(RESETCODE_OFFICE, stranger, public_of(station),
			     "A", challenge, other) == STATUS_OK);
	CHECK(strcmp(code, other) != 0);
	secret_key_free(station);
	secret_key_free(office);
	secret_key_free(stranger);
}

static void keys_that_are_none_make_no_code(void)
{
	static const uint8_t challenge[RESETCODE_CHALLENGE_SIZE] = { 9 };
	struct secret_key *station = key_of(1);
	/* The neutral point; not a point at all. */
	uint8_t neutral[PUBLIC_KEY_SIZE] = { 1 }, none[PUBLIC_KEY_SIZE];
	char code[RESETCODE_DIGITS + 1] = "as it is";

	memset(none, 0xff, sizeof(none));
	CHECK(resetcode_make(RESETCODE_STATION, station, neutral, "A",
			     challenge, code) == STATUS_MALFORMED);
	CHECK(resetcode_make(RESETCODE_STATION, station, none, "A", challenge,
			     code) == STATUS_MALFORMED);
	CHECK(resetcode_make(RESETCODE_STATION, station, public_of(station),
			     "a name that is longer than there is room",
			     challenge, code) == STATUS_MALFORMED);
	CHECK(strcmp(code, "as it is") == 0);
	secret_key_free(station);
}

static void challenges_are_read_as_people_type_them(void)
{
	static const uint8_t challenge[RESETCODE_CHALLENGE_SIZE] = {
		0x12, 0x34, 0x56, 0x78, 0x9a
	};
	uint8_t read[RESETCODE_CHALLENGE_SIZE] = { 0 };
	char text[RESETCODE_CHALLENGE_TEXT + 1];

	resetcode_challenge_format(challenge, text);
	CHECK(strcmp(text, "28T5-CY4T") == 0);
	CHECK(resetcode_challenge_parse(text, read) == STATUS_OK);
	CHECK(memcmp(read, challenge, sizeof(read)) == 0);
	memset(read, 0, sizeof(read));
	CHECK(resetcode_challenge_parse("28t5 cy4t", read) == STATUS_OK);
	CHECK(memcmp(read, challenge, sizeof(read)) == 0);
	CHECK(resetcode_challenge_parse("28t5cy4", read) == STATUS_MALFORMED);
	CHECK(resetcode_challenge_parse("28t5-cy4tt", read) ==
	      STATUS_MALFORMED);
	CHECK(resetcode_challenge_parse("", read) == STATUS_MALFORMED);
}

static void a_code_is_eight_digits_however_they_are_grouped(void)
{
	CHECK(resetcode_is("12345678", "12345678"));
	CHECK(resetcode_is("1234 5678", "12345678"));
	CHECK(resetcode_is(" 12-34-56-78 ", "12345678"));
	CHECK(!resetcode_is("12345679", "12345678"));
	CHECK(!resetcode_is("1234567", "12345678"));
	CHECK(!resetcode_is("123456780", "12345678"));
	CHECK(!resetcode_is("1234567a", "12345678"));
	CHECK(!resetcode_is("", "12345678"));
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	both_sides_make_the_code_of_the_vectors();
	who_has_neither_secret_makes_another_code();
	keys_that_are_none_make_no_code();
	challenges_are_read_as_people_type_them();
	a_code_is_eight_digits_however_they_are_grouped();
	return 0;
}
