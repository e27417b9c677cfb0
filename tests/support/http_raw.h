/* A client made of bare sockets, for tests that look at every byte, and a
 * stage that runs it in a thread of its own beside a loop. */
#ifndef TESTS_SUPPORT_HTTP_RAW_H
#define TESTS_SUPPORT_HTTP_RAW_H

#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/check.h"

struct raw_answer {
	int code;
	char head[4096]; /* with its empty line */
	uint8_t *body;   /* the test's to free */
	size_t body_size;
};

static inline int raw_connect(uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval patience = { .tv_sec = 20 };

	CHECK(fd >= 0);
	CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			 sizeof(patience)) == 0);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0);
	return fd;
}

static inline void raw_send(int fd, const char *text)
{
	size_t size = strlen(text);

	CHECK(send(fd, text, size, MSG_NOSIGNAL) == (ssize_t)size);
}

/* Is the connection closed (or reset) without another byte? */
static inline bool raw_is_closed(int fd)
{
	char byte;

	return recv(fd, &byte, 1, 0) <= 0;
}

static inline void raw_read(int fd, struct raw_answer *a, bool has_body)
{
	size_t got = 0;
	char *at;

	memset(a, 0, sizeof(*a));
	while (strstr(a->head, "\r\n\r\n") == NULL) {
		CHECK(got < sizeof(a->head) - 1);
		CHECK(recv(fd, a->head + got, 1, 0) == 1);
		got++;
	}
	CHECK(sscanf(a->head, "HTTP/1.1 %d", &a->code) == 1);
	at = strstr(a->head, "Content-Length: ");
	if (at != NULL && has_body)
		a->body_size = strtoul(at + 16, NULL, 10);
	a->body = calloc(1, a->body_size + 1);
	CHECK(a->body != NULL);
	for (got = 0; got < a->body_size;) {
		ssize_t n = recv(fd, a->body + got, a->body_size - got, 0);

		CHECK(n > 0);
		got += (size_t)n;
	}
}

/* Send a head on an open connection and read what comes. */
static inline void raw_ask(int fd, const char *request, struct raw_answer *a)
{
	raw_send(fd, request);
	raw_read(fd, a, strncmp(request, "HEAD", 4) != 0);
}

/* GET on a connection of its own; `extra` is header lines or "". */
static inline void raw_get(uint16_t port, const char *path, const char *extra,
			   struct raw_answer *a)
{
	char request[4096];
	int fd = raw_connect(port);

	CHECK((size_t)snprintf(request, sizeof(request),
			       "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", path,
			       extra) < sizeof(request));
	raw_ask(fd, request, a);
	(void)close(fd);
}

static inline bool raw_has(const struct raw_answer *a, const char *line)
{
	return strstr(a->head, line) != NULL;
}

static inline bool raw_body_is(const struct raw_answer *a, const char *text)
{
	return a->body_size == strlen(text) &&
	       memcmp(a->body, text, a->body_size) == 0;
}

static inline void raw_done(struct raw_answer *a)
{
	free(a->body);
	a->body = NULL;
}

#endif
