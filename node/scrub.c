/* One payload after the other, in the order of their hashes; of each a few
 * pieces at a time. Damage is told when all of the payload was looked at, which
 * is hurried then: it is taken away from others meanwhile. */
#include "node/scrub.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "catalog/payloads.h"
#include "node/payload.h"
#include "proto/encoding.h"

enum {
	TICK_MS = 1000,
	STEP_MOST = 8 << 20, /* bytes at a time, or one piece */
	KEEP_MS = 60 * 1000, /* between notes of where it is */
	IO_WHO_PROCESS = 1,
	IO_IDLE = 3 << 13
};

static const char key[] = "scrub.at";

struct scrub {
	struct scrub_options o;
	uv_timer_t timer;
	uv_work_t work;
	bool on_pool, closing;
	void (*on_closed)(void *owner);
	void *closed_owner;

	uint64_t total; /* of what is held, at the last look */
	uint64_t allowed;
	int64_t ticked_ms, kept_ms;
	uint64_t rounds, read;

	/* where it is */
	uint8_t btmh[32];
	uint32_t piece; /* the next */
	struct torrentfile *tf; /* NULL: between two payloads */
	uint8_t *good, *only;
	bool bad;
	char dir[HOUSE_PATH_MAX + 96];

	/* the step on the pool */
	uint32_t last; /* piece behind it */
	struct err err;
};

uint64_t scrub_rate(uint64_t bytes, uint64_t round_s)
{
	uint64_t rate = round_s == 0 ? 0 : bytes / round_s + 1;

	return rate < SCRUB_RATE_MOST ? rate : SCRUB_RATE_MOST;
}

/* --- where it is --- */

static void keep_place(struct scrub *s)
{
	uint8_t place[36];
	struct err err = ERR_INIT;
	/* What was found bad and not told yet is to be found again. */
	uint32_t piece = s->bad ? 0 : s->piece;

	memcpy(place, s->btmh, 32);
	for (unsigned i = 0; i < 4; i++)
		place[32 + i] = (uint8_t)(piece >> (24 - 8 * i));
	s->kept_ms = (int64_t)uv_now(s->o.loop);
	if (catalog_set_blob(s->o.house->catalog, key,
			     (struct bytes){ place, sizeof(place) }, &err) !=
	    STATUS_OK)
		(void)fprintf(stderr, "xiangtu: scrub: %s\n", err.text);
}

static void read_place(struct scrub *s)
{
	struct buf place = BUF_INIT;
	struct err err = ERR_INIT;
	uint8_t ignored[32];

	(void)payloads_next_held(s->o.house->catalog, s->btmh, ignored,
				 &s->total, &err);
	if (catalog_get_blob(s->o.house->catalog, key, &place, &err) ==
		    STATUS_OK &&
	    place.size == 36) {
		memcpy(s->btmh, place.data, 32);
		for (unsigned i = 0; i < 4; i++)
			s->piece = s->piece << 8 | place.data[32 + i];
	}
	buf_release(&place);
}

static void leave(struct scrub *s)
{
	torrentfile_free(s->tf);
	free(s->good);
	free(s->only);
	s->tf = NULL;
	s->good = s->only = NULL;
	s->bad = false;
}

static bool is_held(struct scrub *s)
{
	struct payload_row row;
	struct err err = ERR_INIT;

	return payload_get(s->o.house->catalog, s->btmh, &row, NULL, &err) ==
		       STATUS_OK &&
	       row.state == PAYLOAD_HELD;
}

/* Begin with the payload at hand, at the piece at hand. */
static bool enter(struct scrub *s)
{
	struct err err = ERR_INIT;
	char hex[65];
	size_t size;

	if (!is_held(s) || house_open_torrent(s->o.house, s->btmh, &s->tf,
					      &err) != STATUS_OK)
		return false;
	size = havemap_size(s->tf->mi.pieces);
	s->good = calloc(1, size);
	s->only = calloc(1, size);
	if (s->good == NULL || s->only == NULL ||
	    s->piece >= s->tf->mi.pieces) {
		leave(s);
		return false;
	}
	for (uint32_t i = 0; i < s->tf->mi.pieces; i++)
		havemap_set(s->good, i);
	hex_encode((struct bytes){ s->btmh, 32 }, hex);
	(void)snprintf(s->dir, sizeof(s->dir), "%s/%s",
		       s->o.house->payload_dir, hex);
	return true;
}

/* To the next held payload; behind the last one a new round begins. False when
 * nothing is held. */
static bool go_on(struct scrub *s)
{
	struct err err = ERR_INIT;
	enum status status = payloads_next_held(s->o.house->catalog, s->btmh,
						s->btmh, &s->total, &err);

	s->piece = 0;
	if (status == STATUS_NOT_FOUND) {
		memset(s->btmh, 0, sizeof(s->btmh));
		s->rounds += s->read > 0;
		return false;
	}
	if (status != STATUS_OK) {
		(void)fprintf(stderr, "xiangtu: scrub: %s\n", err.text);
		return false;
	}
	return enter(s);
}

/* --- a step --- */

/* Which pieces are read now: as many as are allowed. False: not yet. */
static bool choose(struct scrub *s)
{
	const struct metainfo *mi = &s->tf->mi;
	uint64_t bytes = 0;

	memset(s->only, 0, havemap_size(mi->pieces));
	for (s->last = s->piece; s->last < mi->pieces; s->last++) {
		uint64_t length = metainfo_piece(mi, s->last).length;

		if (bytes + length > s->allowed ||
		    (bytes > 0 && bytes + length > STEP_MOST))
			break;
		havemap_set(s->only, s->last);
		bytes += length;
	}
	s->allowed -= bytes;
	s->read += bytes;
	return s->last > s->piece;
}

static void scrub_on_pool(uv_work_t *work)
{
	struct scrub *s = work->data;
	const struct payload_check check = { .only = s->only };

	/* Failing costs politeness only. */
	(void)syscall(SYS_ioprio_set, IO_WHO_PROCESS, 0, IO_IDLE);
	s->err = (struct err)ERR_INIT;
	(void)payload_verify(s->dir, &s->tf->mi, &check, s->good, &s->err);
	(void)syscall(SYS_ioprio_set, IO_WHO_PROCESS, 0, 0);
}

static void payload_done(struct scrub *s)
{
	if (s->bad && is_held(s))
		s->o.damaged(s->o.owner, s->btmh,
			     (struct bytes){ s->good,
					     havemap_size(s->tf->mi.pieces) });
	leave(s);
}

static void finished(uv_timer_t *timer);

static void scrubbed(uv_work_t *work, int cancelled)
{
	struct scrub *s = work->data;

	(void)cancelled;
	s->on_pool = false;
	if (s->closing) {
		finished(&s->timer);
		return;
	}
	if (s->err.status != STATUS_OK) {
		(void)fprintf(stderr, "xiangtu: scrub: %s\n", s->err.text);
		s->piece = s->tf->mi.pieces; /* again in the next round */
		payload_done(s);
		return;
	}
	for (uint32_t i = s->piece; i < s->last; i++)
		s->bad |= !havemap_has(s->good, i);
	s->piece = s->last;
	if (s->piece == s->tf->mi.pieces)
		payload_done(s);
}

static void ticked(uv_timer_t *timer)
{
	struct scrub *s = timer->data;
	int64_t now = (int64_t)uv_now(s->o.loop);
	uint64_t rate = s->bad ? SCRUB_RATE_MOST :
				 scrub_rate(s->total, s->o.round_s);
	uint64_t most;

	if (s->on_pool || (s->o.may != NULL && !s->o.may(s->o.owner))) {
		s->ticked_ms = now; /* what was missed is not caught up */
		return;
	}
	s->allowed += rate * (uint64_t)(now - s->ticked_ms) / 1000;
	s->ticked_ms = now;
	if (s->tf == NULL && !enter(s) && !go_on(s)) {
		s->allowed = 0;
		return;
	}
	/* A piece must fit, and a long rest is no reason for a race. */
	most = s->tf->mi.piece_length > STEP_MOST ? s->tf->mi.piece_length :
						    STEP_MOST;
	s->allowed = s->allowed < most ? s->allowed : most;
	if (!choose(s))
		return;
	if (now - s->kept_ms > KEEP_MS)
		keep_place(s);
	s->on_pool = true;
	(void)uv_queue_work(s->o.loop, &s->work, scrub_on_pool, scrubbed);
}

/* --- lifetime --- */

enum status scrub_open(struct scrub **out, const struct scrub_options *options,
		       struct err *err)
{
	unsigned tick = options->tick_ms == 0 ? TICK_MS : options->tick_ms;
	struct scrub *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return err_set(err, STATUS_NO_MEMORY, "scrub");
	s->o = *options;
	s->ticked_ms = s->kept_ms = (int64_t)uv_now(options->loop);
	read_place(s);
	(void)uv_timer_init(options->loop, &s->timer); /* cannot fail */
	s->timer.data = s->work.data = s;
	if (options->round_s > 0)
		(void)uv_timer_start(&s->timer, ticked, tick, tick);
	*out = s;
	return STATUS_OK;
}

static void timer_closed(uv_handle_t *timer)
{
	struct scrub *s = timer->data;
	void (*on_closed)(void *) = s->on_closed;
	void *owner = s->closed_owner;

	leave(s);
	free(s);
	on_closed(owner);
}

static void finished(uv_timer_t *timer)
{
	uv_close((uv_handle_t *)timer, timer_closed);
}

void scrub_close(struct scrub *s, void (*on_closed)(void *owner), void *owner)
{
	s->closing = true;
	s->on_closed = on_closed;
	s->closed_owner = owner;
	(void)uv_timer_stop(&s->timer);
	if (s->o.round_s > 0)
		keep_place(s);
	if (!s->on_pool)
		finished(&s->timer);
}

json_t *scrub_status(const struct scrub *s)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "round_s",
			 (json_int_t)s->o.round_s, "rate",
			 (json_int_t)scrub_rate(s->total, s->o.round_s),
			 "rounds", (json_int_t)s->rounds, "read",
			 (json_int_t)s->read);
}
