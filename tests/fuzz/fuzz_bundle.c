/* Entry bundles: the three readers agree, and what is read is written again. */
#include "proto/bundle.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes whole = { data, size };
	struct buf again = BUF_INIT;
	struct bytes_reader r;
	struct bytes entry;
	enum status status;
	unsigned count = 0;
	size_t longest = 0, offset;

	bytes_reader_init(&r, whole);
	while ((status = bundle_next(&r, &entry)) == STATUS_OK) {
		CHECK(bundle_put(&again, entry) == STATUS_OK);
		longest = entry.size > longest ? entry.size : longest;
		count++;
		CHECK(bundle_offset(whole, count, &offset) == STATUS_OK);
		CHECK(offset == again.size && offset == size - r.left);
		if (count > BUNDLE_ENTRIES)
			break;
	}
	if (count <= BUNDLE_ENTRIES) {
		CHECK((status == STATUS_NOT_FOUND) == (r.left == 0));
		CHECK((bundle_check(whole, count, longest) == STATUS_OK) ==
		      (status == STATUS_NOT_FOUND));
		CHECK(bundle_check(whole, count + 1, ENTRY_SIZE_MAX) !=
		      STATUS_OK);
		if (longest > 0)
			CHECK(bundle_check(whole, count, longest - 1) !=
			      STATUS_OK);
	}
	CHECK(again.size == 0 || memcmp(again.data, data, again.size) == 0);
	buf_release(&again);
	return 0;
}

void fuzz_seeds(void)
{
	static const char *const entries[] = { "", "{}", "{\"type\":\"x\"}" };
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < 3; i++)
		CHECK(bundle_put(&b, bytes_of(entries[i])) == STATUS_OK);
	fuzz_seed_buf(&b);
	for (size_t i = 0; i < BUNDLE_ENTRIES; i++)
		CHECK(bundle_put(&b, bytes_of("ab")) == STATUS_OK);
	fuzz_seed_buf(&b);
}
