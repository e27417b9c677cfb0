/* zstd frames of bundles: nothing comes out beyond the cap, and what was packed
 * comes out as it went in. */
#include "catalog/pack.h"
#include "tests/fuzz/fuzz.h"

enum { CAP = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes packed = { data, size };
	struct buf out = BUF_INIT, made = BUF_INIT;
	enum status status;

	buf_puts(&out, "before");
	status = pack_expand(packed, CAP, &out);
	CHECK(status == STATUS_OK || status == STATUS_MALFORMED);
	CHECK(out.size <= CAP + 6 && memcmp(out.data, "before", 6) == 0);
	CHECK(status == STATUS_OK || out.size == 6);
	(void)pack_is_one_frame(packed);
	buf_clear(&out);
	CHECK(pack_compress(packed, PACK_QUICK, &made) == STATUS_OK);
	CHECK(pack_expand(buf_bytes(&made), size, &out) == STATUS_OK);
	CHECK(bytes_equal(buf_bytes(&out), packed));
	if (size > 0) {
		CHECK(pack_is_one_frame(buf_bytes(&made)));
		CHECK(pack_expand(buf_bytes(&made), size - 1, &out) ==
		      STATUS_MALFORMED);
	}
	buf_release(&out);
	buf_release(&made);
	return 0;
}

void fuzz_seeds(void)
{
	static uint8_t much[1 << 20];
	struct buf b = BUF_INIT;

	CHECK(pack_compress(bytes_of("{\"type\":\"x\"}"), PACK_SMALL, &b) ==
	      STATUS_OK);
	fuzz_seed(b.data, b.size);
	CHECK(pack_compress(bytes_of("a second frame"), 1, &b) == STATUS_OK);
	fuzz_seed_buf(&b);
	/* A bomb. */
	CHECK(pack_compress((struct bytes){ much, sizeof(much) }, PACK_SMALL,
			    &b) == STATUS_OK);
	fuzz_seed_buf(&b);
	/* A skippable frame; a frame of unknown size with a huge window. */
	fuzz_seed("\x50\x2a\x4d\x18\4\0\0\0abcd", 12);
	fuzz_seed("\x28\xb5\x2f\xfd\0\xff\1\0\0", 9);
}
