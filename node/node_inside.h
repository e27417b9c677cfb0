/* What the parts of a running node share. Included by node*.c, resources*.c
 * and those in node/page only. */
#ifndef NODE_NODE_INSIDE_H
#define NODE_NODE_INSIDE_H

#include <uv.h>

#include "catalog/index.h"
#include "catalog/lessons.h"
#include "node/announcer.h"
#include "node/carrier.h"
#include "node/arriving.h"
#include "node/cache.h"
#include "node/control.h"
#include "node/engine.h"
#include "node/fetcher.h"
#include "node/follower.h"
#include "node/gate.h"
#include "node/heads.h"
#include "node/holdings.h"
#include "node/house.h"
#include "node/http_client.h"
#include "node/http_names.h"
#include "node/http_server.h"
#include "node/lag.h"
#include "node/lan.h"
#include "node/neighbours.h"
#include "node/node.h"
#include "node/node_own.h"
#include "node/pace.h"
#include "node/office/importer.h"
#include "node/page/page.h"
#include "node/poller.h"
#include "node/posters.h"
#include "node/pull.h"
#include "node/requests.h"
#include "node/scrub.h"
#include "node/shelf.h"
#include "node/sources.h"
#include "node/statement_make.h"
#include "node/tracker.h"
#include "node/traffic.h"
#include "node/uplink.h"
#include "node/upload_taker.h"
#include "proto/url.h"

enum {
	NODE_TICK_MS = 1000,
	NODE_STATEMENT_MS = 60 * 1000, /* between those sent up, at least */
	/* Between asking upstreams anew because of delegations, and for a
	 * trust note that some log cites. */
	NODE_AGAIN_MS = 5 * 1000,
	NODE_WAITS_MS = 60 * 1000,
	NODE_LAN_MS = 5 * 1000, /* between looks at the interfaces */
	/* Not less than the server has connections: it sees to it that nobody
	 * has all of them (node/http_places.h). */
	NODE_WAITERS_MAX = 1500,
	/* POST /node of one address: a township sends those of all below it at
	 * once, and hundreds of stations may be behind one address. */
	NODE_STATEMENTS_FROM = 600, NODE_STATEMENTS_FROM_MS = 100,
	/* And of one key, by whatever way: it speaks once a minute. */
	NODE_STATEMENTS_OF = 10, NODE_STATEMENTS_OF_MS = 6000,
	/* Proofs made or checked for peers of one address. */
	NODE_PROOFS = 100, NODE_PROOFS_MS = 100,
	NODE_STRANGERS_NEAR = 32, NODE_STRANGERS_NEAR_MS = 1000,
	/* POST /evidence of one address. There is hardly ever any. */
	NODE_EVIDENCE_FROM = 64, NODE_EVIDENCE_FROM_MS = 5000,
	/* POST of checkpoints: a line of each witness a day, of each log. */
	NODE_LINES_FROM = 600, NODE_LINES_FROM_MS = 100,
	/* Held payloads that the engine loads for who announces, of one
	 * address. */
	NODE_LOADS_FROM = 64, NODE_LOADS_FROM_MS = 1000,
	/* POST /up of one address in any case; beyond it as far as node/gate.h
	 * has room for strangers. */
	NODE_UPS_FROM = 16, NODE_UPS_FROM_MS = 500,
	NODE_LINES_MAX = 256, /* logs whose lines wait to be given up */
	NODE_WAL_PAGES = 4000,	   /* in the write-ahead log: time to flush */
	NODE_WAL_IDLE_PAGES = 1000, /* when there is nothing else to do */
	NODE_RECORDS_WAL_PAGES = 1000
};

/* What a request waits for. */
enum waiting_for {
	WAITING_PAYLOAD, /* a file of it: until it begins to arrive */
	WAITING_TORRENT, /* its torrent file */
	WAITING_PIECES,	 /* its have-map */
	WAITING_ENGINE	 /* to be loaded, before peers are sent to us */
};

/* A request for something that will perhaps be here soon. */
struct waiting {
	struct http_request *request;
	struct waiting *next;
	struct node *node;
	uint8_t btmh[32];
	enum waiting_for what;
	uint64_t until_ms;
};

/* Peers of the swarm that got nothing here (node_door.c). */
struct turned_away {
	uint64_t count[ENGINE_VERDICTS];
	struct engine_address address; /* of the last, when any was */
	enum engine_verdict verdict;
	uint8_t key[PUBLIC_KEY_SIZE]; /* that it proved, ENGINE_UNKNOWN only */
	int64_t at_ms;
};

/* Long requests (node_ask.c). */
enum asked_queue { ASKED_LISTS, ASKED_READS, ASKED_WRITES, ASKED_QUEUES };
struct asked_line {
	struct asked *first; /* the one under way */
	struct catalog *reader; /* of node.db; NULL before */
	unsigned count;
	bool told; /* how far it is */
};

struct node {
	uv_loop_t *loop;
	struct house house;
	struct index *index;
	struct sources sources;
	struct http_client *client;
	struct http_server *server;
	struct http_names names; /* by which it may be asked */
	struct aside *payload_disk, *small_disk; /* of the shelf's folders */
	struct shelf *shelf;
	struct arrivals *arrivals;
	struct pull_book asked; /* for whom payloads are fetched */
	struct ondrive *ondrive;
	struct engine *engine;
	struct engine_user engine_user;
	struct fetcher *fetcher;
	struct cache *cache;
	unsigned cache_ticks;
	struct scrub *scrub;
	struct follower *follower;
	struct posters *posters;
	struct heads *heads;
	struct poller *pollers[CONF_UPSTREAMS_MAX];
	struct source *upstreams[CONF_UPSTREAMS_MAX];
	unsigned n_upstreams;
	struct lan *lan; /* what is near */
	struct uplink *uplink;	/* what may cross the line beyond it */
	int64_t lan_looked_ms;
	struct neighbours neighbours;
	struct carriers *carriers;
	struct holdings *holdings;
	struct peer_job *peer_jobs; /* node_peers.c */
	unsigned n_peer_jobs;
	uv_timer_t peer_wait;
	int64_t started_ms;
	struct announcer announcer;
	bool announcing;
	struct tracker *tracker;
	struct upload_taker *taker; /* of record logs from below */
	struct gate taker_gate;
	struct pace ups_from;	/* POST /up: by address */
	struct pace loads_from; /* the engine's work for /announce: the same */
	struct turned_away turned_away;
	struct pace proofs; /* signatures for peers of the swarm, by address */
	struct pace strangers_near; /* rows not confirmed, taken for near */
	struct pace statements_from, statements_of; /* POST /node: by address,
						     * by key */
	struct pace evidence_from; /* POST /evidence: by address */
	struct pace lines_from;	   /* POST /tlog/…/checkpoint: by address */
	struct lines_up *lines_up[CONF_UPSTREAMS_MAX]; /* node_witness.c */
	int64_t witness_looked_ms; /* 0: at once */
	struct evidence_look *evidence_look; /* node_evidence.c */
	struct up_line *up_lines[CONF_UPSTREAMS_MAX]; /* to those above */
	struct batcher *batcher; /* node/study/batcher.h */
	struct importer *importer; /* NULL before it is opened */
	bool records_stale; /* logs, enrolments or acknowledgements moved */
	int64_t records_looked_ms;
	struct page *page; /* what it serves to people (node/page/page.h) */
	struct control *control;
	struct asked_line lines[ASKED_QUEUES]; /* node_ask.c */
	void (*asked_closed)(struct node *n);
	struct requests requests;
	struct live live;

	struct own_watch own; /* of this node's own log (node_own.c) */

	/* own statement (node_statement.c) */
	struct statement_maker maker; /* swarm_port: as the engine says */
	struct buf statement;	      /* the signed note */
	bool statement_stale;
	bool statement_urgent; /* it says that a withdrawal is done */
	int64_t statement_sent_ms;
	int64_t again_ms; /* when upstreams were asked anew for delegations */
	bool again_soon;  /* they are to be asked once more */
	size_t waits;	  /* logs that waited for trust, when last looked at */
	int64_t waits_ms; /* when trust was last asked for */
	int64_t looked_ms;    /* at neighbours that are ahead of us */
	unsigned looks;	      /* how often */
	int64_t own_asked_ms; /* somebody who has more of our own log */
	bool statement_unsent;

	struct waiting *waiting;
	unsigned n_waiting;

	struct lag lag;
	struct traffic traffic;
	uv_timer_t tick;
	uv_idle_t index_idle;
	unsigned slice; /* entries the index takes in at a time */
	bool untidy;	/* search may have parts to put together */
	uv_signal_t sigint, sigterm;
	uv_work_t wal_work;
	bool wal_busy;
	int wal_pages; /* in it, when it was last flushed */
	uv_work_t records_wal_work; /* the same of records.db */
	bool records_wal_busy;
	int records_wal_pages;
	bool twin; /* another machine speaks with our key */
	char twin_text[64];

	struct err fatal; /* why it stops by itself; STATUS_OK: it does not */
	bool stopping;
	int stop_step;
	unsigned static_ms;
};

/* --- node.c --- */
int64_t node_now(const struct node *n);
/* Something others see of us has changed. */
void node_changed(struct node *n);
/* The second's work; a uv_timer_cb. */
void node_ticked(uv_timer_t *timer);
/* Begin to stop; nothing when it stops already. */
void node_stop(struct node *n);

/* --- node_start.c --- */
/* On failure what was opened is to be stopped. */
enum status node_start(struct node *n, struct err *err);
/* "ADDR:PORT" that is one certain address, not all of them. */
bool node_one_address(const char *text, char host[static URL_HOST_MAX + 1]);

/* --- node_wires.c --- */
/* What came in from a source, or from a drive; `node` is a struct node, here
 * and below. */
void node_log_grown(void *node, int64_t log);
void node_trust_changed(void *node);
/* Other logs may be to be followed now, by other keys. */
void node_delegated(void *node);
/* Have upstreams asked anew because of that, but not all the time. */
void node_again_tick(struct node *n);
/* Logs may wait for a newer trust note: ask for it when it is time. */
void node_ask_for_trust(struct node *n);
void node_forked(void *node, const char *origin);
/* An upstream did not have what it had promised; it answers again. */
void node_source_starved(void *node, struct source *source);
void node_upstream_back(void *node, struct source *source);
/* A payload is held, or no longer; a piece of it is waited for; the engine has
 * it loaded. */
void node_held_changed(void *node, const uint8_t *btmh, bool held);
void node_piece_urgent(void *node, const uint8_t *btmh);
void node_engine_loaded(void *node, const uint8_t *btmh);
void node_engine_said(void *node, const struct engine_event *event);

/* --- node_index.c --- */
/* Logs, trust or choices moved: index, then tell everybody concerned. */
void node_index_soon(struct node *n);
/* A lesson_row_cb: have the lesson's poster fetched, if it is one of ours. */
bool node_want_poster(void *context, const struct lesson_row *row);
/* Look at one payload's lesson: its poster. */
void node_look_at_lesson(struct node *n, const uint8_t *btmh);
/* Anything may have changed: look again at all that lies here. */
void node_reconsider_all(struct node *n);
enum { NODE_SLICE_LEAST = 64, NODE_SLICE_MOST = INDEX_CHANGES_MAX };

/* --- node_cache.c --- */
enum status node_cache_start(struct node *n, struct err *err);
void node_cache_tick(struct node *n);
/* For the fetcher; `node` is a struct node. */
enum status node_reserve(void *node, const uint8_t *btmh, uint64_t bytes,
			 uint64_t here, bool first, struct err *err);
void node_give_back(void *node, const uint8_t *btmh);
void node_deleted(void *node, const uint8_t *btmh);
/* For requests: as cache_reserve_for(); *floor is what must stay free. */
enum status node_room_for(void *node, pid_t pid, uint64_t bytes,
			  uint64_t *floor, struct err *err);
enum status node_scrub_start(struct node *n, struct err *err);
/* Pieces are bad, whoever found that: it is written down, and they are had from
 * others. As fetcher_damaged(); `node` is a struct node. */
enum status node_damaged(void *node, const uint8_t *btmh, struct bytes good,
			 struct err *err);
/* It is held: was it damaged before? */
void node_tell_repaired(struct node *n, const uint8_t *btmh);
/* A log's newest checkpoint may prove how late it is. */
void node_learn_time(struct node *n, int64_t log);

/* --- node_wal.c --- */
/* Have the write-ahead log moved into the database when it is longer than
 * `most` pages; `wal_busy` until that is done. */
void node_flush_wal(struct node *n, int most);
/* The same for records.db. */
void node_flush_records(struct node *n);

/* --- resources.c --- */
void resources_request(void *node, struct http_request *request);
/* For the files resources*.c: answer 200, or 404. */
void resources_answer(struct http_request *request, const char *type,
		      unsigned flags, struct bytes body);
void resources_not_found(struct http_request *request);

/* --- resources_wait.c --- */
/* 64 hex digits at the beginning of `text`; `whole`: nothing may follow. */
bool resources_hash(const char *text, bool whole, uint8_t out[static 32]);
/* What is not ready to be taken: wait for it, if it is wanted or may be
 * fetched for who asks (node/pull.h). */
void resources_wait(struct node *n, struct http_request *request,
		    const uint8_t *btmh, enum waiting_for what);
/* "Come back later", with Retry-After. */
void resources_come_back(struct http_request *request, unsigned code,
			 unsigned seconds);
/* Keep a request until what it waits for comes or `ms` are over; false when
 * too many are kept. */
bool resources_keep(struct node *n, struct http_request *request,
		    const uint8_t *btmh, enum waiting_for what, uint64_t ms);
/* Somebody asks for a payload that is not here: have it fetched, if that may
 * be. */
enum pull resources_pull(struct node *n, struct http_request *request,
			 const uint8_t *btmh);
/* Somebody reads what was fetched for whoever asked: it is still asked for. */
void resources_read(void *node, const uint8_t *btmh);
/* It has begun to arrive: its torrent file is here, and its pieces are served
 * as they come. */
void resources_begun(void *node, const uint8_t *btmh);
/* A payload is held: answer who waited for it. */
void resources_arrived(struct node *n, const uint8_t *btmh);
/* The engine has loaded a payload: answer who asked for its peers. */
void resources_loaded(struct node *n, const uint8_t *btmh);
/* Those who have waited long enough. */
void resources_tick(struct node *n);
/* Answer everybody; nothing waits afterwards. */
void resources_stop(struct node *n);

/* --- resources_drive.c --- */
void drive_request(struct node *n, struct http_request *request, bool as_json);

/* --- resources_metrics.c --- */
void metrics_request(struct node *n, struct http_request *request);

/* --- resources_announce.c --- */
struct torrentfile;
/* A payload is held: ordinary clients may ask for it by its v1 hash. */
void resources_learn(struct node *n, const uint8_t *btmh);
void announce_request(struct node *n, struct http_request *request);
/* Answer now; `btmh` is NULL when this node knows no such payload. */
void announce_answer(struct node *n, struct http_request *request,
		     const uint8_t *btmh);
/* Clients of the v1 world will announce by the other hash, also after this
 * node was started again. */
void announce_remember(struct node *n, const struct torrentfile *tf);

/* --- resources_up.c --- */
void upload_request(struct node *n, struct http_request *request);

/* --- resources_evidence.c --- */
void evidence_request(struct node *n, struct http_request *request);
void evidence_one_request(struct node *n, struct http_request *request,
			  const char *name);
void evidence_take_request(struct node *n, struct http_request *request);

/* --- node_evidence.c --- */
/* A proof of a fork of `origin` was kept; `stopped`: the log was followed until
 * now. */
void node_evidence_changed(void *node, const char *origin, bool stopped);
/* Look at those who say they have others than we have. */
void node_evidence_tick(struct node *n);
/* A neighbour's statement says which it has. */
void node_evidence_said(struct node *n, const char *url,
			const struct statement *st);
/* More keys are known: what was refused may be good now. */
void node_evidence_again(struct node *n);
/* Cancel what is under way. */
void node_evidence_stop(struct node *n);

/* --- node_witness.c --- */
enum status node_witness_start(struct node *n, struct err *err);
/* Cosign what is due, and give those above what they lack. */
void node_witness_tick(struct node *n);
/* A log has a new checkpoint on disk: cosign it, if this node is to. */
bool node_cosign(struct node *n, int64_t log);
/* Somebody's copy of a checkpoint; as witness_take(). `from` is a URL that need
 * not be given what it brought, or NULL. */
enum status node_lines_came(struct node *n, int64_t log, struct bytes note,
			    const char *from, struct err *err);
/* For the follower, and for requests; `node` is a struct node. */
void node_log_seen(void *node, int64_t log, struct bytes note,
		   struct source *source);
void node_lines_taken(void *node, int64_t log);
/* Cancel what is under way. */
void node_witness_stop(struct node *n);
/* POST /tlog/<origin hash>/checkpoint */
void lines_request(struct node *n, struct http_request *request,
		   const char *hash);

/* --- node_up.c --- */
enum status node_up_start(struct node *n, struct err *err);
/* Has each upstream said what it has of our own record log, since this start?
 * `*failed`: of those that have not, none can be reached. */
bool node_up_has_asked(const struct node *n, bool *failed);
/* Send record logs up when it is time, and acknowledge those that came. */
void node_up_tick(struct node *n);
/* An upstream writes the log of this hash, and says what it has of it; as
 * poller_options.on_own. What it has lost is given back. */
void node_up_own(void *node, struct source *source, const char *hash,
		 uint64_t size, bool asks);
/* A log has grown: true when it is one of records, which nobody else is to be
 * told of. */
bool node_records_grown(struct node *n, int64_t log);
/* Cancel what is under way. */
void node_up_stop(struct node *n);

/* --- node_statement.c --- */
/* The node's statement, made anew when something changed. */
struct bytes node_statement(struct node *n);
/* Send it up when it is time. */
void node_statement_tick(struct node *n);
/* Somebody's statement came (POST /node, a neighbour); a drive's is not
 * `direct`: nobody knows how old it is. */
enum status node_statement_take(struct node *n, struct bytes note,
				uint64_t age_s, bool direct, struct err *err);
/* Have it sent to `base` now. */
void node_statement_say(struct node *n, const char *base);

/* --- node_own.c --- */
enum status node_own_start(struct node *n, struct err *err);
void node_own_tick(struct node *n);
/* A part of `log` is about to be given to somebody. */
void node_own_given(void *node, int64_t log);
/* A source showed a head of it that is not above ours; as
 * follower_options.on_own_shown. */
void node_own_shown(void *node, const struct source *source);
/* The same, by who sent it up. */
void node_own_sent(struct node *n);
/* Somebody's new statement, `age_s` old. */
void node_own_statement(struct node *n, const struct statement *st,
			uint64_t age_s);
/* For requests (node/requests.h, struct live). */
void node_own_facts(void *node, struct own_log_facts *facts);
void node_own_confirmed(void *node);

/* --- node_door.c --- */
void node_door_start(struct node *n);
/* Answer what the engine asks about its peers. */
/* The index has nothing left to take in. */
void node_door_look(struct node *n);
/* Who was turned away, for `status`. */
json_t *node_door_json(const struct node *n);
void node_door_event(struct node *n, const struct engine_event *event);

/* --- node_lan.c --- */
enum status node_lan_start(struct node *n, struct err *err);
void node_lan_tick(struct node *n);
/* A statement tells which heads its node has: when one is a larger one of our
 * own log, our disk has lost something, and it is asked for. */
void node_look_for_own_log(struct node *n, const struct statement *st);
/* Neighbours and upstreams for a payload, best first. */
unsigned node_sources(void *node, const uint8_t *btmh, struct source **out,
		      unsigned max);

/* --- node_play.c: for requests (node/requests.h, struct live) --- */
enum status node_drive_here(void *node, const char *path, pid_t pid,
			    struct err *err);
enum status node_drive_gone(void *node, const char *path, struct err *err);
void node_tell_where(void *node, const uint8_t *btmh, bool held,
		     json_t *lesson);

/* --- node_ask.c --- */
/* Who asks for something that takes long. */
struct node_asker {
	/* The answer as text, taken over, or NULL and why there is none. */
	void (*answered)(void *owner, char *text, const struct err *err);
	/* How far it is, once a second after the first two; taken over. May be
	 * NULL. */
	void (*progress)(void *owner, json_t *progress);
	void *owner;
};
/* Is it such a request? */
bool node_is_long(const json_t *request);
/* Answer one for which node_is_long() holds beside the loop, after those before
 * it: `answered` comes once, later. On failure never: STATUS_LIMITED when too
 * much is asked or the node stops; what can be told at once. */
enum status node_ask_beside(struct node *n, const json_t *request,
			    const struct node_asker *asker, struct err *err);
/* Once a second. */
void node_ask_tick(struct node *n);
/* Stop what can be stopped, and answer all; n->stopping is set. `closed` when
 * nothing is under way any more, perhaps from inside this call. */
void node_ask_close(struct node *n, void (*closed)(struct node *n));
/* After the loop has ended. */
void node_ask_release(struct node *n);
/* A control_call_cb. */
void node_asked(void *node, struct control_call *call, json_t *request);

/* --- node_live.c: for requests --- */
void node_live_init(struct node *n);
size_t node_living_neighbours(const struct node *n);
/* How the engine is, as in `status`: a new reference. */
json_t *node_engine_json(const struct node *n);

#endif
