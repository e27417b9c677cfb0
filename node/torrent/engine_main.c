/* xiangtu-engine: the process that speaks BitTorrent for a node.
 *
 * Started by node/engine_process.c with one end of a socket pair as
 * descriptor 3, and with the payload folder and the address to listen on as
 * arguments, perhaps with --user=UID:GID and --keep-off=ADDR:PORT after them
 * (cage.h). Commands come in and events go out over the socket as
 * proto/enginewire.h says; when it closes, the program ends. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "node/torrent/cage.h"
#include "node/torrent/torrent.h"

enum {
	SOCKET_FD = 3,
	READ_SIZE = 64 << 10,
	KEPT_ROOM = 1 << 20, /* of the input buffer between large frames */
};

struct program {
	struct torrent *torrent;
	int keeper; /* ends with it; -1: there is none */
	struct buf in;
	struct buf out;
};

/* The node is gone: nothing here is worth waiting for. */
static _Noreturn void leave(int code)
{
	_exit(code);
}

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "xiangtu-engine: %s\n", what);
	leave(1);
}

/* Blocking on purpose: the node always reads, and while it does not,
 * libtorrent's alerts wait in their own bounded queue. */
static void send_all(const uint8_t *data, size_t size)
{
	while (size > 0) {
		ssize_t n = send(SOCKET_FD, data, size, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			leave(0);
		data += n;
		size -= (size_t)n;
	}
}

static void tell(void *owner, const struct engine_event *event)
{
	struct program *p = owner;

	buf_clear(&p->out);
	if (engine_event_encode(&p->out, event) != STATUS_OK)
		die("out of memory for an event");
	send_all(p->out.data, p->out.size);
}

static void obey(struct program *p)
{
	size_t done = 0;

	for (;;) {
		struct bytes left = { p->in.data + done, p->in.size - done };
		struct engine_command command;
		struct bytes frame;
		size_t taken;

		if (enginewire_next(left, &frame, &taken) != STATUS_OK)
			die("the node sent a malformed frame");
		if (taken == 0)
			break;
		if (engine_command_decode(frame, &command) != STATUS_OK)
			die("the node sent a malformed command");
		torrent_command(p->torrent, &command);
		done += taken;
	}
	if (done == 0)
		return;
	if (done == p->in.size && done > KEPT_ROOM) {
		buf_release(&p->in);
		return;
	}
	memmove(p->in.data, p->in.data + done, p->in.size - done);
	p->in.size -= done;
}

static void read_commands(struct program *p)
{
	uint8_t *room = buf_reserve(&p->in, READ_SIZE);
	ssize_t n;

	if (room == NULL)
		die("out of memory for a command");
	n = recv(SOCKET_FD, room, READ_SIZE, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		leave(0);
	buf_grew(&p->in, (size_t)n);
	obey(p);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static _Noreturn void serve(struct program *p)
{
	for (;;) {
		struct pollfd wait[3] = {
			{ .fd = SOCKET_FD, .events = POLLIN },
			{ .fd = torrent_wake_fd(p->torrent), .events = POLLIN },
			{ .fd = p->keeper, .events = POLLIN },
		};
		int due = torrent_work(p->torrent, now_ms());

		if (poll(wait, 3, due) < 0 && errno != EINTR)
			die("poll failed");
		if (wait[2].revents != 0)
			die("its keeper has ended");
		if (wait[0].revents != 0)
			read_commands(p);
	}
}

static bool read_user(const char *text, struct cage_options *cage)
{
	const char *colon = strchr(text, ':');
	uint64_t uid, gid;

	if (colon == NULL ||
	    decimal_parse((struct bytes){ (const uint8_t *)text,
					  (size_t)(colon - text) },
			  &uid) != STATUS_OK ||
	    decimal_parse(bytes_of(colon + 1), &gid) != STATUS_OK ||
	    uid == 0 || uid > INT32_MAX || gid == 0 || gid > INT32_MAX)
		return false;
	cage->uid = (uid_t)uid;
	cage->gid = (gid_t)gid;
	return true;
}

static bool read_option(const char *word, struct cage_options *cage)
{
	struct keeper_rules *rules = &cage->rules;

	if (strncmp(word, "--user=", 7) == 0)
		return read_user(word + 7, cage);
	return strncmp(word, "--keep-off=", 11) == 0 &&
	       rules->count < KEEPER_OFF_MAX &&
	       keeper_address_parse(word + 11, &rules->off[rules->count++]);
}

static bool read_words(int argc, char **argv, struct cage_options *cage)
{
	struct engine_address listen;

	if (argc < 3 || !keeper_address_parse(argv[2], &listen))
		return false;
	cage->payload_dir = argv[1];
	cage->rules.at_home = keeper_address_is_loopback(&listen);
	for (int i = 3; i < argc; i++)
		if (!read_option(argv[i], cage))
			return false;
	return true;
}

static void tell_version(void)
{
	if (torrent_version() < 20014)
		fprintf(stderr,
			"xiangtu-engine: libtorrent %s lacks repairs of "
			"2.0.14; payloads are hybrid torrents because of it\n",
			torrent_version_text());
}

int main(int argc, char **argv)
{
	struct program p = { .in = BUF_INIT, .out = BUF_INIT };
	struct cage_options cage = { .socket_fd = SOCKET_FD };
	struct engine_event caged = { .type = ENGINE_CAGE };
	struct torrent_options options = { .listen = NULL };
	struct err err = ERR_INIT;

	if (!read_words(argc, argv, &cage)) {
		fprintf(stderr, "xiangtu-engine is started by xiangtu; "
				"see xiangtu run --help\n");
		return 2;
	}
	if (cage_enter(&cage, &caged.cage, &p.keeper, &options.payload_dir,
		       &err) != STATUS_OK)
		die(err.text);
	options.listen = argv[2];
	tell(&p, &caged);
	if (torrent_open(&p.torrent, &options, tell, &p, &err) != STATUS_OK)
		die(err.text);
	tell_version();
	serve(&p);
}
