/* zstd over HTTP: bombs, halves, several frames; and the bitmaps of statements. */
#include "node/coding.h"
#include "node/own_statement.h"
#include "proto/encoding.h"
#include "tests/fuzz/fuzz.h"

enum { CAP = 1 << 16 };

static void bitmap(struct bytes frame)
{
	struct buf base64 = BUF_INIT, bits = BUF_INIT, again = BUF_INIT,
		   second = BUF_INIT;

	buf_put_base64(&base64, frame);
	if (bitmap_expand(buf_bytes(&base64), CAP, &bits) == STATUS_OK) {
		CHECK(bits.size <= CAP);
		CHECK(!bitmap_has(buf_bytes(&bits), 8 * bits.size));
		CHECK(bitmap_compress(buf_bytes(&bits), &again) == STATUS_OK);
		buf_clear(&base64);
		buf_put_base64(&base64, buf_bytes(&again));
		CHECK(bitmap_expand(buf_bytes(&base64), CAP, &second) ==
		      STATUS_OK);
		for (size_t i = 0; i < 8 * bits.size; i++)
			CHECK(bitmap_has(buf_bytes(&bits), i) ==
			      bitmap_has(buf_bytes(&second), i));
	}
	buf_release(&base64);
	buf_release(&bits);
	buf_release(&again);
	buf_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	struct buf out = BUF_INIT, made = BUF_INIT;
	enum status status;

	buf_puts(&out, "before");
	status = coding_decompress(in, CAP, &out);
	CHECK(status == STATUS_OK || status == STATUS_MALFORMED ||
	      status == STATUS_NO_ROOM);
	CHECK(out.size <= CAP + 6 && memcmp(out.data, "before", 6) == 0);
	CHECK(status == STATUS_OK || out.size == 6);
	buf_clear(&out);
	CHECK(coding_compress(in, &made) == STATUS_OK);
	CHECK(coding_decompress(buf_bytes(&made), size, &out) == STATUS_OK);
	CHECK(bytes_equal(buf_bytes(&out), in));
	buf_release(&out);
	buf_release(&made);
	bitmap(in);
	return 0;
}

void fuzz_seeds(void)
{
	static uint8_t much[1 << 20];
	struct buf b = BUF_INIT;

	CHECK(coding_compress(bytes_of("{\"n\":1}"), &b) == STATUS_OK);
	fuzz_seed(b.data, b.size);
	CHECK(coding_compress(bytes_of("a second frame"), &b) == STATUS_OK);
	fuzz_seed_buf(&b);
	CHECK(coding_compress((struct bytes){ much, sizeof(much) }, &b) ==
	      STATUS_OK);
	fuzz_seed_buf(&b);
	CHECK(bitmap_compress(bytes_of("\x81\x42\x99"), &b) == STATUS_OK);
	fuzz_seed_buf(&b);
	fuzz_seed("\x50\x2a\x4d\x18\4\0\0\0abcd", 12);
	fuzz_seed("\x28\xb5\x2f\xfd\0\xff\1\0\0", 9);
}
