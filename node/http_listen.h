/* Opens the socket that HTTP is served on. */
#ifndef NODE_HTTP_LISTEN_H
#define NODE_HTTP_LISTEN_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

#include "proto/err.h"

/*
 * Listen on "address:port" (numeric; "[::]" takes IPv4 as well; port 0 lets
 * the system choose). Silent connections are probed, so that clients that
 * vanished are noticed.
 *
 * Returns: STATUS_OK with the socket (the caller's to close; non-blocking) and
 *          the port; STATUS_USAGE, STATUS_BUSY, STATUS_IO.
 */
enum status http_listen(const char *address, int *fd, uint16_t *port,
			struct err *err);

/* Copy an address, showing an IPv4 one that came as "::ffff:a.b.c.d" as what
 * it is. */
void http_unmap_address(const struct sockaddr_in6 *from,
			struct sockaddr_storage *to);

#endif
