#include "signing/cardid.h"

#include <string.h>

#include "signing/key.h"
#include "tests/support/check.h"

static void a_number_is_read_as_people_type_it(void)
{
	static const char *const same[] = { "4711839206", "471 183 9206",
					    " 471-183-9206 ",
					    "４７１ 183 ９２０６" };
	char number[CARD_NUMBER_DIGITS + 1], printed[CARD_PRINTED_MAX + 1];
	char pin[CARD_PIN_DIGITS + 1];

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		CHECK(cardid_parse(bytes_of(same[i]), number) == STATUS_OK);
		CHECK(strcmp(number, same[0]) == 0);
	}
	cardid_print(number, printed);
	CHECK(strcmp(printed, "471 183 9206") == 0);
	CHECK(cardid_parse_pin(bytes_of("０12 345"), pin) == STATUS_OK);
	CHECK(strcmp(pin, "012345") == 0);
}

static void what_is_no_number_is_refused(void)
{
	static const char *const bad[] = { "",	       "471183920",
					   "47118392063", "4711839205",
					   "4711839206x", "471.183.9206",
					   "\xef\xbc",	  "\xef\xbc\x9a" };
	char number[CARD_NUMBER_DIGITS + 1] = "kept";
	char pin[CARD_PIN_DIGITS + 1] = "kept";

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(cardid_parse(bytes_of(bad[i]), number) ==
		      STATUS_MALFORMED);
	CHECK(strcmp(number, "kept") == 0);
	CHECK(cardid_parse_pin(bytes_of("12345"), pin) == STATUS_MALFORMED);
	CHECK(cardid_parse_pin(bytes_of("1234567"), pin) == STATUS_MALFORMED);
	CHECK(strcmp(pin, "kept") == 0);
}

/* Every number with one digit changed is refused. */
static void one_wrong_digit_is_always_seen(void)
{
	char number[CARD_NUMBER_DIGITS + 1], read[CARD_NUMBER_DIGITS + 1];
	char pin[CARD_PIN_DIGITS + 1];

	for (unsigned round = 0; round < 100; round++) {
		cardid_draw(number, pin);
		CHECK(strlen(number) == CARD_NUMBER_DIGITS);
		CHECK(strlen(pin) == CARD_PIN_DIGITS);
		CHECK(cardid_parse(bytes_of(number), read) == STATUS_OK);
		CHECK(cardid_parse_pin(bytes_of(pin), read) == STATUS_OK);
		for (size_t i = 0; i < CARD_NUMBER_DIGITS; i++)
			for (char d = '0'; d <= '9'; d++) {
				char was = number[i];

				number[i] = d;
				CHECK((cardid_parse(bytes_of(number), read) ==
				       STATUS_OK) == (d == was));
				number[i] = was;
			}
	}
}

/* Cards in people's pockets must go on opening: the hashes never change.
 * Reckoned independently (docs/formats-entry.md 4.1). */
static void the_hashes_are_those_of_the_format(void)
{
	static const uint8_t want_id[] = { 0x0d, 0x2a, 0x66, 0x8d, 0x6d, 0x38,
					 0x7b, 0x78 };
	static const uint8_t want_check[] = { 0x90, 0x6c, 0x2f, 0x95, 0xa0, 0x3c,
					 0x78, 0x0b };
	uint8_t id[CARD_ID_SIZE], check[CARD_CHECK_SIZE], back[CARD_ID_SIZE];

	CHECK(cardid_id("4711839206", id) == STATUS_OK);
	CHECK(memcmp(id, want_id, sizeof(id)) == 0);
	CHECK(cardid_check("4711839206", "012345", check) == STATUS_OK);
	CHECK(memcmp(check, want_check, sizeof(check)) == 0);
	cardid_of_number(cardid_number_of(id), back);
	CHECK(memcmp(id, back, sizeof(id)) == 0);
	CHECK(cardid_number_of((const uint8_t[]){ 0, 0, 0, 0, 0, 0, 1, 2 }) ==
	      258);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	a_number_is_read_as_people_type_it();
	what_is_no_number_is_refused();
	one_wrong_digit_is_always_seen();
	the_hashes_are_those_of_the_format();
	return 0;
}
