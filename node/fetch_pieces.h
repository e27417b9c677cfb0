/* A job that fetches pieces over HTTP from several peers at once: what the
 * files fetch_pieces*.c share.
 *
 *   a range comes -> piece whole -> pool: hash, write -> got, served on
 *                                       every few seconds: fsync -> have
 *
 * Threads: loop thread; struct store and struct sync belong to the pool while
 *          they are there. */
#ifndef NODE_FETCH_PIECES_H
#define NODE_FETCH_PIECES_H

#include "node/fetch_job.h"
#include "node/payload.h"
#include "node/piece_plan.h"

enum {
	PIECES_REQUESTS_MAX = 48, /* of a job, at a time */
	PIECES_RUN_MAX = 16 << 20, /* bytes of one request */
	PIECES_RUN_MS = 3000,	   /* or so long, by the peer's rate */
	PIECES_LINE_MS = 15 * 1000, /* of a source that nobody shares */
	PIECES_URGENT_MS = 1000,   /* while somebody looks at it */
	PIECES_SILENT_MS = 10 * 1000,
	PIECES_LEAST = 4096, /* bytes of a near one in that time */
	PIECES_PATIENCE_MS = 40 * 1000, /* with nobody else to ask */
	/* A line that lost packets may be silent for seconds: */
	PIECES_LATE_MS = 2000, /* then what it owes is asked elsewhere, */
	PIECES_FAR_S = 8,      /* or when it is so far away */
	PIECES_SYNC_MS = 3000,
	PIECES_LIST_MS = 1000,	     /* between looks at who is there */
	PIECES_POLL_NEAR_MS = 40,    /* between have-maps of one peer */
	PIECES_POLL_BEYOND_MS = 400,
	PIECES_POLL_MAX_MS = 40 * 1000, /* for an answer */
	/* Of all jobs: received and not written yet; being received. */
	PIECES_STORING_MAX = 16 << 20,
	PIECES_BUFFERS_MAX = 16 << 20
};

/* One of those it may be had from. */
struct pieces_peer {
	struct pieces *pieces;
	struct peer is; /* the source is held */
	bool listed;	/* still one of them */
	bool no_ranges; /* it sends files whole */
	bool absent;	/* it is not there, or has nothing of it */
	bool curious;	/* it gets what it is asked for, but slowly: what
			 * has it already? */
	uint8_t *map;	/* told by /pieces; NULL: nothing yet */
	uint32_t told;	/* pieces in it */
	struct http_fetch *poll;
	int64_t poll_ms;       /* not before */
	int64_t not_before_ms; /* nor ranges */
	unsigned failures;     /* in a row */
	unsigned requests;     /* running */
	uint64_t rate;	       /* bytes a second; 0 not known */
	uint64_t window_bytes; /* that came since window_ms */
	int64_t window_ms;
};

/* One range of one file. Its pieces are first … first + count - 1, of which
 * those before `at` have come. */
struct pieces_request {
	struct pieces *pieces;
	struct pieces_request *next;
	struct pieces_peer *peer;
	struct http_fetch *fetch;
	uint32_t first, count, at;
	uint64_t from; /* of the range in the file */
	uint64_t next_byte;
	uint8_t *buffer; /* of piece `at`; NULL: nothing came of it */
	uint32_t filled;
	bool urgent, again;
	bool paused;
	int64_t begun_ms, heard_ms;
	uint64_t unheard; /* bytes since heard_ms */
};

struct pieces_buffer {
	struct pieces_buffer *next;
};

struct pieces {
	struct job *job;
	struct pieces_peer *peers[PEERS_MAX];
	unsigned n_peers;
	struct pieces_request *requests;
	unsigned n_requests;
	bool may_beyond;
	int64_t listed_ms; /* the peers were asked for; -1: do it again */
	int64_t beyond_ms; /* it may ask beyond since then */
	int64_t moved_ms;  /* when bytes last came */
	int64_t fed_ms;	   /* when some were last on their way */
	int64_t ticked_ms;
	uint64_t random;

	uint8_t *pending; /* asked for, or being written */
	uint8_t *asked;	  /* how often, per piece */
	uint8_t *near_failures;
	uint8_t *late; /* room for such a map */

	/* storing */
	unsigned storing;
	bool syncing, dirty, ending;
	int64_t synced_ms;
	struct pieces_buffer *free_buffers; /* of a whole piece each */
	unsigned n_free;
	struct payload *files[4]; /* open and unused */
	unsigned n_files;
};

/* --- fetch_pieces.c --- */
/* Ask for whatever can be asked for now. `p` may be gone afterwards. */
void pieces_go(struct pieces *p);
/* The same, from the loop, when the peer of `r` may be asked for more. */
void pieces_soon(struct pieces_request *r);
/* It sleeps at what it has not, and told what it has: that first. */
void pieces_turn_to_known(struct pieces_peer *peer);
/* A piece of this peer's was not what was signed. */
void pieces_lied(struct pieces_peer *peer, uint32_t piece);

/* --- fetch_pieces_peers.c --- */
/* Ask again who is there. */
void pieces_list_peers(struct pieces *p);
void pieces_free_peers(struct pieces *p);
/* May ranges be asked of it now? */
bool pieces_is_fit(const struct pieces_peer *peer);
/* Ask those for their have-maps who gain pieces. */
void pieces_poll(struct pieces *p);
void pieces_count_rate(struct pieces_peer *peer, uint64_t bytes);
/* Not to be asked for a while; `gone`: it is not there or has nothing. */
void pieces_drop_peer(struct pieces_peer *peer, int64_t ms, bool gone);

/* --- fetch_pieces_range.c --- */
enum status pieces_ask(struct pieces *p, struct pieces_peer *peer,
		       const struct piece_ask *ask, bool urgent);
/* Nothing behind the piece being received is wanted of it any more, or
 * nothing from `piece` on. The request may be gone afterwards. */
void pieces_cut(struct pieces_request *r, uint32_t piece);
/* Drop it with what has come of a piece. */
void pieces_cancel(struct pieces_request *r);
uint64_t pieces_left(const struct pieces_request *r);
/* Bytes until `piece` of it is whole. */
uint64_t pieces_until(const struct pieces_request *r, uint32_t piece);
/* Those that were paused while too much waited for the disk. */
void pieces_resume(struct fetcher *f);

/* --- fetch_pieces_store.c --- */
/* For one piece, whichever; NULL when out of memory. */
uint8_t *pieces_buffer(struct pieces *p);
void pieces_give_buffer(struct pieces *p, uint8_t *buffer);
/* Hash and write a whole piece; takes the buffer. */
void pieces_store(struct pieces_request *r, uint32_t piece, uint8_t *buffer);
/* Flush what was written when it is time; `now`: at once. */
void pieces_sync(struct pieces *p, bool now);
void pieces_free_store(struct pieces *p);
/* Asked for once more, or once less. */
void pieces_pend(struct pieces *p, uint32_t piece);
void pieces_unpend(struct pieces *p, uint32_t piece);

#endif
