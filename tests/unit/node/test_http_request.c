/* Requests that wait for their answer, and clients that are slow or gone. */
#include "node/http_server.h"

#include "tests/support/http_stage.h"

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
	for (int i = 0; i < 30000; i++) {
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
	CHECK(after.tv_sec - before.tv_sec < 30);
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

int main(void)
{
	play(a_long_poll_is_answered_later);
	play(a_hang_up_during_a_long_poll_is_noticed);
	play(an_answer_to_nobody_is_harmless);
	play(slow_clients_hold_up_nobody);
	play(closing_ends_what_waits);
	play_with(silent_clients_are_dropped,
		  (struct http_server_options){ .threads = 1,
						.timeout_s = 1 });
	play_with(too_many_waiting_get_503,
		  (struct http_server_options){ .threads = 2,
						.waiting_max = 3 });
	return 0;
}
