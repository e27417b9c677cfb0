/* What is sent to /up and what is asked for in return. */
#include "proto/upload.h"
#include "tests/fuzz/fuzz.h"

static void read_want(struct bytes text)
{
	struct buf again = BUF_INIT;
	struct tile_path path;
	uint64_t offset;

	if (upload_parse_want(text, &path, &offset) != STATUS_OK)
		return;
	upload_put_want(&again, &path, offset);
	CHECK(bytes_equal(buf_bytes(&again), text));
	buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes body = { data, size };
	struct buf again = BUF_INIT;
	struct upload u;

	read_want(body);
	if (upload_parse(body, &u) != STATUS_OK)
		return 0;
	if (u.is_part) {
		CHECK(u.data.size > 0 && u.offset <= u.length &&
		      u.data.size <= u.length - u.offset);
		upload_put_part(&again, &u.path, u.offset, u.length, u.note);
	} else {
		upload_put_entries(&again, u.from, u.note);
	}
	buf_put_bytes(&again, u.data);
	CHECK(bytes_equal(buf_bytes(&again), body));
	buf_release(&again);
	return 0;
}

void fuzz_seeds(void)
{
	static const struct tile_path path = { TILE_ENTRIES, 0, 3, 17 };
	struct buf b = BUF_INIT;

	upload_put_entries(&b, 12, bytes_of("a note\n"));
	buf_put(&b, "\0\2{}", 4);
	fuzz_seed_buf(&b);
	upload_put_part(&b, &path, 5, 9, bytes_of("a note\n"));
	buf_puts(&b, "1234");
	fuzz_seed_buf(&b);
	upload_put_want(&b, &path, 99);
	fuzz_seed_buf(&b);
}
