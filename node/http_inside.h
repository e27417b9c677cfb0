/* How the server and its requests share themselves between threads: the
 * inside of node/http_server.h, for its own files only.
 *
 * A request that try_fast leaves goes
 *
 *                 LOOKING  (a disk's thread)
 *                  |   ^
 *         nothing, |   | try_fast wants a look
 *         or found v   |
 *     READING  -- body whole -->  QUEUED  -- loop takes it -->  ACTIVE
 *     (server thread)             (lock)                        (loop)
 *         ^                                                       |
 *         +---------------------- again --------------------------+
 *                                                                 |
 *              freed  <-- MHD done --  ANSWERED  <-- answer, gone -+
 *                                      (server thread)
 *
 * From QUEUED to ANSWERED its connection is suspended: the server's threads do
 * not touch it, and what the connection holds (headers, query) may be read by
 * the loop. Handing over is ordered by the lock one way and by
 * MHD_resume_connection() the other.
 *
 * Two sides hold a request: MHD (until its completion callback) and the loop
 * (from QUEUED until it has answered and its watch is closed). The last one
 * frees it. */
#ifndef NODE_HTTP_INSIDE_H
#define NODE_HTTP_INSIDE_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "node/http_guard.h"
#include "node/http_server.h"
#include "node/turns.h"

struct http_server {
	void *owner;
	http_request_cb on_request;
	http_try_fast_cb try_fast;
	http_server_closed_cb on_closed; /* NULL until closing */
	struct http_server_options options;
	uv_loop_t *loop;
	struct MHD_Daemon *daemon;
	int listen_fd;
	uint16_t port;
	uv_work_t stop;
	unsigned open_things; /* wake, look, watches, the stop: 0 frees */
	struct http_request *active; /* those the loop has, doubly linked */
	struct http_request *in_callback; /* on_request runs with this one */

	struct http_guard guard; /* has a lock of its own, the inner one */
	uv_timer_t look;

	uv_async_t wake; /* sent under the lock */
	uv_mutex_t lock;
	/* under the lock: */
	bool closing;
	struct turns turns; /* in which order they are answered */
	struct http_request *queue_first; /* by round */
	struct http_request *queue_last;
	size_t waiting;    /* LOOKING, QUEUED and ACTIVE */
	struct http_looking *looking; /* LOOKING */
	size_t answered;   /* ANSWERED, not yet sent whole */
	struct http_sleeper *sleepers; /* between begin() and close() */
	size_t asleep;     /* of these, not yet read again */

	char get_begun; /* its address marks a GET between its two calls */
	_Atomic uint64_t requests;
	_Atomic uint64_t fast;
	_Atomic uint64_t body_bytes;
};

struct http_request {
	struct http_server *server; /* NULL once the server let go of it */
	struct http_head head;
	struct buf body;
	size_t body_max; /* decoded */
	unsigned refused; /* the code to answer when the body has passed; or 0 */
	size_t discarded; /* bytes of it since then */

	_Atomic unsigned holders;
	bool submitted;
	bool answered; /* `answer` is for MHD to send */
	bool again;    /* try_fast is to be asked once more */
	unsigned agains;
	struct http_looking *looking;
	struct http_answer answer;

	/* loop */
	uint64_t round;
	struct http_request *next; /* in the queue, then among the active */
	struct http_request *previous;
	http_gone_cb on_gone;
	void *gone_owner;
	struct http_watch *watch; /* NULL: none */

	char path[]; /* decoded */
};

/* Let go of one hold. Any thread. */
void http_request_drop(struct http_request *request);

/* Server threads: what MHD calls for every request, several times, and when
 * it is through with one, sent or broken off. */
enum MHD_Result
http_request_came(void *owner, struct MHD_Connection *connection,
		  const char *url, const char *method, const char *version,
		  const char *data, size_t *data_size, void **slot);
void http_request_completed(void *owner, struct MHD_Connection *connection,
			    void **slot, enum MHD_RequestTerminationCode why);

/* Server threads: suspend the connection while a disk is looked at; takes the
 * look over. False when that cannot be (out of memory, closing, too much
 * waits): nothing has happened then. */
bool http_look_begin(struct http_server *server, struct http_request *request,
		     struct http_look *look);

/* What MHD's next call for that request finds. */
enum http_looked {
	HTTP_LOOKED_ON,	     /* suspended again */
	HTTP_LOOKED_FOUND,   /* request->answer */
	HTTP_LOOKED_NOTHING, /* go on at head.after */
	HTTP_LOOKED_REFUSED, /* the disk does not answer; only_here */
	HTTP_LOOKED_GONE     /* the client is */
};
enum http_looked http_look_on(struct http_server *server,
			      struct http_request *request);
/* MHD is through with it, whatever it waited for. */
void http_look_end(struct http_request *request);

/* Any thread: has the client hung up? MHD sees it only when it sends. */
bool http_is_gone(struct MHD_Connection *connection);

/* Loop: have the sleepers, and those that look, see whether it still makes
 * sense: now and then, and when the server closes. */
void http_sleepers_wake(struct http_server *server);
void http_looks_wake(struct http_server *server);

/* Loop: hand what is queued to on_request. */
void http_requests_arrived(uv_async_t *wake);

/* Loop: end everything that waits with 503. */
void http_requests_end(struct http_server *server);

/* Loop: one of server->open_things is closed. */
void http_server_thing_closed(struct http_server *server);

#endif
