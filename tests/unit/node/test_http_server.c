#include <fcntl.h>
#include <stdatomic.h>
#include <time.h>

#include "node/coding.h"
#include "node/http_server.h"
#include "tests/support/http_raw.h"
#include "tests/support/loop.h"

enum { BIG = 200 * 1024, FILE_SIZE = 3 * 1024 * 1024 + 17, HELD_MAX = 512 };

/* A server, and a client thread that plays against it; when the client is
 * done, the server is closed. */
struct stage {
	uv_loop_t loop;
	struct http_server *server;
	uint16_t port;
	void (*client)(struct stage *s);
	uv_thread_t thread;
	uv_async_t client_done;
	uv_timer_t tick;

	/* loop */
	struct http_request *held[HELD_MAX];
	size_t held_count;
	bool closed;

	/* both */
	_Atomic size_t holding;
	_Atomic size_t gone;
	_Atomic bool please_close;

	uint8_t *big;
	uint8_t *file;
	int file_fd;
};

static void fill(uint8_t *data, size_t size)
{
	uint32_t x = 12345;

	for (size_t i = 0; i < size; i++) {
		x = x * 1664525 + 1013904223;
		data[i] = (uint8_t)(x >> 24);
	}
}

static bool answer_fast(void *owner, const struct http_head *head,
			struct http_answer *answer)
{
	struct stage *s = owner;
	char value[16];

	if (strcmp(head->path, "/fast/file") == 0) {
		answer->fd = fcntl(s->file_fd, F_DUPFD_CLOEXEC, 0);
		answer->offset = 5;
		answer->length = FILE_SIZE - 5;
		answer->type = "video/mp4";
		answer->flags = HTTP_NO_SNIFF | HTTP_IMMUTABLE;
		(void)snprintf(answer->etag, sizeof(answer->etag), "f1");
		return true;
	}
	if (strcmp(head->path, "/fast/half") == 0) {
		answer->fd = fcntl(s->file_fd, F_DUPFD_CLOEXEC, 0);
		answer->length = FILE_SIZE;
		answer->available = 1000;
		return true;
	}
	if (strcmp(head->path, "/fast/mem") == 0) {
		answer->body = bytes_of("from a thread\n");
		if (http_head_query(head, "q", value, sizeof(value), NULL) ==
		    STATUS_OK)
			CHECK(strcmp(value, "a b") == 0);
		return true;
	}
	return false;
}

static void client_gone(void *owner, struct http_request *request)
{
	struct stage *s = owner;

	for (size_t i = 0; i < s->held_count; i++)
		if (s->held[i] == request)
			s->held[i] = s->held[--s->held_count];
	atomic_fetch_add(&s->gone, 1);
	atomic_fetch_sub(&s->holding, 1);
}

static void hold(struct stage *s, struct http_request *request)
{
	CHECK(s->held_count < HELD_MAX);
	s->held[s->held_count++] = request;
	atomic_fetch_add(&s->holding, 1);
}

static void release_held(struct stage *s)
{
	while (s->held_count > 0) {
		struct http_answer answer = HTTP_ANSWER_INIT;

		answer.body = bytes_of("at last\n");
		atomic_fetch_sub(&s->holding, 1);
		http_request_answer(s->held[--s->held_count], &answer);
	}
}

static void put_zstd(struct stage *s, struct http_answer *answer)
{
	struct buf b = BUF_INIT;

	CHECK(coding_compress((struct bytes){ s->big, BIG }, &b) == STATUS_OK);
	http_answer_take_buf(answer, &b);
	answer->flags |= HTTP_IS_ZSTD;
}

static void describe(struct http_request *request, struct http_answer *answer)
{
	const struct http_head *head = http_request_head(request);
	struct sockaddr_in from;
	struct buf b = BUF_INIT;
	char hash[21];
	uint64_t after = 0;
	size_t size = 0;

	memcpy(&from, http_request_address(request), sizeof(from));
	CHECK(from.sin_family == AF_INET);
	CHECK(from.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
	buf_printf(&b, "%s|%s|", head->path,
		   http_head_header(head, "X-Word") == NULL
			   ? "-"
			   : http_head_header(head, "X-Word"));
	if (http_head_query(head, "h", hash, sizeof(hash), &size) == STATUS_OK)
		buf_printf(&b, "%zu:%02x:%02x|", size, (uint8_t)hash[0],
			   (uint8_t)hash[1]);
	if (http_head_query_number(head, "after", &after) == STATUS_OK)
		buf_printf(&b, "%llu|", (unsigned long long)after);
	CHECK(http_head_query(head, "absent", hash, sizeof(hash), NULL) ==
	      STATUS_NOT_FOUND);
	http_answer_take_buf(answer, &b);
}

static void request_came(void *owner, struct http_request *request)
{
	struct stage *s = owner;
	struct http_answer answer = HTTP_ANSWER_INIT;
	const char *path = http_request_head(request)->path;

	if (strcmp(path, "/later") == 0 || strcmp(path, "/deaf") == 0) {
		hold(s, request);
		if (strcmp(path, "/later") == 0)
			http_request_on_gone(request, client_gone, s);
		return;
	}
	if (strcmp(path, "/release") == 0) {
		release_held(s);
		answer.body = bytes_of("released");
	} else if (strcmp(path, "/echo") == 0 ||
		   strcmp(path, "/large/x") == 0) {
		CHECK(http_request_head(request)->method == HTTP_POST);
		answer.body = http_request_body(request);
	} else if (strcmp(path, "/small") == 0) {
		answer.body = bytes_of("0123456789");
		answer.type = "application/octet-stream";
		(void)snprintf(answer.etag, sizeof(answer.etag), "s1");
	} else if (strcmp(path, "/big") == 0) {
		answer.body = (struct bytes){ s->big, BIG };
		answer.flags = HTTP_ALLOW_ZSTD | HTTP_NO_CACHE;
		(void)snprintf(answer.etag, sizeof(answer.etag), "b1");
		CHECK(http_answer_header(&answer, "X-A", "1") == STATUS_OK);
		CHECK(http_answer_header(&answer, "X-B", "2") == STATUS_OK);
		CHECK(http_answer_header(&answer, "X-B", "2\r\nEvil: 1") ==
		      STATUS_MALFORMED);
	} else if (strcmp(path, "/zstd") == 0) {
		put_zstd(s, &answer);
	} else if (strcmp(path, "/slow-file") == 0) {
		answer.fd = fcntl(s->file_fd, F_DUPFD_CLOEXEC, 0);
		answer.length = FILE_SIZE;
	} else if (strcmp(path, "/close") == 0) {
		atomic_store(&s->please_close, true);
		hold(s, request);
		return;
	} else if (strncmp(path, "/say/", 5) == 0) {
		describe(request, &answer);
	} else {
		http_request_refuse(request, 404, "no such resource");
		return;
	}
	http_request_answer(request, &answer);
}

static void server_closed(void *owner)
{
	struct stage *s = owner;

	s->closed = true;
	uv_close((uv_handle_t *)&s->client_done, NULL);
	/* What is still held never heard of the end, and answers now. */
	release_held(s);
}

static void client_ended(uv_async_t *handle)
{
	struct stage *s = handle->data;

	if (s->client == NULL)
		return;
	CHECK(uv_thread_join(&s->thread) == 0);
	if (s->tick.data != NULL)
		uv_close((uv_handle_t *)&s->tick, NULL);
	s->tick.data = NULL;
	http_server_close(s->server, server_closed);
}

static void client_thread(void *owner)
{
	struct stage *s = owner;

	s->client(s);
	(void)uv_async_send(&s->client_done);
}

/* Closes the server under the feet of a client that asked for it. */
static void tick_fired(uv_timer_t *tick)
{
	struct stage *s = tick->data;

	if (!atomic_exchange(&s->please_close, false))
		return;
	uv_close((uv_handle_t *)&s->tick, NULL);
	s->tick.data = NULL;
	http_server_close(s->server, server_closed);
	CHECK(uv_thread_join(&s->thread) == 0);
	s->client = NULL;
}

static void open_file(struct stage *s)
{
	char name[] = "/tmp/xiangtu-test-http-XXXXXX";

	s->file = malloc(FILE_SIZE);
	s->big = malloc(BIG);
	CHECK(s->file != NULL && s->big != NULL);
	fill(s->file, FILE_SIZE);
	memset(s->big, 'x', BIG);
	fill(s->big, 1000);
	s->file_fd = mkostemp(name, O_CLOEXEC);
	CHECK(s->file_fd >= 0);
	CHECK(unlink(name) == 0);
	CHECK(write(s->file_fd, s->file, FILE_SIZE) == FILE_SIZE);
}

static void play_with(void (*client)(struct stage *),
		      struct http_server_options options)
{
	struct stage *s = calloc(1, sizeof(*s));
	struct err err = ERR_INIT;

	CHECK(s != NULL);
	CHECK(uv_loop_init(&s->loop) == 0);
	open_file(s);
	options.address = "127.0.0.1:0";
	CHECK(http_server_open(&s->server, &s->loop, &options, request_came,
			       answer_fast, s, &err) == STATUS_OK);
	s->port = http_server_port(s->server);
	CHECK(s->port != 0);
	CHECK(uv_async_init(&s->loop, &s->client_done, client_ended) == 0);
	CHECK(uv_timer_init(&s->loop, &s->tick) == 0);
	CHECK(uv_timer_start(&s->tick, tick_fired, 10, 10) == 0);
	s->client_done.data = s;
	s->tick.data = s;
	s->client = client;
	CHECK(uv_thread_create(&s->thread, client_thread, s) == 0);
	loop_finish(&s->loop);
	CHECK(s->closed);
	(void)close(s->file_fd);
	free(s->file);
	free(s->big);
	free(s);
}

static void play(void (*client)(struct stage *))
{
	play_with(client, (struct http_server_options){ .threads = 2 });
}

static void wait_until(_Atomic size_t *counter, size_t value)
{
	for (int i = 0; i < 2000 && atomic_load(counter) != value; i++)
		uv_sleep(5);
	CHECK(atomic_load(counter) == value);
}

/* ---- */

static void many_requests_use_one_connection(struct stage *s)
{
	int fd = raw_connect(s->port);
	struct raw_answer a;

	for (int i = 0; i < 50; i++) {
		raw_ask(fd, "GET /small HTTP/1.1\r\nHost: x\r\n\r\n", &a);
		CHECK(a.code == 200 && raw_body_is(&a, "0123456789"));
		raw_done(&a);
		raw_ask(fd, "GET /fast/mem?q=a+b HTTP/1.1\r\nHost: x\r\n\r\n",
			&a);
		CHECK(a.code == 200 && raw_body_is(&a, "from a thread\n"));
		raw_done(&a);
		raw_ask(fd, "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", &a);
		CHECK(a.code == 404 && raw_body_is(&a, "no such resource\n"));
		raw_done(&a);
	}
	/* Two at once, in one packet. */
	raw_send(fd, "GET /small HTTP/1.1\r\nHost: x\r\n\r\n"
		     "GET /fast/mem HTTP/1.1\r\nHost: x\r\n\r\n");
	raw_read(fd, &a, true);
	CHECK(raw_body_is(&a, "0123456789"));
	raw_done(&a);
	raw_read(fd, &a, true);
	CHECK(raw_body_is(&a, "from a thread\n"));
	raw_done(&a);
	(void)close(fd);
}

static void a_small_answer_has_a_small_head(struct stage *s)
{
	struct raw_answer a;

	raw_get(s->port, "/small", "", &a);
	CHECK(!raw_has(&a, "Date:") && !raw_has(&a, "Server:"));
	CHECK(!raw_has(&a, "Connection:"));
	CHECK(strlen(a.head) <= 100);
	raw_done(&a);
}

static void head_gives_the_head_of_get(struct stage *s)
{
	struct raw_answer a;
	int fd = raw_connect(s->port);

	raw_ask(fd, "HEAD /small HTTP/1.1\r\nHost: x\r\n\r\n", &a);
	CHECK(a.code == 200 && raw_has(&a, "Content-Length: 10\r\n"));
	raw_done(&a);
	raw_ask(fd, "HEAD /fast/file HTTP/1.1\r\nHost: x\r\n\r\n", &a);
	CHECK(a.code == 200 && raw_has(&a, "Content-Length: 3145740\r\n"));
	raw_done(&a);
	raw_ask(fd, "GET /small HTTP/1.1\r\nHost: x\r\n\r\n", &a);
	CHECK(raw_body_is(&a, "0123456789"));
	raw_done(&a);
	(void)close(fd);
}

static void requests_are_described_to_the_loop(struct stage *s)
{
	struct raw_answer a;

	raw_get(s->port,
		"/say/%E4%B9%A1?h=%00%ff012345678901234%2567&after=12",
		"X-Word: hello\r\n", &a);
	CHECK(raw_body_is(&a, "/say/乡|hello|20:00:ff|12|"));
	raw_done(&a);
	raw_get(s->port, "/say/x?h=012345678901234567890123&after=x", "", &a);
	CHECK(raw_body_is(&a, "/say/x|-|"));
	raw_done(&a);
}

static void expect_code(struct stage *s, const char *request, int code)
{
	int fd = raw_connect(s->port);
	struct raw_answer a;

	raw_ask(fd, request, &a);
	CHECK(a.code == code);
	raw_done(&a);
	(void)close(fd);
}

static void bad_requests_are_refused(struct stage *s)
{
	expect_code(s, "GET /../etc HTTP/1.1\r\nHost: x\r\n\r\n", 400);
	expect_code(s, "GET /%2e%2e/etc HTTP/1.1\r\nHost: x\r\n\r\n", 400);
	expect_code(s, "GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n", 400);
	expect_code(s, "GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n", 400);
	expect_code(s, "GET /% HTTP/1.1\r\nHost: x\r\n\r\n", 400);
	expect_code(s, "GET http://x/small HTTP/1.1\r\nHost: x\r\n\r\n", 400);
	expect_code(s, "PUT /small HTTP/1.1\r\nHost: x\r\n"
		       "Content-Length: 0\r\n\r\n", 405);
	expect_code(s, "DELETE /small HTTP/1.1\r\nHost: x\r\n\r\n", 405);
	expect_code(s, "GET /small HTTP/1.1\r\nHost: x\r\n"
		       "Content-Length: 5\r\n\r\nabcde", 400);
	expect_code(s, "GET /fast/mem HTTP/1.1\r\nHost: x\r\n"
		       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
}

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

static void a_long_poll_is_answered_later(struct stage *s)
{
	int fds[100];
	struct raw_answer a;

	for (size_t i = 0; i < 100; i++) {
		fds[i] = raw_connect(s->port);
		raw_send(fds[i], "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
	}
	wait_until(&s->holding, 100);
	/* Meanwhile others are served. */
	raw_get(s->port, "/small", "", &a);
	CHECK(a.code == 200);
	raw_done(&a);
	raw_get(s->port, "/release", "", &a);
	CHECK(raw_body_is(&a, "released"));
	raw_done(&a);
	for (size_t i = 0; i < 100; i++) {
		raw_read(fds[i], &a, true);
		CHECK(a.code == 200 && raw_body_is(&a, "at last\n"));
		raw_done(&a);
		/* And the connection is as good as before. */
		raw_ask(fds[i], "GET /small HTTP/1.1\r\nHost: x\r\n\r\n", &a);
		CHECK(a.code == 200);
		raw_done(&a);
		(void)close(fds[i]);
	}
	CHECK(atomic_load(&s->gone) == 0);
}

static void a_hang_up_during_a_long_poll_is_noticed(struct stage *s)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	struct http_server_counters counters;
	int fds[40];

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < 40; i++) {
			fds[i] = raw_connect(s->port);
			raw_send(fds[i],
				 "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
		}
		wait_until(&s->holding, 40);
		for (size_t i = 0; i < 40; i++) {
			if (i % 2 == 0) /* half of them rudely */
				CHECK(setsockopt(fds[i], SOL_SOCKET, SO_LINGER,
						 &reset, sizeof(reset)) == 0);
			(void)close(fds[i]);
		}
		wait_until(&s->gone, 40 * (size_t)(round + 1));
		wait_until(&s->holding, 0);
	}
	/* The last one counts as waiting until its gone callback is over. */
	for (int i = 0; i < 1000; i++) {
		http_server_counters(s->server, &counters);
		if (counters.waiting == 0)
			break;
		(void)usleep(1000);
	}
	CHECK(counters.requests == 120 && counters.waiting == 0);
}

static void an_answer_to_nobody_is_harmless(struct stage *s)
{
	struct raw_answer a;

	for (int i = 0; i < 20; i++) {
		int fd = raw_connect(s->port);

		raw_send(fd, "GET /deaf HTTP/1.1\r\nHost: x\r\n\r\n");
		wait_until(&s->holding, 1);
		(void)close(fd);
		raw_get(s->port, "/release", "", &a);
		raw_done(&a);
	}
}

static void slow_clients_hold_up_nobody(struct stage *s)
{
	int slow[60];
	struct timespec before;
	struct timespec after;
	struct raw_answer a;

	for (size_t i = 0; i < 60; i++) {
		slow[i] = raw_connect(s->port);
		/* A third stop in the head, a third in the body, a third do
		 * not read what they asked for. */
		if (i % 3 == 0)
			raw_send(slow[i], "GET /sma");
		else if (i % 3 == 1)
			raw_send(slow[i], "POST /echo HTTP/1.1\r\nHost: x\r\n"
					  "Content-Length: 100\r\n\r\nab");
		else
			raw_send(slow[i], "GET /fast/file HTTP/1.1\r\n"
					  "Host: x\r\n\r\n");
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &before);
	for (int i = 0; i < 100; i++) {
		raw_get(s->port, i % 2 ? "/small" : "/fast/mem", "", &a);
		CHECK(a.code == 200);
		raw_done(&a);
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &after);
	CHECK(after.tv_sec - before.tv_sec < 10);
	for (size_t i = 0; i < 60; i++)
		(void)close(slow[i]);
}

static void silent_clients_are_dropped(struct stage *s)
{
	int fd = raw_connect(s->port);

	raw_send(fd, "GET /sma");
	CHECK(raw_is_closed(fd));
	(void)close(fd);
}

static void too_many_waiting_get_503(struct stage *s)
{
	int fds[3];
	struct raw_answer a;

	for (size_t i = 0; i < 3; i++) {
		fds[i] = raw_connect(s->port);
		raw_send(fds[i], "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
	}
	wait_until(&s->holding, 3);
	raw_get(s->port, "/small", "", &a);
	CHECK(a.code == 503 && raw_has(&a, "Retry-After: 5"));
	raw_done(&a);
	raw_get(s->port, "/fast/mem", "", &a);
	CHECK(a.code == 200);
	raw_done(&a);
	for (size_t i = 0; i < 3; i++)
		(void)close(fds[i]);
	wait_until(&s->holding, 0);
	raw_get(s->port, "/small", "", &a);
	CHECK(a.code == 200);
	raw_done(&a);
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

static void closing_ends_what_waits(struct stage *s)
{
	int polls[20];
	int deaf[20];
	int half = raw_connect(s->port);
	int idle = raw_connect(s->port);
	int closer;
	struct raw_answer a;

	raw_send(half, "GET /sma");
	for (size_t i = 0; i < 20; i++) {
		polls[i] = raw_connect(s->port);
		raw_send(polls[i], "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
		deaf[i] = raw_connect(s->port);
		raw_send(deaf[i], "GET /deaf HTTP/1.1\r\nHost: x\r\n\r\n");
	}
	wait_until(&s->holding, 40);
	closer = raw_connect(s->port);
	raw_send(closer, "GET /close HTTP/1.1\r\nHost: x\r\n\r\n");
	for (size_t i = 0; i < 20; i++) {
		raw_read(polls[i], &a, true);
		CHECK(a.code == 503);
		raw_done(&a);
		CHECK(raw_is_closed(polls[i]));
		(void)close(polls[i]);
		raw_read(deaf[i], &a, true);
		CHECK(a.code == 503);
		raw_done(&a);
		(void)close(deaf[i]);
	}
	CHECK(raw_is_closed(half));
	CHECK(raw_is_closed(idle));
	(void)close(half);
	(void)close(idle);
	(void)close(closer);
	CHECK(atomic_load(&s->gone) == 20);
}

static void hammer(void *owner)
{
	struct stage *s = owner;
	int fd = raw_connect(s->port);
	struct raw_answer a;

	for (int i = 0; i < 150; i++) {
		raw_ask(fd,
			i % 3 ? "GET /small HTTP/1.1\r\nHost: x\r\n\r\n"
			      : "GET /fast/file HTTP/1.1\r\nHost: x\r\n"
				"Range: bytes=100-70000\r\n\r\n",
			&a);
		CHECK(a.code == (i % 3 ? 200 : 206));
		raw_done(&a);
	}
	(void)close(fd);
}

static void many_clients_at_once_are_served(struct stage *s)
{
	uv_thread_t threads[12];

	for (size_t i = 0; i < 12; i++)
		CHECK(uv_thread_create(&threads[i], hammer, s) == 0);
	for (size_t i = 0; i < 12; i++)
		CHECK(uv_thread_join(&threads[i]) == 0);
}

static void nothing_happens(struct stage *s)
{
	(void)s;
}

static void unseen_closed(void *owner)
{
	*(bool *)owner = true;
}

static void bad_addresses_and_taken_ports_are_told(void)
{
	struct http_server_options options = { .address = "127.0.0.1:0" };
	struct http_server *first = NULL;
	struct http_server *second = NULL;
	struct err err = ERR_INIT;
	bool closed = false;
	char taken[32];
	uv_loop_t loop;

	CHECK(uv_loop_init(&loop) == 0);
	CHECK(http_server_open(&first, &loop, &options, request_came, NULL,
			       &closed, &err) == STATUS_OK);
	(void)snprintf(taken, sizeof(taken), "127.0.0.1:%u",
		       http_server_port(first));
	options.address = taken;
	CHECK(http_server_open(&second, &loop, &options, request_came, NULL,
			       NULL, &err) == STATUS_BUSY);
	CHECK(strstr(err.text, taken) != NULL);
	options.address = "localhost";
	CHECK(http_server_open(&second, &loop, &options, request_came, NULL,
			       NULL, &err) == STATUS_USAGE);
	options.address = "example.invalid:80";
	CHECK(http_server_open(&second, &loop, &options, request_came, NULL,
			       NULL, &err) == STATUS_USAGE);
	CHECK(second == NULL);
	http_server_close(first, unseen_closed);
	CHECK(!closed);
	loop_finish(&loop);
	CHECK(closed);
}

int main(void)
{
	play(nothing_happens);
	play(many_requests_use_one_connection);
	play(a_small_answer_has_a_small_head);
	play(head_gives_the_head_of_get);
	play(requests_are_described_to_the_loop);
	play(bad_requests_are_refused);
	play(a_post_is_echoed);
	play(a_zstd_post_is_decoded_within_its_cap);
	play(a_large_body_is_refused);
	play(ranges_are_those_of_the_file);
	play(a_range_ends_where_the_file_is_not_there_yet);
	play(what_the_client_has_is_not_sent_again);
	play(zstd_is_for_those_who_accept_it);
	play(a_long_poll_is_answered_later);
	play(a_hang_up_during_a_long_poll_is_noticed);
	play(an_answer_to_nobody_is_harmless);
	play(slow_clients_hold_up_nobody);
	play(many_clients_at_once_are_served);
	play(closing_ends_what_waits);
	play_with(large_bodies_are_for_one_path_only,
		  (struct http_server_options){ .threads = 2,
						.large = { { "/larger/", 1 },
							   { "/large/",
							     512 * 1024 } } });
	play_with(silent_clients_are_dropped,
		  (struct http_server_options){ .threads = 1,
						.timeout_s = 1 });
	play_with(too_many_waiting_get_503,
		  (struct http_server_options){ .threads = 2,
						.waiting_max = 3 });
	play_with(bodies_together_have_a_cap,
		  (struct http_server_options){ .threads = 2,
						.bodies_max = 1000 });
	bad_addresses_and_taken_ports_are_told();
	return 0;
}
