/* Answers that are made while they are sent, and their connections, which
 * sleep where there is nothing yet.
 *
 *              read() gives nothing             wake
 *     AWAKE ----------------------> ASLEEP -------------> AWAKE
 *       |  ^                        (suspended)  (resumed)
 *       |  | a wake came meanwhile:
 *       +--+ read again at once
 *
 * A connection is suspended and resumed under the server's lock only, and
 * resumed only while it is suspended: a resumption before the suspension would
 * make MHD forget both. While it is suspended MHD does nothing with it, so
 * that it cannot be gone when it is resumed. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "node/http_inside.h"
#include "node/http_respond.h"

enum { READ_BLOCK = 64 * 1024 }; /* asked of a reader at a time */

struct http_sleeper {
	struct http_server *server;
	struct MHD_Connection *connection;
	struct http_reader reader;
	uint64_t first; /* of the part that is sent */
	bool begun;	/* in the server's list */

	/* under the server's lock */
	struct http_sleeper *next;
	struct http_sleeper *previous;
	bool asleep;
	bool woken; /* since the last read began */
};

/* --- the server's list --- */

static void link_sleeper(struct http_sleeper *s)
{
	struct http_server *server = s->server;

	uv_mutex_lock(&server->lock);
	s->next = server->sleepers;
	if (s->next != NULL)
		s->next->previous = s;
	server->sleepers = s;
	uv_mutex_unlock(&server->lock);
}

static void unlink_sleeper(struct http_sleeper *s)
{
	struct http_server *server = s->server;

	uv_mutex_lock(&server->lock);
	if (s->previous != NULL)
		s->previous->next = s->next;
	else
		server->sleepers = s->next;
	if (s->next != NULL)
		s->next->previous = s->previous;
	server->asleep -= s->asleep;
	uv_mutex_unlock(&server->lock);
}

/* --- sleeping and waking --- */

static void resume(struct http_sleeper *s)
{
	if (s->asleep && !s->woken)
		MHD_resume_connection(s->connection);
	s->woken = true;
}

void http_sleeper_wake(struct http_sleeper *s)
{
	uv_mutex_lock(&s->server->lock);
	resume(s);
	uv_mutex_unlock(&s->server->lock);
}

void http_sleepers_wake(struct http_server *server)
{
	uv_mutex_lock(&server->lock);
	for (struct http_sleeper *s = server->sleepers; s != NULL; s = s->next)
		resume(s);
	uv_mutex_unlock(&server->lock);
}

/* A read begins: wakes count from here on. False when the server closes. */
static bool awake(struct http_sleeper *s)
{
	bool goes_on;

	uv_mutex_lock(&s->server->lock);
	s->server->asleep -= s->asleep;
	s->asleep = false;
	s->woken = false;
	goes_on = !s->server->closing;
	uv_mutex_unlock(&s->server->lock);
	return goes_on;
}

/* False when it was woken meanwhile. */
static bool fall_asleep(struct http_sleeper *s)
{
	bool sleeps;

	uv_mutex_lock(&s->server->lock);
	sleeps = !s->woken && !s->server->closing;
	if (sleeps) {
		MHD_suspend_connection(s->connection);
		s->asleep = true;
		s->server->asleep++;
	}
	uv_mutex_unlock(&s->server->lock);
	return sleeps;
}

bool http_is_gone(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	ssize_t n;
	char byte;

	if (info == NULL)
		return false;
	n = recv(info->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

/* --- what MHD calls --- */

static ssize_t read_or_sleep(struct http_sleeper *s, uint64_t at, uint8_t *to,
			     size_t size)
{
	struct http_reader *reader = &s->reader;
	ssize_t n;

	do {
		if (!awake(s))
			return -1;
		n = reader->read(reader->owner, s->first + at, to, size);
		if (n != 0)
			return n;
		if (http_is_gone(s->connection))
			return -1;
	} while (!fall_asleep(s));
	return 0;
}

static ssize_t read_some(void *owner, uint64_t at, char *to, size_t size)
{
	struct http_sleeper *s = owner;
	struct http_reader *reader = &s->reader;
	ssize_t n;

	if (reader->begin == NULL) {
		n = reader->read(reader->owner, s->first + at, (uint8_t *)to,
				 size);
		return n > 0 ? n : MHD_CONTENT_READER_END_WITH_ERROR;
	}
	if (!s->begun) {
		s->begun = true;
		link_sleeper(s);
		reader->begin(reader->owner, s);
	}
	n = read_or_sleep(s, at, (uint8_t *)to, size);
	return n >= 0 ? n : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void read_all(void *owner)
{
	struct http_sleeper *s = owner;

	/* Nobody wakes it once its reader has closed. */
	s->reader.close(s->reader.owner);
	if (s->begun)
		unlink_sleeper(s);
	free(s);
}

struct MHD_Response *http_response_of_reader(struct http_server *server,
					     struct MHD_Connection *connection,
					     struct http_answer *answer,
					     uint64_t first, uint64_t size)
{
	struct http_sleeper *s = calloc(1, sizeof(*s));
	struct MHD_Response *response = NULL;

	if (s != NULL) {
		s->server = server;
		s->connection = connection;
		s->reader = answer->reader;
		s->first = first;
		response = MHD_create_response_from_callback(
			size, READ_BLOCK, read_some, s, read_all);
	}
	if (response == NULL) {
		free(s);
		http_answer_release(answer);
	}
	return response;
}
