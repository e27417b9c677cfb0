/* A lesson plays from a plugged-in drive: right bytes or none. */
#include "node/drive/ondrive.h"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>

#include "catalog/catalog.h"
#include "node/drive/cargo.h"
#include "node/payload.h"
#include "tests/support/http_raw.h"
#include "tests/support/loop.h"
#include "tests/support/offices.h"

enum { SIZE = 24 << 20, SMALL = 70001 };

struct world {
	struct scratch scratch;
	struct office county, station;
	struct offered lesson;
	struct torrentfile *tf;
	char drive[4096];
	struct ondrive *ondrive;
	uv_loop_t loop;
	struct http_server *server;
	uint8_t *film; /* its bytes */
	bool closed;
};

/* What the drive does not answer is for the loop, which has nothing. */
static void asked(void *owner, struct http_request *request)
{
	(void)owner;
	http_request_refuse(request, 404, "");
}

static void closed(void *owner)
{
	((struct world *)owner)->closed = true;
}

static bool try_fast(void *owner, const struct http_head *head,
		     struct http_answer *answer)
{
	return ondrive_try(((struct world *)owner)->ondrive, head, answer);
}

static void stow(struct world *w)
{
	char dir[9000];
	struct stow_options options = { .btmh = w->lesson.btmh,
					.mi = &w->tf->mi,
					.topic = "产业/养殖",
					.title = "黑山羊",
					.mark = "k3f9w2aa" };
	const struct metainfo *mi = &w->tf->mi;
	uint8_t *piece = malloc(mi->piece_length);
	char path[DRIVE_PATH_MAX];
	struct stowing *s;
	struct payload *p;
	struct office *c = &w->county;

	(void)snprintf(dir, sizeof(dir), "%s/%s", c->house.payload_dir,
		       w->lesson.hex);
	OFFICE_OK(c, mount_open(&options.m, w->drive, &c->err));
	OFFICE_OK(c, payload_open(&p, dir, mi, PAYLOAD_READ, &c->err));
	OFFICE_OK(c, stow_open(&s, &options, &c->err));
	for (uint32_t i = 0; i < mi->pieces; i++) {
		OFFICE_OK(c, payload_read(p, i, piece, &c->err));
		OFFICE_OK(c, stow_write(s, i, piece, &c->err));
	}
	OFFICE_OK(c, stow_finish(s, &c->err));
	stow_free(s);
	drive_path(DRIVE_TORRENT, w->lesson.btmh, path);
	OFFICE_OK(c, mount_write(options.m, path, buf_bytes(&w->tf->bytes),
				 &c->err));
	payload_free(p);
	mount_free(options.m);
	free(piece);
}

static void serve(struct world *w)
{
	const struct http_server_options options = {
		.address = "127.0.0.1:0"
	};
	struct office *s = &w->station;

	OFFICE_OK(s, ondrive_open(&w->ondrive,
				  catalog_path(s->house.catalog),
				  s->house.torrent_dir, &s->err));
	CHECK(uv_loop_init(&w->loop) == 0);
	OFFICE_OK(s, http_server_open(&w->server, &w->loop, &options, asked,
				      try_fast, w, &s->err));
}

/* A county's lesson (a film, an empty file and a page) on a drive; a station
 * that knows it and has nothing of it. */
static void world_make(struct world *w)
{
	struct office *c = &w->county;
	int fd;

	memset(w, 0, sizeof(*w));
	scratch_init(&w->scratch);
	office_county(c, &w->scratch);
	office_station(&w->station, &w->scratch, c);
	scratch_folder(&w->scratch, "课");
	scratch_file(&w->scratch, "课/a 片.mp4", SIZE, 1);
	scratch_file(&w->scratch, "课/b", 0, 1);
	scratch_file(&w->scratch, "课/c.pdf", SMALL, 3);
	office_publish(c, scratch_path(&w->scratch, "课"), "黑山羊",
		       &w->lesson);
	office_take_log(&w->station, c);
	OFFICE_OK(c, house_open_torrent(&c->house, w->lesson.btmh, &w->tf,
					&c->err));
	(void)snprintf(w->drive, sizeof(w->drive), "%s",
		       scratch_folder(&w->scratch, "drive"));
	stow(w);
	w->film = malloc(SIZE);
	fd = open(scratch_path(&w->scratch, "课/a 片.mp4"), O_RDONLY);
	CHECK(w->film != NULL && read(fd, w->film, SIZE) == SIZE);
	CHECK(close(fd) == 0);
	serve(w);
}

static void world_end(struct world *w)
{
	http_server_close(w->server, closed);
	loop_finish(&w->loop);
	CHECK(w->closed);
	ondrive_free(w->ondrive);
	torrentfile_free(w->tf);
	free(w->film);
	office_close(&w->station);
	office_close(&w->county);
	scratch_release(&w->scratch);
}

static void plug(struct world *w)
{
	struct err err = ERR_INIT;

	CHECK(ondrive_here(w->ondrive, w->drive, getpid(), &err) ==
	      STATUS_OK);
}

static const char *path_of(struct world *w, const char *file)
{
	static char path[200];

	(void)snprintf(path, sizeof(path), "/payload/%s/%%E8%%AF%%BE/%s",
		       w->lesson.hex, file);
	return path;
}

static const char film[] = "a%20%E7%89%87.mp4";

/* What a drive answers somebody at this address, without a client. */
static bool take_place(struct world *w, const char *file, uint32_t address,
		       struct http_answer *answer)
{
	struct http_answer where = HTTP_ANSWER_INIT;
	struct sockaddr_in from = { .sin_family = AF_INET };
	char path[200];
	struct http_head head = { .path = path };
	bool does = false;

	(void)snprintf(path, sizeof(path), "/payload/%s/课/%s", w->lesson.hex,
		       file);
	from.sin_addr.s_addr = address;
	memcpy(&head.address, &from, sizeof(from));
	if (ondrive_try(w->ondrive, &head, &where)) {
		CHECK(where.look.stage >= ONDRIVE_STAGE);
		does = where.look.look(where.look.owner, answer);
		/* Behind the only drive there is none. */
		head.after = where.look.stage;
		http_answer_release(&where);
		CHECK(!ondrive_try(w->ondrive, &head, &where));
	}
	return does;
}

/* Does the drive answer for it, without a client? */
static bool answers(struct world *w, const char *file)
{
	struct http_answer answer = HTTP_ANSWER_INIT;
	bool does = take_place(w, file, 0, &answer);

	CHECK(does == (answer.reader.read != NULL) || answer.code == 503);
	http_answer_release(&answer);
	return does;
}

/* The film as it lies on the drive, opened to spoil it. */
static int open_film(struct world *w)
{
	char path[9000];
	struct cargo *cargo;
	struct mount *m;
	struct err err = ERR_INIT;
	int fd;

	CHECK(mount_open(&m, w->drive, &err) == STATUS_OK);
	CHECK(cargo_open(&cargo, m, w->lesson.btmh, &w->tf->mi, &err) ==
	      STATUS_OK);
	(void)snprintf(path, sizeof(path), "%s/%s/a 片.mp4", w->drive,
		       cargo_folder(cargo));
	fd = open(path, O_RDWR);
	if (fd < 0) {
		(void)snprintf(path, sizeof(path), "%s/%s/课/a 片.mp4",
			       w->drive, cargo_folder(cargo));
		fd = open(path, O_RDWR);
	}
	CHECK(fd >= 0);
	cargo_free(cargo);
	mount_free(m);
	return fd;
}

static void spoil(struct world *w, uint64_t at)
{
	int fd = open_film(w);
	uint8_t byte;

	CHECK(pread(fd, &byte, 1, (off_t)at) == 1);
	byte ^= 0x10;
	CHECK(pwrite(fd, &byte, 1, (off_t)at) == 1);
	CHECK(close(fd) == 0);
}

/* Ask for the film and read only the head of the answer: the film is larger
 * than what sockets take in. */
static int begin(struct world *w, const char *extra, char *head, size_t room)
{
	int fd = raw_connect(http_server_port(w->server));
	char request[600];
	size_t got = 0;

	(void)snprintf(request, sizeof(request),
		       "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n",
		       path_of(w, film), extra);
	raw_send(fd, request);
	memset(head, 0, room);
	while (strstr(head, "\r\n\r\n") == NULL) {
		CHECK(got < room - 1 && recv(fd, head + got, 1, 0) == 1);
		got++;
	}
	return fd;
}

/* All that still comes, which must be the film's bytes from `at` on. */
static uint64_t drain(struct world *w, int fd, uint64_t at)
{
	static uint8_t block[65536];
	uint64_t got = 0;
	ssize_t n;

	while ((n = recv(fd, block, sizeof(block), 0)) > 0) {
		CHECK(at + got + (uint64_t)n <= SIZE);
		CHECK(memcmp(block, w->film + at + got, (size_t)n) == 0);
		got += (uint64_t)n;
	}
	CHECK(close(fd) == 0);
	return got;
}

static bool is_open_below(const char *folder)
{
	char path[300], target[8192];
	DIR *fds = opendir("/proc/self/fd");
	struct dirent *entry;
	bool found = false;

	CHECK(fds != NULL);
	while ((entry = readdir(fds)) != NULL) {
		ssize_t n;

		(void)snprintf(path, sizeof(path), "/proc/self/fd/%s",
			       entry->d_name);
		n = readlink(path, target, sizeof(target) - 1);
		if (n <= 0)
			continue;
		target[n] = 0;
		found |= strncmp(target, folder, strlen(folder)) == 0;
	}
	(void)closedir(fds);
	return found;
}

static void gone(struct world *w)
{
	struct err err = ERR_INIT;
	enum status status;

	do
		status = ondrive_gone(w->ondrive, w->drive, &err);
	while (status == STATUS_BUSY);
	CHECK(status == STATUS_OK);
	CHECK(!is_open_below(w->drive));
}

static void it_plays_from_the_drive_as_from_a_disk(void)
{
	struct world w;
	struct raw_answer a;
	char text[64], request[400];
	int fd;

	world_make(&w);
	CHECK(!answers(&w, "a 片.mp4")); /* nothing is plugged in */
	plug(&w);
	raw_get(http_server_port(w.server), path_of(&w, film), "", &a);
	CHECK(a.code == 200 && a.body_size == SIZE);
	CHECK(memcmp(a.body, w.film, SIZE) == 0);
	CHECK(raw_has(&a, "Content-Type: video/mp4\r\n"));
	CHECK(raw_has(&a, "Accept-Ranges: bytes\r\n"));
	raw_done(&a);
	raw_get(http_server_port(w.server), path_of(&w, film),
		"Range: bytes=9000001-17000000\r\n", &a);
	CHECK(a.code == 206 && a.body_size == 8000000);
	CHECK(memcmp(a.body, w.film + 9000001, a.body_size) == 0);
	(void)snprintf(text, sizeof(text),
		       "Content-Range: bytes 9000001-17000000/%d\r\n", SIZE);
	CHECK(raw_has(&a, text));
	raw_done(&a);
	raw_get(http_server_port(w.server), path_of(&w, film),
		"Range: bytes=-5\r\n", &a);
	CHECK(a.code == 206 && a.body_size == 5);
	CHECK(memcmp(a.body, w.film + SIZE - 5, 5) == 0);
	raw_done(&a);
	raw_get(http_server_port(w.server), path_of(&w, film),
		"Range: bytes=99999999-\r\n", &a);
	CHECK(a.code == 416);
	raw_done(&a);
	raw_get(http_server_port(w.server), path_of(&w, "b"), "", &a);
	CHECK(a.code == 200 && a.body_size == 0);
	raw_done(&a);
	raw_get(http_server_port(w.server), path_of(&w, "c.pdf"), "", &a);
	CHECK(a.code == 200 && a.body_size == SMALL);
	raw_done(&a);
	fd = raw_connect(http_server_port(w.server));
	(void)snprintf(text, sizeof(text), "Content-Length: %d\r\n", SIZE);
	(void)snprintf(request, sizeof(request),
		       "HEAD %s HTTP/1.1\r\nHost: x\r\n\r\n",
		       path_of(&w, film));
	raw_ask(fd, request, &a);
	CHECK(a.code == 200 && raw_has(&a, text));
	raw_done(&a);
	(void)close(fd);
	CHECK(!answers(&w, "d") && !answers(&w, ""));
	gone(&w);
	CHECK(!answers(&w, "a 片.mp4"));
	gone(&w); /* again: nothing */
	world_end(&w);
}

static void a_damaged_piece_is_never_sent(void)
{
	struct world w;
	char head[2000], range[100];
	uint64_t piece, from;
	int fd;

	world_make(&w);
	piece = w.tf->mi.piece_length;
	from = 3 * piece + 1000;
	plug(&w);
	spoil(&w, 5 * piece + 17);
	fd = begin(&w, "", head, sizeof(head));
	CHECK(strncmp(head, "HTTP/1.1 200", 12) == 0);
	CHECK(drain(&w, fd, 0) == 5 * piece);
	(void)snprintf(range, sizeof(range), "Range: bytes=%llu-\r\n",
		       (unsigned long long)from);
	fd = begin(&w, range, head, sizeof(head));
	CHECK(strncmp(head, "HTTP/1.1 206", 12) == 0);
	CHECK(drain(&w, fd, from) == 5 * piece - from);
	/* Behind it all is well. */
	(void)snprintf(range, sizeof(range),
		       "Connection: close\r\nRange: bytes=%llu-\r\n",
		       (unsigned long long)(6 * piece));
	fd = begin(&w, range, head, sizeof(head));
	CHECK(strncmp(head, "HTTP/1.1 206", 12) == 0);
	CHECK(drain(&w, fd, 6 * piece) == SIZE - 6 * piece);
	/* What cannot even begin is left to others. */
	spoil(&w, 0);
	CHECK(!answers(&w, "a 片.mp4"));
	CHECK(answers(&w, "c.pdf"));
	gone(&w);
	world_end(&w);
}

static void a_film_cut_short_ends_where_it_ends(void)
{
	struct world w;
	char head[2000];
	uint64_t piece;
	int fd;

	world_make(&w);
	piece = w.tf->mi.piece_length;
	plug(&w);
	fd = begin(&w, "", head, sizeof(head));
	{
		int there = open_film(&w);

		CHECK(ftruncate(there, (off_t)(20 * piece + 5)) == 0);
		CHECK(close(there) == 0);
	}
	CHECK(drain(&w, fd, 0) == 20 * piece);
	gone(&w);
	world_end(&w);
}

static void a_drive_that_goes_cuts_off_who_plays_from_it(void)
{
	struct world w;
	char head[3][2000];
	int fd[3];

	world_make(&w);
	plug(&w);
	for (int i = 0; i < 3; i++)
		fd[i] = begin(&w, "", head[i], sizeof(head[i]));
	CHECK(is_open_below(w.drive));
	gone(&w);
	for (int i = 0; i < 3; i++)
		CHECK(drain(&w, fd[i], 0) < SIZE);
	/* And comes again. */
	plug(&w);
	CHECK(answers(&w, "a 片.mp4"));
	gone(&w);
	world_end(&w);
}

/* Of one address; others find a place still. */
static void eight_may_play_at_once(void)
{
	enum { EIGHT = ONDRIVE_ANSWERS_MAX / 2 };
	struct http_answer other = HTTP_ANSWER_INIT;
	struct world w;
	struct raw_answer a;
	char head[2000];
	int fd[EIGHT];
	unsigned tries = 0;

	world_make(&w);
	plug(&w);
	for (int i = 0; i < EIGHT; i++) {
		fd[i] = begin(&w, "Connection: close\r\n", head,
			      sizeof(head));
		CHECK(strncmp(head, "HTTP/1.1 200", 12) == 0);
	}
	raw_get(http_server_port(w.server), path_of(&w, "c.pdf"), "", &a);
	CHECK(a.code == 503 && raw_has(&a, "Retry-After: "));
	raw_done(&a);
	CHECK(take_place(&w, "c.pdf", 1, &other) && other.code == 200);
	http_answer_release(&other);
	for (int i = 1; i < EIGHT; i++)
		CHECK(close(fd[i]) == 0);
	/* Whoever hung up has no place any more, once that is noticed. */
	do {
		(void)usleep(10000);
		raw_get(http_server_port(w.server), path_of(&w, "c.pdf"), "",
			&a);
		raw_done(&a);
	} while (a.code == 503 && ++tries < 500);
	CHECK(a.code == 200);
	CHECK(drain(&w, fd[0], 0) == SIZE);
	gone(&w);
	world_end(&w);
}

static void what_is_not_known_or_withdrawn_is_not_played(void)
{
	struct world w;

	world_make(&w);
	plug(&w);
	CHECK(answers(&w, "c.pdf"));
	json_decref(office_ask(&w.county,
			       json_pack("{s:s, s:s}", "verb", "withdraw",
					 "id", w.lesson.id)));
	office_take_log(&w.station, &w.county);
	CHECK(!answers(&w, "c.pdf"));
	gone(&w);
	world_end(&w);
}

static void the_torrent_file_is_proved_whoever_has_it(void)
{
	struct world w;
	struct torrentfile *tf;
	char path[9000], there[DRIVE_PATH_MAX], command[20000];

	world_make(&w);
	plug(&w);
	tf = ondrive_find(w.ondrive, w.lesson.btmh);
	CHECK(tf != NULL && memcmp(tf->btmh, w.lesson.btmh, 32) == 0);
	torrentfile_free(tf);
	drive_path(DRIVE_TORRENT, w.lesson.btmh, there);
	(void)snprintf(path, sizeof(path), "%s/%s", w.drive, there);
	CHECK(truncate(path, 200) == 0);
	CHECK(!answers(&w, "c.pdf"));
	CHECK(ondrive_find(w.ondrive, w.lesson.btmh) == NULL);
	/* The node's own will do. */
	(void)snprintf(command, sizeof(command), "cp '%s/%s' '%s/'",
		       w.county.house.torrent_dir, w.lesson.hex,
		       w.station.house.torrent_dir);
	CHECK(system(command) == 0);
	CHECK(answers(&w, "c.pdf"));
	gone(&w);
	world_end(&w);
}

static void a_drive_nobody_sees_to_any_more_is_let_go(void)
{
	struct world w;
	struct err err = ERR_INIT;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0)
		for (;;)
			(void)pause();
	world_make(&w);
	CHECK(ondrive_here(w.ondrive, w.drive, pid, &err) == STATUS_OK);
	ondrive_tick(w.ondrive);
	CHECK(answers(&w, "c.pdf"));
	CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
	ondrive_tick(w.ondrive);
	CHECK(!answers(&w, "c.pdf"));
	CHECK(!is_open_below(w.drive));
	CHECK(ondrive_here(w.ondrive, w.drive, pid, &err) == STATUS_USAGE);
	CHECK(ondrive_here(w.ondrive, "drive", getpid(), &err) ==
	      STATUS_USAGE);
	CHECK(ondrive_here(w.ondrive, "/nowhere/at/all", getpid(), &err) ==
	      STATUS_NOT_FOUND);
	world_end(&w);
}

/* Many seeks while the drive comes and goes: for the sanitizers. */
static void it_comes_and_goes_while_people_look(void)
{
	struct world w;

	world_make(&w);
	for (int i = 0; i < 10; i++) {
		char head[2000], range[100];
		int fd[3];

		plug(&w);
		for (int k = 0; k < 3; k++) {
			(void)snprintf(range, sizeof(range),
				       "Range: bytes=%d-\r\n",
				       1000003 * (i + k));
			fd[k] = begin(&w, range, head, sizeof(head));
		}
		gone(&w);
		for (int k = 0; k < 3; k++)
			(void)drain(&w, fd[k], 1000003 * (uint64_t)(i + k));
	}
	world_end(&w);
}

int main(void)
{
	it_plays_from_the_drive_as_from_a_disk();
	a_damaged_piece_is_never_sent();
	a_film_cut_short_ends_where_it_ends();
	a_drive_that_goes_cuts_off_who_plays_from_it();
	eight_may_play_at_once();
	what_is_not_known_or_withdrawn_is_not_played();
	the_torrent_file_is_proved_whoever_has_it();
	a_drive_nobody_sees_to_any_more_is_let_go();
	it_comes_and_goes_while_people_look();
	return 0;
}
