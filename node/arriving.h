/* Payloads on their way here, served while they come: `/payload/…` of what is
 * fetched now, and `/pieces/<btmh>` (docs/formats-http.md).
 *
 * A request for bytes that are verified already is answered at once; one that
 * runs into what is missing sleeps until it comes, ARRIVING_PATIENCE_MS at most
 * without a byte. What such a request reads next is remembered: the fetcher
 * gets it first.
 *
 * A reader is a viewer, unless it says `wait` or `pull` in its query as nodes
 * do; `watch=1` makes a node's request one of a viewer's again: somebody
 * watches further down. The order of what is urgent:
 *
 *   1. where viewers wait, then where nodes wait; who waits longest first;
 *   2. what viewers come to next, ARRIVING_AHEAD bytes, one piece each in turn;
 *      also where a viewer went who is between two requests;
 *   3. what nodes come to next.
 *
 * Only verified bytes leave this node; they need not be flushed yet.
 *
 * Threads: arrivals_try() and reading on the server's threads; the rest on the
 *          loop thread. A lock inside; files are read aside (node/aside.h). */
#ifndef NODE_ARRIVING_H
#define NODE_ARRIVING_H

#include <uv.h>

#include "node/http_server.h"
#include "node/torrentfile.h"

enum {
	ARRIVING_PATIENCE_MS = 25 * 1000,
	/* Of all payloads; as many polls besides. Of one address half at most
	 * (node/share.h). */
	ARRIVING_READERS_MAX = 512,
	ARRIVING_URGENT_MAX = 64,
	ARRIVING_AHEAD = 8 << 20,	/* bytes ahead of a reader */
	ARRIVING_LINGER_MS = 10 * 1000	/* a viewer between two requests */
};

struct arrivals;
struct arriving;

struct arrivals_options {
	uv_loop_t *loop;
	const char *payload_dir; /* copied */
	struct aside *disk; /* that it is on; outlives this */
	void *owner;
	/* All three come on the loop, from no call of this file's, and may be
	 * NULL. `btmh` is valid until they return. */

	/* A request began to wait for a piece that is not here; not more often
	 * than every few milliseconds. */
	void (*on_urgent)(void *owner, const uint8_t *btmh);
	/* arriving_begin() was called: arrivals_try() answers for it now. */
	void (*on_begun)(void *owner, const uint8_t *btmh);
	/* Somebody reads it; about once a second while it is so. */
	void (*on_read)(void *owner, const uint8_t *btmh);

	int64_t patience_ms; /* 0: ARRIVING_PATIENCE_MS */
};

enum status arrivals_open(struct arrivals **out,
			  const struct arrivals_options *options,
			  struct err *err);
/* The server is closed (no request reads), and every arriving_end() has been
 * called. */
void arrivals_close(struct arrivals *all, void (*on_closed)(void *owner),
		    void *owner);

/* The files below payload/<btmh>/ are being written; `have` (a have-map) is
 * verified. The torrent is copied as far as needed. NULL when out of memory. */
struct arriving *arriving_begin(struct arrivals *all,
				const uint8_t btmh[static 32],
				const struct torrentfile *tf,
				const uint8_t *have);
/* A piece was verified and lies in its file (not flushed, perhaps). Said again
 * it changes nothing. */
void arriving_piece(struct arriving *a, uint32_t piece);
/* Do requests get exactly these pieces? */
bool arriving_is(struct arriving *a, const uint8_t *have);
/* It is held (requests go on, the rest from its files), or it was given up
 * (all requests end). `a` is gone afterwards. */
void arriving_end(struct arriving *a, bool held);

/* The pieces requests wait at or come to next, the most urgent first; how
 * many, at most ARRIVING_URGENT_MAX. None of them is here. Nothing is
 * forgotten by asking. */
unsigned arriving_urgent(struct arriving *a, uint32_t *pieces, unsigned max);
/* Does a viewer read it, or did a moment ago? (foreground, node/budget.h) */
bool arriving_watched(struct arriving *a);

/* An http_try_fast_cb for what is arriving: GET of /payload/<btmh>/<path> and
 * /pieces/<btmh>. */
bool arrivals_try(void *arrivals, const struct http_head *head,
		  struct http_answer *answer);

/* Would it, of the files of this payload? */
bool arrivals_has(struct arrivals *all, const uint8_t btmh[static 32]);

/* Does this request come from who watches, not from a node? */
bool arriving_is_viewer(const struct http_head *head);

/* The body of /pieces/<btmh>: the number of pieces, big-endian, then the
 * have-map; NULL for all of them. */
void arriving_map(struct buf *out, uint32_t pieces, const uint8_t *have);

#endif
