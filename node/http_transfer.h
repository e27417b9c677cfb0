/* One fetch of the HTTP client: what is set on curl for it, what curl hands
 * over for it, and what is told of it in the end. The inside of
 * node/http_client.h, for its own files only. */
#ifndef NODE_HTTP_TRANSFER_H
#define NODE_HTTP_TRANSFER_H

#include <curl/curl.h>

#include "node/http_client.h"

struct http_client {
	uv_loop_t *loop;
	CURLM *multi;
	uv_timer_t timer; /* curl's */
	uv_timer_t soon;  /* calls settle() */
	unsigned open_handles;
	struct http_fetch *fetches; /* doubly linked */
	struct http_client_counters counters;
	char from[80]; /* CURLOPT_INTERFACE; "" for any */
	struct traffic *traffic; /* or NULL */
	const struct lan *lan;
	struct http_client_meter meter; /* `reach` NULL: none */
	uv_timer_t turns; /* when those that wait for the meter go on */
	uint64_t turn;	  /* counts what the meter gave */

	bool inside;   /* curl is on the stack */
	bool settling; /* settle() is */
	bool some_cancelled;
	bool some_waiting; /* to be added or resumed */
	bool some_refused; /* by curl, to be added */
	bool ended;        /* no curl any more */
	http_client_closed_cb on_closed; /* NULL until closing */
	void *closed_owner;
};

struct http_fetch {
	struct http_client *client;
	struct http_fetch *next;
	struct http_fetch *previous;
	CURL *easy;
	struct curl_slist *headers;
	http_done_cb done;
	void *owner;
	http_data_cb on_data;
	bool keep_zstd;
	uint64_t max_bytes; /* UINT64_MAX: no cap */

	bool added; /* to the multi handle */
	bool refused;
	bool cancelled;
	bool paused;
	bool resume;

	/* the meter's (node/http_meter.c) */
	enum http_reach reach;
	bool background;
	bool waits;	 /* paused until it is its turn */
	uint64_t turn;	 /* when it was last given anything */
	size_t passed;	 /* of the run it was paused at, handed on already */
	uint64_t told_in; /* bytes counted so far */
	char refusal[120]; /* why it may not go on; "" while it may */

	/* what came so far */
	size_t head_bytes;
	unsigned code;
	bool zstd;
	bool other_coding;
	bool has_range;
	struct range range;
	uint64_t total;
	uint64_t retry_after_s;
	uint64_t announced; /* Content-Length */
	char etag[128];
	char type[128];
	bool too_large;
	bool given_up; /* by on_data */
	uint64_t streamed; /* bytes on_data has got */
	struct buf body;
	char curl_error[CURL_ERROR_SIZE];
};

/* Make a fetch, not yet added to a client. Errors as http_client_get(). */
enum status http_transfer_new(struct http_fetch **out,
			      const struct http_get *get, http_done_cb done,
			      void *owner, struct err *err);
/* Make it a POST. */
enum status http_transfer_set_body(struct http_fetch *fetch, struct bytes body,
				   const char *type, struct err *err);
/* Free it; it must not be in a multi handle any more. NULL does nothing. */
void http_transfer_free(struct http_fetch *fetch);

/* Hand on what came of a body; as curl's write callback. */
size_t http_transfer_pass(struct http_fetch *fetch, struct bytes run);

/* --- node/http_meter.c --- */

/* The fetch is about to begin: where does it go, and may it? */
void http_meter_begin(struct http_fetch *fetch, const char *url);
/* What came of a body is handed on as far as the meter lets it. */
size_t http_meter_pass(struct http_fetch *fetch, struct bytes run);
/* The fetch is over, however: count the rest of it. */
void http_meter_end(struct http_fetch *fetch);
/* Whose turn it is to be resumed; NULL when nobody's. */
struct http_fetch *http_meter_next(struct http_client *client);
/* A uv_timer_cb: those that wait may ask again. */
void http_meter_turns(uv_timer_t *timer);

/* --- node/http_client.c --- */

/* Have resumed and refused fetches looked after soon. */
void http_client_settle_soon(struct http_client *client);

/* Say how it ended. The reply points into the fetch and into `decoded`. */
void http_transfer_reply(struct http_fetch *fetch, CURLcode how,
			 struct buf *decoded, struct http_reply *reply);

#endif
