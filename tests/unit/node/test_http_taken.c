/* Bodies that clients send: within their caps, alone and together. */
#include "node/http_server.h"

#include "tests/support/http_stage.h"

static void a_post_is_echoed(struct stage *s)
{
	int fd = raw_connect(s->port);
	struct raw_answer a;

	raw_ask(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
		    "\r\nhello", &a);
	CHECK(a.code == 200 && raw_body_is(&a, "hello"));
	raw_done(&a);
	raw_ask(fd, "POST /echo HTTP/1.1\r\nHost: x\r\n"
		    "Transfer-Encoding: chunked\r\n\r\n"
		    "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", &a);
	CHECK(a.code == 200 && raw_body_is(&a, "abcde"));
	raw_done(&a);
	raw_ask(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
		    "\r\n", &a);
	CHECK(a.code == 200 && a.body_size == 0);
	raw_done(&a);
	(void)close(fd);
}

static void post_coded(struct stage *s, struct bytes body, const char *coding,
		       struct raw_answer *a)
{
	int fd = raw_connect(s->port);
	char head[256];

	(void)snprintf(head, sizeof(head),
		       "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: "
		       "%zu\r\nContent-Encoding: %s\r\n\r\n",
		       body.size, coding);
	raw_send(fd, head);
	CHECK(send(fd, body.data, body.size, MSG_NOSIGNAL) ==
	      (ssize_t)body.size);
	raw_read(fd, a, true);
	(void)close(fd);
}

static void a_zstd_post_is_decoded_within_its_cap(struct stage *s)
{
	struct buf zstd = BUF_INIT;
	uint8_t *zeros = calloc(1, 300 * 1024);
	struct raw_answer a;

	CHECK(zeros != NULL);
	CHECK(coding_compress((struct bytes){ s->big, BIG }, &zstd) ==
	      STATUS_OK);
	post_coded(s, buf_bytes(&zstd), "zstd", &a);
	CHECK(a.code == 200 && a.body_size == BIG);
	CHECK(memcmp(a.body, s->big, BIG) == 0);
	raw_done(&a);
	post_coded(s, bytes_of("not zstd at all"), "zstd", &a);
	CHECK(a.code == 400);
	raw_done(&a);
	post_coded(s, bytes_of("hello"), "br", &a);
	CHECK(a.code == 415);
	raw_done(&a);
	buf_clear(&zstd);
	CHECK(coding_compress((struct bytes){ zeros, 300 * 1024 }, &zstd) ==
	      STATUS_OK);
	CHECK(zstd.size < 200); /* a bomb */
	post_coded(s, buf_bytes(&zstd), "zstd", &a);
	CHECK(a.code == 413);
	raw_done(&a);
	buf_release(&zstd);
	free(zeros);
}

/* The code of a POST of `size` bytes, said beforehand or in zstd. */
static unsigned post_size(struct stage *s, const char *path, size_t size,
			  bool zstd)
{
	int fd = raw_connect(s->port);
	struct buf body = BUF_INIT, coded = BUF_INIT;
	struct raw_answer a;
	char head[200];
	unsigned code;

	for (size_t i = 0; i < size; i++)
		buf_put_u8(&body, 'x');
	if (zstd)
		CHECK(coding_compress(buf_bytes(&body), &coded) == STATUS_OK);
	else
		buf_put_bytes(&coded, buf_bytes(&body));
	(void)snprintf(head, sizeof(head),
		       "POST %s HTTP/1.1\r\nHost: x\r\n%s"
		       "Content-Length: %zu\r\n\r\n",
		       path, zstd ? "Content-Encoding: zstd\r\n" : "",
		       coded.size);
	raw_send(fd, head);
	for (size_t at = 0; at < coded.size;) {
		ssize_t sent = send(fd, coded.data + at, coded.size - at,
				    MSG_NOSIGNAL);

		CHECK(sent > 0);
		at += (size_t)sent;
	}
	raw_read(fd, &a, true);
	code = (unsigned)a.code;
	raw_done(&a);
	(void)close(fd);
	buf_release(&body);
	buf_release(&coded);
	return code;
}

static void large_bodies_are_for_one_path_only(struct stage *s)
{
	int fd = raw_connect(s->port);
	struct raw_answer a;

	raw_ask(fd, "POST /large/x HTTP/1.1\r\nHost: x\r\n"
		    "Content-Length: 524289\r\n\r\n", &a);
	CHECK(a.code == 413);
	raw_done(&a);
	(void)close(fd);
	CHECK(post_size(s, "/large/x", 300 * 1024, false) == 200);
	CHECK(post_size(s, "/large/x", 300 * 1024, true) == 200);
	CHECK(post_size(s, "/large/x", 512 * 1024, false) == 200);
	CHECK(post_size(s, "/large/x", 512 * 1024 + 1, true) == 413);
	CHECK(post_size(s, "/echo", 300 * 1024, true) == 413);
	CHECK(post_size(s, "/larg", 300 * 1024, true) == 413);
}

static void a_large_body_is_refused(struct stage *s)
{
	int fd = raw_connect(s->port);
	char chunk[1030 + 8];
	struct raw_answer a;
	int sent = 0;

	/* Said beforehand: refused beforehand. */
	raw_ask(fd, "POST /echo HTTP/1.1\r\nHost: x\r\n"
		    "Content-Length: 262145\r\n\r\n", &a);
	CHECK(a.code == 413);
	raw_done(&a);
	CHECK(raw_is_closed(fd));
	(void)close(fd);

	/* Found out on the way. */
	fd = raw_connect(s->port);
	raw_send(fd, "POST /echo HTTP/1.1\r\nHost: x\r\n"
		     "Transfer-Encoding: chunked\r\n\r\n");
	memset(chunk, 'x', sizeof(chunk));
	memcpy(chunk, "400\r\n", 5);
	memcpy(chunk + 5 + 1024, "\r\n", 3);
	for (int i = 0; i < 300; i++)
		raw_send(fd, chunk);
	raw_send(fd, "0\r\n\r\n");
	raw_read(fd, &a, true);
	CHECK(a.code == 413);
	raw_done(&a);
	(void)close(fd);

	/* And one who never stops is cut off. */
	fd = raw_connect(s->port);
	raw_send(fd, "POST /echo HTTP/1.1\r\nHost: x\r\n"
		     "Transfer-Encoding: chunked\r\n\r\n");
	while (send(fd, chunk, 1031, MSG_NOSIGNAL) == 1031)
		CHECK(++sent < 20000);
	(void)close(fd);
}

static void bodies_together_have_a_cap(struct stage *s)
{
	struct http_server_counters counters;
	int fd = raw_connect(s->port);
	struct raw_answer a;
	int other;

	raw_send(fd, "POST /echo HTTP/1.1\r\nHost: x\r\n"
		     "Content-Length: 900\r\n\r\n");
	for (int i = 0; i < 80; i++)
		raw_send(fd, "0123456789");
	do {
		uv_sleep(5);
		http_server_counters(s->server, &counters);
	} while (counters.bodies < 800);
	other = raw_connect(s->port);
	raw_send(other, "POST /echo HTTP/1.1\r\nHost: x\r\n"
			"Content-Length: 300\r\n\r\n");
	for (int j = 0; j < 30; j++)
		raw_send(other, "0123456789");
	raw_read(other, &a, true);
	CHECK(a.code == 503);
	raw_done(&a);
	do {
		uv_sleep(5);
		http_server_counters(s->server, &counters);
	} while (counters.bodies != 800);
	(void)close(other);
	for (int i = 0; i < 10; i++)
		raw_send(fd, "0123456789");
	raw_read(fd, &a, true);
	CHECK(a.code == 200 && a.body_size == 900);
	raw_done(&a);
	(void)close(fd);
}

int main(void)
{
	play(a_post_is_echoed);
	play(a_zstd_post_is_decoded_within_its_cap);
	play(a_large_body_is_refused);
	play_with(large_bodies_are_for_one_path_only,
		  (struct http_server_options){ .threads = 2,
						.large = { { "/larger/", 1 },
							   { "/large/",
							     512 * 1024 } } });
	play_with(bodies_together_have_a_cap,
		  (struct http_server_options){ .threads = 2,
						.bodies_max = 1000 });
	return 0;
}
