/* Brings wanted payloads here and keeps what is held at hand for others.
 *
 * A payload goes through a job:
 *
 *   TORRENT   its torrent file is had and proved against the signed hash
 *   REUSE     files that other payloads here have are taken from there
 *   SALVAGE   what lies on disk is hashed; nothing good is fetched again
 *   PIECES    ranges over HTTP, several at once, from all who have some of it
 *             (node/piece_plan.h); each piece is hashed, written and served on
 *             as soon as it is whole, and remembered with the next fsync
 *   SWARM     the engine fetches, where only ordinary clients give anything;
 *             every few seconds what it has written is hashed, fsynced and
 *             remembered here
 *   HELD      every byte was verified by this program and is on disk
 *
 * Between PIECES and SWARM a job goes to and fro as one or the other brings
 * nothing (piece_way()). Nobody is believed: a piece counts once it has been
 * hashed and fsynced here. One writer at a time: the engine from engine_add()
 * until it let go, this program otherwise.
 *
 * Threads:  loop thread; hashing and fsync on libuv's pool.
 * Lifetime: fetcher_open() -> … -> fetcher_close() -> closed callback. */
#ifndef NODE_FETCHER_H
#define NODE_FETCHER_H

#include <jansson.h>

#include "node/arriving.h"
#include "node/budget.h"
#include "node/carrier.h"
#include "node/engine.h"
#include "node/house.h"
#include "node/http_client.h"
#include "node/peers.h"
#include "node/provenance.h"
#include "node/shelf.h"
#include "node/sources.h"
#include "node/traffic.h"

enum {
	FETCHER_JOBS_MAX = 4,    /* at a time */
	FETCHER_SEEDS_MAX = 200, /* held payloads loaded for others */
	FETCHER_SOURCES_MAX = 24,
	FETCHER_LENT_MAX = 64
};

struct fetcher;

struct fetcher_options {
	uv_loop_t *loop;
	struct house *house;
	struct http_client *client;
	struct engine *engine;
	struct shelf *shelf;
	void *owner;
	/* Whom to ask for this payload, best first; returns how many. */
	unsigned (*sources)(void *owner, const uint8_t *btmh,
			    struct source **out, unsigned max);
	/* It is held now, or no longer. */
	void (*on_held)(void *owner, const uint8_t *btmh, bool held);
	/* Its files are gone from the disk; NULL: nobody asks. */
	void (*on_deleted)(void *owner, const uint8_t *btmh);
	/* The engine answers peers for it now, after FETCHER_LOADING. */
	void (*on_loaded)(void *owner, const uint8_t *btmh);

	/* The neighbourhood's part. Each may be NULL: then `sources` are all
	 * near, this node may fetch from everywhere, and there is always
	 * room. */

	/* Those it may be had from; returns how many. Asked again and again. */
	unsigned (*peers)(void *owner, const uint8_t *btmh, struct peer *out,
			  unsigned max);
	/* May it be fetched from beyond the LAN by this node now? */
	enum carrier_role (*role)(void *owner, const uint8_t *btmh);
	/* A job began (pieces 0), verified pieces, or ended (running false).
	 * `beyond`: requests of it leave the LAN now. */
	void (*on_job)(void *owner, const uint8_t *btmh, bool running,
		       bool beyond, uint32_t pieces);
	/* A peer could not be reached, or did not give what it has. */
	void (*on_peer_failed)(void *owner, const uint8_t *btmh,
			       struct source *source);
	/* Room for it (node/cache.h); `first`: due, pinned or watched. */
	enum status (*reserve)(void *owner, const uint8_t *btmh,
			       uint64_t bytes, uint64_t here, bool first,
			       struct err *err);
	void (*release)(void *owner, const uint8_t *btmh);

	/* Whose files are while the engine fetches; NULL: ours. */
	const struct engine_user *engine_user;

	struct arrivals *arrivals; /* NULL: nothing is served while it comes */
	struct budget *budget;	   /* NULL: no limits */
	struct traffic *traffic;   /* NULL: not counted */
	uint64_t own_id; /* the first 8 bytes of our node key, big-endian */
};

enum status fetcher_open(struct fetcher **out,
			 const struct fetcher_options *options,
			 struct err *err);
void fetcher_close(struct fetcher *f, void (*on_closed)(void *owner),
		   void *owner);

/* What is under way, as fetcher_progress() has it: at most FETCHER_SHARES_MAX;
 * how many. */
enum { FETCHER_SHARES_MAX = 64 };
struct fetcher_share {
	uint8_t btmh[32];
	double share;
};
unsigned fetcher_shares(const struct fetcher *f,
			struct fetcher_share out[static FETCHER_SHARES_MAX]);

/* How many payloads are under way. */
unsigned fetcher_count(const struct fetcher *f);

/* Every engine event goes through here. */
void fetcher_engine_event(struct fetcher *f, const struct engine_event *event);

/* Something may be new to fetch, or no longer wanted. */
void fetcher_look(struct fetcher *f);
/* This payload's lessons changed: stop, delete or fetch as they say now.
 * Whether one of them wants it. */
bool fetcher_reconsider(struct fetcher *f, const uint8_t *btmh);
/* Take it off the shelf and off the disk, whatever it was, and write `why`
 * (evict_reason_text(), static) into the journal. From now on the deletion is
 * remembered (catalog/deletions.h): it is finished whatever happens. */
void fetcher_discard(struct fetcher *f, const uint8_t *btmh, const char *why);
/* Sources came back: do not sit out the pauses. */
void fetcher_hurry(struct fetcher *f);
/* Who has it, or who may fetch it from beyond, has changed. */
void fetcher_peers_changed(struct fetcher *f, const uint8_t *btmh);
/* Somebody waits for a piece of it (arrivals_options.on_urgent). */
void fetcher_urgent(struct fetcher *f, const uint8_t *btmh);

/* Somebody asks for a payload that this node need not want: a viewer near
 * (foreground: begins at once, beyond FETCHER_JOBS_MAX if need be), or a node
 * below (after what is wanted and due here). It is fetched as if it were
 * wanted, for FETCHER_ASKED_MS after the last asking; what came of it is kept
 * until room is needed. `btmh` must be of a lesson that is known and not
 * withdrawn: the caller has looked. `hops`, at least 1: how many more nodes
 * may be asked on their behalf (node/pull.h). At most FETCHER_ASKED_MAX are
 * remembered; false when it is one too many. */
enum { FETCHER_ASKED_MAX = 64, FETCHER_ASKED_MS = 90 * 1000 };
enum fetcher_asker { FETCHER_VIEWER, FETCHER_BELOW };
bool fetcher_ask(struct fetcher *f, const uint8_t *btmh,
		 enum fetcher_asker asker, unsigned hops);
/* Somebody reads it as it comes: what was asked for stays asked for. */
void fetcher_read(struct fetcher *f, const uint8_t *btmh);
/* Is it asked for, or watched as it comes? */
bool fetcher_is_asked(const struct fetcher *f, const uint8_t *btmh);

/* Is anybody at work on it: a job, a borrower, peers of the engine? */
bool fetcher_is_busy(const struct fetcher *f, const uint8_t *btmh);

/* This node's part in the swarm of a payload. */
enum fetcher_part {
	FETCHER_NO_PART,
	FETCHER_LOADING, /* it will seed: on_loaded says when */
	FETCHER_FETCHES,
	FETCHER_SEEDS
};

/* Is it held, and not in the engine: would fetcher_serve() have it loaded? */
bool fetcher_must_load(struct fetcher *f, const uint8_t *btmh);
/* Somebody asks for peers: load it if it is held. */
enum fetcher_part fetcher_serve(struct fetcher *f, const uint8_t *btmh);

/* Pieces were found damaged: `good` is the have-map of what is not. */
enum status fetcher_damaged(struct fetcher *f, const uint8_t *btmh,
			    struct bytes good, struct err *err);

/* A payload was put in place whole by publishing. */
void fetcher_published(struct fetcher *f, const uint8_t *btmh);

/* --- lending ---
 *
 * Another process of this node's owner (a drive sync) writes a payload: from
 * fetcher_lend() until fetcher_lent_back() nobody here writes, verifies or
 * deletes it. What is withdrawn meanwhile is deleted when it comes back. A
 * borrower that ends without a word has given it back as it was; what it had
 * written is found by hashing. */

/*
 * Lend a payload to process `pid`. Asking begins what makes it possible: the
 * engine lets go, a fetch is broken off. Asked again by who has it already,
 * the answer is the same.
 *
 * `have` gets the have-map appended, *pieces its length (0 and nothing while
 * its torrent file was never seen here). *held: every piece is here, and it
 * was not lent.
 * Returns: STATUS_BUSY when it cannot be lent yet (ask again), another
 *          process has it, or too many are lent; STATUS_OUT_OF_SCOPE when no
 *          lesson wants it here; STATUS_USAGE without such a process; what
 *          SQLite failed with.
 */
enum status fetcher_lend(struct fetcher *f, const uint8_t *btmh, pid_t pid,
			 struct buf *have, uint32_t *pieces, bool *held,
			 struct err *err);

/*
 * Take it back, with the map of the pieces the borrower has hashed and
 * fsynced; `pieces` 0 when it says nothing of them. *held: nothing is missing.
 *
 * Returns: STATUS_NOT_FOUND when it was not lent to `pid`; as lent_end()
 *          (node/lent.h), and then it has come back as it was.
 */
enum status fetcher_lent_back(struct fetcher *f, const uint8_t *btmh,
			      pid_t pid, uint32_t pieces, uint64_t bytes,
			      struct bytes have, bool *held, struct err *err);

/* What a job does, for `transfers` and `lessons`: a new reference, or NULL
 * when there is none for it. */
json_t *fetcher_job(const struct fetcher *f, const uint8_t *btmh);
json_t *fetcher_jobs(const struct fetcher *f);
/* Share of bytes verified, -1 when no job works on it. */
double fetcher_progress(const struct fetcher *f, const uint8_t *btmh);
/* Has anything of it come in the last few seconds? */
bool fetcher_moves(const struct fetcher *f, const uint8_t *btmh);
/* Is it fetched as something due, pinned or watched? */
bool fetcher_is_first(const struct fetcher *f, const uint8_t *btmh);
/* Bytes of it that have come over HTTP; 0 without a job. */
uint64_t fetcher_http_bytes(const struct fetcher *f, const uint8_t *btmh);
/* Bytes of it that are verified, by the way they came; together what its job
 * says is verified. False without a job. */
bool fetcher_from(const struct fetcher *f, const uint8_t *btmh,
		  uint64_t bytes[static FROM_WAYS]);
/* The same of one that is lent, about: the pieces of `have` were here before,
 * of `total` bytes. */
void fetcher_lent_from(const struct fetcher *f, const uint8_t *btmh,
		       uint32_t pieces, const uint8_t *have, uint64_t total,
		       uint64_t bytes[static FROM_WAYS]);
/* What is lent now; how many. */
unsigned fetcher_loans(const struct fetcher *f, uint8_t (*out)[32],
		       unsigned max);
/* What became whole last, since the start, the newest first; how many. Borrowed
 * until the loop goes on. */
enum { FETCHER_ARRIVED_MAX = 10 };
struct fetcher_arrived {
	uint8_t btmh[32];
	uint64_t bytes;
	uint64_t from[FROM_WAYS];
	int64_t at_ms; /* as uv_now() */
};
unsigned fetcher_arrived(const struct fetcher *f,
			 const struct fetcher_arrived **out);
/* Somebody allows more room, or less: what waits for room asks anew. */
void fetcher_room_changed(struct fetcher *f);
/* Why a wanted payload does not come; "" when nothing is known. */
const char *fetcher_trouble(const struct fetcher *f, const uint8_t *btmh);

#endif
