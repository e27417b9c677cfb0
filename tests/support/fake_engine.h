/* node/engine.h without an engine: for tests of what uses it.
 *
 * A test that includes this header is linked with fake_engine.c in place of
 * node/engine.c (tests/tests.cmake). It sees what it was asked for, and says
 * what an engine would say, with fake_engine_tell() and the calls below it.
 * Nothing happens by itself, not even ENGINE_READY; only engine_close() calls
 * back, on the loop.
 *
 * One fake at a time: fake_engine_current(), NULL before engine_open() and
 * after the closed callback. */
#ifndef TESTS_SUPPORT_FAKE_ENGINE_H
#define TESTS_SUPPORT_FAKE_ENGINE_H

#include "node/engine.h"

enum { FAKE_PAYLOADS = 64, FAKE_PEERS = 16 };

/* A loaded payload, with copies of what it was added with. */
struct fake_payload {
	bool used;
	uint8_t btmh[ENGINE_BTMH_SIZE];
	enum engine_mode mode;
	uint32_t pieces;
	bool lan_only;
	bool releasing;
	uint8_t *have; /* havemap_size(pieces) bytes */
	uint32_t connected;
	struct engine_address peer[FAKE_PEERS];
	uint32_t flushes; /* asked for, not yet answered */
};

struct fake_engine {
	char payload_dir[4096];
	char listen[64];
	bool ready;
	struct engine_limits limits;
	bool inside; /* as engine_stay_inside() said last */
	struct fake_payload payload[FAKE_PAYLOADS];
	uint32_t adds, releases, flushes, connects, stats_asked, peers_asked;
	uint32_t ended; /* engine_end() */
	/* Failures to come: what the next call of each answers, once. */
	enum status next_open, next_add, next_connect;
};

struct fake_engine *fake_engine_current(void);
/* Set before engine_open() what it answers; STATUS_OK to begin with. */
void fake_engine_fail_open(enum status status);

/* The payload, or NULL when it is not loaded. */
struct fake_payload *fake_engine_payload(const uint8_t *btmh);

/* Say anything. `event->btmh` names the payload. RELEASED and FAILED unload
 * it before the owner hears; DIED unloads all and ends readiness; READY
 * begins it. */
void fake_engine_tell(const struct engine_event *event);

void fake_engine_ready(uint16_t port);
void fake_engine_die(const char *how);
void fake_engine_added(const uint8_t *btmh);
/* The piece is verified: it is told, and counts in have-maps from now on. */
void fake_engine_piece(const uint8_t *btmh, uint32_t piece);
/* All pieces that lack, then FINISHED. */
void fake_engine_finish(const uint8_t *btmh);
/* Answer a flush, or a release, with the pieces there are. */
void fake_engine_have(const uint8_t *btmh);
void fake_engine_released(const uint8_t *btmh);
void fake_engine_failed(const uint8_t *btmh, enum status status,
			const char *text);

#endif
