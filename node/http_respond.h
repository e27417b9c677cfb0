/* Turns an answer into what libmicrohttpd sends: the part that every resource
 * shares (304, ranges, codings, headers). Runs on the server's threads. */
#ifndef NODE_HTTP_RESPOND_H
#define NODE_HTTP_RESPOND_H

#include <microhttpd.h>

#include "node/http_server.h"

/* The response for `size` bytes from `first` on of what the answer's reader
 * makes, which it takes over (node/http_sleep.c). NULL: out of memory. */
struct MHD_Response *http_response_of_reader(struct http_server *server,
					     struct MHD_Connection *connection,
					     struct http_answer *answer,
					     uint64_t first, uint64_t size);

/* Queue `answer` on `connection`. Takes over its descriptor and its body,
 * which must be HTTP_TAKE_BODY or outlive the server. `who` asks (node/pace.h).
 * `*body_bytes` is what its body will take on the wire. MHD_NO: drop the
 * connection. */
enum MHD_Result http_respond(struct http_server *server,
			     struct MHD_Connection *connection,
			     struct http_answer *answer, uint64_t who,
			     uint64_t *body_bytes);

/* Queue `code` with an empty body; with `closes` the connection ends there. */
enum MHD_Result http_respond_code(struct MHD_Connection *connection,
				  unsigned code, bool closes);

/* Queue `code` with a static text, and close the connection after it. */
enum MHD_Result http_respond_text(struct MHD_Connection *connection,
				  unsigned code, const char *text);

#endif
