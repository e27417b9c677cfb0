/* A payload is served while it comes: to clients over real sockets, as a test
 * lets its pieces arrive. */
#include "node/arriving.h"

#include <stdatomic.h>

#include "node/aside.h"
#include "node/payload.h"
#include "proto/encoding.h"
#include "tests/support/http_raw.h"
#include "tests/support/loop.h"
#include "tests/support/scratch.h"
#include "tests/support/wares.h"

enum { PIECE = 64 * 1024, BIG_PIECES = 200, BIG = BIG_PIECES * PIECE - 17,
       PATIENCE_MS = 2500 };

struct stage {
	uv_loop_t loop;
	struct scratch scratch;
	struct wares wares;
	struct aside *disk;
	struct arrivals *all;
	struct arriving *a;
	struct payload *files;
	char dir[300];
	char hex[65];
	struct http_server *server;
	uint16_t port;

	void (*client)(struct stage *s);
	uv_thread_t thread;

	/* what the client has the loop do */
	uv_async_t ask;
	uv_sem_t done;
	void (*call)(struct stage *s, uint32_t argument);
	uint32_t argument;
	bool finished;

	/* what the loop is told */
	_Atomic unsigned urgent, begun, read;
	uint32_t list[ARRIVING_URGENT_MAX];
	unsigned listed;
	bool watched;
};

/* --- on the loop --- */

static void told_urgent(void *owner, const uint8_t *btmh)
{
	struct stage *s = owner;

	CHECK(memcmp(btmh, s->wares.tf->btmh, 32) == 0);
	atomic_fetch_add(&s->urgent, 1);
}

static void told_begun(void *owner, const uint8_t *btmh)
{
	struct stage *s = owner;

	CHECK(memcmp(btmh, s->wares.tf->btmh, 32) == 0);
	atomic_fetch_add(&s->begun, 1);
}

static void told_read(void *owner, const uint8_t *btmh)
{
	struct stage *s = owner;

	CHECK(memcmp(btmh, s->wares.tf->btmh, 32) == 0);
	atomic_fetch_add(&s->read, 1);
}

static void begin(struct stage *s, uint32_t unused)
{
	uint8_t have[BIG_PIECES] = { 0 };

	(void)unused;
	s->a = arriving_begin(s->all, s->wares.tf->btmh, s->wares.tf, have);
	CHECK(s->a != NULL && arriving_is(s->a, have));
}

static void comes(struct stage *s, uint32_t piece)
{
	static const uint8_t nothing[BIG_PIECES] = { 0 };
	struct err err = ERR_INIT;

	CHECK(payload_write(s->files, piece, wares_piece(&s->wares, piece),
			    &err) == STATUS_OK);
	arriving_piece(s->a, piece);
	CHECK(!arriving_is(s->a, nothing));
}

/* Bytes that nobody has verified lie in its place. */
static void garbage_comes(struct stage *s, uint32_t piece)
{
	static const uint8_t garbage[PIECE] = "nobody looked at this";
	struct err err = ERR_INIT;

	CHECK(payload_write(s->files, piece, garbage, &err) == STATUS_OK);
}

static void ends(struct stage *s, uint32_t held)
{
	arriving_end(s->a, held != 0);
	s->a = NULL;
}

static void list_urgent(struct stage *s, uint32_t max)
{
	s->listed = arriving_urgent(s->a, s->list, max);
	s->watched = arriving_watched(s->a);
}

static void all_closed(void *owner)
{
	struct stage *s = owner;

	s->finished = true;
}

static void server_closed(void *owner)
{
	struct stage *s = owner;

	arrivals_close(s->all, all_closed, s);
}

static void finish(struct stage *s, uint32_t unused)
{
	(void)unused;
	if (s->a != NULL)
		ends(s, 0);
	uv_close((uv_handle_t *)&s->ask, NULL);
	http_server_close(s->server, server_closed);
}

static void asked(uv_async_t *ask)
{
	struct stage *s = ask->data;

	s->call(s, s->argument);
	uv_sem_post(&s->done);
}

static bool try_fast(void *owner, const struct http_head *head,
		     struct http_answer *answer)
{
	struct stage *s = owner;

	return arrivals_try(s->all, head, answer);
}

static void request_came(void *owner, struct http_request *request)
{
	(void)owner;
	http_request_refuse(request, 404, "left to the loop");
}

/* --- the client's thread --- */

static void do_on_loop(struct stage *s,
		       void (*call)(struct stage *, uint32_t),
		       uint32_t argument)
{
	s->call = call;
	s->argument = argument;
	CHECK(uv_async_send(&s->ask) == 0);
	uv_sem_wait(&s->done);
}

static void client_thread(void *owner)
{
	struct stage *s = owner;

	s->client(s);
	do_on_loop(s, finish, 0);
}

static void play(void (*client)(struct stage *s))
{
	static const struct ware wares[] = { { "big.bin", BIG },
					     { "empty.txt", 0 },
					     { "small.mp4", 1000 } };
	struct stage *s = calloc(1, sizeof(*s));
	const struct http_server_options server = { .address = "127.0.0.1:0" };
	struct arrivals_options options = { .owner = s,
					    .on_urgent = told_urgent,
					    .on_begun = told_begun,
					    .on_read = told_read,
					    .patience_ms = PATIENCE_MS };
	struct err err = ERR_INIT;

	CHECK(s != NULL && uv_loop_init(&s->loop) == 0);
	CHECK(uv_sem_init(&s->done, 0) == 0);
	wares_make(&s->wares, "课", true, wares, 3, PIECE, 7);
	hex_encode((struct bytes){ s->wares.tf->btmh, 32 }, s->hex);
	scratch_init(&s->scratch);
	scratch_folder(&s->scratch, "payload");
	(void)snprintf(s->dir, sizeof(s->dir), "%s/%s",
		       scratch_path(&s->scratch, "payload"), s->hex);
	CHECK(payload_open(&s->files, s->dir, &s->wares.tf->mi, PAYLOAD_WRITE,
			   &err) == STATUS_OK);
	s->disk = aside_new(&(struct aside_options){ .threads = 0 });
	CHECK(s->disk != NULL);
	options.disk = s->disk;
	options.loop = &s->loop;
	options.payload_dir = scratch_path(&s->scratch, "payload");
	CHECK(arrivals_open(&s->all, &options, &err) == STATUS_OK);
	CHECK(http_server_open(&s->server, &s->loop, &server, request_came,
			       try_fast, s, &err) == STATUS_OK);
	s->port = http_server_port(s->server);
	CHECK(uv_async_init(&s->loop, &s->ask, asked) == 0);
	s->ask.data = s;
	s->client = client;
	CHECK(uv_thread_create(&s->thread, client_thread, s) == 0);
	loop_finish(&s->loop);
	CHECK(uv_thread_join(&s->thread) == 0);
	CHECK(s->finished);
	aside_drop(s->disk);
	payload_free(s->files);
	wares_release(&s->wares);
	scratch_release(&s->scratch);
	uv_sem_destroy(&s->done);
	free(s);
}

/* GET /payload/<btmh>/课/FILE, not read yet. */
static int ask_file(struct stage *s, const char *file, const char *range)
{
	char request[400];
	int fd = raw_connect(s->port);

	(void)snprintf(request, sizeof(request),
		       "GET /payload/%s/%%E8%%AF%%BE/%s HTTP/1.1\r\nHost: x\r\n"
		       "%s%s%s\r\n",
		       s->hex, file, range[0] == 0 ? "" : "Range: bytes=",
		       range, range[0] == 0 ? "" : "\r\n");
	raw_send(fd, request);
	return fd;
}

static int ask_pieces(struct stage *s, const char *query)
{
	char request[400];
	int fd = raw_connect(s->port);

	(void)snprintf(request, sizeof(request),
		       "GET /pieces/%s%s HTTP/1.1\r\nHost: x\r\n\r\n", s->hex,
		       query);
	raw_send(fd, request);
	return fd;
}

/* The whole answer, and the connection with it. */
static struct raw_answer take(int fd)
{
	struct raw_answer a;

	raw_read(fd, &a, true);
	(void)close(fd);
	return a;
}

static void check_code(int fd, int code)
{
	struct raw_answer a = take(fd);

	CHECK(a.code == code);
	raw_done(&a);
}

/* It answers with these bytes of the first file. */
static void check_big(struct stage *s, int fd, int code, uint64_t first,
		      uint64_t size)
{
	struct raw_answer a = take(fd);

	CHECK(a.code == code && a.body_size == size);
	CHECK(memcmp(a.body, s->wares.data + first, size) == 0);
	raw_done(&a);
}

/* Bytes of the body that come before the connection is cut, and that they are
 * those of the first file. */
static size_t take_until_cut(struct stage *s, int fd, uint64_t first)
{
	struct raw_answer a;
	uint8_t *data = malloc(BIG);
	size_t total = 0;
	ssize_t n;

	CHECK(data != NULL);
	raw_read(fd, &a, false);
	raw_done(&a);
	while ((n = recv(fd, data + total, BIG - total, 0)) > 0)
		total += (size_t)n;
	(void)close(fd);
	CHECK(memcmp(data, s->wares.data + first, total) == 0);
	free(data);
	return total;
}

static void wait_until(_Atomic unsigned *counter, unsigned value)
{
	for (int i = 0; i < 20000 && atomic_load(counter) < value; i++)
		uv_sleep(2);
	CHECK(atomic_load(counter) >= value);
}

/* Until so many requests wait for a piece. */
static void wait_for_dry(struct stage *s, unsigned count)
{
	for (int i = 0; i < 20000; i++) {
		do_on_loop(s, list_urgent, 64);
		if (s->listed >= count)
			return;
		uv_sleep(2);
	}
	CHECK(s->listed >= count);
}

/* --- */

static void only_what_arrives_is_answered_for(struct stage *s)
{
	check_code(ask_file(s, "big.bin", ""), 404);
	check_code(ask_pieces(s, ""), 404);
	do_on_loop(s, begin, 0);
	wait_until(&s->begun, 1);
	check_code(ask_file(s, "other.bin", ""), 404);
	check_code(ask_file(s, "empty.txt", ""), 200);
	check_code(ask_file(s, "big.bin", "99999999999-"), 416);
	do_on_loop(s, ends, 0);
	check_code(ask_file(s, "empty.txt", ""), 404);
	CHECK(s->begun == 1 && s->urgent == 0);
}

static void what_is_here_is_sent_at_once(struct stage *s)
{
	do_on_loop(s, begin, 0);
	do_on_loop(s, comes, 3);
	do_on_loop(s, comes, 4);
	do_on_loop(s, comes, BIG_PIECES - 1);
	do_on_loop(s, comes, BIG_PIECES); /* small.mp4 */
	check_big(s, ask_file(s, "big.bin", "200000-300000"), 206, 200000,
		  100001);
	check_big(s, ask_file(s, "big.bin", "-100"), 206, BIG - 100, 100);
	check_code(ask_file(s, "small.mp4", ""), 200);
	CHECK(s->urgent == 0);
	/* One byte more than is here would have to wait. */
	check_code(ask_file(s, "big.bin?wait=0", "196608-327680"), 404);
	check_big(s, ask_file(s, "big.bin?wait=0", "196608-327679"), 206,
		  196608, 2 * PIECE);
}

static void the_rest_is_sent_as_it_comes(struct stage *s)
{
	uint64_t state = 5;
	uint32_t order[BIG_PIECES];
	int whole, part, tail;

	do_on_loop(s, begin, 0);
	whole = ask_file(s, "big.bin", "");
	part = ask_file(s, "big.bin", "1000000-4000000");
	tail = ask_file(s, "big.bin?wait=1&pull=3", "5000000-");
	for (uint32_t i = 0; i < BIG_PIECES; i++)
		order[i] = i;
	for (uint32_t i = 0; i < BIG_PIECES; i++) {
		uint32_t j = wares_random(&state) % BIG_PIECES;
		uint32_t kept = order[i];

		order[i] = order[j];
		order[j] = kept;
	}
	for (uint32_t i = 0; i < BIG_PIECES; i++) {
		do_on_loop(s, comes, order[i]);
		do_on_loop(s, comes, order[i]); /* said again */
	}
	check_big(s, whole, 200, 0, BIG);
	check_big(s, part, 206, 1000000, 3000001);
	check_big(s, tail, 206, 5000000, BIG - 5000000);
	CHECK(s->urgent > 0);
}

/* Not when the next look at all sleepers comes. */
static void a_piece_wakes_who_waits_for_it(struct stage *s)
{
	static uint8_t data[PIECE];
	uint64_t since = uv_hrtime();
	struct raw_answer a;
	int fd;

	do_on_loop(s, begin, 0);
	fd = ask_file(s, "big.bin", "0-1048575");
	for (uint32_t i = 0; i < 16; i++) {
		for (int j = 0; j < 20000 && (s->listed == 0 || s->list[0] != i);
		     j++) {
			uv_sleep(1);
			do_on_loop(s, list_urgent, 64);
		}
		do_on_loop(s, comes, i);
		if (i == 0) {
			raw_read(fd, &a, false);
			CHECK(a.code == 206);
			raw_done(&a);
		}
		for (size_t got = 0; got < PIECE;) {
			ssize_t n = recv(fd, data + got, PIECE - got, 0);

			CHECK(n > 0);
			got += (size_t)n;
		}
		CHECK(memcmp(data, wares_piece(&s->wares, i), PIECE) == 0);
	}
	CHECK((uv_hrtime() - since) / 1000000 < 12000);
	(void)close(fd);
}

static void bytes_that_nobody_verified_never_leave(struct stage *s)
{
	int fd;

	do_on_loop(s, begin, 0);
	do_on_loop(s, comes, 0);
	do_on_loop(s, comes, 1);
	do_on_loop(s, garbage_comes, 2);
	fd = ask_file(s, "big.bin", "0-9999999");
	wait_until(&s->urgent, 1);
	check_code(ask_file(s, "big.bin?wait=0", "131072-131072"), 404);
	do_on_loop(s, ends, 0); /* it was given up */
	CHECK(take_until_cut(s, fd, 0) == 2 * PIECE);
}

static void what_has_become_held_is_read_on(struct stage *s)
{
	int fd;

	do_on_loop(s, begin, 0);
	fd = ask_file(s, "big.bin", "");
	wait_until(&s->urgent, 1);
	for (uint32_t i = 0; i < BIG_PIECES; i++)
		do_on_loop(s, comes, i);
	do_on_loop(s, ends, 1);
	check_big(s, fd, 200, 0, BIG);
	/* New requests are the shelf's. */
	check_code(ask_file(s, "big.bin", ""), 404);
}

static void patience_ends(struct stage *s)
{
	uint64_t since = uv_hrtime();
	int fd;

	do_on_loop(s, begin, 0);
	do_on_loop(s, comes, 0);
	fd = ask_file(s, "big.bin", "");
	CHECK(take_until_cut(s, fd, 0) == PIECE);
	CHECK((uv_hrtime() - since) / 1000000 >= PATIENCE_MS);
	wait_until(&s->read, 1);
}

static void who_hung_up_is_not_waited_for(struct stage *s)
{
	int fd;

	do_on_loop(s, begin, 0);
	fd = ask_file(s, "big.bin", "1000000-2000000");
	wait_for_dry(s, 16);
	CHECK(s->watched && s->list[0] == 15);
	(void)close(fd);
	for (int i = 0; i < 20000 && s->listed > 0; i++) {
		uv_sleep(2);
		do_on_loop(s, list_urgent, 64);
	}
	CHECK(s->listed == 0);
}

static void those_who_wait_come_first(struct stage *s)
{
	int node, second, viewer;

	do_on_loop(s, begin, 0);
	for (uint32_t i = 20; i < 24; i++)
		do_on_loop(s, comes, i);
	node = ask_file(s, "big.bin?wait=1&pull=2", "6553600-"); /* 100 */
	second = ask_file(s, "big.bin?pull=2", "9830400-9830410"); /* 150 */
	wait_for_dry(s, 60);
	CHECK(s->list[0] == 100 || s->list[0] == 150);
	CHECK(!s->watched);
	viewer = ask_file(s, "big.bin", "1310720-1638400"); /* 20 to 25 */
	for (int i = 0; i < 20000 && s->list[0] != 24; i++) {
		uv_sleep(2);
		do_on_loop(s, list_urgent, 64);
	}
	/* The viewer, the nodes, what the viewer comes to, then what they
	 * do. */
	CHECK(s->listed == 64 && s->watched);
	CHECK(s->list[0] == 24);
	CHECK(s->list[1] + s->list[2] == 250);
	CHECK(s->list[3] == 25 && s->list[4] == 101);
	do_on_loop(s, list_urgent, 2);
	CHECK(s->listed == 2 && s->list[0] == 24);
	do_on_loop(s, comes, 24);
	do_on_loop(s, comes, 25);
	check_big(s, viewer, 206, 1310720, 1638400 - 1310720 + 1);
	/* It comes back for the next range, one would think. */
	for (int i = 0; i < 20000 && s->list[2] != 26; i++) {
		uv_sleep(2);
		do_on_loop(s, list_urgent, 64);
	}
	CHECK(s->watched && s->list[2] == 26 && s->list[3] == 27);
	(void)close(node);
	(void)close(second);
}

static void check_map(int fd, unsigned count, uint8_t first, uint8_t second)
{
	struct raw_answer a = take(fd);
	static const uint8_t number[4] = { 0, 0, 0, BIG_PIECES + 1 };

	CHECK(a.code == 200 && a.body_size == 4 + 26);
	CHECK(memcmp(a.body, number, 4) == 0);
	CHECK(a.body[4] == first && a.body[5] == second);
	CHECK(havemap_count(a.body + 4, BIG_PIECES + 1) == count);
	CHECK((a.body[29] & 0x7f) == 0); /* spare bits */
	raw_done(&a);
}

static void the_map_is_told_when_it_grows(struct stage *s)
{
	int now, later, much_later;

	do_on_loop(s, begin, 0);
	check_map(ask_pieces(s, ""), 0, 0, 0);
	now = ask_pieces(s, "?after=0");
	later = ask_pieces(s, "?after=2");
	much_later = ask_pieces(s, "?after=9000000000000000000");
	uv_sleep(50);
	do_on_loop(s, comes, 1);
	check_map(now, 1, 0x40, 0);
	do_on_loop(s, comes, 8);
	check_map(ask_pieces(s, "?after=1"), 2, 0x40, 0x80);
	check_map(ask_pieces(s, "?after=5&wait=0"), 2, 0x40, 0x80);
	do_on_loop(s, comes, 9);
	check_map(later, 3, 0x40, 0xc0);
	check_code(ask_pieces(s, "?after=-1"), 400);
	check_code(ask_pieces(s, "?after=99999999999999999999"), 400);
	check_code(ask_pieces(s, "/x?after=1"), 404);
	/* With what there is, when nothing comes. */
	check_map(ask_pieces(s, "?after=3"), 3, 0x40, 0xc0);
	check_map(much_later, 3, 0x40, 0xc0);
	later = ask_pieces(s, "?after=3");
	now = ask_pieces(s, "?after=4");
	uv_sleep(50);
	do_on_loop(s, ends, 1);
	check_map(later, BIG_PIECES + 1, 0xff, 0xff);
	check_map(now, BIG_PIECES + 1, 0xff, 0xff);
}

static void come_from(struct http_head *head, uint32_t address)
{
	struct sockaddr_in from = { .sin_family = AF_INET };

	from.sin_addr.s_addr = address;
	memcpy(&head->address, &from, sizeof(from));
}

/* One address has half of the places and no more; others find one. */
static void nobody_takes_all_places_of_others(struct stage *s)
{
	static struct http_answer answers[ARRIVING_READERS_MAX];
	struct http_answer other = HTTP_ANSWER_INIT;
	char path[200];
	struct http_head head = { .path = path };
	unsigned count = 0;

	do_on_loop(s, begin, 0);
	(void)snprintf(path, sizeof(path), "/payload/%s/课/big.bin", s->hex);
	come_from(&head, 1);
	for (;;) {
		answers[count] = (struct http_answer)HTTP_ANSWER_INIT;
		CHECK(arrivals_try(s->all, &head, &answers[count]));
		if (answers[count].code != 200)
			break;
		CHECK(++count < ARRIVING_READERS_MAX);
	}
	CHECK(answers[count].code == 503 && count == ARRIVING_READERS_MAX / 2);
	come_from(&head, 2);
	CHECK(arrivals_try(s->all, &head, &other) && other.code == 200);
	http_answer_release(&other);
	while (count > 0)
		http_answer_release(&answers[--count]);
}

static void too_many_readers_are_sent_away(struct stage *s)
{
	static struct http_answer answers[ARRIVING_READERS_MAX];
	struct http_answer late = HTTP_ANSWER_INIT;
	char path[200];
	struct http_head head = { .path = path };

	do_on_loop(s, begin, 0);
	(void)snprintf(path, sizeof(path), "/payload/%s/课/big.bin", s->hex);
	for (uint32_t from = 1, i = 0; i < ARRIVING_READERS_MAX; from++) {
		answers[i] = (struct http_answer)HTTP_ANSWER_INIT;
		come_from(&head, from);
		CHECK(arrivals_try(s->all, &head, &answers[i]));
		/* Towards the end some fall into one slot with others. */
		CHECK(answers[i].code == 503 || answers[i].reader.read);
		CHECK(from < 100 * ARRIVING_READERS_MAX);
		i += answers[i].code == 200;
	}
	CHECK(arrivals_try(s->all, &head, &late) && late.code == 503);
	do_on_loop(s, list_urgent, 64);
	CHECK(s->listed == 64);
	http_answer_release(&answers[0]);
	for (uint32_t from = 1; late.code != 200; from++) {
		CHECK(from < 100 * ARRIVING_READERS_MAX);
		come_from(&head, from);
		late = (struct http_answer)HTTP_ANSWER_INIT;
		CHECK(arrivals_try(s->all, &head, &late));
	}
	answers[0] = late;
	for (int i = 0; i < ARRIVING_READERS_MAX; i++)
		http_answer_release(&answers[i]);
}

static void a_stop_ends_all(struct stage *s)
{
	struct raw_answer a;
	int fds[40];

	do_on_loop(s, begin, 0);
	for (int i = 0; i < 40; i++)
		fds[i] = i % 2 ? ask_file(s, "big.bin", "") :
				 ask_pieces(s, "?after=0");
	/* The heads come at once: all of them are taken. */
	for (int i = 0; i < 40; i++) {
		raw_read(fds[i], &a, false);
		CHECK(a.code == 200);
		raw_done(&a);
	}
	do_on_loop(s, ends, 0);
	for (int i = 0; i < 40; i++) {
		CHECK(raw_is_closed(fds[i]));
		(void)close(fds[i]);
	}
}

int main(void)
{
	play(only_what_arrives_is_answered_for);
	play(what_is_here_is_sent_at_once);
	play(the_rest_is_sent_as_it_comes);
	play(a_piece_wakes_who_waits_for_it);
	play(bytes_that_nobody_verified_never_leave);
	play(what_has_become_held_is_read_on);
	play(patience_ends);
	play(who_hung_up_is_not_waited_for);
	play(those_who_wait_come_first);
	play(the_map_is_told_when_it_grows);
	play(nobody_takes_all_places_of_others);
	play(too_many_readers_are_sent_away);
	play(a_stop_ends_all);
	return 0;
}
