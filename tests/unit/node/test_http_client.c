#include <fcntl.h>
#include <stdatomic.h>

#include "node/coding.h"
#include "node/http_client.h"
#include "node/http_server.h"
#include "tests/support/http_raw.h"
#include "tests/support/loop.h"

enum { FILE_SIZE = 5 * 1024 * 1024 + 3, ANSWERS = 200 };

/* A client and a server on one loop. */
struct stage {
	uv_loop_t loop;
	struct http_server *server;
	struct http_client *client;
	char base[64];
	uint8_t *file;
	int file_fd;
	struct http_request *held;
	size_t gone;
	bool server_closed;
	bool client_closed;

	/* what came */
	size_t done;
	enum status status;
	unsigned code;
	struct buf body;
	struct http_reply last; /* its pointers are stale */
	char etag[64];
	char error[256];

	/* streaming */
	struct http_fetch *fetch;
	uint64_t first;
	uint64_t next;
	size_t calls;
	size_t give_up_after;
	bool cancel_inside;
	bool pause_each;
	bool close_inside;
	uv_timer_t timer;
};

static void held_gone(void *owner, struct http_request *request)
{
	struct stage *s = owner;

	CHECK(s->held == request);
	s->held = NULL;
	s->gone++;
}

static void asked(void *owner, struct http_request *request)
{
	struct stage *s = owner;
	struct http_answer answer = HTTP_ANSWER_INIT;
	const struct http_head *head = http_request_head(request);
	uint8_t *zeros;
	struct buf zstd = BUF_INIT;

	CHECK(http_head_header(head, "User-Agent") == NULL);
	CHECK(http_head_header(head, "Accept") == NULL);
	CHECK(http_head_header(head, "Expect") == NULL);
	if (strcmp(head->path, "/small") == 0) {
		answer.body = bytes_of("0123456789");
		answer.type = "text/plain";
		(void)snprintf(answer.etag, sizeof(answer.etag), "v7");
	} else if (strcmp(head->path, "/echo") == 0) {
		answer.body = http_request_body(request);
		answer.type = "application/octet-stream";
	} else if (strcmp(head->path, "/file") == 0) {
		answer.fd = fcntl(s->file_fd, F_DUPFD_CLOEXEC, 0);
		answer.length = FILE_SIZE;
	} else if (strcmp(head->path, "/zeros") == 0) {
		zeros = calloc(1, 500000);
		CHECK(zeros != NULL);
		CHECK(coding_compress((struct bytes){ zeros, 500000 },
				      &zstd) == STATUS_OK);
		free(zeros);
		http_answer_take_buf(&answer, &zstd);
		answer.flags |= HTTP_IS_ZSTD;
	} else if (strcmp(head->path, "/junk") == 0) {
		answer.body = bytes_of("this was never compressed");
		answer.flags = HTTP_IS_ZSTD;
	} else if (strcmp(head->path, "/busy") == 0) {
		answer.code = 503;
		CHECK(http_answer_header(&answer, "Retry-After", "17") ==
		      STATUS_OK);
		CHECK(http_answer_header(&answer, "Location", "/small") ==
		      STATUS_OK);
	} else if (strcmp(head->path, "/moved") == 0) {
		answer.code = 302;
		CHECK(http_answer_header(&answer, "Location", "/small") ==
		      STATUS_OK);
	} else if (strcmp(head->path, "/hold") == 0) {
		s->held = request;
		http_request_on_gone(request, held_gone, s);
		return;
	} else {
		http_request_refuse(request, 404, "");
		return;
	}
	http_request_answer(request, &answer);
}

static void server_closed(void *owner)
{
	((struct stage *)owner)->server_closed = true;
}

static void client_closed(void *owner)
{
	((struct stage *)owner)->client_closed = true;
}

static struct stage *stage_new(void)
{
	struct http_server_options options = { .address = "127.0.0.1:0",
					       .threads = 2 };
	char name[] = "/tmp/xiangtu-test-client-XXXXXX";
	struct stage *s = calloc(1, sizeof(*s));
	struct err err = ERR_INIT;

	CHECK(s != NULL);
	CHECK(uv_loop_init(&s->loop) == 0);
	CHECK(http_server_open(&s->server, &s->loop, &options, asked, NULL, s,
			       &err) == STATUS_OK);
	CHECK(http_client_open(&s->client, &s->loop, &err) == STATUS_OK);
	(void)snprintf(s->base, sizeof(s->base), "http://127.0.0.1:%u",
		       http_server_port(s->server));
	s->file = malloc(FILE_SIZE);
	CHECK(s->file != NULL);
	for (size_t i = 0; i < FILE_SIZE; i++)
		s->file[i] = (uint8_t)(i * 31 + (i >> 12));
	s->file_fd = mkostemp(name, O_CLOEXEC);
	CHECK(s->file_fd >= 0 && unlink(name) == 0);
	CHECK(write(s->file_fd, s->file, FILE_SIZE) == FILE_SIZE);
	return s;
}

static void stage_end(struct stage *s)
{
	if (s->client != NULL)
		http_client_close(s->client, client_closed, s);
	http_server_close(s->server, server_closed);
	loop_finish(&s->loop);
	CHECK(s->server_closed && s->client_closed);
	(void)close(s->file_fd);
	buf_release(&s->body);
	free(s->file);
	free(s);
}

static void came(void *owner, const struct http_reply *reply)
{
	struct stage *s = owner;

	s->done++;
	s->status = reply->status;
	s->code = reply->code;
	s->last = *reply;
	buf_clear(&s->body);
	buf_put_bytes(&s->body, reply->body);
	(void)snprintf(s->etag, sizeof(s->etag), "%s", reply->etag);
	(void)snprintf(s->error, sizeof(s->error), "%s", reply->error);
	CHECK((reply->status == STATUS_OK) == (reply->error[0] == '\0'));
}

/* One turn of the loop. Not UV_RUN_ONCE: when a timer has brought what we wait
 * for, that goes on to wait for the next event. */
static void turn(struct stage *s)
{
	CHECK(uv_run(&s->loop, UV_RUN_NOWAIT) != 0);
	uv_sleep(1);
}

static void run_until_done(struct stage *s, size_t done)
{
	while (s->done < done)
		turn(s);
	CHECK(s->done == done);
}

/* GET `path` with the rest as in `get`, and wait. */
static void fetch(struct stage *s, const char *path, struct http_get get)
{
	struct err err = ERR_INIT;
	char url[200];
	size_t before = s->done;

	(void)snprintf(url, sizeof(url), "%s%s", s->base, path);
	get.url = url;
	CHECK(http_client_get(s->client, &get, came, s, &s->fetch, &err) ==
	      STATUS_OK);
	CHECK(s->done == before);
	memset(url, 'x', sizeof(url) - 1); /* it was copied */
	run_until_done(s, before + 1);
}

static void a_get_brings_the_body_and_its_headers(void)
{
	struct stage *s = stage_new();

	fetch(s, "/small", (struct http_get){ 0 });
	CHECK(s->status == STATUS_OK && s->code == 200);
	CHECK(bytes_is(buf_bytes(&s->body), "0123456789"));
	CHECK(strcmp(s->etag, "v7") == 0);
	fetch(s, "/small", (struct http_get){ .if_none_match = "v7" });
	CHECK(s->status == STATUS_OK && s->code == 304 && s->body.size == 0);
	fetch(s, "/none", (struct http_get){ 0 });
	CHECK(s->status == STATUS_OK && s->code == 404);
	fetch(s, "/busy", (struct http_get){ 0 });
	CHECK(s->code == 503 && s->last.retry_after_s == 17);
	fetch(s, "/moved", (struct http_get){ 0 });
	CHECK(s->code == 302); /* not followed */
	stage_end(s);
}

static void a_range_brings_its_place(void)
{
	struct stage *s = stage_new();

	fetch(s, "/small",
	      (struct http_get){ .ranged = true,
				 .range_first = 4,
				 .range_last = UINT64_MAX });
	CHECK(s->code == 206 && s->last.has_range && s->last.total == 10);
	CHECK(s->last.range.first == 4 && s->last.range.last == 9);
	CHECK(bytes_is(buf_bytes(&s->body), "456789"));
	fetch(s, "/small",
	      (struct http_get){ .ranged = true,
				 .range_first = 10,
				 .range_last = UINT64_MAX });
	CHECK(s->code == 416 && !s->last.has_range);
	stage_end(s);
}

static void post_and_wait(struct stage *s, struct bytes body)
{
	struct err err = ERR_INIT;
	struct http_get get = { .max_bytes = 300000 };
	char url[200];
	size_t before = s->done;

	(void)snprintf(url, sizeof(url), "%s/echo", s->base);
	get.url = url;
	CHECK(http_client_post(s->client, &get, body, NULL, came, s, NULL,
			       &err) == STATUS_OK);
	run_until_done(s, before + 1);
}

static void a_post_carries_any_bytes(void)
{
	struct stage *s = stage_new();

	post_and_wait(s, (struct bytes){ s->file, 100000 });
	CHECK(s->code == 200 && s->body.size == 100000);
	CHECK(memcmp(s->body.data, s->file, 100000) == 0);
	CHECK(s->last.bytes_out > 100000 && s->last.bytes_out < 100300);
	CHECK(s->last.bytes_in > 100000 && s->last.bytes_in < 100300);
	post_and_wait(s, (struct bytes){ NULL, 0 });
	CHECK(s->code == 200 && s->body.size == 0);
	post_and_wait(s, (struct bytes){ s->file, 270000 });
	CHECK(s->code == 413 || s->status == STATUS_UNREACHABLE);
	stage_end(s);
}

static void requests_and_answers_are_small(void)
{
	struct stage *s = stage_new();

	fetch(s, "/small", (struct http_get){ .accept_zstd = true });
	CHECK(s->last.bytes_out <= 80);
	CHECK(s->last.bytes_in <= 100);
	stage_end(s);
}

static void connections_are_used_again(void)
{
	struct http_client_counters counters;
	struct stage *s = stage_new();

	for (int i = 0; i < 20; i++)
		fetch(s, "/small", (struct http_get){ 0 });
	http_client_counters(s->client, &counters);
	CHECK(counters.fetches == 20 && counters.connections == 1);
	CHECK(counters.bytes_in > 20 * 60 && counters.bytes_out > 20 * 30);
	stage_end(s);
}

static void many_at_once_share_a_few_connections(void)
{
	struct http_client_counters counters;
	struct stage *s = stage_new();
	struct err err = ERR_INIT;
	char url[100];
	struct http_get get = { .url = url };

	(void)snprintf(url, sizeof(url), "%s/small", s->base);
	for (int i = 0; i < ANSWERS; i++)
		CHECK(http_client_get(s->client, &get, came, s, NULL, &err) ==
		      STATUS_OK);
	run_until_done(s, ANSWERS);
	CHECK(s->code == 200);
	http_client_counters(s->client, &counters);
	CHECK(counters.fetches == ANSWERS && counters.connections <= 8);
	stage_end(s);
}

static void bodies_beyond_the_cap_are_refused(void)
{
	struct stage *s = stage_new();

	fetch(s, "/file", (struct http_get){ .max_bytes = 1000 });
	CHECK(s->status == STATUS_MALFORMED && s->body.size == 0);
	fetch(s, "/small", (struct http_get){ .max_bytes = 9 });
	CHECK(s->status == STATUS_MALFORMED);
	fetch(s, "/small", (struct http_get){ .max_bytes = 10 });
	CHECK(s->status == STATUS_OK);
	stage_end(s);
}

static void zstd_is_decoded_within_the_cap(void)
{
	struct stage *s = stage_new();

	fetch(s, "/zeros", (struct http_get){ .accept_zstd = true });
	CHECK(s->status == STATUS_OK && s->body.size == 500000);
	CHECK(s->last.bytes_in < 300);
	fetch(s, "/zeros",
	      (struct http_get){ .accept_zstd = true, .max_bytes = 499999 });
	CHECK(s->status == STATUS_MALFORMED && s->body.size == 0);
	fetch(s, "/zeros",
	      (struct http_get){ .accept_zstd = true, .keep_zstd = true });
	CHECK(s->last.zstd && s->body.size < 200);
	fetch(s, "/zeros", (struct http_get){ 0 });
	CHECK(!s->last.zstd && s->body.size == 500000);
	fetch(s, "/junk", (struct http_get){ .accept_zstd = true });
	CHECK(s->status == STATUS_MALFORMED);
	stage_end(s);
}

static bool take(void *owner, struct http_fetch *f, uint64_t offset,
		 struct bytes data)
{
	struct stage *s = owner;

	CHECK(f == s->fetch);
	if (s->calls++ == 0) {
		s->first = offset;
		s->next = offset;
	}
	CHECK(offset == s->next);
	CHECK(memcmp(data.data, s->file + offset, data.size) == 0);
	s->next += data.size;
	if (s->give_up_after > 0 && s->calls >= s->give_up_after)
		return false;
	if (s->cancel_inside)
		http_client_cancel(f);
	if (s->pause_each)
		http_fetch_pause(f);
	if (s->close_inside) {
		http_client_close(s->client, client_closed, s);
		s->client = NULL;
		s->close_inside = false;
	}
	return true;
}

static void a_stream_comes_in_order(void)
{
	struct stage *s = stage_new();

	fetch(s, "/file", (struct http_get){ .on_data = take });
	CHECK(s->status == STATUS_OK && s->code == 200);
	CHECK(s->first == 0 && s->next == FILE_SIZE && s->body.size == 0);
	s->calls = 0;
	fetch(s, "/file",
	      (struct http_get){ .on_data = take,
				 .ranged = true,
				 .range_first = 1000001,
				 .range_last = 4000000 });
	CHECK(s->code == 206 && s->first == 1000001 && s->next == 4000001);
	s->calls = 0;
	fetch(s, "/nothing", (struct http_get){ .on_data = take });
	CHECK(s->code == 404 && s->calls == 0);
	fetch(s, "/file",
	      (struct http_get){ .on_data = take, .max_bytes = 1000000 });
	CHECK(s->status == STATUS_MALFORMED && s->calls == 0);
	s->calls = 0;
	s->give_up_after = 3;
	fetch(s, "/file", (struct http_get){ .on_data = take });
	CHECK(s->status == STATUS_CANCELLED && s->calls == 3);
	stage_end(s);
}

static void resume_fired(uv_timer_t *timer)
{
	struct stage *s = timer->data;
	size_t before = s->calls;

	/* Paused means paused. */
	http_fetch_resume(s->fetch);
	CHECK(s->calls == before);
}

static void a_paused_stream_waits(void)
{
	struct stage *s = stage_new();

	CHECK(uv_timer_init(&s->loop, &s->timer) == 0);
	s->timer.data = s;
	CHECK(uv_timer_start(&s->timer, resume_fired, 5, 5) == 0);
	s->pause_each = true;
	fetch(s, "/file",
	      (struct http_get){ .on_data = take,
				 .ranged = true,
				 .range_first = 0,
				 .range_last = 3000000 });
	uv_close((uv_handle_t *)&s->timer, NULL);
	CHECK(s->status == STATUS_OK && s->next == 3000001);
	CHECK(s->calls > 5);
	stage_end(s);
}

static void never(void *owner, const struct http_reply *reply)
{
	(void)owner;
	(void)reply;
	CHECK(!"a cancelled fetch is silent");
}

static void cancelling_is_silent(void)
{
	struct stage *s = stage_new();
	struct err err = ERR_INIT;
	struct http_fetch *f;
	char url[100];
	struct http_get get = { .url = url, .long_poll = true };

	/* At once, */
	(void)snprintf(url, sizeof(url), "%s/hold", s->base);
	CHECK(http_client_get(s->client, &get, never, s, &f, &err) ==
	      STATUS_OK);
	http_client_cancel(f);
	fetch(s, "/small", (struct http_get){ 0 });
	/* while the server thinks, which it notices, */
	CHECK(http_client_get(s->client, &get, never, s, &f, &err) ==
	      STATUS_OK);
	while (s->held == NULL)
		turn(s);
	http_client_cancel(f);
	while (s->gone == 0)
		turn(s);
	/* and in the middle of the data. */
	(void)snprintf(url, sizeof(url), "%s/file", s->base);
	get = (struct http_get){ .url = url, .on_data = take };
	s->cancel_inside = true;
	CHECK(http_client_get(s->client, &get, never, s, &s->fetch, &err) ==
	      STATUS_OK);
	while (s->calls == 0)
		turn(s);
	fetch(s, "/small", (struct http_get){ 0 });
	CHECK(s->calls == 1);
	stage_end(s);
}

static void closing_ends_every_fetch(void)
{
	struct stage *s = stage_new();
	struct err err = ERR_INIT;
	char url[100];
	struct http_get get = { .url = url, .long_poll = true };
	size_t before;

	(void)snprintf(url, sizeof(url), "%s/hold", s->base);
	CHECK(http_client_get(s->client, &get, came, s, NULL, &err) ==
	      STATUS_OK);
	while (s->held == NULL)
		turn(s);
	(void)snprintf(url, sizeof(url), "%s/small", s->base);
	CHECK(http_client_get(s->client, &get, came, s, NULL, &err) ==
	      STATUS_OK);
	before = s->done;
	http_client_close(s->client, client_closed, s);
	CHECK(s->done == before + 2 && s->status == STATUS_CANCELLED);
	CHECK(!s->client_closed);
	CHECK(http_client_get(s->client, &get, came, s, NULL, &err) ==
	      STATUS_CANCELLED);
	s->client = NULL;
	stage_end(s);

	/* Also from inside a stream. */
	s = stage_new();
	s->close_inside = true;
	fetch(s, "/file", (struct http_get){ .on_data = take });
	CHECK(s->status == STATUS_CANCELLED && s->calls >= 1);
	stage_end(s);
}

static void came_and_asks_again(void *owner, const struct http_reply *reply)
{
	struct stage *s = owner;
	struct err err = ERR_INIT;
	char url[100];
	struct http_get get = { .url = url };

	CHECK(reply->code == 200);
	(void)snprintf(url, sizeof(url), "%s/small", s->base);
	if (++s->done < 10)
		CHECK(http_client_get(s->client, &get, came_and_asks_again, s,
				      NULL, &err) == STATUS_OK);
}

static void a_done_callback_may_fetch_more(void)
{
	struct stage *s = stage_new();
	struct err err = ERR_INIT;
	char url[100];
	struct http_get get = { .url = url };

	(void)snprintf(url, sizeof(url), "%s/small", s->base);
	CHECK(http_client_get(s->client, &get, came_and_asks_again, s, NULL,
			      &err) == STATUS_OK);
	run_until_done(s, 10);
	stage_end(s);
}

static void silence_times_out(void)
{
	struct stage *s = stage_new();

	fetch(s, "/hold",
	      (struct http_get){ .long_poll = true, .timeout_ms = 300 });
	CHECK(s->status == STATUS_UNREACHABLE && s->error[0] != '\0');
	while (s->gone == 0)
		turn(s);
	stage_end(s);
}

static void urls_of_other_kinds_are_refused(void)
{
	static const char *const bad[] = {
		"",
		"file:///etc/passwd",
		"ftp://127.0.0.1/",
		"gopher://127.0.0.1/",
		"/small",
		"http://127.0.0.1/a b",
		"http://127.0.0.1/\r\nX: y",
	};
	struct stage *s = stage_new();
	struct http_fetch *f = NULL;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct http_get get = { .url = bad[i] };

		CHECK(http_client_get(s->client, &get, never, s, &f, &err) ==
		      STATUS_USAGE);
	}
	CHECK(f == NULL);
	stage_end(s);
}

static void nobody_there_is_unreachable(void)
{
	struct stage *s = stage_new();
	struct http_get get = { .url = "http://127.0.0.1:1/" };
	struct err err = ERR_INIT;

	CHECK(http_client_get(s->client, &get, came, s, NULL, &err) ==
	      STATUS_OK);
	run_until_done(s, 1);
	CHECK(s->status == STATUS_UNREACHABLE && s->code == 0);
	stage_end(s);
}

static void proxies_of_the_environment_are_not_used(void)
{
	struct stage *s;

	CHECK(setenv("http_proxy", "http://127.0.0.1:1", 1) == 0);
	CHECK(setenv("ALL_PROXY", "http://127.0.0.1:1", 1) == 0);
	s = stage_new();
	fetch(s, "/small", (struct http_get){ 0 });
	CHECK(s->code == 200);
	stage_end(s);
	CHECK(unsetenv("http_proxy") == 0);
	CHECK(unsetenv("ALL_PROXY") == 0);
}

/* A server that says one thing, hangs up (or not), and waits for the client to
 * do so: the test must see to it that it does. */
struct liar {
	int fd;
	uint16_t port;
	const char *says;
	size_t times; /* how often */
	bool hangs_up;
	uv_thread_t thread;
};

static void liar_runs(void *owner)
{
	struct liar *l = owner;
	char request[1000];
	int fd = accept(l->fd, NULL, NULL);

	CHECK(fd >= 0);
	CHECK(recv(fd, request, sizeof(request), 0) > 0);
	for (size_t i = 0; i < l->times; i++)
		if (send(fd, l->says, strlen(l->says), MSG_NOSIGNAL) < 0)
			break;
	if (l->hangs_up)
		(void)shutdown(fd, SHUT_WR); /* unless it was cut off */
	while (recv(fd, request, sizeof(request), 0) > 0)
		;
	(void)close(fd);
}

static void lie(struct stage *s, const char *says, size_t times, bool hangs_up,
		struct http_get get)
{
	struct liar l = { .says = says, .times = times, .hangs_up = hangs_up };
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t size = sizeof(at);
	struct err err = ERR_INIT;
	size_t before = s->done;
	char url[100];

	l.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(bind(l.fd, (struct sockaddr *)&at, sizeof(at)) == 0);
	CHECK(listen(l.fd, 1) == 0);
	CHECK(getsockname(l.fd, (struct sockaddr *)&at, &size) == 0);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/x",
		       ntohs(at.sin_port));
	CHECK(uv_thread_create(&l.thread, liar_runs, &l) == 0);
	get.url = url;
	CHECK(http_client_get(s->client, &get, came, s, &s->fetch, &err) ==
	      STATUS_OK);
	run_until_done(s, before + 1);
	CHECK(uv_thread_join(&l.thread) == 0);
	(void)close(l.fd);
}

static void servers_that_misbehave_are_found_out(void)
{
	struct http_get plain = { .timeout_ms = 20000 };
	struct http_get slow = { .timeout_ms = 20000,
				 .slow_bytes_s = 1000,
				 .slow_for_s = 1 };
	struct http_get stream = { .on_data = take };
	struct stage *s = stage_new();

	lie(s, "SSH-2.0-OpenSSH_9.2\r\n", 1, true, plain);
	CHECK(s->status == STATUS_MALFORMED || s->status == STATUS_UNREACHABLE);
	lie(s, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", 1, true,
	    plain);
	CHECK(s->status == STATUS_UNREACHABLE);
	lie(s, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nslow", 1, false,
	    slow);
	CHECK(s->status == STATUS_UNREACHABLE);
	lie(s, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", 1,
	    false, plain);
	CHECK(s->status == STATUS_MALFORMED);
	lie(s, "HTTP/1.1 200 OK\r\nX-Long: 0123456789012345678901234567\r\n",
	    2000, true, plain);
	CHECK(s->status == STATUS_MALFORMED);
	lie(s, "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n"
	       "Connection: close\r\nContent-Length: 3\r\n\r\nabc", 1, true, plain);
	CHECK(s->status == STATUS_MALFORMED && s->body.size == 0);
	s->calls = 0;
	lie(s, "HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n"
	       "Connection: close\r\nContent-Length: 3\r\n\r\nabc", 1, true, stream);
	CHECK(s->status == STATUS_MALFORMED && s->calls == 0);
	/* A range without its place is not given out as data. */
	lie(s, "HTTP/1.1 206 OK\r\nContent-Length: 3\r\n"
	       "Connection: close\r\n\r\nabc", 1, true, stream);
	CHECK(s->code == 206 && !s->last.has_range && s->calls == 0);
	stage_end(s);
}

int main(void)
{
	a_get_brings_the_body_and_its_headers();
	a_range_brings_its_place();
	a_post_carries_any_bytes();
	requests_and_answers_are_small();
	connections_are_used_again();
	many_at_once_share_a_few_connections();
	bodies_beyond_the_cap_are_refused();
	zstd_is_decoded_within_the_cap();
	a_stream_comes_in_order();
	a_paused_stream_waits();
	cancelling_is_silent();
	closing_ends_every_fetch();
	a_done_callback_may_fetch_more();
	silence_times_out();
	urls_of_other_kinds_are_refused();
	nobody_there_is_unreachable();
	proxies_of_the_environment_are_not_used();
	servers_that_misbehave_are_found_out();
	return 0;
}
