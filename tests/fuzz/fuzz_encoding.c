/* Hex, base64, base32: one spelling for each value. */
#include "proto/encoding.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes text = { data, size };
	char *again = malloc(2 * size + 16);
	uint8_t *out = malloc(size + 1), *back = malloc(size + 1);
	size_t got;

	CHECK(again != NULL && out != NULL && back != NULL);
	if (hex_decode(text, out, size / 2) == STATUS_OK) {
		hex_encode((struct bytes){ out, size / 2 }, again);
		CHECK(bytes_is(text, again));
	}
	if (base64_decode(text, out, size, &got) == STATUS_OK) {
		base64_encode((struct bytes){ out, got }, again);
		CHECK(bytes_is(text, again));
		CHECK(got == 0 ||
		      base64_decode(text, out, got - 1, &got) != STATUS_OK);
	}
	/* People type it: more than one spelling, one value. */
	if (base32_decode(text, out, size * 5 / 8) == STATUS_OK) {
		base32_encode((struct bytes){ out, size * 5 / 8 }, again);
		CHECK(base32_decode(bytes_of(again), back, size * 5 / 8) ==
		      STATUS_OK);
		CHECK(memcmp(out, back, size * 5 / 8) == 0);
	}
	/* And there again: any bytes. */
	hex_encode(text, again);
	CHECK(hex_decode(bytes_of(again), out, size) == STATUS_OK &&
	      (size == 0 || memcmp(out, data, size) == 0));
	base64_encode(text, again);
	CHECK(base64_decode(bytes_of(again), out, size, &got) == STATUS_OK &&
	      got == size && (size == 0 || memcmp(out, data, size) == 0));
	base32_encode(text, again);
	CHECK(base32_decode(bytes_of(again), out, size) == STATUS_OK &&
	      (size == 0 || memcmp(out, data, size) == 0));
	free(again);
	free(out);
	free(back);
	return 0;
}

void fuzz_seeds(void)
{
	fuzz_seed_text("00ff7a");
	fuzz_seed_text("aGVsbG8gd29ybGQ=");
	fuzz_seed_text("aGVsbG8gd29ybA==");
	fuzz_seed_text("k3f9-w2aa");
	fuzz_seed_text("O0il 1Lzz");
}
