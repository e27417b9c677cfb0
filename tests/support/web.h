/* A web server on loopback for tests of what asks others: serves a folder, or
 * whatever a test's own function answers, and can misbehave. */
#ifndef TESTS_SUPPORT_WEB_H
#define TESTS_SUPPORT_WEB_H

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "node/http_client.h"
#include "node/http_server.h"
#include "node/serve_file.h"
#include "tests/support/loop.h"

enum { WEB_PATIENCE_S = 120 };

struct web {
	uv_loop_t *loop;
	struct http_server *server;
	char url[64];
	int folder; /* -1: none */
	unsigned asked;
	char last[256]; /* the path asked last */

	/* How it misbehaves: */
	unsigned refuse; /* all is answered with this code */
	const char *only; /* ... or only paths that have this in them */
	bool retry_after; /* refusals say that it is on its way */
	const char *spoil; /* a byte is changed in paths with this in them */
	bool no_ranges; /* what is spoilt or not is sent whole, always */
	/* The test's own; true when it has answered. */
	bool (*answer)(struct web *web, struct http_request *request);
	void *owner;

	struct http_client *client; /* of the test's, beside it */
	bool server_closed, client_closed;
};

#define WEB_UNTIL(web, condition)                                            \
	do {                                                                 \
		time_t until_end = time(NULL) + WEB_PATIENCE_S;              \
		uv_timer_t until_tick;                                       \
		CHECK(uv_timer_init((web)->loop, &until_tick) == 0);         \
		CHECK(uv_timer_start(&until_tick, web_ticked, 5, 5) == 0);   \
		while (!(condition)) {                                       \
			CHECK(time(NULL) < until_end && #condition);         \
			(void)uv_run((web)->loop, UV_RUN_ONCE);              \
		}                                                            \
		uv_close((uv_handle_t *)&until_tick, NULL);                  \
		(void)uv_run((web)->loop, UV_RUN_NOWAIT);                    \
	} while (0)

static inline void web_ticked(uv_timer_t *timer)
{
	(void)timer;
}

/* Let the loop run for so long. */
static inline void web_pass(struct web *web, uint64_t ms)
{
	uint64_t end = uv_now(web->loop) + ms;

	WEB_UNTIL(web, uv_now(web->loop) >= end);
}

static inline void web_refuse(struct web *web, struct http_request *request)
{
	struct http_answer answer = HTTP_ANSWER_INIT;

	answer.code = web->refuse;
	if (web->retry_after)
		(void)http_answer_header(&answer, "Retry-After", "5");
	http_request_answer(request, &answer);
}

/* Send the file as memory: changed, or without regard to ranges. */
static inline void web_send_whole(struct web *web, struct http_answer *found,
				  bool spoilt, struct http_request *request)
{
	uint8_t *body = malloc(found->length + 1);
	size_t size = (size_t)found->length;

	(void)web;
	CHECK(body != NULL);
	CHECK(pread(found->fd, body, size, 0) == (ssize_t)size);
	(void)close(found->fd);
	found->fd = -1;
	if (spoilt && size > 0)
		body[size / 2] ^= 1;
	found->body = (struct bytes){ body, size };
	found->flags |= HTTP_TAKE_BODY;
	http_request_answer(request, found);
}

static inline void web_asked(void *owner, struct http_request *request)
{
	const char *path = http_request_head(request)->path;
	struct http_answer answer = HTTP_ANSWER_INIT;
	struct web *web = owner;
	struct err err = ERR_INIT;
	bool spoilt = web->spoil != NULL && strstr(path, web->spoil) != NULL;

	web->asked++;
	(void)snprintf(web->last, sizeof(web->last), "%s", path);
	if (web->refuse != 0 &&
	    (web->only == NULL || strstr(path, web->only) != NULL)) {
		web_refuse(web, request);
		return;
	}
	if (web->answer != NULL && web->answer(web, request))
		return;
	if (web->folder < 0 ||
	    serve_file(&answer, web->folder, path + 1, SERVE_FILE_WHOLE,
		       &err) != STATUS_OK) {
		http_request_refuse(request, 404, "not here");
		return;
	}
	if (spoilt || web->no_ranges)
		web_send_whole(web, &answer, spoilt, request);
	else
		http_request_answer(request, &answer);
}

/* `folder` may be NULL. */
static inline void web_open(struct web *web, uv_loop_t *loop,
			    const char *folder)
{
	const struct http_server_options options = { .address =
							     "127.0.0.1:0" };
	struct err err = ERR_INIT;

	memset(web, 0, sizeof(*web));
	web->loop = loop;
	web->folder = folder == NULL ?
			      -1 :
			      open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(folder == NULL || web->folder >= 0);
	CHECK(http_server_open(&web->server, loop, &options, web_asked, NULL,
			       web, &err) == STATUS_OK);
	CHECK(http_client_open(&web->client, loop, &err) == STATUS_OK);
	(void)snprintf(web->url, sizeof(web->url), "http://127.0.0.1:%u",
		       http_server_port(web->server));
}

static inline void web_server_closed(void *owner)
{
	((struct web *)owner)->server_closed = true;
}

static inline void web_client_closed(void *owner)
{
	((struct web *)owner)->client_closed = true;
}

static inline void web_close(struct web *web)
{
	http_client_close(web->client, web_client_closed, web);
	http_server_close(web->server, web_server_closed);
	WEB_UNTIL(web, web->server_closed && web->client_closed);
	if (web->folder >= 0)
		(void)close(web->folder);
}

#endif
