/* Bencoding: what parses is written again to the same bytes. */
#include "proto/bencode.h"
#include "tests/fuzz/fuzz.h"

static void write_again(struct buf *out, const struct bencode_value *value)
{
	struct bencode_walk walk;
	struct bencode_value item, found;
	struct bytes key;

	switch (value->kind) {
	case BENCODE_INTEGER:
		bencode_put_integer(out, value->integer);
		return;
	case BENCODE_STRING:
		bencode_put_string(out, value->body);
		return;
	case BENCODE_LIST:
		bencode_put_list(out);
		bencode_walk_init(&walk, value);
		while (bencode_walk_item(&walk, &item))
			write_again(out, &item);
		break;
	case BENCODE_DICT:
		bencode_put_dict(out);
		bencode_walk_init(&walk, value);
		while (bencode_walk_pair(&walk, &key, &item)) {
			bencode_put_string(out, key);
			write_again(out, &item);
		}
		CHECK(!bencode_find(value, "no such key", &found) ||
		      found.raw.size > 0);
		break;
	}
	CHECK(walk.left.size == 0);
	bencode_put_end(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes from = { data, size };
	struct bencode_value value, prefix;
	struct buf again = BUF_INIT;
	bool whole = bencode_parse(from, &value) == STATUS_OK;

	if (bencode_parse_prefix(from, &prefix) == STATUS_OK) {
		CHECK(prefix.raw.data == data && prefix.raw.size <= size);
		CHECK(whole == (prefix.raw.size == size));
		write_again(&again, &prefix);
		CHECK(bytes_equal(buf_bytes(&again), prefix.raw));
	} else {
		CHECK(!whole);
	}
	buf_release(&again);
	return 0;
}

void fuzz_seeds(void)
{
	fuzz_seed_text("i-9223372036854775808e");
	fuzz_seed_text("4:spam");
	fuzz_seed_text("l4:spami42ee");
	fuzz_seed_text("d3:bar4:spam3:fooi42e4:listl1:a1:bd1:xleeee");
	fuzz_seed_text("llllllllllllllllllllllleeeeeeeeeeeeeeeeeeeeeee");
}
