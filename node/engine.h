/* The engine as the node sees it: payloads in, verified pieces out.
 *
 * The engine is a program of its own (node/torrent/), started and watched from
 * here, and spoken to over a socket pair with the words of proto/enginewire.h.
 * It may die at any time. Then every payload it had is forgotten, ENGINE_DIED
 * is told, and it is started again: after 0.2 s, then twice as long each time
 * up to 30 s, from the beginning again after 60 s of health. ENGINE_READY is
 * the moment to add payloads, the first time and after every death. What it
 * says is checked; nonsense is answered with SIGKILL, and so is silence: no
 * answer to engine_release() or engine_stats(), or nothing taken of what it is
 * told, for two minutes (up to an eighth more). What waits for ENGINE_RELEASED
 * never waits for ever; whoever asks for statistics now and again can rely on
 * that for everything.
 *
 * One writer at a time: from engine_add(ENGINE_FETCH) until ENGINE_RELEASED,
 * ENGINE_FAILED or ENGINE_DIED the files under payload/<btmh>/ are the
 * engine's to write; from engine_add(ENGINE_SEED) until then they must stay.
 *
 * Nothing in here is durable: the engine writes, the node fsyncs before a
 * piece counts. Typically: ENGINE_FINISHED -> fsync files and folders -> held.
 *
 * Threads:  loop thread only, which must be the thread that outlives all
 *           others (the engine dies with the thread that started it).
 * Lifetime: engine_open() -> events -> engine_close() -> closed callback.
 *           Events never come from inside a call made here; calls may be made
 *           from inside an event. */
#ifndef NODE_ENGINE_H
#define NODE_ENGINE_H

#include <uv.h>

#include "node/engine_user.h"
#include "proto/enginewire.h"
#include "proto/err.h"

struct engine;

/* `event` and all it points to live until the callback returns. Events about
 * a payload carry its btmh. What each means is told in proto/enginewire.h;
 * besides,
 *   ENGINE_DIED    `failed.text` says how; all payloads are forgotten
 *   ENGINE_FAILED  without btmh: the engine itself is in trouble but alive,
 *                  e.g. STATUS_BUSY "port 7434 is taken" (it keeps trying, and
 *                  ENGINE_READY follows when it succeeds).
 *                  With btmh: that payload is no longer loaded.
 *                    STATUS_MALFORMED  torrent refused, or its hash is not
 *                                      the btmh
 *                    STATUS_DAMAGED    files are not what `have` or
 *                                      ENGINE_SEED claimed: check them
 *                    STATUS_NO_ROOM    disk full
 *                    STATUS_IO         other trouble with its files */
typedef void (*engine_event_cb)(void *owner, const struct engine_event *event);
typedef void (*engine_closed_cb)(void *owner);

struct engine_options {
	const char *program;	 /* NULL: xiangtu-engine beside our own
				    program, else where it is installed */
	const char *payload_dir; /* must exist */
	const char *listen; /* "0.0.0.0:7434", "[::]:7434"; port 0 is any */
	const char *keep_off;	 /* where the node serves, in the same form: it
				    connects there never; NULL: nowhere */
	const struct engine_user *user; /* NULL: whose the node is. Copied */
	uint64_t patience_ms;	 /* before it is ended for its silence, at
				    least 8; 0: the usual 120 s */
};

/*
 * Start the engine program. From here on the process ignores SIGPIPE.
 *
 * Owns:    `*out` is the caller's until engine_close(). The strings are
 *          copied. `owner` is only handed back.
 * Returns: STATUS_OK; STATUS_NOT_FOUND (no such program or payload folder),
 *          STATUS_USAGE (listen is not an address and port), STATUS_IO,
 *          STATUS_NO_MEMORY. `*out` is set only on STATUS_OK.
 */
enum status engine_open(struct engine **out, uv_loop_t *loop,
			const struct engine_options *options,
			engine_event_cb on_event, void *owner,
			struct err *err);

/* End the engine program (all files it wrote to are closed by then) and free.
 * `on_closed` comes exactly once; no event comes after this call. Release
 * fetches first where their have-maps are wanted. */
void engine_close(struct engine *e, engine_closed_cb on_closed);

/* Between ENGINE_READY and ENGINE_DIED. */
bool engine_is_ready(const struct engine *e);

struct engine_payload {
	const uint8_t *btmh;  /* 32 bytes */
	struct bytes torrent; /* info and piece layers, bencoded */
	uint32_t pieces;      /* that the torrent has */
	enum engine_mode mode;
	struct bytes have;    /* ENGINE_FETCH: have-map, or empty for none.
				 Only what was verified and fsynced */
	bool lan_only;	      /* only peers inside engine_limits.lan */
};

/*
 * Load a payload. Its files are payload_dir/<btmh in hex>/<name>[/<path>].
 * ENGINE_ADDED follows, or ENGINE_FAILED with its btmh. An ENGINE_FETCH that
 * lacks nothing is ENGINE_FINISHED at once.
 *
 * Owns:    nothing; all is copied.
 * Returns: STATUS_OK; STATUS_UNREACHABLE (not ready: wait for ENGINE_READY);
 *          STATUS_EXISTS (loaded, or its release not yet answered);
 *          STATUS_BUSY (too much is queued: try again later);
 *          STATUS_MALFORMED (have is not a map of `pieces` pieces, or all is
 *          larger than a frame); STATUS_NO_MEMORY.
 */
enum status engine_add(struct engine *e, const struct engine_payload *payload,
		       struct err *err);

/* These name a loaded payload. STATUS_NOT_FOUND when it is not loaded (never
 * added, failed, released, or the engine died), STATUS_BUSY as above. */

/* Connect to a peer. Told addresses are tried again every few seconds until
 * the payload is released. */
enum status engine_connect(struct engine *e, const uint8_t *btmh,
			   const struct engine_address *peer);
/* ENGINE_HAVE follows: what has been verified and written by now. */
enum status engine_flush(struct engine *e, const uint8_t *btmh);
/* Stop, write what is verified, close its files: ENGINE_RELEASED (or
 * ENGINE_FAILED) follows with the have-map, after which the files are the
 * node's; or ENGINE_DIED, by force when it takes too long. STATUS_OK also when
 * it is being released already. */
enum status engine_release(struct engine *e, const uint8_t *btmh);
/* Change whom it may speak with; peers no longer allowed are dropped. */
enum status engine_reach(struct engine *e, const uint8_t *btmh, bool lan_only);
/* While `inside`, all payloads, those to come too, speak with peers of the LAN
 * only, whatever engine_add() and engine_reach() say; afterwards as these said
 * last. To be said now and again: a busy engine could not be told of all. */
void engine_stay_inside(struct engine *e, bool inside);
/* ENGINE_PEERS follows. */
enum status engine_peers(struct engine *e, const uint8_t *btmh);

/* Is it loaded (from a successful engine_add() until ENGINE_RELEASED,
 * ENGINE_FAILED or ENGINE_DIED)? */
bool engine_has(const struct engine *e, const uint8_t *btmh);
uint32_t engine_loaded(const struct engine *e);

/* Set rates, connections and what the LAN is; kept over restarts, and may be
 * called before ENGINE_READY. STATUS_MALFORMED for prefixes longer than 128
 * bits, STATUS_BUSY as above (still kept for the next start). */
enum status engine_limits(struct engine *e, const struct engine_limits *limits);
/* Whom peers are told this is, and whether those beyond the LAN must prove who
 * they are; kept over restarts, and may be called before ENGINE_READY. After it
 * ENGINE_HELLO is to be answered with engine_prove(), ENGINE_PROOF with
 * engine_admit(); both name a peer of a loaded payload, and one that has gone
 * meanwhile means nothing. Said once more, ENGINE_PROOF comes again of all who
 * are there. STATUS_BUSY: kept for the next start only. */
enum status engine_door(struct engine *e, const struct engine_door *door);
enum status engine_prove(struct engine *e, const uint8_t *btmh,
			 const struct engine_prove *prove);
enum status engine_admit(struct engine *e, const uint8_t *btmh,
			 const struct engine_admit *admit);
/* ENGINE_STATS follows, or ENGINE_DIED, by force. STATUS_UNREACHABLE,
 * STATUS_BUSY. */
enum status engine_stats(struct engine *e);

/* End the program at once, for the reason given: ENGINE_DIED follows, and it
 * is started again. Nothing while none runs. */
void engine_end(struct engine *e, const char *why);

/* How the program is. */
enum engine_state { ENGINE_STARTING, ENGINE_RUNNING, ENGINE_RESTING };
struct engine_health {
	enum engine_state state;
	uint32_t in_a_row; /* ends since it was last well for a minute */
	uint64_t state_ms; /* how long it has been so */
	uint64_t next_try_ms; /* resting: until it is started again */
	char last_end[160]; /* "ended by signal 11"; "": it never ended */
	uint64_t last_end_ms; /* how long ago */
	bool cage_known; /* it has said what it is confined by */
	struct engine_cage cage;
};
void engine_health(const struct engine *e, struct engine_health *out);

/* How often it was started again, and its process id (0 while there is
 * none). */
uint32_t engine_restarts(const struct engine *e);
int engine_pid(const struct engine *e);

#endif
