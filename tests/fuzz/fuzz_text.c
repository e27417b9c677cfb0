/* UTF-8, widths, columns, sizes, numbers. */
#include "proto/text.h"
#include "tests/fuzz/fuzz.h"

static void walk(struct bytes text)
{
	struct bytes_reader r;
	uint32_t code;

	bytes_reader_init(&r, text);
	while (text_next(&r, &code))
		CHECK(code <= 0x10ffff && (code < 0xd800 || code > 0xdfff));
	CHECK(text_is_utf8(text) == (r.left == 0));
	if (text_is_plain(text))
		CHECK(text_is_utf8(text) &&
		      (text.size == 0 ||
		       memchr(text.data, '\n', text.size) == NULL));
}

static void cut(const char *text)
{
	struct buf column = BUF_INIT;
	struct bytes all = bytes_of(text);

	for (size_t max = 0; max < 12; max++) {
		size_t keep = text_cut(text, max);

		CHECK(keep <= max && keep <= all.size);
		if (text_is_utf8(all))
			CHECK(text_is_utf8((struct bytes){ all.data, keep }));
	}
	for (size_t columns = 1; columns < 12; columns += 5) {
		buf_clear(&column);
		buf_put_column(&column, text, columns);
		if (text_is_plain(all))
			CHECK(text_width(buf_string(&column)) == columns);
	}
	buf_release(&column);
}

static void sizes(const char *text)
{
	char again[SIZE_ROOM], shown[24];
	uint64_t bytes, second;

	if (size_parse(text, &bytes) == STATUS_OK) {
		size_format(bytes, again);
		CHECK(size_parse(again, &second) == STATUS_OK &&
		      second == bytes);
		text_size(bytes, shown);
		CHECK(strlen(shown) <= 8);
		text_duration(bytes, shown);
	}
	if (decimal_parse(bytes_of(text), &bytes) == STATUS_OK)
		CHECK(bytes <= INT64_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);

	walk((struct bytes){ data, size });
	cut(text);
	sizes(text);
	free(text);
	return 0;
}

void fuzz_seeds(void)
{
	fuzz_seed_text("黑山羊春季防疫");
	fuzz_seed_text("e\xcc\x81\xe2\x80\x8b" "\xf0\x9f\x90\x90");
	fuzz_seed_text("\xed\xa0\x80\xc0\x80\xf4\x90\x80\x80");
	fuzz_seed_text("1984M");
	fuzz_seed_text("16777215T");
	fuzz_seed_text("9223372036854775807");
}
