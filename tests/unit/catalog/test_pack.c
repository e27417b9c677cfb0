#include "catalog/pack.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "tests/support/check.h"

static void what_is_packed_expands_again(void)
{
	struct buf packed = BUF_INIT, raw = BUF_INIT;
	char text[10000];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i % 7);
	for (size_t size = 0; size < sizeof(text); size += 999) {
		struct bytes from = { (uint8_t *)text, size };

		buf_clear(&packed);
		buf_clear(&raw);
		CHECK(pack_compress(from, PACK_QUICK, &packed) == STATUS_OK);
		CHECK(pack_expand(buf_bytes(&packed), size, &raw) == STATUS_OK);
		CHECK(bytes_equal(buf_bytes(&raw), from));
		CHECK(size == 0 || pack_is_one_frame(buf_bytes(&packed)));
	}
	buf_release(&packed);
	buf_release(&raw);
}

static void more_than_the_cap_is_refused(void)
{
	struct buf packed = BUF_INIT, out = BUF_INIT;
	size_t size = 64 << 20;
	uint8_t *zeros = calloc(1, size);

	CHECK(zeros != NULL);
	CHECK(pack_compress((struct bytes){ zeros, size }, PACK_QUICK,
			    &packed) == STATUS_OK);
	CHECK(packed.size < 10000);
	buf_puts(&out, "before");
	CHECK(pack_expand(buf_bytes(&packed), 1 << 20, &out) ==
	      STATUS_MALFORMED);
	CHECK(strcmp(buf_string(&out), "before") == 0);
	CHECK(pack_expand(buf_bytes(&packed), size - 1, &out) ==
	      STATUS_MALFORMED);
	CHECK(pack_expand(buf_bytes(&packed), size, &out) == STATUS_OK);
	CHECK(out.size == 6 + size);
	free(zeros);
	buf_release(&packed);
	buf_release(&out);
}

/* A frame that does not tell its size, from a stream. */
static void stream_compress(const void *data, size_t size, int window_log,
			    struct buf *out)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	size_t bound = ZSTD_compressBound(size) + 1000;
	ZSTD_inBuffer in = { data, size / 2, 0 };
	ZSTD_outBuffer to = { buf_reserve(out, bound), bound, 0 };

	CHECK(context != NULL && to.dst != NULL);
	(void)ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
	CHECK(!ZSTD_isError(
		ZSTD_compressStream2(context, &to, &in, ZSTD_e_continue)));
	in.size = size;
	CHECK(ZSTD_compressStream2(context, &to, &in, ZSTD_e_end) == 0);
	buf_grew(out, to.pos);
	ZSTD_freeCCtx(context);
}

static void frames_of_untold_size_are_capped_too(void)
{
	struct buf packed = BUF_INIT, out = BUF_INIT;
	static uint8_t data[300000];

	stream_compress(data, sizeof(data), 20, &packed);
	CHECK(ZSTD_getFrameContentSize(packed.data, packed.size) ==
	      ZSTD_CONTENTSIZE_UNKNOWN);
	CHECK(pack_expand(buf_bytes(&packed), sizeof(data) - 1, &out) ==
	      STATUS_MALFORMED);
	CHECK(out.size == 0);
	CHECK(pack_expand(buf_bytes(&packed), sizeof(data), &out) == STATUS_OK);
	CHECK(out.size == sizeof(data));
	buf_release(&packed);
	buf_release(&out);
}

static void windows_beyond_8_MiB_are_refused(void)
{
	struct buf packed = BUF_INIT, out = BUF_INIT;
	static uint8_t data[300000];

	stream_compress(data, sizeof(data), 24, &packed);
	CHECK(pack_expand(buf_bytes(&packed), sizeof(data), &out) ==
	      STATUS_MALFORMED);
	buf_release(&packed);
	buf_release(&out);
}

static void cuts_tails_and_junk_are_refused(void)
{
	struct buf packed = BUF_INIT, twice = BUF_INIT, out = BUF_INIT;
	size_t size;

	CHECK(pack_compress(bytes_of("entries, entries, entries"), PACK_SMALL,
			    &packed) == STATUS_OK);
	size = packed.size;
	for (size_t cut = 0; cut < size; cut++)
		CHECK(pack_expand((struct bytes){ packed.data, cut }, 1000,
				  &out) == STATUS_MALFORMED &&
		      !pack_is_one_frame((struct bytes){ packed.data, cut }));
	buf_puts(&packed, "x");
	CHECK(pack_expand(buf_bytes(&packed), 1000, &out) == STATUS_MALFORMED);
	CHECK(!pack_is_one_frame(buf_bytes(&packed)));
	CHECK(pack_expand(bytes_of("no zstd"), 1000, &out) == STATUS_MALFORMED);
	CHECK(out.size == 0);
	/* Two frames are well-formed, and not one. */
	buf_put(&twice, packed.data, size);
	buf_put(&twice, packed.data, size);
	CHECK(pack_expand(buf_bytes(&twice), 1000, &out) == STATUS_OK);
	CHECK(out.size == 50);
	CHECK(!pack_is_one_frame(buf_bytes(&twice)));
	buf_release(&packed);
	buf_release(&twice);
	buf_release(&out);
}

int main(void)
{
	what_is_packed_expands_again();
	more_than_the_cap_is_refused();
	frames_of_untold_size_are_capped_too();
	windows_beyond_8_MiB_are_refused();
	cuts_tails_and_junk_are_refused();
	return 0;
}
