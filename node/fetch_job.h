/* One payload on its way here: what the files fetch_*.c share. Only the
 * fetcher and they include this; node/fetcher.h is for everybody else. */
#ifndef NODE_FETCH_JOB_H
#define NODE_FETCH_JOB_H

#include "catalog/payloads.h"
#include "node/alive.h"
#include "node/fetcher.h"
#include "node/provenance.h"
#include "node/pull.h"
#include "node/torrentfile.h"

enum {
	JOB_TICK_MS = 500,
	JOB_FLUSH_MS = 3000,	   /* between looks at what the engine wrote */
	JOB_ANNOUNCE_LONELY_MS = 2000,
	JOB_ANNOUNCE_MS = 30 * 1000,
	JOB_STALL_MS = 12 * 1000, /* nothing comes: try HTTP */
	JOB_RATE_LEAST = 500,	  /* bytes a second that are not nothing */
	JOB_SLOW_MS = 180 * 1000, /* something comes, but not a piece */
	JOB_STUCK_MS = 60 * 1000, /* then others may have its place */
	FETCHER_CLOSE_MS = 10 * 1000, /* for the engine to let go */
	JOB_TRY_AGAIN_MS = 3000,
	JOB_TURNED_MS = 60 * 1000, /* told of so long, unless pieces come */
	JOB_ROOM_MS = 15 * 1000,    /* between looks at a full disk */
	JOB_KEEP_FREE = 64 << 20,   /* bytes left on the disk at least */
	JOB_SKIP_MAX = 256 << 20,   /* in front of it, without ranges */
	JOBS_FOR_VIEWERS = 4, /* beyond FETCHER_JOBS_MAX */
	JOBS_FOR_BELOW = 1,
	FETCHER_RESTING_MAX = 256
};

enum job_state {
	JOB_TORRENT,	/* needs its torrent file */
	JOB_REUSE,	/* files other payloads have are taken from there */
	JOB_SALVAGE,	/* what lies on disk is to be hashed */
	JOB_SWARM,	/* the engine writes */
	JOB_LETTING_GO, /* the engine is asked to let go; then JOB_SALVAGE */
	JOB_PIECES,	/* we ask for pieces over HTTP, and write */
	JOB_DONE	/* held; the job is about to go */
};

/* Asking one source's /announce. */
struct job_ask {
	struct job *job;
	struct source *source; /* held; NULL: free */
	struct http_fetch *fetch;
	int64_t next_ms;
	unsigned peers; /* it named the last time */
};

struct job {
	struct fetcher *f;
	struct job *next;
	uint8_t btmh[32];
	char hex[65];
	char dir[HOUSE_PATH_MAX + 96];
	enum job_state state;
	bool swarm_next; /* when the pieces under way are settled */
	bool peers_new;	 /* since the engine last brought anything */
	bool stopping;	/* nobody wants it: wind down */
	bool discard;	/* and delete its files */
	bool published; /* the row says held already: leave it */
	bool asked;	/* begun for somebody who asked for it */
	bool first;	/* due, pinned or watched */
	bool told;	/* o.on_job was told that it runs */
	bool beyond;	/* it fetches from beyond the LAN */
	bool reserved;	/* room, with o.reserve */
	bool no_room;	/* yet: it may be being made */
	bool hopeless;	/* none, and none can be made */
	int64_t not_before_ms;
	char trouble[200];

	struct torrentfile *tf;
	struct arriving *arriving; /* served while it comes; NULL: not */
	uint8_t *have;	  /* verified here, fsynced, remembered */
	uint8_t *got;	  /* these, and what is not flushed yet */
	uint8_t *claimed; /* written, as the engine says */
	uint8_t *kept;	  /* what is remembered while `given` */
	uint32_t good;	  /* pieces in `got` */
	struct pieces *pieces; /* while JOB_PIECES */
	int64_t wake_ms; /* to be looked at then; 0: with the tick */
	int64_t moved_ms; /* when something last came */
	uint64_t good_bytes;

	/* the engine's side */
	bool given; /* files are its user's: nothing of them is remembered */
	bool swarmed; /* peers are used to finding it there */
	bool ended_engine; /* it did not let go */
	bool flushing;
	bool lan_only;
	unsigned dirty; /* pieces it has told of since the last flush */
	int64_t flushed_ms, piece_ms;
	int64_t bytes_ms; /* when it last received anything */
	int64_t turned_ms; /* a peer will not serve this node; 0: none */
	struct engine_progress progress;
	struct job_ask asks[FETCHER_SOURCES_MAX];

	/* the torrent file */
	struct http_fetch *fetch;
	struct source *fetch_from; /* held while `fetch` */
	unsigned turn;	 /* whose turn it is among the sources */
	unsigned rounds; /* all of them were asked for it */
	unsigned bad_torrents; /* that were not the signed one */
	uint64_t http_bytes;
	uint64_t reused_bytes; /* had from other payloads here */

	/* What the engine wrote since it was last loaded, or a part of it, has
	 * yet to be hashed; the swarms' counters when that was last done. */
	bool swarm_wrote;
	uint64_t swarm_seen, swarm_seen_beyond;

	bool on_pool; /* hashing or deleting: hands off */
};

/* A held payload the engine has loaded for others. */
struct seed {
	uint8_t btmh[32];
	bool ready;   /* the engine answers peers for it */
	bool leaving; /* release asked */
	int64_t used_ms;
	int64_t peers_ms; /* when somebody last asked for it or was there; 0 */
};

/* A payload somebody asked for who need not be this node. */
struct asked {
	uint8_t btmh[32];
	enum fetcher_asker by;
	unsigned hops; /* nodes that may be asked on */
	int64_t until_ms;
};

/* A payload another process writes, or is about to. */
struct loan {
	uint8_t btmh[32];
	struct alive who;
	bool lent; /* else asked for, and not yet free to be lent */
	int64_t asked_ms;
	bool discard; /* delete it when it comes back */
};

struct fetcher {
	struct fetcher_options o;
	struct job *jobs;
	unsigned n_jobs;
	struct seed seeds[FETCHER_SEEDS_MAX];
	unsigned n_seeds;
	struct loan loans[FETCHER_LENT_MAX];
	unsigned n_loans;
	struct asked asked[FETCHER_ASKED_MAX];
	unsigned n_asked;
	uv_timer_t timer;
	uint64_t storing_bytes;	  /* pieces on their way to the disk */
	uint64_t receiving_bytes; /* room for those on their way here */
	uv_timer_t soon; /* the first job that is to be woken, at soon_ms */
	int64_t soon_ms;
	unsigned timers_closed;
	uint16_t swarm_port; /* as the engine says */
	bool look; /* there may be something to start */
	unsigned ticks;
	/* payloads that could not be had a moment ago */
	struct {
		uint8_t btmh[32];
		int64_t until_ms;
		unsigned times; /* it was put to rest */
		bool bad; /* what was there was not what was signed */
		bool no_room;
		char why[200];
	} resting[FETCHER_RESTING_MAX];
	unsigned n_resting;
	/* There was no room for this wanted lesson, at full_ms. */
	bool full;
	struct fetch full_of;
	int64_t full_ms;
	struct provenance *from;
	struct fetcher_arrived arrived[FETCHER_ARRIVED_MAX];
	unsigned n_arrived;
	bool closing;
	int64_t closing_ms;
	void (*on_closed)(void *owner);
	void *closed_owner;
};

/* --- fetcher.c --- */
int64_t fetcher_now(const struct fetcher *f);
struct job *fetcher_find(const struct fetcher *f, const uint8_t *btmh);
/* Begin a job, unless it runs, is lent or rests. */
bool fetcher_begin(struct fetcher *f, const uint8_t *btmh, bool first);
/* Every piece of it is here, however it came: on the shelf with it. */
void fetcher_now_held(struct fetcher *f, const uint8_t *btmh);

/* --- fetch_job.c --- */
/* One more, which does nothing yet; NULL when out of memory. */
struct job *job_new(struct fetcher *f, const uint8_t *btmh);
/* Decide what the job does next; safe to call at any time. */
void job_step(struct job *job);
/* Have job_step() called at this time. */
void job_wake_at(struct job *job, int64_t at_ms);
/* Say why it does not go on, and do not go on before `ms` have passed. */
void job_pause(struct job *job, int64_t ms, const char *why);
/* It cannot be had now: make room for others, and try again later, later each
 * time. */
void job_give_up(struct job *job, const char *why);
/* The same, when that is nobody's fault. */
void job_step_aside(struct job *job);
/* Every piece is verified and on disk: remember it and tell. */
void job_is_held(struct job *job);

/* --- fetch_around.c: what others are told of a job and ask of it --- */
/* The sources fit to be asked now, static ones too, near ones first; returns
 * how many. Beyond the LAN only where this node may. */
unsigned job_sources(struct job *job, struct source **out, unsigned max);
/* The same as peers. */
unsigned job_peers(struct job *job, struct peer *out, unsigned max);
/* May it fetch from beyond the LAN now? */
bool job_may_beyond(const struct job *job);
/* Tell the neighbourhood how far it is. */
void job_tell(struct job *job);
void job_untell(struct job *job);
/* Serve what is here of it while the rest comes: from the moment its torrent
 * is known. */
void job_arriving_begin(struct job *job);
void job_arriving_piece(struct job *job, uint32_t piece);
void job_arriving_end(struct job *job, bool held);
/* Serve no more than what is remembered: somebody is about to write the
 * rest. */
void job_arriving_settle(struct job *job);
/* What those who are served wait for, the most urgent first; how many. */
unsigned job_urgent(struct job *job, uint32_t *pieces, unsigned max);
/* Does somebody read it as it comes? */
bool job_is_watched(const struct job *job);
/* A peer did not give what it has. */
void job_peer_failed(struct job *job, struct source *source);

/* --- fetch_from.c --- */
/* A good piece came over HTTP, for the first time. */
void job_piece_from(struct job *job, uint32_t piece, bool near);
/* The engine begins to write. */
void job_swarm_begins(struct job *job);
/* Pieces on disk were hashed: what is good now, and was before. */
void job_verified_from(struct job *job, const uint8_t *before,
		       const uint8_t *after);
/* A borrower brought it. Maps that do not fit are empty ones. */
void fetcher_from_drive(struct fetcher *f, const uint8_t *btmh,
			uint32_t pieces, struct bytes before,
			struct bytes after);
/* Every piece of it is here now. */
void fetcher_has_arrived(struct fetcher *f, const uint8_t *btmh,
			 const struct metainfo *mi);

/* --- fetch_rest.c --- */
bool fetcher_is_resting(const struct fetcher *f, const uint8_t *btmh);
/* `bad`: it was there, and was not what was signed; `no_room`: until room may
 * have been made. */
void fetcher_put_to_rest(struct fetcher *f, const uint8_t *btmh, bool bad,
			 bool no_room, const char *why);

/* --- fetch_room.c --- */
/* Is there room for what it lacks? Else it pauses. */
bool job_has_room(struct job *job);
void job_give_back_room(struct job *job);
/* Is it known that there is none for this either, without asking? */
bool fetcher_is_full_for(const struct fetcher *f, const struct fetch *fetch);
/* That, for people; "" when it is not so. */
const char *fetcher_full_trouble(const struct fetcher *f, const uint8_t *btmh);
/* Something has gone or may go now: ask anew. */
void fetcher_room_made(struct fetcher *f);

/* --- fetch_asked.c --- */
/* Begin what was asked for by these, up to so many jobs in all. */
void asked_start(struct fetcher *f, enum fetcher_asker by, unsigned jobs_max);
/* How many more nodes those above may ask for it. */
unsigned job_hops(const struct job *job);
/* Let go of what nobody asks for any more. */
void asked_tick(struct fetcher *f);
void asked_forget(struct fetcher *f, const uint8_t *btmh);

/* --- fetch_torrent.c --- */
/* Read the torrent file from disk, or ask the next source for it. */
void job_get_torrent(struct job *job);

/* --- fetch_reuse.c: on the pool --- */
/* Take what other payloads here have of it; then JOB_SALVAGE hashes it. */
void job_reuse(struct job *job);

/* --- fetch_verify.c: on the pool --- */
/* Hash the pieces of `only` (NULL: all that `have` lacks) and fsync; then they
 * are in `have`, remembered, and job_step() goes on. */
void job_verify(struct job *job, const uint8_t *only);

/* --- fetch_give.c --- */
/* Give its files to the engine's user. True when that is so, or the engine has
 * none of its own; else job_step() goes on later. */
bool job_give(struct job *job);
/* Take them back, once the engine has let go: `have` is then what was not
 * given. False when that must wait. */
bool job_take_back(struct job *job);
/* Is every piece verified or claimed? */
bool job_is_all_claimed(const struct job *job);

/* --- fetch_swarm.c --- */
void job_swarm(struct job *job);
void job_swarm_event(struct job *job, const struct engine_event *event);
/* Ask the sources for ordinary clients that have it, now and then. */
void job_announce(struct job *job);
/* How many they told of, while the engine could connect to them. */
unsigned job_swarm_peers(const struct job *job);
/* Stop asking for peers. */
void job_swarm_quiet(struct job *job);

/* --- fetch_pieces*.c --- */
void job_pieces(struct job *job);
/* Stop, and flush what came: true when nothing is under way any more. Until
 * then job_step() is called again. */
bool job_pieces_end(struct job *job);
void job_pieces_peers_changed(struct job *job);
void job_pieces_rate(const struct job *job, uint64_t *rate, unsigned *peers);

/* --- fetch_delete.c: on the pool --- */
/* Delete the files of a job that has let go of everything; job_step() goes
 * on afterwards. */
void job_delete(struct job *job);

/* --- fetch_lent.c --- */
/* Is another process to write it, now or in a moment? Nothing is begun then. */
bool lent_is(const struct fetcher *f, const uint8_t *btmh);
/* To be deleted: true when that has to wait until it comes back. */
bool lent_discard(struct fetcher *f, const uint8_t *btmh);
/* Borrowers that are gone have given back what they had. */
void lent_tick(struct fetcher *f);
void lent_release(struct fetcher *f);

/* --- fetch_seeds.c --- */
struct seed *seed_find(struct fetcher *f, const uint8_t *btmh);
/* Have the engine let go of a payload, a seed or not; no more peers are sent
 * to it. */
void seed_release(struct fetcher *f, const uint8_t *btmh);
void seed_event(struct fetcher *f, const struct engine_event *event);
void seeds_forget(struct fetcher *f);
void seeds_tick(struct fetcher *f);
/* The engine goes on with a finished fetch as a seed. */
void seed_adopt(struct fetcher *f, const uint8_t *btmh);

#endif
