/* What is answered: parts of files, in other codings, or nothing anew. */
#include "node/http_server.h"

#include "tests/support/http_stage.h"

static void expect_range(struct stage *s, const char *path, const char *extra,
			 int code, const uint8_t *data, size_t size,
			 const char *line)
{
	struct raw_answer a;

	raw_get(s->port, path, extra, &a);
	CHECK(a.code == code);
	CHECK(a.body_size == size);
	CHECK(size == 0 || memcmp(a.body, data, size) == 0);
	CHECK(raw_has(&a, line));
	raw_done(&a);
}

static void ranges_are_those_of_the_file(struct stage *s)
{
	const uint8_t *f = s->file + 5;
	size_t n = FILE_SIZE - 5;

	expect_range(s, "/fast/file", "", 200, f, n, "Accept-Ranges: bytes");
	expect_range(s, "/fast/file", "", 200, f, n,
		     "X-Content-Type-Options: nosniff");
	expect_range(s, "/fast/file", "Range: bytes=0-\r\n", 206, f, n,
		     "Content-Range: bytes 0-3145739/3145740\r\n");
	expect_range(s, "/fast/file", "Range: bytes=1000000-1000009\r\n", 206,
		     f + 1000000, 10,
		     "Content-Range: bytes 1000000-1000009/3145740\r\n");
	expect_range(s, "/fast/file", "Range: bytes=-7\r\n", 206, f + n - 7, 7,
		     "Content-Range: bytes 3145733-3145739/3145740\r\n");
	expect_range(s, "/fast/file", "Range: bytes=3145740-\r\n", 416, NULL,
		     0, "Content-Range: bytes */3145740\r\n");
	expect_range(s, "/fast/file", "Range: bytes=1-2,4-5\r\n", 200, f, n,
		     "\r\n");
	expect_range(s, "/fast/file",
		     "Range: bytes=1-2\r\nIf-Range: \"f1\"\r\n", 206, f + 1, 2,
		     "ETag: \"f1\"");
	expect_range(s, "/fast/file",
		     "Range: bytes=1-2\r\nIf-Range: \"f0\"\r\n", 200, f, n,
		     "\r\n");
	expect_range(s, "/slow-file", "Range: bytes=3-9\r\n", 206, s->file + 3,
		     7, "Content-Range: bytes 3-9/3145745\r\n");
	expect_range(s, "/small", "Range: bytes=3-4\r\n", 206,
		     (const uint8_t *)"34", 2,
		     "Content-Range: bytes 3-4/10\r\n");
	expect_range(s, "/small", "Range: bytes=10-\r\n", 416, NULL, 0,
		     "Content-Range: bytes */10\r\n");
}

static void a_range_ends_where_the_file_is_not_there_yet(struct stage *s)
{
	expect_range(s, "/fast/half", "Range: bytes=990-2000\r\n", 206,
		     s->file + 990, 10,
		     "Content-Range: bytes 990-999/3145745\r\n");
	expect_range(s, "/fast/half", "Range: bytes=1000-2000\r\n", 503, NULL,
		     0, "Retry-After: ");
	expect_range(s, "/fast/half", "", 503, NULL, 0, "Retry-After: ");
}

static void what_the_client_has_is_not_sent_again(struct stage *s)
{
	expect_range(s, "/small", "If-None-Match: \"s1\"\r\n", 304, NULL, 0,
		     "ETag: \"s1\"\r\n");
	expect_range(s, "/small", "If-None-Match: \"a\", W/\"s1\"\r\n", 304,
		     NULL, 0, "\r\n");
	expect_range(s, "/small", "If-None-Match: *\r\n", 304, NULL, 0,
		     "\r\n");
	expect_range(s, "/small", "If-None-Match: \"s\"\r\n", 200,
		     (const uint8_t *)"0123456789", 10, "ETag: \"s1\"\r\n");
	expect_range(s, "/fast/file", "If-None-Match: \"f1\"\r\n", 304, NULL,
		     0, "immutable");
}

static void expect_coded(struct stage *s, const char *path, const char *accept,
			 bool coded)
{
	struct buf plain = BUF_INIT;
	struct raw_answer a;

	raw_get(s->port, path, accept, &a);
	CHECK(a.code == 200);
	CHECK(raw_has(&a, "Content-Encoding: zstd\r\n") == coded);
	if (coded) {
		CHECK(a.body_size < BIG / 10);
		CHECK(coding_decompress(
			      (struct bytes){ a.body, a.body_size }, BIG,
			      &plain) == STATUS_OK);
	} else {
		buf_put(&plain, a.body, a.body_size);
	}
	CHECK(plain.size == BIG && memcmp(plain.data, s->big, BIG) == 0);
	buf_release(&plain);
	raw_done(&a);
}

static void zstd_is_for_those_who_accept_it(struct stage *s)
{
	static const char *const paths[] = { "/big", "/zstd" };

	for (size_t i = 0; i < 2; i++) {
		expect_coded(s, paths[i], "", false);
		expect_coded(s, paths[i], "Accept-Encoding: gzip, br\r\n",
			     false);
		expect_coded(s, paths[i], "Accept-Encoding: zstd\r\n", true);
		expect_coded(s, paths[i],
			     "Accept-Encoding: gzip, zstd;q=0.5, br\r\n",
			     true);
		expect_coded(s, paths[i],
			     "Accept-Encoding: zstd;q=0, gzip\r\n", false);
		expect_coded(s, paths[i], "Accept-Encoding: zstdx\r\n", false);
		expect_range(s, paths[i],
			     "Accept-Encoding: zstd\r\n"
			     "Range: bytes=500-509\r\n", 206,
			     s->big + 500, 10,
			     "Content-Range: bytes 500-509/204800\r\n");
	}
	expect_range(s, "/big", "Accept-Encoding: zstd\r\n"
		     "If-None-Match: W/\"b1\"\r\n", 304, NULL, 0, "\r\n");
	expect_range(s, "/small", "Accept-Encoding: zstd\r\n", 200,
		     (const uint8_t *)"0123456789", 10, "\r\n");
}

int main(void)
{
	play(ranges_are_those_of_the_file);
	play(a_range_ends_where_the_file_is_not_there_yet);
	play(what_the_client_has_is_not_sent_again);
	play(zstd_is_for_those_who_accept_it);
	return 0;
}
