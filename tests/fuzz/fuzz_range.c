/* Range and Content-Range. The first 8 bytes are the length. */
#include "proto/range.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_reader r = { data, size };
	uint64_t length = fuzz_u64(&r), total;
	char *text = fuzz_string(r.next, r.left);
	struct range range;

	if (range_parse(text, length, &range) == RANGE_PART)
		CHECK(range.first <= range.last && range.last < length);
	CHECK(range_parse(NULL, length, &range) == RANGE_ALL);
	if (content_range_parse(text, &range, &total) == STATUS_OK)
		CHECK(range.first <= range.last && range.last < total);
	free(text);
	return 0;
}

void fuzz_seeds(void)
{
	fuzz_seed("\0\0\0\0\0\0\1\0bytes=0-99", 8 + 10);
	fuzz_seed("\0\0\0\0\0\0\1\0bytes=-5", 8 + 8);
	fuzz_seed("\0\0\0\0\0\0\1\0bytes=255-", 8 + 10);
	fuzz_seed("\0\0\0\0\0\0\1\0bytes 0-9/100", 8 + 13);
	fuzz_seed("\0\0\0\0\0\0\1\0bytes 0-9/*", 8 + 11);
	fuzz_seed("\0\0\0\0\0\0\1\0bytes=18446744073709551615-", 8 + 27);
}
