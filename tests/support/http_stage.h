/* A server on a loop, and a client in a thread of its own that plays against
 * it. */
#ifndef TESTS_SUPPORT_HTTP_STAGE_H
#define TESTS_SUPPORT_HTTP_STAGE_H

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

MAYBE_UNUSED static void wait_until(_Atomic size_t *counter, size_t value)
{
	for (int i = 0; i < 12000 && atomic_load(counter) != value; i++)
		uv_sleep(5);
	CHECK(atomic_load(counter) == value);
}

MAYBE_UNUSED static void expect_code(struct stage *s, const char *request,
				     int code)
{
	int fd = raw_connect(s->port);
	struct raw_answer a;

	raw_ask(fd, request, &a);
	CHECK(a.code == code);
	raw_done(&a);
	(void)close(fd);
}

#endif
