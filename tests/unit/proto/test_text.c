#include "proto/text.h"
#include "tests/support/check.h"

#include <string.h>

static void broken_utf8_is_seen(void)
{
	static const char *const bad[] = { "\x80", "\xc3", "\xc0\x80",
					   "\xe0\x80\x80", "\xed\xa0\x80",
					   "\xf4\x90\x80\x80", "\xff",
					   "a\xe9\xbb" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(!text_is_utf8(bytes_of(bad[i])));
	CHECK(text_is_utf8(bytes_of("黑山羊 é 😀")));
}

static void text_that_hides_something_is_not_plain(void)
{
	CHECK(text_is_plain(bytes_of("黑山羊春季防疫")));
	CHECK(!text_is_plain(bytes_of("a\tb")));
	CHECK(!text_is_plain(bytes_of("a\x7f")));
	CHECK(!text_is_plain(bytes_of("\xe2\x80\xae" "4pm")));
	CHECK(!text_is_plain(bytes_of("\xef\xbb\xbf" "a")));
}

static void chinese_titles_line_up(void)
{
	struct buf b = BUF_INIT;

	CHECK(text_width("黑山羊") == 6);
	CHECK(text_width("goat") == 4);
	buf_put_column(&b, "黑山羊", 8);
	CHECK(strcmp(buf_string(&b), "黑山羊  ") == 0);
	buf_clear(&b);
	buf_put_column(&b, "黑山羊春季防疫", 8);
	CHECK(strcmp(buf_string(&b), "黑山羊… ") == 0);
	CHECK(text_width(buf_string(&b)) == 8);
	buf_release(&b);
}

static void sizes_and_times_read_well(void)
{
	char text[24], size[SIZE_ROOM];
	uint64_t bytes;

	size_format(UINT64_C(20) << 30, size);
	CHECK(strcmp(size, "20G") == 0);
	size_format(1500, size);
	CHECK(strcmp(size, "1500") == 0);
	size_format(UINT64_C(2048) << 40, size);
	CHECK(strcmp(size, "2048T") == 0);
	CHECK(size_parse("2048T", &bytes) == STATUS_OK &&
	      bytes == UINT64_C(2048) << 40);
	CHECK(size_parse("0", &bytes) == STATUS_OK && bytes == 0);
	bytes = 7;
	CHECK(size_parse("8388608T", &bytes) == STATUS_MALFORMED);
	CHECK(size_parse("", &bytes) == STATUS_MALFORMED);
	CHECK(size_parse("M", &bytes) == STATUS_MALFORMED);
	CHECK(size_parse("2GB", &bytes) == STATUS_MALFORMED && bytes == 7);
	text_size(812, text);
	CHECK(strcmp(text, "812 B") == 0);
	text_size(23400000, text);
	CHECK(strcmp(text, "23.4 MB") == 0);
	text_size(999600, text);
	CHECK(strcmp(text, "1.00 MB") == 0);
	text_duration(750, text);
	CHECK(strcmp(text, "12:30") == 0);
	text_duration(3723, text);
	CHECK(strcmp(text, "1:02:03") == 0);
}

static void a_cut_is_between_characters(void)
{
	CHECK(text_cut("abc", 5) == 3);
	CHECK(text_cut("abc", 3) == 3);
	CHECK(text_cut("abc", 2) == 2);
	CHECK(text_cut("a黑山", 7) == 7);
	CHECK(text_cut("a黑山", 6) == 4);
	CHECK(text_cut("a黑山", 4) == 4);
	CHECK(text_cut("a黑山", 3) == 1);
	CHECK(text_cut("黑", 1) == 0);
}

int main(void)
{
	broken_utf8_is_seen();
	text_that_hides_something_is_not_plain();
	chinese_titles_line_up();
	sizes_and_times_read_well();
	a_cut_is_between_characters();
	return 0;
}
