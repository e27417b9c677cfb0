/* Payloads on their way here, served while they come: `/payload/…` of what is
 * fetched now, and `/pieces/<btmh>`.
 *
 * A request for bytes that are verified already is answered at once; one that
 * runs into what is missing sleeps until it comes, ARRIVING_PATIENCE_MS at most
 * without a byte. What such a request reads next is remembered: the fetcher
 * gets it first (a viewer, or a neighbour further down).
 *
 * Only verified bytes leave this node; they need not be flushed yet.
 *
 * Threads: arrivals_try() and reading on the server's threads; the rest on the
 *          loop thread. A lock inside; nothing blocks but a cold disk. */
#ifndef NODE_ARRIVING_H
#define NODE_ARRIVING_H

#include <uv.h>

#include "node/http_server.h"
#include "node/torrentfile.h"

enum {
	ARRIVING_PATIENCE_MS = 25 * 1000,
	ARRIVING_READERS_MAX = 512, /* of all payloads */
	ARRIVING_URGENT_MAX = 64
};

struct arrivals;
struct arriving;

/* `on_urgent` comes on the loop, soon after a request began to wait for a
 * piece that is not here; not more often than every few milliseconds. */
enum status arrivals_open(struct arrivals **out, uv_loop_t *loop,
			  const char *payload_dir,
			  void (*on_urgent)(void *owner, const uint8_t *btmh),
			  void *owner, struct err *err);
/* Every arriving_end() has been called. Ends what still sleeps. */
void arrivals_close(struct arrivals *all, void (*on_closed)(void *owner),
		    void *owner);

/* The files below payload/<btmh>/ are being written; `have` (a have-map) is
 * verified. The torrent is copied as far as needed. NULL when out of memory. */
struct arriving *arriving_begin(struct arrivals *all,
				const uint8_t btmh[static 32],
				const struct torrentfile *tf,
				const uint8_t *have);
/* A piece was verified and lies in its file (not flushed, perhaps). */
void arriving_piece(struct arriving *a, uint32_t piece);
/* It is held (requests go on, the rest from its files), or it was given up
 * (sleeping requests end). */
void arriving_end(struct arriving *a, bool held);

/* The pieces requests wait at or come to next, the most urgent first; how
 * many. Nothing is forgotten by asking. */
unsigned arriving_urgent(struct arriving *a, uint32_t *pieces, unsigned max);
/* Is anybody reading? (foreground, node/budget.h) */
bool arriving_watched(struct arriving *a);

/* As shelf_try(), for what is arriving: GET of /payload/<btmh>/<path> and
 * /pieces/<btmh>. */
bool arrivals_try(void *arrivals, const struct http_head *head,
		  struct http_answer *answer);

#endif
