#include <string.h>

#include "node/coding.h"
#include "tests/support/check.h"

static void what_was_compressed_comes_back(void)
{
	static const size_t sizes[] = { 0, 1, 255, 65536, 65537, 3000000 };
	struct buf zstd = BUF_INIT;
	struct buf plain = BUF_INIT;
	uint8_t *data = malloc(3000000);

	CHECK(data != NULL);
	for (size_t i = 0; i < 3000000; i++)
		data[i] = (uint8_t)(i * i >> 7);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		buf_clear(&zstd);
		buf_clear(&plain);
		buf_puts(&plain, "kept");
		CHECK(coding_compress((struct bytes){ data, sizes[i] },
				      &zstd) == STATUS_OK);
		CHECK(coding_decompress(buf_bytes(&zstd), sizes[i], &plain) ==
		      STATUS_OK);
		CHECK(plain.size == 4 + sizes[i]);
		CHECK(memcmp(plain.data, "kept", 4) == 0);
		CHECK(memcmp(plain.data + 4, data, sizes[i]) == 0);
	}
	buf_release(&zstd);
	buf_release(&plain);
	free(data);
}

static void frames_in_a_row_are_one_body(void)
{
	struct buf zstd = BUF_INIT;
	struct buf plain = BUF_INIT;

	CHECK(coding_compress(bytes_of("one "), &zstd) == STATUS_OK);
	CHECK(coding_compress(bytes_of("two"), &zstd) == STATUS_OK);
	CHECK(coding_decompress(buf_bytes(&zstd), 7, &plain) == STATUS_OK);
	CHECK(bytes_is(buf_bytes(&plain), "one two"));
	buf_release(&zstd);
	buf_release(&plain);
}

static void more_than_allowed_is_refused(void)
{
	static const size_t caps[] = { 0, 1, 65535, 65536, 9999999 };
	uint8_t *zeros = calloc(1, 10000000);
	struct buf zstd = BUF_INIT;
	struct buf plain = BUF_INIT;

	CHECK(zeros != NULL);
	CHECK(coding_compress((struct bytes){ zeros, 10000000 }, &zstd) ==
	      STATUS_OK);
	CHECK(zstd.size < 2000);
	buf_puts(&plain, "kept");
	for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
		CHECK(coding_decompress(buf_bytes(&zstd), caps[i], &plain) ==
		      STATUS_NO_ROOM);
	CHECK(bytes_is(buf_bytes(&plain), "kept"));
	CHECK(coding_decompress(buf_bytes(&zstd), 10000000, &plain) ==
	      STATUS_OK);
	buf_release(&zstd);
	buf_release(&plain);
	free(zeros);
}

static void a_window_too_large_is_refused(void)
{
	/* A frame that asks for a window of 2 GiB (descriptor 0xa8). */
	static const uint8_t frame[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8,
					 0x01, 0x00, 0x00 };
	struct buf plain = BUF_INIT;

	CHECK(coding_decompress((struct bytes){ frame, sizeof(frame) }, 1000,
				&plain) == STATUS_MALFORMED);
	buf_release(&plain);
}

static void damage_is_malformed(void)
{
	struct buf zstd = BUF_INIT;
	struct buf plain = BUF_INIT;

	CHECK(coding_compress(bytes_of("a few words, a few more words"),
			      &zstd) == STATUS_OK);
	for (size_t cut = 0; cut < zstd.size; cut++)
		CHECK(coding_decompress((struct bytes){ zstd.data, cut }, 1000,
					&plain) == STATUS_MALFORMED);
	buf_puts(&zstd, "and what does not belong here");
	CHECK(coding_decompress(buf_bytes(&zstd), 1000, &plain) ==
	      STATUS_MALFORMED);
	CHECK(coding_decompress(bytes_of("plain text"), 1000, &plain) ==
	      STATUS_MALFORMED);
	CHECK(plain.size == 0);
	buf_release(&zstd);
	buf_release(&plain);
}

int main(void)
{
	what_was_compressed_comes_back();
	frames_in_a_row_are_one_body();
	more_than_allowed_is_refused();
	a_window_too_large_is_refused();
	damage_is_malformed();
	return 0;
}
