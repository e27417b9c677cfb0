/* Engines for tests: real ones, with what they told kept in one place, and a
 * loop that runs until something is true. */
#ifndef TESTS_SUPPORT_ENGINES_H
#define TESTS_SUPPORT_ENGINES_H

#include <time.h>

#include "node/engine.h"
#include "proto/encoding.h"
#include "proto/metainfo.h"
#include "tests/support/loop.h"
#include "tests/support/make.h"

enum { ENGINES_PATIENCE_S = 120 };

/* One engine and the last of each kind of thing it said. */
struct station {
	struct engine *engine;
	uint16_t port;
	int ready, died, added, finished, haves, released, failed, stats_told;
	int peers_told, engine_failed, closed;
	uint32_t pieces; /* told by ENGINE_PIECE since the last add */
	uint32_t peers;
	uint8_t have[64]; /* of HAVE, RELEASED or FAILED */
	size_t have_size;
	enum status failure;
	char failure_text[512];
	struct engine_progress progress;
	struct engine_stats stats;
	int tokens[2]; /* HELLO, PROOF */
	struct engine_token token;
	int turned[2]; /* by the engine, by the peer */
	enum engine_verdict verdict; /* told last */
	void (*on_token)(struct station *s, const struct engine_event *e);
};

struct lesson {
	struct buf torrent;
	uint8_t btmh[32];
	struct metainfo mi;
	char hex[65];
};

static inline void station_keep(struct station *s, struct bytes have)
{
	CHECK(have.size <= sizeof(s->have));
	memset(s->have, 0, sizeof(s->have));
	if (have.size > 0)
		memcpy(s->have, have.data, have.size);
	s->have_size = have.size;
}

static inline void station_failed(struct station *s,
				  const struct engine_event *e)
{
	s->failure = e->failed.status;
	(void)snprintf(s->failure_text, sizeof(s->failure_text), "%s",
		       e->failed.text);
	if (e->btmh == NULL)
		return;
	station_keep(s, e->failed.have);
}

static inline void station_told(void *owner, const struct engine_event *e)
{
	struct station *s = owner;

	switch (e->type) {
	case ENGINE_READY:
		s->ready++;
		s->port = e->ready.port;
		CHECK(e->ready.version >= 20008);
		break;
	case ENGINE_ADDED:
		s->added++;
		break;
	case ENGINE_PIECE:
		s->pieces++;
		break;
	case ENGINE_PROGRESS:
		s->progress = e->progress;
		break;
	case ENGINE_FINISHED:
		s->finished++;
		break;
	case ENGINE_HAVE:
		s->haves++;
		station_keep(s, e->have);
		break;
	case ENGINE_RELEASED:
		s->released++;
		CHECK(!engine_has(s->engine, e->btmh));
		station_keep(s, e->have);
		break;
	case ENGINE_FAILED:
		if (e->btmh == NULL)
			s->engine_failed++;
		else
			s->failed++;
		station_failed(s, e);
		break;
	case ENGINE_PEERS:
		s->peers_told++;
		s->peers = e->peers.count;
		break;
	case ENGINE_STATS:
		s->stats_told++;
		s->stats = e->stats;
		break;
	case ENGINE_HELLO:
	case ENGINE_PROOF:
		s->tokens[e->type == ENGINE_PROOF]++;
		s->token = e->token;
		if (s->on_token != NULL)
			s->on_token(s, e);
		break;
	case ENGINE_TURNED:
		s->turned[e->turned.by_peer]++;
		s->verdict = e->turned.verdict;
		break;
	case ENGINE_CAGE:
		CHECK(!"told to the owner"); /* engine_health() has it */
		break;
	case ENGINE_DIED:
		s->died++;
		fprintf(stderr, "engine: %s\n", e->failed.text);
		station_failed(s, e);
		break;
	}
}

static inline void station_closed(void *owner)
{
	struct station *s = owner;

	s->closed++;
	s->engine = NULL;
}

static inline void loop_ticked(uv_timer_t *timer)
{
	(void)timer;
}

static inline uint64_t seconds_now(void)
{
	struct timespec now;

	CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
	return (uint64_t)now.tv_sec;
}

/* Run `loop` until `condition` holds; give up loudly. */
#define RUN_UNTIL(loop, condition)                                         \
	do {                                                               \
		uint64_t run_end = seconds_now() + ENGINES_PATIENCE_S;     \
		uv_timer_t run_tick;                                       \
		CHECK(uv_timer_init(loop, &run_tick) == 0);                \
		CHECK(uv_timer_start(&run_tick, loop_ticked, 20, 20) == 0); \
		while (!(condition)) {                                     \
			if (seconds_now() >= run_end)                      \
				fprintf(stderr, "still waiting for ");     \
			CHECK(seconds_now() < run_end && #condition);      \
			uv_run(loop, UV_RUN_ONCE);                         \
		}                                                          \
		uv_close((uv_handle_t *)&run_tick, NULL);                  \
		uv_run(loop, UV_RUN_NOWAIT);                               \
	} while (0)

static inline void station_open(struct station *s, uv_loop_t *loop,
				const char *payload_dir)
{
	struct engine_options options = { .payload_dir = payload_dir,
					  .listen = "127.0.0.1:0" };
	struct err err = ERR_INIT;

	memset(s, 0, sizeof(*s));
	if (engine_open(&s->engine, loop, &options, station_told, s, &err) !=
	    STATUS_OK)
		fprintf(stderr, "%s\n", err.text);
	CHECK(err.status == STATUS_OK);
	RUN_UNTIL(loop, s->ready == 1);
}

static inline void station_close(struct station *s, uv_loop_t *loop)
{
	engine_close(s->engine, station_closed);
	RUN_UNTIL(loop, s->closed == 1);
}

/* Load it; `have` may be NULL. */
static inline void station_add(struct station *s, const struct lesson *l,
			       enum engine_mode mode, const uint8_t *have,
			       bool lan_only)
{
	struct engine_payload payload = {
		.btmh = l->btmh,
		.torrent = buf_bytes(&l->torrent),
		.pieces = l->mi.pieces,
		.mode = mode,
		.lan_only = lan_only,
	};
	struct err err = ERR_INIT;

	if (have != NULL)
		payload.have =
			(struct bytes){ have, havemap_size(l->mi.pieces) };
	s->pieces = 0;
	CHECK(engine_add(s->engine, &payload, &err) == STATUS_OK);
}

static inline void station_connect(struct station *s, const struct lesson *l,
				   uint16_t port)
{
	struct engine_address address;

	engine_address_v4(&address, (const uint8_t[]){ 127, 0, 0, 1 }, port);
	CHECK(engine_connect(s->engine, l->btmh, &address) == STATUS_OK);
}

static inline void station_stats(struct station *s, uv_loop_t *loop)
{
	int told = s->stats_told;

	CHECK(engine_stats(s->engine) == STATUS_OK);
	RUN_UNTIL(loop, s->stats_told > told);
}

/* The torrent of what lies at `folder`/`name`, which then moves to
 * `station`/<btmh>/`name`. */
static inline void lesson_make(struct lesson *l, struct scratch *at,
			       const char *folder, const char *name,
			       const char *const *paths, uint32_t piece_length,
			       const char *station)
{
	char from[512], to[512];

	memset(l, 0, sizeof(*l));
	make_torrent(at, folder, name, paths, piece_length, &l->torrent,
		     l->btmh);
	CHECK(metainfo_parse(buf_bytes(&l->torrent), &l->mi) == STATUS_OK);
	hex_encode((struct bytes){ l->btmh, 32 }, l->hex);
	(void)snprintf(to, sizeof(to), "%s/%s", station, l->hex);
	scratch_folder(at, to);
	(void)snprintf(from, sizeof(from), "%s/%s", folder, name);
	(void)snprintf(to, sizeof(to), "%s/%s/%s", station, l->hex, name);
	CHECK(rename(scratch_path(at, from), scratch_path(at, to)) == 0);
}

static inline void lesson_release(struct lesson *l)
{
	metainfo_release(&l->mi);
	buf_release(&l->torrent);
}

static inline uint64_t lesson_bytes_of(const struct lesson *l,
				       const uint8_t *have)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < l->mi.pieces; i++)
		if (havemap_has(have, i))
			bytes += metainfo_piece(&l->mi, i).length;
	return bytes;
}

#endif
