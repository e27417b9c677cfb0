#include <pthread.h>
#include <stdatomic.h>

#include "node/http_server.h"
#include "tests/support/http_raw.h"
#include "tests/support/loop.h"

/* A well of bytes: what lies at an offset follows from the offset, and only
 * so much of it has risen yet. */
enum { WELL_SIZE = 300 * 1000, MANY = 120, READERS_MAX = 256 };

struct stage;

struct drawing {
	struct stage *s;
	struct http_sleeper *sleeper;
	bool told;
};

struct stage {
	uv_loop_t loop;
	struct http_server *server;
	uint16_t port;
	void (*client)(struct stage *s);
	uv_thread_t thread;
	uv_async_t client_done;
	bool closed;

	_Atomic uint64_t risen;
	_Atomic size_t drawing; /* begun and not closed */
	_Atomic size_t dry;	/* reads that gave nothing */
	_Atomic size_t opened, ended;
	_Atomic bool stop_waking;

	pthread_mutex_t lock;
	struct drawing *drawings[READERS_MAX];
};

static uint8_t well_byte(uint64_t at)
{
	return (uint8_t)(at * 2654435761U >> 13);
}

/* --- the reader --- */

static void draw_begins(void *owner, struct http_sleeper *sleeper)
{
	struct drawing *d = owner;
	struct stage *s = d->s;
	size_t i = 0;

	CHECK(!d->told);
	d->told = true;
	d->sleeper = sleeper;
	CHECK(pthread_mutex_lock(&s->lock) == 0);
	while (s->drawings[i] != NULL)
		i++;
	s->drawings[i] = d;
	CHECK(pthread_mutex_unlock(&s->lock) == 0);
	atomic_fetch_add(&s->drawing, 1);
}

static ssize_t draw(void *owner, uint64_t offset, uint8_t *to, size_t size)
{
	struct drawing *d = owner;
	uint64_t risen = atomic_load(&d->s->risen);

	CHECK(d->told);
	if (offset >= risen) {
		atomic_fetch_add(&d->s->dry, 1);
		return 0;
	}
	if (size > risen - offset)
		size = risen - offset;
	for (size_t i = 0; i < size; i++)
		to[i] = well_byte(offset + i);
	return (ssize_t)size;
}

static void draw_ends(void *owner)
{
	struct drawing *d = owner;
	struct stage *s = d->s;

	if (d->told) {
		CHECK(pthread_mutex_lock(&s->lock) == 0);
		for (size_t i = 0; i < READERS_MAX; i++)
			if (s->drawings[i] == d)
				s->drawings[i] = NULL;
		CHECK(pthread_mutex_unlock(&s->lock) == 0);
		atomic_fetch_sub(&s->drawing, 1);
	}
	atomic_fetch_add(&s->ended, 1);
	free(d);
}

static void wake_all(struct stage *s)
{
	CHECK(pthread_mutex_lock(&s->lock) == 0);
	for (size_t i = 0; i < READERS_MAX; i++)
		if (s->drawings[i] != NULL)
			http_sleeper_wake(s->drawings[i]->sleeper);
	CHECK(pthread_mutex_unlock(&s->lock) == 0);
}

static void rise(struct stage *s, uint64_t to)
{
	atomic_store(&s->risen, to);
	wake_all(s);
}

/* --- the server --- */

static void fill_answer(struct stage *s, struct http_answer *answer)
{
	struct drawing *d = calloc(1, sizeof(*d));

	CHECK(d != NULL);
	d->s = s;
	atomic_fetch_add(&s->opened, 1);
	answer->reader = (struct http_reader){ d, draw_begins, draw,
					       draw_ends };
	answer->length = WELL_SIZE;
}

static bool answer_fast(void *owner, const struct http_head *head,
			struct http_answer *answer)
{
	struct sockaddr_in from;

	memcpy(&from, http_head_address(head), sizeof(from));
	CHECK(from.sin_family == AF_INET);
	CHECK(from.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
	if (strcmp(head->path, "/well") != 0)
		return false;
	fill_answer(owner, answer);
	return true;
}

static void request_came(void *owner, struct http_request *request)
{
	struct http_answer answer = HTTP_ANSWER_INIT;

	fill_answer(owner, &answer);
	http_request_answer(request, &answer);
}

static void server_closed(void *owner)
{
	struct stage *s = owner;

	s->closed = true;
}

static void client_ended(uv_async_t *handle)
{
	struct stage *s = handle->data;

	uv_close((uv_handle_t *)&s->client_done, NULL);
	http_server_close(s->server, server_closed);
}

static void client_thread(void *owner)
{
	struct stage *s = owner;

	s->client(s);
}

static void play(void (*client)(struct stage *), unsigned threads)
{
	struct http_server_options options = { .address = "127.0.0.1:0",
					       .threads = threads };
	struct stage *s = calloc(1, sizeof(*s));
	struct err err = ERR_INIT;

	CHECK(s != NULL);
	CHECK(uv_loop_init(&s->loop) == 0);
	CHECK(pthread_mutex_init(&s->lock, NULL) == 0);
	CHECK(http_server_open(&s->server, &s->loop, &options, request_came,
			       answer_fast, s, &err) == STATUS_OK);
	s->port = http_server_port(s->server);
	CHECK(uv_async_init(&s->loop, &s->client_done, client_ended) == 0);
	s->client_done.data = s;
	s->client = client;
	CHECK(uv_thread_create(&s->thread, client_thread, s) == 0);
	loop_finish(&s->loop);
	CHECK(uv_thread_join(&s->thread) == 0);
	CHECK(s->closed && s->drawing == 0);
	CHECK(s->opened == s->ended);
	CHECK(pthread_mutex_destroy(&s->lock) == 0);
	free(s);
}

static void done(struct stage *s)
{
	(void)uv_async_send(&s->client_done);
}

/* --- the client --- */

static void wait_for(_Atomic size_t *counter, size_t value)
{
	for (int i = 0; i < 12000 && atomic_load(counter) != value; i++)
		uv_sleep(5);
	CHECK(atomic_load(counter) == value);
}

static void check_well(const struct raw_answer *a, uint64_t first)
{
	for (size_t i = 0; i < a->body_size; i++)
		CHECK(a->body[i] == well_byte(first + i));
}

static int ask(struct stage *s, const char *path, const char *extra)
{
	char request[200];
	int fd = raw_connect(s->port);

	(void)snprintf(request, sizeof(request),
		       "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", path, extra);
	raw_send(fd, request);
	return fd;
}

/* How many bytes of a body come before the connection is cut. */
static size_t read_until_cut(int fd)
{
	struct raw_answer a;
	size_t total = 0;
	char data[4096];
	ssize_t n;

	raw_read(fd, &a, false);
	CHECK(a.code == 200);
	raw_done(&a);
	while ((n = recv(fd, data, sizeof(data), 0)) > 0)
		total += (size_t)n;
	(void)close(fd);
	return total;
}

static void a_range_is_promised_whole_and_comes_as_it_rises(struct stage *s)
{
	int fd = ask(s, "/well", "Range: bytes=1000-99999\r\n");
	struct raw_answer a;

	wait_for(&s->drawing, 1);
	for (uint64_t to = 500; to < 100000; to += 7000) {
		rise(s, to);
		uv_sleep(1);
	}
	rise(s, 100000);
	raw_read(fd, &a, true);
	CHECK(a.code == 206 && a.body_size == 99000);
	CHECK(raw_has(&a, "Content-Range: bytes 1000-99999/300000\r\n"));
	check_well(&a, 1000);
	raw_done(&a);
	/* The connection goes on as ever. */
	raw_ask(fd, "GET /well HTTP/1.1\r\nHost: x\r\n"
		    "Range: bytes=5-9\r\n\r\n",
		&a);
	CHECK(a.code == 206 && a.body_size == 5);
	check_well(&a, 5);
	raw_done(&a);
	(void)close(fd);
	CHECK(s->dry > 0);
	done(s);
}

static void the_head_comes_before_the_first_byte(struct stage *s)
{
	int fd = ask(s, "/well", "");
	struct raw_answer a;

	raw_read(fd, &a, false);
	CHECK(a.code == 200 && raw_has(&a, "Content-Length: 300000\r\n"));
	raw_done(&a);
	wait_for(&s->drawing, 1);
	(void)close(fd);
	rise(s, 1);
	wait_for(&s->ended, 1);
	done(s);
}

static void who_asks_for_the_head_never_sleeps(struct stage *s)
{
	int fd = raw_connect(s->port);
	struct raw_answer a;

	raw_ask(fd, "HEAD /well HTTP/1.1\r\nHost: x\r\n\r\n", &a);
	CHECK(a.code == 200 && raw_has(&a, "Content-Length: 300000\r\n"));
	raw_done(&a);
	wait_for(&s->ended, 1);
	CHECK(s->drawing == 0 && s->dry == 0);
	(void)close(fd);
	done(s);
}

static void the_loop_answers_with_sleepers_too(struct stage *s)
{
	int fd = ask(s, "/slow-well", "");
	struct raw_answer a;

	wait_for(&s->drawing, 1);
	rise(s, WELL_SIZE);
	raw_read(fd, &a, true);
	CHECK(a.code == 200 && a.body_size == WELL_SIZE);
	check_well(&a, 0);
	raw_done(&a);
	(void)close(fd);
	done(s);
}

static void wakes_without_end(void *owner)
{
	struct stage *s = owner;

	while (!atomic_load(&s->stop_waking))
		wake_all(s);
}

/* Bytes rise only when everybody has run dry, so that a single wake that is
 * lost is a client that waits for ever. */
static void no_wake_is_lost(struct stage *s)
{
	static int fds[MANY];
	struct raw_answer a;
	size_t dry = 0;

	for (int i = 0; i < MANY; i++)
		fds[i] = ask(s, "/well", "");
	wait_for(&s->drawing, MANY);
	for (uint64_t to = 3000; to <= WELL_SIZE; to += 3000) {
		for (int i = 0; i < 30000 && s->dry < dry + MANY; i++)
			uv_sleep(1);
		CHECK(s->dry >= dry + MANY);
		dry = s->dry;
		rise(s, to);
	}
	for (int i = 0; i < MANY; i++) {
		raw_read(fds[i], &a, true);
		CHECK(a.code == 200 && a.body_size == WELL_SIZE);
		check_well(&a, 0);
		raw_done(&a);
		(void)close(fds[i]);
	}
	done(s);
}

/* Wakes at every moment, also while a connection is about to sleep, and
 * clients that hang up under them. */
static void wakes_and_hang_ups_race(struct stage *s)
{
	static int fds[MANY];
	uv_thread_t wakers[2];
	struct raw_answer a;

	for (int i = 0; i < 2; i++)
		CHECK(uv_thread_create(&wakers[i], wakes_without_end, s) == 0);
	for (int round = 0; round < 5; round++) {
		atomic_store(&s->risen, 10);
		for (int i = 0; i < MANY; i++)
			fds[i] = ask(s, "/well", "Range: bytes=0-19999\r\n");
		for (int i = 0; i < MANY; i += 2)
			(void)close(fds[i]);
		for (uint64_t to = 100; to <= 20000; to += 100)
			rise(s, to);
		for (int i = 1; i < MANY; i += 2) {
			raw_read(fds[i], &a, true);
			CHECK(a.code == 206 && a.body_size == 20000);
			check_well(&a, 0);
			raw_done(&a);
			(void)close(fds[i]);
		}
		wait_for(&s->drawing, 0);
	}
	atomic_store(&s->stop_waking, true);
	for (int i = 0; i < 2; i++)
		CHECK(uv_thread_join(&wakers[i]) == 0);
	done(s);
}

static void a_hang_up_is_noticed_at_the_next_wake(struct stage *s)
{
	int fds[20];

	rise(s, 1000);
	for (int i = 0; i < 20; i++)
		fds[i] = ask(s, "/well", "");
	wait_for(&s->dry, 20);
	for (int i = 0; i < 20; i++)
		(void)close(fds[i]);
	uv_sleep(20);
	CHECK(s->drawing == 20);
	wake_all(s); /* nothing has risen */
	wait_for(&s->drawing, 0);
	wait_for(&s->ended, 20);
	done(s);
}

static void closing_ends_all_sleepers(struct stage *s)
{
	int fds[MANY];
	struct timeval patience = { .tv_sec = 20 };

	rise(s, 1000);
	for (int i = 0; i < MANY; i++) {
		fds[i] = ask(s, "/well", "");
		CHECK(setsockopt(fds[i], SOL_SOCKET, SO_RCVTIMEO, &patience,
				 sizeof(patience)) == 0);
	}
	wait_for(&s->dry, MANY);
	done(s);
	for (int i = 0; i < MANY; i++)
		CHECK(read_until_cut(fds[i]) == 1000);
}

int main(void)
{
	for (unsigned threads = 1; threads <= 4; threads += 3) {
		play(a_range_is_promised_whole_and_comes_as_it_rises, threads);
		play(the_head_comes_before_the_first_byte, threads);
		play(who_asks_for_the_head_never_sleeps, threads);
		play(the_loop_answers_with_sleepers_too, threads);
		play(no_wake_is_lost, threads);
		play(wakes_and_hang_ups_race, threads);
		play(a_hang_up_is_noticed_at_the_next_wake, threads);
		play(closing_ends_all_sleepers, threads);
	}
	return 0;
}
