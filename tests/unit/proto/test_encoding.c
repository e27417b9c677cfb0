#include "proto/encoding.h"
#include "tests/support/check.h"

#include <string.h>

static void every_length_comes_back(void)
{
	uint8_t data[67], back[67];
	char text[256];
	size_t size;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 37 + 11);
	for (size_t n = 0; n < sizeof(data); n++) {
		struct bytes run = { data, n };

		base64_encode(run, text);
		CHECK(strlen(text) == BASE64_SIZE(n));
		CHECK(base64_decode(bytes_of(text), back, sizeof(back),
				    &size) == STATUS_OK);
		CHECK(size == n && memcmp(back, data, n) == 0);
		hex_encode(run, text);
		CHECK(hex_decode(bytes_of(text), back, n) == STATUS_OK);
		CHECK(memcmp(back, data, n) == 0);
		base32_encode(run, text);
		CHECK(strlen(text) == BASE32_SIZE(n));
		CHECK(base32_decode(bytes_of(text), back, n) == STATUS_OK);
		CHECK(memcmp(back, data, n) == 0);
	}
}

static void base64_has_one_spelling(void)
{
	static const char *const bad[] = { "A",	   "AA",   "AAA", "A===",
					   "AB==", "AAB=", "A-==", "AA=A",
					   "AAAA ", "=AAA", "====" };
	uint8_t out[8];
	size_t size;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(base64_decode(bytes_of(bad[i]), out, sizeof(out),
				    &size) == STATUS_MALFORMED);
	CHECK(base64_decode(bytes_of("AAAAAAAA"), out, 5, &size) ==
	      STATUS_MALFORMED);
}

static void people_may_type_base32_as_they_read_it(void)
{
	uint8_t code[5] = { 0, 0x44, 0x32, 0x14, 0xc7 }, back[5];
	char text[16];

	base32_encode((struct bytes){ code, 5 }, text);
	CHECK(strcmp(text, "01234567") == 0);
	CHECK(base32_decode(bytes_of("OL23-4567"), back, 5) == STATUS_OK);
	CHECK(memcmp(code, back, 5) == 0);
	CHECK(base32_decode(bytes_of("0123456"), back, 5) == STATUS_MALFORMED);
	CHECK(base32_decode(bytes_of("0123456u"), back, 5) == STATUS_MALFORMED);
}

static void upper_case_hex_is_refused(void)
{
	uint8_t out[1];

	CHECK(hex_decode(bytes_of("aF"), out, 1) == STATUS_MALFORMED);
	CHECK(hex_decode(bytes_of("a"), out, 1) == STATUS_MALFORMED);
}

int main(void)
{
	every_length_comes_back();
	base64_has_one_spelling();
	people_may_type_base32_as_they_read_it();
	upper_case_hex_is_refused();
	return 0;
}
