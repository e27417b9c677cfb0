/* Web addresses as nodes use them: http(s)://host[:port][/path], names in
 * UTF-8 percent-encoded (RFC 3986), and "address:port" to listen on. */
#ifndef PROTO_URL_H
#define PROTO_URL_H

#include <stdbool.h>

#include "proto/bytes.h"

enum { URL_MAX = 2000, URL_HOST_MAX = 253, URL_PATH_MAX = 4000 };

struct url {
	bool tls; /* https */
	uint16_t port;
	char host[URL_HOST_MAX + 1]; /* lower case; an IPv6 one in brackets */
	char path[URL_MAX + 1]; /* as written, percent signs and all; begins
				 * with '/'; no '?' and no '#' */
};

/* STATUS_MALFORMED for another scheme, user names, a query, a fragment, a
 * port of 0 or beyond 65535, spaces, control or non-ASCII characters. */
enum status url_parse(const char *text, struct url *url);

/* Append "http://host:port/base/path": `path` (UTF-8, not encoded, with or
 * without '/' in front) below the URL; the port is left out when it is the
 * scheme's own. `path` may be "" for the URL itself. */
void url_put_join(struct buf *b, const struct url *base, const char *path);

/* Append a UTF-8 path percent-encoded: unreserved characters and '/' stay. */
void url_put_path(struct buf *b, const char *path);

/* Append bytes percent-encoded for the value of a query parameter. */
void url_put_query_value(struct buf *b, struct bytes value);

/*
 * Decode the path of a request, once, into `out` with a final zero.
 *
 * Returns: STATUS_MALFORMED when it does not begin with '/', does not fit,
 *          holds a broken escape, is not UTF-8, has a control character, or
 *          a component "." or "..", encoded or not. `out` may then be half
 *          written.
 */
enum status url_decode_path(const char *text, char *out, size_t room);

/* Decode a percent-encoded value into at most `room` bytes; any bytes may
 * come out. STATUS_MALFORMED for a broken escape or when it does not fit. */
enum status url_decode_value(struct bytes text, uint8_t *out, size_t room,
			     size_t *size);

/* Split "127.0.0.1:7433" or "[::1]:7433" into a host without brackets and a
 * port (0 allowed: the system chooses). STATUS_MALFORMED without a port. */
enum status url_parse_address(const char *text,
			      char host[static URL_HOST_MAX + 1],
			      uint16_t *port);

#endif
