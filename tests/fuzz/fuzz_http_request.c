/* What a browser, or anybody, sends to the HTTP server: the input is the bytes
 * of a connection. The real server reads them; the handler looks at all that
 * handlers look at, and a held payload is served by the server's own threads. */
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include "node/http_server.h"
#include "node/shelf.h"
#include "proto/encoding.h"
#include "proto/text.h"
#include "tests/fuzz/folder.h"

enum { PATIENCE_MS = 5000, SILENT_MS = 3, ANSWER_MAX = 1 << 20 };

static uv_loop_t loop;
static struct http_server *server;
static struct shelf *shelf;
static char held[65];

/* A folder with one held payload of one file. */
static void fill_shelf(void)
{
	static const uint8_t btmh[32] = { 0xab, 0xcd };
	static const char *const names[] = { "payload", "torrent", "blob" };
	char dirs[3][128], path[256];
	struct err err = ERR_INIT;
	FILE *file;

	for (size_t i = 0; i < 3; i++)
		CHECK(mkdir(fuzz_path(names[i], dirs[i]), 0755) == 0);
	hex_encode((struct bytes){ btmh, 32 }, held);
	(void)snprintf(path, sizeof(path), "%s/%s", dirs[0], held);
	CHECK(mkdir(path, 0755) == 0);
	(void)strcat(path, "/a.mp4");
	file = fopen(path, "w");
	CHECK(file != NULL && fputs("0123456789abcdef", file) >= 0);
	CHECK(fclose(file) == 0);
	CHECK(shelf_open(&shelf, dirs[0], dirs[1], dirs[2], &err) ==
	      STATUS_OK);
	CHECK(shelf_put(shelf, btmh) == STATUS_OK);
}

static void asked(void *owner, struct http_request *request)
{
	static const char *const names[] = { "after", "age", "info_hash", "q" };
	static const char *const heads[] = { "Host", "Range", "If-Range",
					     "If-None-Match", "Accept-Language" };
	const struct http_head *head = http_request_head(request);
	struct http_answer answer = HTTP_ANSWER_INIT;
	struct range range;
	uint64_t number;
	char value[64];
	size_t size;

	(void)owner;
	CHECK(head->path[0] == '/' && text_is_utf8(bytes_of(head->path)));
	CHECK(strstr(head->path, "/../") == NULL);
	for (size_t i = 0; i < 4; i++) {
		if (http_head_query(head, names[i], value, sizeof(value),
				    &size) == STATUS_OK)
			CHECK(size < sizeof(value) && value[size] == 0);
		(void)http_head_query_number(head, names[i], &number);
	}
	for (size_t i = 0; i < 5; i++)
		(void)http_head_header(head, heads[i]);
	if (http_head_range(head, 1000, &range) == RANGE_PART)
		CHECK(range.first <= range.last && range.last < 1000);
	answer.body = http_request_body(request);
	answer.flags = HTTP_ALLOW_ZSTD;
	(void)snprintf(answer.etag, sizeof(answer.etag), "e1");
	if (head->method == HTTP_GET)
		answer.body = bytes_of(head->path);
	http_request_answer(request, &answer);
}

void fuzz_begin(void)
{
	static const struct http_server_options options = {
		.address = "127.0.0.1:0", .threads = 1, .body_max = 4096,
		.timeout_s = 2
	};
	struct err err = ERR_INIT;

	CHECK(uv_loop_init(&loop) == 0);
	fill_shelf();
	CHECK(http_server_open(&server, &loop, &options, asked, shelf_try,
			       shelf, &err) == STATUS_OK);
}

/* Read until the server hangs up or is silent: libmicrohttpd notices the end of
 * half a request only after timeout_s, when it came with the bytes before it.
 * The loop does its part meanwhile. */
static void read_all(int fd)
{
	static uint8_t answer[ANSWER_MAX];
	struct pollfd wait[2] = { { .fd = fd, .events = POLLIN },
				  { .fd = uv_backend_fd(&loop),
				    .events = POLLIN } };
	unsigned patience = PATIENCE_MS, silent = 0;
	size_t got = 0;

	for (;;) {
		ssize_t n;

		(void)poll(wait, 2, 1);
		(void)uv_run(&loop, UV_RUN_NOWAIT);
		n = recv(fd, answer + got, sizeof(answer) - got, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			break;
		silent = n > 0 ? 0 : silent + 1;
		if (n > 0)
			got += (size_t)n;
		if (silent > (got > 0 ? SILENT_MS : SILENT_MS * 4))
			break;
		CHECK(got < sizeof(answer));
		CHECK(patience-- > 0); /* an answer that never ends */
	}
	if (got >= 5)
		CHECK(memcmp(answer, "HTTP/", 5) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(http_server_port(server)) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(fd >= 0);
	CHECK(connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0);
	if (size > 0)
		(void)send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)shutdown(fd, SHUT_WR);
	read_all(fd);
	CHECK(close(fd) == 0);
	return 0;
}

void fuzz_seeds(void)
{
	struct buf b = BUF_INIT;

	fuzz_seed_text("GET /heads?after=7&q=a%20b HTTP/1.1\r\nHost: "
		       "10.0.0.1:7433\r\nRange: bytes=1-2\r\n"
		       "Accept-Encoding: zstd\r\n\r\n");
	fuzz_seed_text("GET /announce?info_hash=%00%ffabc&age=9 HTTP/1.1\r\n"
		       "Host: x\r\nIf-None-Match: \"e1\"\r\n\r\n"
		       "HEAD /%E9%BB%91 HTTP/1.1\r\nHost: x\r\n\r\n");
	fuzz_seed_text("POST /node?age=1 HTTP/1.1\r\nHost: x\r\n"
		       "Content-Length: 5\r\n\r\nabcde");
	fuzz_seed_text("POST /up/x HTTP/1.1\r\nHost: x\r\nContent-Encoding: "
		       "zstd\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde"
		       "\r\n0\r\n\r\n");
	buf_printf(&b,
		   "GET /payload/%s/a.mp4 HTTP/1.1\r\nHost: x\r\nRange: "
		   "bytes=-3\r\nIf-Range: \"x\"\r\n\r\n",
		   held);
	fuzz_seed_buf(&b);
	buf_printf(&b,
		   "GET /payload/%s/../../x HTTP/1.0\r\n\r\nGET "
		   "/payload/%s/%%2e%%2e/x HTTP/1.1\r\nHost: x\r\n\r\n",
		   held, held);
	fuzz_seed_buf(&b);
}
