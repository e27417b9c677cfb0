#include "signing/cardid.h"

#include <sodium.h>
#include <string.h>

enum { PASSES = 3, MEMORY = 16 << 20 };

/* ISO 7064, MOD 11,10: the digit that makes nine others ten. */
static char check_digit(const char *digits)
{
	unsigned p = 10;

	for (size_t i = 0; i < CARD_NUMBER_DIGITS - 1; i++) {
		unsigned s = (p + (unsigned)(digits[i] - '0')) % 10;

		p = (s == 0 ? 10 : s) * 2 % 11;
	}
	return (char)('0' + (11 - p) % 10);
}

static void draw_digits(char *out, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out[i] = (char)('0' + randombytes_uniform(10));
	out[count] = 0;
}

void cardid_draw(char number[static CARD_NUMBER_DIGITS + 1],
		 char pin[static CARD_PIN_DIGITS + 1])
{
	draw_digits(number, CARD_NUMBER_DIGITS - 1);
	number[CARD_NUMBER_DIGITS - 1] = check_digit(number);
	number[CARD_NUMBER_DIGITS] = 0;
	draw_digits(pin, CARD_PIN_DIGITS);
}

/* The digit at `*at`, which moves behind it; 0: a space or hyphen; -1. */
static int next_digit(struct bytes typed, size_t *at)
{
	static const uint8_t wide[] = { 0xef, 0xbc }; /* U+FF10 to U+FF19 */
	const uint8_t *p = typed.data + *at;
	size_t left = typed.size - *at;

	if (left >= 3 && memcmp(p, wide, sizeof(wide)) == 0 && p[2] >= 0x90 &&
	    p[2] <= 0x99) {
		*at += 3;
		return '0' + (p[2] - 0x90);
	}
	*at += 1;
	if (*p == ' ' || *p == '-')
		return 0;
	return *p >= '0' && *p <= '9' ? *p : -1;
}

static enum status parse_digits(struct bytes typed, char *out, size_t count)
{
	char digits[CARD_NUMBER_DIGITS + 1];
	size_t have = 0, at = 0;

	while (at < typed.size) {
		int digit = next_digit(typed, &at);

		if (digit < 0 || (digit > 0 && have == count))
			return STATUS_MALFORMED;
		if (digit > 0)
			digits[have++] = (char)digit;
	}
	if (have != count)
		return STATUS_MALFORMED;
	memcpy(out, digits, count);
	out[count] = 0;
	sodium_memzero(digits, sizeof(digits));
	return STATUS_OK;
}

enum status cardid_parse(struct bytes typed,
			 char number[static CARD_NUMBER_DIGITS + 1])
{
	char read[CARD_NUMBER_DIGITS + 1];
	enum status status = parse_digits(typed, read, CARD_NUMBER_DIGITS);

	if (status != STATUS_OK ||
	    read[CARD_NUMBER_DIGITS - 1] != check_digit(read))
		return STATUS_MALFORMED;
	memcpy(number, read, sizeof(read));
	return STATUS_OK;
}

enum status cardid_parse_pin(struct bytes typed,
			     char pin[static CARD_PIN_DIGITS + 1])
{
	return parse_digits(typed, pin, CARD_PIN_DIGITS);
}

void cardid_print(const char *number, char out[static CARD_PRINTED_MAX + 1])
{
	memcpy(out, number, 3);
	out[3] = ' ';
	memcpy(out + 4, number + 3, 3);
	out[7] = ' ';
	memcpy(out + 8, number + 6, 4);
	out[CARD_PRINTED_MAX] = 0;
}

static enum status slow_hash(const char *text, uint8_t out[static 8])
{
	static const char domain[] = "xiangtu-card/v1";
	uint8_t digest[crypto_hash_sha256_BYTES], full[16];

	_Static_assert(crypto_pwhash_argon2id_SALTBYTES == 16,
		       "the salt is half a digest");
	crypto_hash_sha256(digest, (const uint8_t *)domain,
			   sizeof(domain) - 1);
	if (crypto_pwhash(full, sizeof(full), text, strlen(text), digest,
			  PASSES, MEMORY,
			  crypto_pwhash_ALG_ARGON2ID13) != 0)
		return STATUS_NO_MEMORY;
	memcpy(out, full, 8);
	return STATUS_OK;
}

enum status cardid_id(const char *number, uint8_t id[static CARD_ID_SIZE])
{
	return slow_hash(number, id);
}

enum status cardid_check(const char *number, const char *pin,
			 uint8_t check[static CARD_CHECK_SIZE])
{
	char both[CARD_NUMBER_DIGITS + 1 + CARD_PIN_DIGITS + 1];
	enum status status;

	memcpy(both, number, CARD_NUMBER_DIGITS);
	both[CARD_NUMBER_DIGITS] = ':';
	memcpy(both + CARD_NUMBER_DIGITS + 1, pin, CARD_PIN_DIGITS + 1);
	status = slow_hash(both, check);
	sodium_memzero(both, sizeof(both));
	return status;
}

int64_t cardid_number_of(const uint8_t id[static CARD_ID_SIZE])
{
	uint64_t value = 0;

	for (size_t i = 0; i < CARD_ID_SIZE; i++)
		value = value << 8 | id[i];
	return (int64_t)value;
}

void cardid_of_number(int64_t value, uint8_t id[static CARD_ID_SIZE])
{
	for (size_t i = 0; i < CARD_ID_SIZE; i++)
		id[i] = (uint8_t)((uint64_t)value >> (56 - 8 * i));
}
