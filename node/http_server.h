/* Serves HTTP/1.1: small requests by the loop, held files by threads of their
 * own.
 *
 * A request arrives on one of the server's threads. There `try_fast` may
 * answer it from what is immutable or locked; otherwise the connection is put
 * to sleep, the request goes to the loop thread, and `on_request` (or anybody
 * it hands the request to) answers it with http_request_answer(), now or
 * minutes later.
 *
 * The server's threads wait for no disk: what has to be looked for on one
 * (struct http_look), and bytes of files that are not in memory, are had aside
 * (node/aside.h) while the connection sleeps.
 *
 * The server does what is the same for all: HEAD (shown as GET), Range and
 * If-Range, If-None-Match, zstd where the client accepts it, decoding of paths
 * and of zstd request bodies, 400 for hostile paths, 405 for other methods,
 * 413 for large bodies, 503 when too much is waiting, 421 for names that are
 * not this node's, 403 for writes from pages of other sites
 * (node/http_rebind.h). Who is slow, or has most when there are too many
 * connections, is cut off (node/http_places.h). There is no Date and no
 * Server header: a box without a clock has nothing to say there.
 *
 * Threads:  everything on the loop thread except `try_fast`, which runs on the
 *           server's threads, several at once.
 * Lifetime: http_server_open() -> requests -> http_server_close() -> closed
 *           callback, after which neither `on_request` nor `try_fast` runs. */
#ifndef NODE_HTTP_SERVER_H
#define NODE_HTTP_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "proto/bytes.h"
#include "proto/err.h"
#include "proto/range.h"

struct aside;
struct http_answer;
struct http_server;
struct http_names;
struct http_request;
struct lan;
struct traffic;

enum http_method { HTTP_GET, HTTP_POST };

/* What was asked. Valid while `try_fast` runs, or until the request is
 * answered or gone. */
struct http_head {
	enum http_method method;
	const char *path; /* decoded UTF-8, begins with '/', no "..", no query */
	/* For try_fast: the stage of the last look, which found nothing; 0: it
	 * is asked for the first time. */
	uint64_t after;

	/* private */
	void *connection;
	struct sockaddr_storage address;
};

/* The value of a request header, or NULL; lives as long as the head. */
const char *http_head_header(const struct http_head *head, const char *name);

/* Does Accept-Encoding name the coding, and not with a weight of 0? */
bool http_head_accepts(const struct http_head *head, const char *coding);

/* Decode the query parameter `name` into `out` with a final zero. With `size`
 * the value may be any bytes (an info-hash); without it zero bytes are
 * refused. STATUS_NOT_FOUND; STATUS_MALFORMED (too long, broken escape). */
enum status http_head_query(const struct http_head *head, const char *name,
			    char *out, size_t room, size_t *size);

/* A query parameter that is a decimal number. NOT_FOUND or MALFORMED. */
enum status http_head_query_number(const struct http_head *head,
				   const char *name, uint64_t *value);

/* Which part of a representation of `length` bytes is asked for; what the
 * server will send if the answer has that length. */
enum range_kind http_head_range(const struct http_head *head, uint64_t length,
				struct range *range);

enum http_flags {
	HTTP_IMMUTABLE = 1,   /* Cache-Control: max-age=31536000, immutable */
	HTTP_NO_CACHE = 2,    /* Cache-Control: no-cache */
	HTTP_ALLOW_ZSTD = 4,  /* compress for a client that accepts it */
	HTTP_IS_ZSTD = 8,     /* `body` is zstd frames already; they go as they
			       * are to a client that accepts them, decoded to
			       * others and for ranges */
	HTTP_NO_SNIFF = 16,   /* X-Content-Type-Options: nosniff */
	HTTP_TAKE_BODY = 32   /* `body` came from malloc and is now ours */
};

/* Who asks (AF_INET or AF_INET6, IPv4 as AF_INET), also inside try_fast. */
const struct sockaddr *http_head_address(const struct http_head *head);

/* Which of our addresses it came to; false when that cannot be told. IPv4 is
 * shown as AF_INET here, too. */
bool http_head_reached(const struct http_head *head,
		       struct sockaddr_storage *address);

/* Does this machine itself ask: from its loopback address, or from the one it
 * asks? (Not all of 127/8: what leaves from an address of its own there may
 * stand for another machine.) */
bool http_head_is_own(const struct http_head *head);

/* An answer's connection that may be put to sleep by its reader. */
struct http_sleeper;
/* Go on reading. Any thread, any number of times, from begin() until close()
 * returns; a wake between a read that gave nothing and the sleep is not lost.
 * A client that hung up is noticed when its connection is woken, and then
 * close() comes instead of a read: whoever lets connections sleep for long
 * wakes them now and then. */
void http_sleeper_wake(struct http_sleeper *sleeper);

/* Makes the bytes of a representation while they are sent, on a server
 * thread, which it may block for a moment. */
struct http_reader {
	void *owner;
	/* Told once before the first read; NULL for readers that never sleep.
	 * A server that closes wakes the sleepers and ends them. */
	void (*begin)(void *owner, struct http_sleeper *sleeper);
	/* Put at most `size` bytes from `offset` on into `to`; how many, at
	 * least 1. 0, with `begin` only: there is nothing yet; the connection
	 * sleeps until http_sleeper_wake(). -1 ends the connection there:
	 * whoever asked sees that the answer is not whole. */
	ssize_t (*read)(void *owner, uint64_t offset, uint8_t *to, size_t size);
	/* Exactly once, when nothing more is read; perhaps nothing was. */
	void (*close)(void *owner);
};

/* What has to be looked for on a disk before there is an answer. Without look
 * (NULL) there is none. */
struct http_look {
	struct aside *disk; /* outlives the server's last look */
	void *owner;
	/* On a thread of the disk's, perhaps when request and server are gone:
	 * fill in the answer (it comes as HTTP_ANSWER_INIT) and return true, or
	 * say that there is none. */
	bool (*look)(void *owner, struct http_answer *answer);
	/* Exactly once. */
	void (*release)(void *owner);
	/* When nothing was found, try_fast is asked again with this as
	 * head->after. Not 0. */
	uint64_t stage;
	/* Nobody else has it: a disk that does not answer is a 503. Of others
	 * try_fast is asked again, too, when the disk is late. */
	bool only_here;
};

/* An answer: a run of memory, or part of a file when `fd` >= 0, or what a
 * reader makes. Begin with HTTP_ANSWER_INIT. Range, 304 and zstd apply to 200
 * only. */
struct http_answer {
	unsigned code;    /* 200, 404, ... */
	const char *type; /* Content-Type, a static string; NULL for none */
	unsigned flags;   /* of enum http_flags */

	struct bytes body; /* copied, unless HTTP_TAKE_BODY */

	int fd; /* >= 0: taken over, closed when sent */
	/* The file's: what is not in memory is read aside. NULL: the server's
	 * threads read it. Outlives the server. */
	struct aside *disk;
	struct http_reader reader; /* taken over, when `read` is set */
	uint64_t offset; /* where in the file the representation begins */
	uint64_t length; /* of the representation; HTTP_LENGTH_UNKNOWN, of a
			  * reader: it goes on until read() ends it */
	/* Bytes of the file's representation from here on are not there yet; a
	 * range that begins before is cut short to end here, one that does not
	 * is 503. 0: all is there. A request without a range is 503 too. */
	uint64_t available;

	char etag[72]; /* without quotes; "" for none */

	/* Of try_fast alone: look there first; nothing else of it counts. */
	struct http_look look;

	/* private: "name\0value\0" pairs */
	char headers[600];
	size_t headers_size;
};

#define HTTP_LENGTH_UNKNOWN UINT64_MAX
#define HTTP_ANSWER_INIT { .code = 200, .fd = -1 }

/* Add a header of the caller's own. STATUS_NO_ROOM when it does not fit,
 * STATUS_MALFORMED for control characters. */
enum status http_answer_header(struct http_answer *answer, const char *name,
			       const char *value);
/* Move the content of `b` into the answer (HTTP_TAKE_BODY). */
void http_answer_take_buf(struct http_answer *answer, struct buf *b);
/* Release what the answer has taken (a body, a descriptor, a reader, a look)
 * if it will not be given to the server after all. */
void http_answer_release(struct http_answer *answer);

/* Answer on a server thread, or return false to leave the request to the loop
 * (with `answer` untouched). `answer` comes as HTTP_ANSWER_INIT; a body not
 * taken must outlive the server. GET only. */
typedef bool (*http_try_fast_cb)(void *owner, const struct http_head *head,
				 struct http_answer *answer);

/* A request for the loop. It must be answered exactly once, in the callback or
 * later, unless its gone callback comes. */
typedef void (*http_request_cb)(void *owner, struct http_request *request);

/* The client hung up, or the server is closing: the request must not be
 * touched after this returns. */
typedef void (*http_gone_cb)(void *owner, struct http_request *request);

typedef void (*http_server_closed_cb)(void *owner);

/* What answers are measured by (node/uplink.h), on the server's threads. */
struct http_server_meter {
	void *owner;
	/* Is about to be sent: may put another reader in place of what the
	 * bytes come from, or make it another answer. */
	void (*answers)(void *owner, const struct http_head *head,
			struct http_answer *answer);
	/* It goes out, with so many bytes of body; `in` came with the request.
	 * `made`: by the reader of an answer, which may still end early. */
	void (*sent)(void *owner, const struct http_head *head, uint64_t in,
		     uint64_t out, bool made);
};

/* Bodies to paths that begin so may be larger than others. */
struct http_large {
	const char *prefix; /* outlives the server; NULL: none */
	size_t max;
};
enum { HTTP_LARGE_MAX = 4 };

struct http_server_options {
	const char *address;  /* "0.0.0.0:7433", "[::]:7433" (both families) */
	unsigned threads;     /* 0: 4 */
	unsigned connections; /* 0: 1500; beyond it somebody gives way */
	unsigned per_ip;      /* 0: 600; the same (node/http_places.h) */
	unsigned waiting_max; /* requests waiting for the loop; 0: 2000 */
	unsigned timeout_s;   /* of silence on a connection; 0: 60 */
	size_t body_max;      /* of a POST, decoded; 0: 256 KiB */
	struct http_large large[HTTP_LARGE_MAX]; /* the first that fits */
	size_t bodies_max;    /* of all POSTs at once; 0: 16 MiB */
	/* By which names it may be asked (node/http_names.h); NULL: by any.
	 * Outlives the server. */
	const struct http_names *names;
	struct traffic *traffic; /* bodies are counted here, when it is set, */
	const struct lan *lan;	 /* by where they go; NULL: all is near */
	struct http_server_meter meter; /* `answers` NULL: none */
};

/*
 * Listen and serve.
 *
 * Owns:    options are copied; `*out` is libuv's and ours until closed.
 * Returns: STATUS_OK; STATUS_USAGE for an address that cannot be read;
 *          STATUS_BUSY when the port is taken; STATUS_IO; STATUS_NO_MEMORY.
 *          On failure nothing is open and `*out` is untouched.
 */
enum status http_server_open(struct http_server **out, uv_loop_t *loop,
			     const struct http_server_options *options,
			     http_request_cb on_request,
			     http_try_fast_cb try_fast, void *owner,
			     struct err *err);

/* The port it listens on. */
uint16_t http_server_port(const struct http_server *server);

/* Since the start: requests that came, those of them answered by `try_fast`,
 * bytes of bodies in the answers. Now: requests waiting for the loop, bytes
 * of request bodies in memory, connections. Since the start: connections
 * that had to go. */
struct http_server_counters {
	uint64_t requests;
	uint64_t fast;
	uint64_t body_bytes;
	uint64_t waiting;
	uint64_t bodies;
	uint64_t connections;
	uint64_t cut;
};
void http_server_counters(struct http_server *server,
			  struct http_server_counters *counters);

/*
 * Stop listening, answer what waits with 503 (gone callbacks come from inside
 * this call), end the threads, free the server.
 *
 * A request without a gone callback stays its holder's, who still has to
 * answer it, even after `on_closed`; that answer goes nowhere.
 *
 * Callback: `on_closed` exactly once, from a later loop iteration.
 */
void http_server_close(struct http_server *server,
		       http_server_closed_cb on_closed);

const struct http_head *http_request_head(const struct http_request *request);
/* Empty for GET. Lives as long as the request. */
struct bytes http_request_body(const struct http_request *request);
/* Overwrite the body, which had a secret in it; it is empty from then on. */
void http_request_wipe_body(struct http_request *request);
/* Who asks: AF_INET or AF_INET6; an IPv4 client of a "[::]" server is shown as
 * AF_INET. */
const struct sockaddr *http_request_address(const struct http_request *request);

/* Which of our addresses it came to; false when that cannot be told. IPv4 is
 * shown as AF_INET here, too. */
bool http_request_reached(const struct http_request *request,
			  struct sockaddr_storage *address);

/* Be told when the client hangs up while the request waits (long polls). */
void http_request_on_gone(struct http_request *request, http_gone_cb on_gone,
			  void *owner);

/* Answer and let go: `request` must not be touched afterwards. Takes over the
 * answer's descriptor and taken body; the rest is copied. */
void http_request_answer(struct http_request *request,
			 struct http_answer *answer);

/* Let go of it as if answered, and have it asked again: try_fast first, then
 * on_request. For what has come within its reach meanwhile. */
void http_request_again(struct http_request *request);
/* How often that was done. */
unsigned http_request_agains(const struct http_request *request);

/* Answer with `code` and one line of plain text (copied; "" for none). */
void http_request_refuse(struct http_request *request, unsigned code,
			 const char *text);

#endif
