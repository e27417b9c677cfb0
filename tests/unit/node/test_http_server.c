/* Requests come, are described and are answered, by one client and by many. */
#include "node/http_server.h"

#include "tests/support/http_stage.h"

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
	play(many_clients_at_once_are_served);
	bad_addresses_and_taken_ports_are_told();
	return 0;
}
