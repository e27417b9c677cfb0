/* Fetches over HTTP/1.1 on the loop: many requests at once, connections kept
 * and reused, everything that arrives bounded.
 *
 * Requests are as small as the protocol allows (no User-Agent, no Accept).
 * Proxies of the environment are not used and redirects not followed: a node
 * talks to whom it was told to.
 *
 * Threads:  loop thread only.
 * Lifetime: http_client_open() -> fetches -> http_client_close() -> closed
 *           callback. Every fetch that was started ends in one call of its
 *           done callback, unless it is cancelled. No callback comes from
 *           inside http_client_get() or http_client_post(). */
#ifndef NODE_HTTP_CLIENT_H
#define NODE_HTTP_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "proto/bytes.h"
#include "proto/err.h"
#include "proto/range.h"

struct http_client;
struct http_fetch;

/* How a fetch ended. Valid until the callback returns. */
struct http_reply {
	/* STATUS_OK: an HTTP answer came, see `code`. STATUS_UNREACHABLE: no
	 * connection, timed out, too slow or cut off. STATUS_MALFORMED: not
	 * HTTP, larger than allowed, or a coding that does not decode.
	 * STATUS_CANCELLED: on_data gave up, or the client closed.
	 * STATUS_LIMITED: the meter does not let it go on, nor perhaps begin;
	 * `error` says why, and the other side is not to blame. */
	enum status status;
	const char *error; /* "" while STATUS_OK */
	unsigned code;     /* 200, 206, 304, 404, ...; 0 when none came */

	struct bytes body; /* empty when on_data took it */
	bool zstd;         /* body is zstd frames (with keep_zstd only) */

	const char *etag; /* without quotes, at most 125 bytes; "" for none */
	const char *type; /* Content-Type, at most 127 bytes; "" for none */
	bool has_range;   /* a 206 with a good Content-Range: */
	struct range range;
	uint64_t total;    /* RANGE_TOTAL_UNKNOWN possible */
	uint64_t retry_after_s; /* 0 for none */

	uint64_t bytes_out; /* of this fetch: request head and body */
	uint64_t bytes_in;  /* answer head and body as they travelled */
};

typedef void (*http_done_cb)(void *owner, const struct http_reply *reply);

/* Bytes of a 200 or 206 as they come; `offset` is their place in the whole
 * representation (a server that ignored the range begins at 0). Return false
 * to give up (done then says STATUS_CANCELLED). May call http_fetch_pause(). */
typedef bool (*http_data_cb)(void *owner, struct http_fetch *fetch,
			     uint64_t offset, struct bytes data);

typedef void (*http_client_closed_cb)(void *owner);

/* What to fetch; zero means the usual. All strings are copied. */
struct http_get {
	const char *url;         /* http:// or https://, already encoded */
	bool ranged;             /* ask for bytes range_first .. range_last */
	uint64_t range_first;
	uint64_t range_last;     /* UINT64_MAX: to the end */
	bool accept_zstd;        /* say so; decoded here unless keep_zstd;
				  * not with on_data */
	bool keep_zstd;          /* hand zstd over as it came (see reply) */
	const char *if_none_match; /* an etag without quotes; NULL for none */
	uint64_t max_bytes;      /* of body, also decoded; 0: 1 MiB; with
				  * on_data 0 means no cap */
	uint64_t timeout_ms;     /* in all; 0: 30 s, with on_data none */
	uint64_t connect_timeout_ms; /* 0: 10 s */
	uint64_t slow_bytes_s;   /* give up below this many bytes per second */
	uint64_t slow_for_s;     /* ... for so long; 0: 30 (no long polls) */
	uint64_t rate_max;       /* bytes per second; 0: no limit */
	bool long_poll;          /* silence is fine until timeout_ms */
	bool background;         /* others may go first (see the meter) */
	http_data_cb on_data;    /* NULL: the body is collected */
};

/* Where a fetch goes, as far as limits are concerned. */
enum http_reach {
	HTTP_NEAR,	     /* never limited */
	HTTP_BEYOND,	     /* counted */
	HTTP_BEYOND_PAYLOAD, /* and its body comes no faster than is given */
};

/* What fetches are measured by (node/uplink.h), on the loop thread. A fetch
 * that waits for its turn is paused, and not taken for a slow one. */
struct http_client_meter {
	void *owner;
	enum http_reach (*reach)(void *owner, const char *url);
	/* May a fetch with this reach begin, or go on? NULL: yes; else why
	 * not. Not asked of HTTP_NEAR. */
	const char *(*refuses)(void *owner, enum http_reach reach,
			       bool background);
	/* Of HTTP_BEYOND_PAYLOAD: how many of `want` bytes may come now (0:
	 * ask again after *wait_ms). */
	uint64_t (*take)(void *owner, bool background, uint64_t want,
			 unsigned *wait_ms);
	/* What went over the wire; `taken` of `in` were given by take(). */
	void (*count)(void *owner, enum http_reach reach, uint64_t in,
		      uint64_t taken, uint64_t out);
	/* Bytes a second of payload that come at most; UINT64_MAX: any. */
	uint64_t (*rate)(void *owner);
};

enum status http_client_open(struct http_client **out, uv_loop_t *loop,
			     struct err *err);

/* Have all connections to come leave from this address of this machine
 * ("192.0.2.7", "fd00::7"), so that others see the one we listen on; "" for
 * whichever the system takes. Before the first fetch. STATUS_USAGE when it is
 * no such address. */
enum status http_client_leave_from(struct http_client *client,
				   const char *address, struct err *err);

struct lan;
struct traffic;
/* Count what is exchanged in `traffic`, by where it went; a NULL `lan` has all
 * of it near. Both must outlive the client. Before the first fetch. */
void http_client_count(struct http_client *client, struct traffic *traffic,
		       const struct lan *lan);

/* Measure all fetches to come. Before the first fetch. */
void http_client_measure(struct http_client *client,
			 const struct http_client_meter *meter);

/*
 * Start a GET.
 *
 * Owns:    `*fetch` (may be NULL if nobody will cancel) is valid until its
 *          done callback returns or it is cancelled.
 * Returns: STATUS_OK: `done` will be called. STATUS_USAGE for a URL that
 *          cannot be used, STATUS_CANCELLED while closing, STATUS_NO_MEMORY:
 *          nothing was started.
 */
enum status http_client_get(struct http_client *client,
			    const struct http_get *get, http_done_cb done,
			    void *owner, struct http_fetch **fetch,
			    struct err *err);

/* The same with a POST of `body` (copied) of content type `type` (NULL for
 * application/octet-stream). `ranged` must be false. */
enum status http_client_post(struct http_client *client,
			     const struct http_get *get, struct bytes body,
			     const char *type, http_done_cb done, void *owner,
			     struct http_fetch **fetch, struct err *err);

/* Drop a fetch: none of its callbacks comes any more. Allowed anywhere, also
 * inside its own on_data; not inside or after its done callback. */
void http_client_cancel(struct http_fetch *fetch);

/* Take no more data until http_fetch_resume(); what TCP holds back slows the
 * sender. Data that is on its way to on_data when it pauses is kept. */
void http_fetch_pause(struct http_fetch *fetch);
void http_fetch_resume(struct http_fetch *fetch);

/* Is it the meter it waits for, not the other side? */
bool http_fetch_waits(const struct http_fetch *fetch);

/* Totals of all finished fetches, heads included, cancelled ones not. */
struct http_client_counters {
	uint64_t fetches;
	uint64_t bytes_out;
	uint64_t bytes_in;
	uint64_t connections; /* that had to be opened */
};
void http_client_counters(const struct http_client *client,
			  struct http_client_counters *counters);

/* End all fetches (done with STATUS_CANCELLED, from inside this call unless it
 * is made inside a callback of a fetch), then call `on_closed` once, later. */
void http_client_close(struct http_client *client,
		       http_client_closed_cb on_closed, void *owner);

#endif
