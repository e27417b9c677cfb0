/* What a server answers to us: the first byte says how we asked, the rest is
 * the bytes of the answer. The real client reads them. */
#include <arpa/inet.h>

#include "node/coding.h"
#include "node/http_client.h"
#include "tests/fuzz/fuzz.h"

enum { CAP = 4096 };

static uv_loop_t loop;
static struct http_client *client;
static uv_tcp_t listener;
static char url[64];
static struct bytes answer;

struct round {
	bool done;
	uint64_t next; /* offset expected */
	uint64_t streamed;
	const struct http_get *get;
};

struct link {
	uv_tcp_t tcp;
	uv_write_t write;
	uv_shutdown_t end;
	char room[4096];
};

static void link_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void link_end(struct link *link)
{
	if (!uv_is_closing((uv_handle_t *)&link->tcp))
		uv_close((uv_handle_t *)&link->tcp, link_closed);
}

static void room_wanted(uv_handle_t *handle, size_t size, uv_buf_t *room)
{
	struct link *link = handle->data;

	(void)size;
	*room = uv_buf_init(link->room, sizeof(link->room));
}

static void ended(uv_shutdown_t *request, int status)
{
	(void)status;
	link_end(request->handle->data);
}

static void written(uv_write_t *request, int status)
{
	struct link *link = request->handle->data;

	if (status != 0 ||
	    uv_shutdown(&link->end, (uv_stream_t *)&link->tcp, ended) != 0)
		link_end(link);
}

/* The request has come: answer, and hang up. */
static void request_came(uv_stream_t *stream, ssize_t size,
			 const uv_buf_t *room)
{
	struct link *link = stream->data;
	uv_buf_t all = uv_buf_init((char *)(uintptr_t)answer.data,
				   (unsigned)answer.size);

	(void)room;
	if (size == 0)
		return;
	(void)uv_read_stop(stream);
	if (size < 0 ||
	    uv_write(&link->write, stream, &all, 1, written) != 0)
		link_end(link);
}

static void connected(uv_stream_t *stream, int status)
{
	struct link *link = calloc(1, sizeof(*link));

	CHECK(status == 0 && link != NULL);
	CHECK(uv_tcp_init(&loop, &link->tcp) == 0);
	link->tcp.data = link;
	CHECK(uv_accept(stream, (uv_stream_t *)&link->tcp) == 0);
	CHECK(uv_read_start((uv_stream_t *)&link->tcp, room_wanted,
			    request_came) == 0);
}

void fuzz_begin(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	struct err err = ERR_INIT;
	int size = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(uv_loop_init(&loop) == 0);
	CHECK(uv_tcp_init(&loop, &listener) == 0);
	CHECK(uv_tcp_bind(&listener, (struct sockaddr *)&at, 0) == 0);
	CHECK(uv_listen((uv_stream_t *)&listener, 16, connected) == 0);
	CHECK(uv_tcp_getsockname(&listener, (struct sockaddr *)&at, &size) ==
	      0);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/x",
		       ntohs(at.sin_port));
	CHECK(http_client_open(&client, &loop, &err) == STATUS_OK);
}

static bool data_came(void *owner, struct http_fetch *fetch, uint64_t offset,
		      struct bytes data)
{
	struct round *round = owner;

	(void)fetch;
	CHECK(round->streamed == 0 || offset == round->next);
	round->next = offset + data.size;
	round->streamed += data.size;
	CHECK(round->streamed <= CAP);
	return true;
}

static void fetched(void *owner, const struct http_reply *reply)
{
	struct round *round = owner;

	round->done = true;
	CHECK(reply->body.size <= CAP ||
	      round->get->max_bytes > CAP);
	CHECK((reply->status == STATUS_OK) == (reply->error[0] == 0));
	CHECK(strlen(reply->etag) <= 125 && strlen(reply->type) <= 127);
	if (reply->has_range)
		CHECK(reply->range.first <= reply->range.last &&
		      reply->range.last < reply->total);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_reader r = { data, size };
	uint8_t how = fuzz_u8(&r);
	struct http_get get = { .url = url,
				.ranged = (how & 1) != 0,
				.range_first = 2,
				.range_last = how & 2 ? UINT64_MAX : 9,
				.accept_zstd = (how & 4) != 0,
				.keep_zstd = (how & 8) != 0,
				.if_none_match = how & 16 ? "e1" : NULL,
				.max_bytes = CAP,
				.timeout_ms = 5000,
				.on_data = how & 32 ? data_came : NULL };
	struct round round = { .get = &get };
	struct err err = ERR_INIT;

	answer = (struct bytes){ r.next, r.left };
	CHECK(http_client_get(client, &get, fetched, &round, NULL, &err) ==
	      STATUS_OK);
	while (!round.done)
		(void)uv_run(&loop, UV_RUN_ONCE);
	(void)uv_run(&loop, UV_RUN_NOWAIT);
	return 0;
}

static void seed(uint8_t how, const char *text)
{
	struct buf b = BUF_INIT;

	buf_put_u8(&b, how);
	buf_puts(&b, text);
	fuzz_seed_buf(&b);
}

void fuzz_seeds(void)
{
	static uint8_t much[1 << 16];
	struct buf b = BUF_INIT;

	seed(0, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nETag: W/\"v1\"\r\n"
		"Content-Type: text/plain\r\n\r\nabc");
	seed(1 | 32, "HTTP/1.1 206 Partial\r\nContent-Range: bytes 2-9/20\r\n"
		     "Content-Length: 8\r\n\r\nabcdefgh");
	seed(3, "HTTP/1.1 206 Partial\r\nContent-Range: bytes 2-3/*\r\n\r\nab");
	seed(16, "HTTP/1.1 304 Not\r\nETag: \"e1\"\r\n\r\n");
	seed(0, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 No\r\nRetry-After: "
		"17\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
	seed(32, "HTTP/1.0 200 OK\r\n\r\nto the end");
	buf_put_u8(&b, 4);
	buf_puts(&b, "HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\n");
	CHECK(coding_compress((struct bytes){ much, sizeof(much) }, &b) ==
	      STATUS_OK);
	fuzz_seed(b.data, b.size);
	b.data[0] = 8;
	fuzz_seed_buf(&b);
}
