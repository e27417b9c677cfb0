/* The node's end of control.sock, by which the command line talks to it.
 *
 * Protocol (docs/formats.md, "Control socket"): a Unix stream socket of mode
 * 0600 in the data directory. Each message is one JSON object on a line of its
 * own. The client sends a request of at most 1 MiB; the node answers with any
 * number of {"progress": …} and then one {"reply": …} or {"failed":
 * {"status": name, "text": …}}. One request at a time per connection; hanging
 * up cancels it.
 *
 * Before:   the process ignores SIGPIPE (libuv writes to sockets as if they
 *           were files).
 * Threads:  loop thread only.
 * Lifetime: control_open() -> calls -> control_close() -> closed callback. */
#ifndef NODE_CONTROL_H
#define NODE_CONTROL_H

#include <jansson.h>
#include <uv.h>

#include "proto/err.h"

#define CONTROL_SOCKET_NAME "control.sock"
enum { CONTROL_REQUEST_MAX = 1 << 20, CONTROL_CONNECTIONS_MAX = 64 };

struct control;
struct control_call;

/* A request (borrowed; an object). The call must be finished or failed exactly
 * once, in the callback or later, unless its gone callback comes. */
typedef void (*control_call_cb)(void *owner, struct control_call *call,
				json_t *request);
/* The client hung up or the server closes: the call must not be touched after
 * this returns. */
typedef void (*control_gone_cb)(void *owner, struct control_call *call);
typedef void (*control_closed_cb)(void *owner);

/*
 * Listen at control.sock in the folder `dir`. A socket left behind by a dead
 * node is replaced; the path may be longer than sockaddr_un.
 *
 * Returns: STATUS_BUSY when a living node answers there, STATUS_IO,
 *          STATUS_NO_MEMORY. On failure nothing is open.
 */
enum status control_open(struct control **out, uv_loop_t *loop,
			 const char *dir, control_call_cb on_call, void *owner,
			 struct err *err);

/* Remove the socket, hang up on everybody (gone callbacks come from inside
 * this call), then call `on_closed` once, later. A call without a gone
 * callback stays its holder's, who still has to finish it. */
void control_close(struct control *control, control_closed_cb on_closed);

/* Be told when the client hangs up before the call is finished. */
void control_call_on_gone(struct control_call *call, control_gone_cb on_gone,
			  void *owner);

/* Send {"progress": value}. Takes over the reference. Dropped while the client
 * is slow to read: a progress is only worth its newest value. */
void control_call_progress(struct control_call *call, json_t *value);

/* As progress, but never dropped: for answers that come in parts. */
void control_call_part(struct control_call *call, json_t *value);

/* Send {"reply": value} and end the call. Takes over the reference. */
void control_call_finish(struct control_call *call, json_t *value);

/* The same with a value that is text already, from malloc; takes it over. */
void control_call_finish_text(struct control_call *call, char *text);

/* Send {"failed": …} and end the call. */
void control_call_fail(struct control_call *call, enum status status,
		       const char *text);
void control_call_fail_err(struct control_call *call, const struct err *err);

#endif
