#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include <uv.h>

#include "node/http_listen.h"
#include "proto/url.h"

enum { BACKLOG = 512, PROBE_AFTER_S = 60, PROBE_EVERY_S = 20, PROBES = 3 };

static enum status parse(const char *address, struct sockaddr_storage *to,
			 socklen_t *size, struct err *err)
{
	char host[URL_HOST_MAX + 1];
	uint16_t port;

	if (url_parse_address(address, host, &port) != STATUS_OK)
		return err_set(err, STATUS_USAGE,
			       "'%s' is not ADDRESS:PORT", address);
	if (uv_ip4_addr(host, port, (struct sockaddr_in *)to) == 0)
		*size = sizeof(struct sockaddr_in);
	else if (uv_ip6_addr(host, port, (struct sockaddr_in6 *)to) == 0)
		*size = sizeof(struct sockaddr_in6);
	else
		return err_set(err, STATUS_USAGE,
			       "'%s' is not a numeric address", host);
	return STATUS_OK;
}

/* Connections inherit these. Without them a vanished client is noticed later;
 * that is no reason to fail. */
static void probe_silent(int fd)
{
	int on = 1;
	int after = PROBE_AFTER_S;
	int every = PROBE_EVERY_S;
	int probes = PROBES;

	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &after, sizeof(after));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every,
			 sizeof(every));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes,
			 sizeof(probes));
}

static uint16_t bound_port(int fd)
{
	struct sockaddr_storage bound = { 0 };
	socklen_t size = sizeof(bound);

	if (getsockname(fd, (struct sockaddr *)&bound, &size) != 0)
		return 0;
	return ntohs(bound.ss_family == AF_INET6
			     ? ((struct sockaddr_in6 *)&bound)->sin6_port
			     : ((struct sockaddr_in *)&bound)->sin_port);
}

enum status http_listen(const char *address, int *fd, uint16_t *port,
			struct err *err)
{
	struct sockaddr_storage at = { 0 };
	enum status status;
	socklen_t size = 0;
	int off = 0;
	int on = 1;
	int made;

	status = parse(address, &at, &size, err);
	if (status != STATUS_OK)
		return status;
	made = socket(at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		      0);
	if (made < 0)
		return err_set(err, STATUS_IO, "socket: %s", strerror(errno));
	(void)setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (at.ss_family == AF_INET6)
		(void)setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, &off,
				 sizeof(off));
	probe_silent(made);
	if (bind(made, (struct sockaddr *)&at, size) != 0 ||
	    listen(made, BACKLOG) != 0) {
		status = err_set(err,
				 errno == EADDRINUSE ? STATUS_BUSY : STATUS_IO,
				 "listen on %s: %s", address, strerror(errno));
		(void)close(made);
		return status;
	}
	*fd = made;
	*port = bound_port(made);
	return STATUS_OK;
}

void http_unmap_address(const struct sockaddr_in6 *from,
			struct sockaddr_storage *to)
{
	struct sockaddr_in plain = { .sin_family = AF_INET,
				     .sin_port = from->sin6_port };

	if (!IN6_IS_ADDR_V4MAPPED(&from->sin6_addr)) {
		memcpy(to, from, sizeof(*from));
		return;
	}
	memcpy(&plain.sin_addr, from->sin6_addr.s6_addr + 12, 4);
	memcpy(to, &plain, sizeof(plain));
}
