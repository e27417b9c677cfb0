#include "signing/wordline.h"

#include "tests/support/check.h"

static void words_have_one_space_between_them(void)
{
	struct bytes rest = bytes_of("one two"), word;

	CHECK(wordline_next(&rest, &word) == STATUS_OK &&
	      bytes_is(word, "one"));
	CHECK(wordline_next(&rest, &word) == STATUS_OK &&
	      bytes_is(word, "two"));
	CHECK(rest.size == 0);
	CHECK(wordline_next(&rest, &word) == STATUS_MALFORMED);
	rest = bytes_of(" one");
	CHECK(wordline_next(&rest, &word) == STATUS_MALFORMED);
	rest = bytes_of("one ");
	CHECK(wordline_next(&rest, &word) == STATUS_MALFORMED);
	rest = bytes_of("");
	CHECK(wordline_next(&rest, &word) == STATUS_MALFORMED);
	rest = bytes_of("a,b,");
	CHECK(wordline_next_item(&rest, &word) == STATUS_OK);
	CHECK(wordline_next_item(&rest, &word) == STATUS_MALFORMED);
}

static void a_named_value_is_taken_or_left(void)
{
	struct bytes rest = bytes_of("key=a=b keys=c"), value;

	CHECK(!wordline_take(&rest, "ke", &value));
	CHECK(!wordline_take(&rest, "keys", &value));
	CHECK(wordline_take(&rest, "key", &value) && bytes_is(value, "a=b"));
	CHECK(!wordline_take(&rest, "key", &value));
	CHECK(wordline_take(&rest, "keys", &value) && bytes_is(value, "c"));
	CHECK(!wordline_take(&rest, "keys", &value));
}

static void numbers_start_at_one_and_are_capped(void)
{
	static const char *const bad[] = { "version 0\n", "version 11\n",
					   "version 01\n", "version\n",
					   "version 1", "version  1\n",
					   "version 1 \n", "Version 1\n",
					   "version 1 2\n" };
	struct bytes_reader r;
	uint64_t number = 77;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		bytes_reader_init(&r, bytes_of(bad[i]));
		CHECK(wordline_read_number(&r, "version", 10, &number) ==
		      STATUS_MALFORMED);
		CHECK(number == 77 && r.left == bytes_of(bad[i]).size);
	}
	bytes_reader_init(&r, bytes_of("version 10\n"));
	CHECK(wordline_read_number(&r, "version", 10, &number) == STATUS_OK);
	CHECK(number == 10 && r.left == 0);
}

int main(void)
{
	words_have_one_space_between_them();
	a_named_value_is_taken_or_left();
	numbers_start_at_one_and_are_capped();
	return 0;
}
