#include "proto/bundle.h"
#include "tests/support/check.h"

#include <string.h>

static void what_is_put_is_read_in_order(void)
{
	struct buf b = BUF_INIT;
	struct bytes_reader r;
	struct bytes entry;
	char text[400];
	size_t offset;

	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < 300; i++)
		CHECK(bundle_put(&b, (struct bytes){ (uint8_t *)text, i }) ==
		      STATUS_OK);
	CHECK(buf_status(&b) == STATUS_OK);
	CHECK(b.data[0] == 0 && b.data[1] == 0 && b.data[2] == 0);
	bytes_reader_init(&r, buf_bytes(&b));
	for (size_t i = 0; i < 300; i++)
		CHECK(bundle_next(&r, &entry) == STATUS_OK && entry.size == i);
	CHECK(bundle_next(&r, &entry) == STATUS_NOT_FOUND);
	CHECK(entry.size == 299);
	CHECK(bundle_check(buf_bytes(&b), 300, 299) == STATUS_OK);
	CHECK(bundle_check(buf_bytes(&b), 299, 299) == STATUS_MALFORMED);
	CHECK(bundle_check(buf_bytes(&b), 301, 299) == STATUS_MALFORMED);
	CHECK(bundle_check(buf_bytes(&b), 300, 298) == STATUS_MALFORMED);
	CHECK(bundle_offset(buf_bytes(&b), 2, &offset) == STATUS_OK);
	CHECK(offset == 5);
	CHECK(bundle_offset(buf_bytes(&b), 301, &offset) == STATUS_MALFORMED);
	buf_release(&b);
}

static void lengths_are_big_endian_and_capped(void)
{
	static uint8_t big[ENTRY_SIZE_MAX + 1];
	struct buf b = BUF_INIT;

	CHECK(bundle_put(&b, (struct bytes){ big, sizeof(big) }) ==
	      STATUS_MALFORMED);
	CHECK(b.size == 0);
	CHECK(bundle_put(&b, (struct bytes){ big, 0x1234 }) == STATUS_OK);
	CHECK(b.data[0] == 0x12 && b.data[1] == 0x34);
	CHECK(bundle_put(&b, (struct bytes){ big, ENTRY_SIZE_MAX }) ==
	      STATUS_OK);
	CHECK(bundle_check(buf_bytes(&b), 2, ENTRY_SIZE_MAX) == STATUS_OK);
	CHECK(BUNDLE_SIZE_MAX == 16777472);
	buf_release(&b);
}

static void a_cut_entry_is_malformed_at_every_place(void)
{
	const uint8_t wire[] = { 0, 2, 'a', 'b', 0, 1, 'c' };
	struct bytes_reader r;
	struct bytes entry = { NULL, 77 };

	for (size_t size = 0; size <= sizeof(wire); size++) {
		enum status whole =
			bundle_check((struct bytes){ wire, size }, 2, 10);

		CHECK(whole ==
		      (size == sizeof(wire) ? STATUS_OK : STATUS_MALFORMED));
	}
	bytes_reader_init(&r, (struct bytes){ wire, 3 });
	CHECK(bundle_next(&r, &entry) == STATUS_MALFORMED);
	CHECK(entry.size == 77 && r.left == 3);
}

int main(void)
{
	what_is_put_is_read_in_order();
	lengths_are_big_endian_and_capped();
	a_cut_entry_is_malformed_at_every_place();
	return 0;
}
