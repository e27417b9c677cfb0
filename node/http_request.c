/* The loop's side of a request: taken from the queue, held, answered. */
#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/http_inside.h"
#include "node/http_listen.h"
#include "signing/key.h"

enum { SLICE = 64 }; /* requests answered before others of the loop */

static void request_free(struct http_request *request)
{
	http_answer_release(&request->answer);
	signing_wipe_buf(&request->body); /* whether it was read or refused */
	free(request);
}

void http_request_drop(struct http_request *request)
{
	if (atomic_fetch_sub(&request->holders, 1) == 1)
		request_free(request);
}

/* Of the connection of a request that waits, for a hang-up. It outlives what
 * the request does next. */
struct http_watch {
	uv_poll_t poll;
	struct http_server *server;
	struct http_request *request;
	int fd; /* our own copy of the connection's socket */
};

static void watch_closed(uv_handle_t *poll)
{
	struct http_watch *watch = poll->data;
	struct http_server *server = watch->server;

	free(watch);
	http_server_thing_closed(server);
}

static void watch_end(struct http_watch *watch)
{
	if (watch == NULL)
		return;
	uv_close((uv_handle_t *)&watch->poll, watch_closed);
	/* Only now: libuv has let go of the descriptor. */
	(void)close(watch->fd);
}

static void unlink_active(struct http_request *request)
{
	struct http_server *server = request->server;

	if (request->previous != NULL)
		request->previous->next = request->next;
	else
		server->active = request->next;
	if (request->next != NULL)
		request->next->previous = request->previous;
	request->next = NULL;
	request->previous = NULL;
}

/* Wake the connection, which sends request->answer or has it asked again, and
 * let go. */
static void hand_back(struct http_request *request)
{
	struct http_server *server = request->server;
	struct MHD_Connection *connection = request->head.connection;

	unlink_active(request);
	if (server->in_callback == request)
		server->in_callback = NULL;
	request->answered = !request->again;
	request->on_gone = NULL;
	watch_end(request->watch);
	request->watch = NULL;
	uv_mutex_lock(&server->lock);
	server->waiting--;
	server->answered++;
	MHD_resume_connection(connection);
	uv_mutex_unlock(&server->lock);
	http_request_drop(request);
}

/* The client is gone, or we are: nobody needs the answer. */
static void request_gone(struct http_request *request)
{
	http_gone_cb on_gone = request->on_gone;

	assert(on_gone != NULL);
	request->on_gone = NULL;
	on_gone(request->gone_owner, request);
	request->answer.code = MHD_HTTP_SERVICE_UNAVAILABLE;
	hand_back(request);
}

static void client_hung_up(uv_poll_t *poll, int status, int events)
{
	struct http_watch *watch = poll->data;

	(void)status; /* a broken socket is a gone client too */
	(void)events;
	request_gone(watch->request);
}

bool http_request_reached(const struct http_request *request,
			  struct sockaddr_storage *address)
{
	return request->server != NULL &&
	       http_head_reached(&request->head, address);
}

/* Watch the sleeping connection for a hang-up, which MHD does not do. Without
 * a watch the answer is merely made in vain. */
static void watch_start(struct http_request *request)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		request->head.connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct http_watch *watch = calloc(1, sizeof(*watch));

	if (watch == NULL)
		return;
	watch->server = request->server;
	watch->request = request;
	watch->poll.data = watch;
	watch->fd = info == NULL ? -1 :
				   fcntl(info->connect_fd, F_DUPFD_CLOEXEC, 0);
	if (watch->fd < 0 || uv_poll_init(request->server->loop, &watch->poll,
					  watch->fd) != 0) {
		if (watch->fd >= 0)
			(void)close(watch->fd);
		free(watch);
		return;
	}
	request->watch = watch;
	request->server->open_things++;
	(void)uv_poll_start(&watch->poll, UV_DISCONNECT, client_hung_up);
}

void http_request_on_gone(struct http_request *request, http_gone_cb on_gone,
			  void *owner)
{
	assert(request->on_gone == NULL && on_gone != NULL);

	request->on_gone = on_gone;
	request->gone_owner = owner;
	/* During on_request the answer may still come at once. */
	if (request->server != NULL && request->server->in_callback != request)
		watch_start(request);
}

void http_request_answer(struct http_request *request,
			 struct http_answer *answer)
{
	assert(answer->code >= 200 && answer->code <= 599);

	if (request->server == NULL) {
		http_answer_release(answer);
		http_request_drop(request);
		return;
	}
	if (answer->fd < 0 && answer->body.size > 0 &&
	    !(answer->flags & HTTP_TAKE_BODY)) {
		uint8_t *copy = malloc(answer->body.size);

		if (copy == NULL) {
			answer->code = MHD_HTTP_SERVICE_UNAVAILABLE;
			answer->body.size = 0;
		} else {
			memcpy(copy, answer->body.data, answer->body.size);
		}
		answer->body.data = copy;
		answer->flags |= HTTP_TAKE_BODY;
	}
	request->answer = *answer;
	hand_back(request);
}

void http_request_again(struct http_request *request)
{
	if (request->server == NULL) {
		http_request_drop(request);
		return;
	}
	request->again = true;
	request->agains++;
	hand_back(request);
}

unsigned http_request_agains(const struct http_request *request)
{
	return request->agains;
}

void http_request_refuse(struct http_request *request, unsigned code,
			 const char *text)
{
	struct http_answer answer = HTTP_ANSWER_INIT;
	struct buf body = BUF_INIT;

	answer.code = code;
	if (text[0] != '\0') {
		answer.type = "text/plain; charset=utf-8";
		buf_printf(&body, "%s\n", text);
		http_answer_take_buf(&answer, &body);
	}
	http_request_answer(request, &answer);
}

static struct http_request *take_queue(struct http_server *server)
{
	struct http_request *first;

	uv_mutex_lock(&server->lock);
	first = server->queue_first;
	server->queue_first = NULL;
	server->queue_last = NULL;
	uv_mutex_unlock(&server->lock);
	return first;
}

/* The next whose turn it is; NULL: none waits. */
static struct http_request *take_first(struct http_server *server)
{
	struct http_request *first;

	uv_mutex_lock(&server->lock);
	first = server->queue_first;
	if (first != NULL) {
		server->queue_first = first->next;
		if (server->queue_first == NULL)
			server->queue_last = NULL;
		turns_go(&server->turns, first->round);
	}
	uv_mutex_unlock(&server->lock);
	return first;
}

static void make_active(struct http_request *request)
{
	struct http_server *server = request->server;

	request->previous = NULL;
	request->next = server->active;
	if (server->active != NULL)
		server->active->previous = request;
	server->active = request;
}

void http_requests_arrived(uv_async_t *wake)
{
	struct http_server *server = wake->data;
	struct http_request *request;

	/* One at a time: whoever comes meanwhile may be next. */
	for (unsigned i = 0; i < SLICE; i++) {
		request = take_first(server);
		if (request == NULL)
			return;
		make_active(request);
		if (server->on_closed != NULL) {
			/* An earlier on_request of this round closed us. */
			http_request_refuse(request, 503, "");
		} else {
			server->in_callback = request;
			server->on_request(server->owner, request);
			/* Still ours, not answered and wants to know? */
			if (server->in_callback == request &&
			    request->on_gone != NULL)
				watch_start(request);
			server->in_callback = NULL;
		}
	}
	(void)uv_async_send(wake); /* others of the loop first */
}

/* The holder does not know that its client is gone and keeps the request:
 * without a server, until it answers. */
static void detach(struct http_request *request)
{
	atomic_fetch_add(&request->holders, 1);
	request->answer.code = MHD_HTTP_SERVICE_UNAVAILABLE;
	hand_back(request);
	request->server = NULL;
	request->head.connection = NULL;
}

void http_requests_end(struct http_server *server)
{
	struct http_request *request = take_queue(server);

	while (request != NULL) {
		struct http_request *next = request->next;

		make_active(request);
		http_request_refuse(request, 503, "");
		request = next;
	}
	while (server->active != NULL) {
		request = server->active;
		if (request->on_gone != NULL)
			request_gone(request);
		else
			detach(request);
	}
}

const struct http_head *http_request_head(const struct http_request *request)
{
	return &request->head;
}

struct bytes http_request_body(const struct http_request *request)
{
	return buf_bytes(&request->body);
}

void http_request_wipe_body(struct http_request *request)
{
	signing_wipe_buf(&request->body);
}

const struct sockaddr *http_request_address(const struct http_request *request)
{
	return http_head_address(&request->head);
}
