/* Keeps the server's connections to their places (node/http_places.h): hears
 * from libmicrohttpd of each that comes and goes, and shuts down those that
 * have to go. A connection that is shut down ends like one whose client hung
 * up, so nothing else needs to know.
 *
 * Threads: any. */
#ifndef NODE_HTTP_GUARD_H
#define NODE_HTTP_GUARD_H

#include <microhttpd.h>
#include <uv.h>

#include "node/http_places.h"

enum { HTTP_GUARD_MS = 5 * 1000 }; /* between two looks at who is slow */

struct http_guard {
	/* private */
	uv_mutex_t lock;
	struct http_places places;
	uint64_t cut; /* connections that had to go */
};

/* `seed` as http_places_init() wants it. STATUS_OK or STATUS_NO_MEMORY. */
enum status http_guard_init(struct http_guard *g, size_t connections,
			    size_t per_source, size_t bodies_max,
			    uint64_t seed);
/* Once no connection is left. */
void http_guard_release(struct http_guard *g);

/* An MHD_NotifyConnectionCallback; `guard` is a struct http_guard. */
void http_guard_notified(void *guard, struct MHD_Connection *connection,
			 void **socket_context,
			 enum MHD_ConnectionNotificationCode what);

/* What a connection does from now on. */
void http_guard_does(struct http_guard *g, struct MHD_Connection *connection,
		     enum http_doing doing);
/* May so many bytes of its body more be kept in memory? */
bool http_guard_keeps(struct http_guard *g, struct MHD_Connection *connection,
		      size_t size);

/* Shut down who is too slow; every HTTP_GUARD_MS. */
void http_guard_look(struct http_guard *g);

/* Fill in bodies, connections and cut. */
struct http_server_counters;
void http_guard_count(struct http_guard *g,
		      struct http_server_counters *counters);

#endif
