#include "proto/bencode.h"
#include "tests/support/check.h"

#include <string.h>

static enum status parse(const char *text, struct bencode_value *value)
{
	return bencode_parse(bytes_of(text), value);
}

static void each_kind_is_read(void)
{
	struct bencode_value v;

	CHECK(parse("i0e", &v) == STATUS_OK);
	CHECK(v.kind == BENCODE_INTEGER && v.integer == 0);
	CHECK(parse("i-9223372036854775808e", &v) == STATUS_OK);
	CHECK(v.integer == INT64_MIN);
	CHECK(parse("i9223372036854775807e", &v) == STATUS_OK);
	CHECK(v.integer == INT64_MAX);
	CHECK(parse("0:", &v) == STATUS_OK && v.body.size == 0);
	CHECK(parse("3:a\nb", &v) == STATUS_OK && bytes_is(v.body, "a\nb"));
	CHECK(parse("le", &v) == STATUS_OK && v.kind == BENCODE_LIST);
	CHECK(parse("d0:le1:ai1ee", &v) == STATUS_OK);
	CHECK(v.kind == BENCODE_DICT && bytes_is(v.body, "0:le1:ai1e"));
	CHECK(bytes_is(v.raw, "d0:le1:ai1ee"));
}

static void whatever_is_not_canonical_is_refused(void)
{
	static const char *const bad[] = {
		"",	    "i",	   "ie",	 "i-e",	     "i-0e",
		"i01e",	    "i-01e",	   "i+1e",	 "i1",	     "i 1e",
		"i1x",	    "i9223372036854775808e",
		"i-9223372036854775809e",  "i99999999999999999999e",
		"1",	    "1:",	   "01:a",	 "2:a",	     ":",
		"-1:a",	    "1:ab",	   "99999999999999999999:a",
		"18446744073709551615:a",  "l",		 "li1e",     "d",
		"d1:ae",    "di1ei1ee",	   "d1:bi1e1:ai1ee",
		"d1:ai1e1:ai2ee",	   "e",		 "i1ei2e",   "x",
		"d2:aai1e1:bi1e2:ai1ee",   "l1:ae ",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct bencode_value v = { .integer = 77 };

		CHECK(parse(bad[i], &v) == STATUS_MALFORMED);
		CHECK(v.integer == 77);
	}
}

static void nesting_has_a_bottom(void)
{
	char text[2 * 100000 + 1];
	struct bencode_value v;

	for (size_t depth = 1; depth < 100000; depth = depth * 3 / 2 + 1) {
		memset(text, 'l', depth);
		memset(text + depth, 'e', depth);
		text[2 * depth] = 0;
		CHECK((parse(text, &v) == STATUS_OK) ==
		      (depth <= BENCODE_DEPTH_MAX));
	}
}

static void every_cut_is_refused(void)
{
	const char *whole = "d1:ad1:bl3:xyzi-7eee4:spam0:e";
	struct bencode_value v;

	for (size_t size = 0; size < strlen(whole); size++) {
		/* A copy of the exact size: a read beyond it is caught. */
		uint8_t *cut = malloc(size + 1);

		CHECK(cut != NULL);
		memcpy(cut, whole, size);
		CHECK(bencode_parse((struct bytes){ cut, size }, &v) ==
		      STATUS_MALFORMED);
		free(cut);
	}
	CHECK(parse(whole, &v) == STATUS_OK);
}

static void keys_and_items_are_found(void)
{
	struct bencode_value dict, value, item;
	struct bencode_walk walk;
	struct bytes key, string;
	int64_t integer = 5;

	CHECK(parse("d1:ai7e1:bl1:x1:ye1:c4:spame", &dict) == STATUS_OK);
	CHECK(bencode_find_integer(&dict, "a", &integer) == STATUS_OK);
	CHECK(integer == 7);
	CHECK(bencode_find_string(&dict, "c", &string) == STATUS_OK);
	CHECK(bytes_is(string, "spam"));
	CHECK(bencode_find_string(&dict, "a", &string) == STATUS_MALFORMED);
	CHECK(bencode_find_integer(&dict, "d", &integer) == STATUS_NOT_FOUND);
	CHECK(bencode_find(&dict, "b", &value));
	CHECK(!bencode_find(&value, "b", &value));
	bencode_walk_init(&walk, &value);
	CHECK(bencode_walk_item(&walk, &item) && bytes_is(item.body, "x"));
	CHECK(bencode_walk_item(&walk, &item) && bytes_is(item.body, "y"));
	CHECK(!bencode_walk_item(&walk, &item));
	bencode_walk_init(&walk, &dict);
	for (int i = 0; i < 3; i++)
		CHECK(bencode_walk_pair(&walk, &key, &item));
	CHECK(bytes_is(key, "c"));
	CHECK(!bencode_walk_pair(&walk, &key, &item));
}

static void what_is_written_is_read(void)
{
	struct buf b = BUF_INIT;
	struct bencode_value dict, value;

	bencode_put_dict(&b);
	bencode_puts(&b, "list");
	bencode_put_list(&b);
	bencode_put_integer(&b, INT64_MIN);
	bencode_put_string(&b, (struct bytes){ (const uint8_t *)"\0", 1 });
	bencode_put_end(&b);
	bencode_puts(&b, "n");
	bencode_put_integer(&b, 12);
	bencode_put_end(&b);
	CHECK(buf_status(&b) == STATUS_OK);
	CHECK(bencode_parse(buf_bytes(&b), &dict) == STATUS_OK);
	CHECK(bencode_find(&dict, "list", &value));
	CHECK(value.kind == BENCODE_LIST);
	buf_release(&b);
}

static void a_prefix_leaves_the_rest(void)
{
	struct bencode_value v;

	CHECK(bencode_parse_prefix(bytes_of("3:abcxyz"), &v) == STATUS_OK);
	CHECK(bytes_is(v.raw, "3:abc"));
}

int main(void)
{
	each_kind_is_read();
	whatever_is_not_canonical_is_refused();
	nesting_has_a_bottom();
	every_cut_is_refused();
	keys_and_items_are_found();
	what_is_written_is_read();
	a_prefix_leaves_the_rest();
	return 0;
}
