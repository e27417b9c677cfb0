/* By which names this node may be asked: the answer to DNS rebinding, where a
 * page from elsewhere has its own name point here and then reads and writes
 * with the rights of whoever looks at it.
 *
 * Such a page can choose any name that it owns in the DNS, and no other. So
 * what nobody owns there is fine (an address, "localhost", a name of one label,
 * ".local", ".lan", ".home.arpa", ".internal"), and else only the names that
 * were added. The port does not matter.
 *
 * Pure. Threads: any, once all names are added. */
#ifndef NODE_HTTP_NAMES_H
#define NODE_HTTP_NAMES_H

#include <stdbool.h>

#include "proto/status.h"
#include "proto/url.h"

enum { HTTP_NAMES_MAX = 24 };

struct http_names {
	unsigned count;
	char list[HTTP_NAMES_MAX][URL_HOST_MAX + 1]; /* lower case */
};

/* Add a name ("lessons.zixing.example"), without a port. Once is enough.
 * STATUS_MALFORMED: no host name; STATUS_NO_ROOM. */
enum status http_names_add(struct http_names *names, const char *name);
/* Add the host of a URL; an empty one is none. Errors as above. */
enum status http_names_add_url(struct http_names *names, const char *url);

enum http_name_kind {
	HTTP_NAME_OURS,
	HTTP_NAME_FOREIGN, /* a good name, but none of this node's */
	HTTP_NAME_BROKEN   /* no host at all */
};
/* What a Host header says: "HOST" or "HOST:PORT". */
enum http_name_kind http_names_judge(const struct http_names *names,
				     const char *host);

/* Does an Origin header ("http://HOST:PORT") name the very server that the Host
 * header does? A port left out is the one of the scheme. */
bool http_names_same_origin(const char *origin, const char *host);

#endif
