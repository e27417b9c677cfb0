/* A disk that stands still: whoever wants something of it waits, everybody else
 * is served, and whoever has waited long enough is told. */
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/aside_read.h"
#include "node/http_server.h"
#include "tests/support/http_raw.h"
#include "tests/support/loop.h"
#include "tests/support/scratch.h"

enum {
	BYTES = 200 * 1000,
	VIEWERS = 24, /* more than the server has threads */
	STILL_MS = 400
};

struct stage {
	uv_loop_t loop;
	struct http_server *server;
	uint16_t port;
	struct aside *slow, *healthy;
	struct scratch scratch;
	int file; /* on the healthy disk */
	void (*client)(struct stage *s);
	uv_thread_t thread;
	uv_async_t client_done;
	bool closed;

	sem_t gate;		  /* what each read of the slow disk waits at */
	_Atomic bool open;	  /* ... until it stands open */
	_Atomic unsigned reading; /* at the gate */
	_Atomic unsigned made, released;
	_Atomic unsigned agains;
	_Atomic bool elsewhere; /* others have it by now */
};

static uint8_t byte_at(uint64_t at)
{
	return (uint8_t)(at * 2654435761U >> 13);
}

/* --- the slow disk --- */

static void pass_gate(struct stage *s)
{
	atomic_fetch_add(&s->reading, 1);
	if (!s->open)
		CHECK(sem_wait(&s->gate) == 0);
	atomic_fetch_sub(&s->reading, 1);
}

static ssize_t slow_read(void *owner, uint64_t offset, uint8_t *to,
			 size_t size)
{
	pass_gate(owner);
	for (size_t i = 0; i < size; i++)
		to[i] = byte_at(offset + i);
	return (ssize_t)size;
}

static void released(void *owner)
{
	struct stage *s = owner;

	atomic_fetch_add(&s->released, 1);
}

static bool answer_slowly(struct stage *s, struct http_answer *answer)
{
	struct aside_read *r;

	atomic_fetch_add(&s->made, 1);
	r = aside_read_new(s->slow, 1,
			   &(struct aside_source){ s, NULL, slow_read,
						   released });
	CHECK(r != NULL);
	answer->reader = (struct http_reader){ r, aside_read_begin,
					       aside_read_some,
					       aside_read_close };
	answer->length = BYTES;
	return true;
}

static bool look_found(void *owner, struct http_answer *answer)
{
	struct stage *s = owner;

	pass_gate(s);
	return answer_slowly(s, answer);
}

static bool look_nothing(void *owner, struct http_answer *answer)
{
	(void)answer;
	pass_gate(owner);
	return false;
}

/* --- the server --- */

static bool try_fast(void *owner, const struct http_head *head,
		     struct http_answer *answer)
{
	const char *path = head->path;
	struct stage *s = owner;

	if (strcmp(path, "/slow") == 0)
		return answer_slowly(s, answer);
	if (strcmp(path, "/file") == 0) {
		answer->fd = fcntl(s->file, F_DUPFD_CLOEXEC, 0);
		answer->length = BYTES;
		answer->disk = s->healthy;
		return true;
	}
	if (strcmp(path, "/look-elsewhere") == 0 && head->after == 5 &&
	    s->elsewhere) {
		answer->body = bytes_of("another has it\n");
		return true;
	}
	if (strncmp(path, "/look", 5) != 0 || head->after != 0)
		return false;
	atomic_fetch_add(&s->made, 1);
	answer->look = (struct http_look){
		.disk = s->slow,
		.owner = s,
		.look = strcmp(path, "/look-nothing") == 0 ? look_nothing :
							     look_found,
		.release = released,
		.stage = 5,
		.only_here = strcmp(path, "/look-elsewhere") != 0,
	};
	return true;
}

/* A page of the loop's; "/again" has it asked once more. */
static void request_came(void *owner, struct http_request *request)
{
	struct stage *s = owner;

	if (strcmp(http_request_head(request)->path, "/again") == 0 &&
	    http_request_agains(request) < 3) {
		atomic_fetch_add(&s->agains, 1);
		http_request_again(request);
		return;
	}
	http_request_refuse(request, 404, "the loop's");
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
	CHECK(uv_async_send(&s->client_done) == 0);
}

static void open_gate(struct stage *s)
{
	s->open = true;
	for (unsigned i = 0; i < 1000; i++)
		CHECK(sem_post(&s->gate) == 0);
}

static void wait_for(_Atomic unsigned *what, unsigned value)
{
	for (int i = 0; i < 9000 && atomic_load(what) != value; i++)
		uv_sleep(1);
	CHECK(atomic_load(what) == value);
}

static void play(void (*client)(struct stage *), int64_t still_ms)
{
	const struct http_server_options options = { .address =
							     "127.0.0.1:0" };
	const struct aside_options slow = { .threads = 2,
					    .still_ms = still_ms };
	struct stage *s = calloc(1, sizeof(*s));
	struct err err = ERR_INIT;

	CHECK(s != NULL && uv_loop_init(&s->loop) == 0);
	CHECK(sem_init(&s->gate, 0, 0) == 0);
	scratch_init(&s->scratch);
	scratch_file(&s->scratch, "file", BYTES, 1);
	s->file = open(scratch_path(&s->scratch, "file"), O_RDONLY);
	CHECK(s->file >= 0);
	s->slow = aside_new(&slow);
	s->healthy = aside_new(&(struct aside_options){ .threads = 2 });
	CHECK(http_server_open(&s->server, &s->loop, &options, request_came,
			       try_fast, s, &err) == STATUS_OK);
	s->port = http_server_port(s->server);
	CHECK(uv_async_init(&s->loop, &s->client_done, client_ended) == 0);
	s->client_done.data = s;
	s->client = client;
	CHECK(uv_thread_create(&s->thread, client_thread, s) == 0);
	loop_finish(&s->loop);
	CHECK(uv_thread_join(&s->thread) == 0 && s->closed);
	/* A read that has not returned outlives the server. */
	open_gate(s);
	for (int i = 0; i < 60000 && s->released != s->made; i++)
		uv_sleep(1);
	CHECK(s->released == s->made && s->made > 0);
	aside_drop(s->slow);
	aside_drop(s->healthy);
	(void)close(s->file);
	CHECK(sem_destroy(&s->gate) == 0);
	scratch_release(&s->scratch);
	free(s);
}

/* --- the client --- */

static int ask(struct stage *s, const char *path)
{
	char request[200];
	int fd = raw_connect(s->port);

	(void)snprintf(request, sizeof(request),
		       "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
	raw_send(fd, request);
	return fd;
}

static void check_slow(int fd)
{
	struct raw_answer a;

	raw_read(fd, &a, true);
	CHECK(a.code == 200 && a.body_size == BYTES);
	for (size_t i = 0; i < BYTES; i++)
		CHECK(a.body[i] == byte_at(i));
	raw_done(&a);
	(void)close(fd);
}

/* A page of the loop's, a file of another disk: with every server thread tried
 * several times. */
static void others_are_served(struct stage *s)
{
	struct raw_answer a;

	for (unsigned i = 0; i < 16; i++) {
		raw_get(s->port, "/page", "", &a);
		CHECK(a.code == 404);
		raw_done(&a);
		raw_get(s->port, "/file", i % 2 == 0 ? "" :
				"Range: bytes=1000-1999\r\n", &a);
		CHECK(a.code == (i % 2 == 0 ? 200 : 206));
		raw_done(&a);
	}
}

static void who_waits_for_a_slow_disk_holds_nobody(struct stage *s)
{
	static const char *const paths[] = { "/slow", "/look", "/look" };
	int fds[VIEWERS];

	for (unsigned i = 0; i < VIEWERS; i++)
		fds[i] = ask(s, paths[i % 3]);
	wait_for(&s->reading, 2);
	others_are_served(s);
	CHECK(s->reading == 2); /* and no more of its threads */
	open_gate(s);
	for (unsigned i = 0; i < VIEWERS; i++)
		check_slow(fds[i]);
	others_are_served(s);
}

static void what_is_not_found_there_is_asked_of_others(struct stage *s)
{
	struct raw_answer a;

	open_gate(s);
	raw_get(s->port, "/look-nothing", "", &a);
	CHECK(a.code == 404 && raw_body_is(&a, "the loop's\n"));
	raw_done(&a);
}

static void the_loop_may_have_it_asked_again(struct stage *s)
{
	struct raw_answer a;
	int fd;

	open_gate(s);
	fd = raw_connect(s->port);
	for (unsigned i = 1; i <= 20; i++) {
		raw_ask(fd, "GET /again HTTP/1.1\r\nHost: x\r\n\r\n", &a);
		CHECK(a.code == 404 && s->agains == 3 * i);
		raw_done(&a);
	}
	(void)close(fd);
	check_slow(ask(s, "/look"));
}

static void who_hangs_up_gives_way(struct stage *s)
{
	int held[2], fds[VIEWERS];

	for (unsigned i = 0; i < 2; i++)
		held[i] = ask(s, i == 0 ? "/slow" : "/look");
	wait_for(&s->reading, 2);
	for (unsigned i = 0; i < VIEWERS; i++)
		fds[i] = ask(s, i % 2 == 0 ? "/slow" : "/look");
	wait_for(&s->made, 2 + VIEWERS);
	for (unsigned i = 0; i < VIEWERS; i++)
		(void)close(fds[i]);
	/* None of them has been read for. */
	wait_for(&s->released, VIEWERS);
	CHECK(s->reading == 2);
	open_gate(s);
	for (unsigned i = 0; i < 2; i++)
		check_slow(held[i]);
}

/* It does not answer: no viewer waits for ever, and new ones are told. */
static void a_disk_that_stands_still_ends_answers(struct stage *s)
{
	struct raw_answer a;
	int begun = ask(s, "/slow"), looks = ask(s, "/look");

	wait_for(&s->reading, 2);
	raw_read(looks, &a, true);
	CHECK(a.code == 503 && raw_has(&a, "Retry-After: "));
	CHECK(strstr((char *)a.body, "does not answer") != NULL);
	raw_done(&a);
	raw_read(begun, &a, false);
	CHECK(a.code == 200 && raw_is_closed(begun));
	raw_done(&a);
	raw_get(s->port, "/look", "", &a);
	CHECK(a.code == 503);
	raw_done(&a);
	raw_get(s->port, "/look-elsewhere", "", &a);
	CHECK(a.code == 404 && raw_body_is(&a, "the loop's\n"));
	raw_done(&a);
	(void)close(begun);
	(void)close(looks);
	others_are_served(s);
	open_gate(s);
	wait_for(&s->reading, 0);
	while (aside_is_late(s->slow))
		uv_sleep(1);
	check_slow(ask(s, "/look"));
}

/* A disk that is late, and not still: who has it by now is not kept waiting for
 * it. */
static void what_comes_elsewhere_is_taken_from_there(struct stage *s)
{
	int fd = ask(s, "/look-elsewhere"), only = ask(s, "/look");
	struct raw_answer a;

	wait_for(&s->reading, 2);
	s->elsewhere = true;
	raw_read(fd, &a, true);
	CHECK(a.code == 200 && raw_body_is(&a, "another has it\n"));
	CHECK(s->reading == 2);
	raw_done(&a);
	(void)close(fd);
	open_gate(s);
	check_slow(only);
}

/* The stage closes the server while both threads of the disk are held. */
static void a_server_closes_without_it(struct stage *s)
{
	int fds[6];

	for (unsigned i = 0; i < 6; i++)
		fds[i] = ask(s, i % 2 == 0 ? "/slow" : "/look");
	wait_for(&s->reading, 2);
	wait_for(&s->made, 6);
	for (unsigned i = 0; i < 6; i++)
		(void)shutdown(fds[i], SHUT_WR);
}

int main(void)
{
	play(who_waits_for_a_slow_disk_holds_nobody, 0);
	play(what_is_not_found_there_is_asked_of_others, 0);
	play(the_loop_may_have_it_asked_again, 0);
	play(who_hangs_up_gives_way, 0);
	play(a_disk_that_stands_still_ends_answers, STILL_MS);
	play(what_comes_elsewhere_is_taken_from_there, 0);
	play(a_server_closes_without_it, 0);
	return 0;
}
