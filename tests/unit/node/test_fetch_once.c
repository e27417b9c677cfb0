#include "node/fetch_once.h"
#include "tests/support/check.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A server of its own process that gives one answer to one request. */
static pid_t serve_once(const char *answer, char url[static 64])
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	pid_t child;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(bind(fd, (struct sockaddr *)&at, size) == 0);
	CHECK(listen(fd, 1) == 0);
	CHECK(getsockname(fd, (struct sockaddr *)&at, &size) == 0);
	(void)snprintf(url, 64, "http://127.0.0.1:%u/file",
		       ntohs(at.sin_port));
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		char request[4096];
		int connection = accept(fd, NULL, NULL);

		(void)!read(connection, request, sizeof(request));
		(void)!write(connection, answer, strlen(answer));
		(void)shutdown(connection, SHUT_WR);
		(void)!read(connection, request, sizeof(request));
		_exit(0);
	}
	(void)close(fd);
	return child;
}

static enum status fetch(const char *answer, struct buf *out)
{
	struct err err = ERR_INIT;
	char url[64];
	pid_t child = serve_once(answer, url);
	enum status status = fetch_once(url, 1000, out, &err);

	CHECK(waitpid(child, NULL, 0) == child);
	CHECK((status == STATUS_OK) == (err.status == STATUS_OK));
	return status;
}

static void a_file_comes_whole(void)
{
	struct buf out = BUF_INIT;

	CHECK(fetch("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
		    &out) == STATUS_OK);
	CHECK(strcmp(buf_string(&out), "hello") == 0);
	buf_release(&out);
}

static void what_is_not_there_is_told_from_what_fails(void)
{
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	CHECK(fetch("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", &out) ==
	      STATUS_NOT_FOUND);
	CHECK(fetch("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", &out) ==
	      STATUS_UNREACHABLE);
	CHECK(fetch("HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\nx",
		    &out) == STATUS_MALFORMED);
	CHECK(fetch_once("http://127.0.0.1:1/", 10, &out, &err) ==
	      STATUS_UNREACHABLE);
	CHECK(fetch_once("no url", 10, &out, &err) == STATUS_USAGE);
	CHECK(out.size == 0);
	buf_release(&out);
}

int main(void)
{
	a_file_comes_whole();
	what_is_not_there_is_told_from_what_fails();
	return 0;
}
