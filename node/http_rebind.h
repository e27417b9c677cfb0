/* Refuses requests that a page from elsewhere has a browser send: those by a
 * name that is none of this node's (DNS rebinding), and writes with another
 * origin (cross-site request forgery). Runs on the server's threads. */
#ifndef NODE_HTTP_REBIND_H
#define NODE_HTTP_REBIND_H

#include <microhttpd.h>
#include <stdbool.h>

#include "node/http_names.h"

/*
 * May this request be looked at? Its head is whole.
 *
 * Host:   must be one of `names` (NULL: any). None at all is fine for a GET of
 *         HTTP/1.0, which no browser sends; two are not.
 * Writes: with an `Origin` other than the host itself, or that a browser says
 *         comes from another site, are refused.
 * Returns: 0, or a status code (400, 403, 421) and the line to answer, static.
 */
unsigned http_rebind_refuses(struct MHD_Connection *connection,
			     const struct http_names *names, bool writes,
			     bool is_1_0, const char **text);

#endif
