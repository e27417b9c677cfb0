#include "tests/support/fake_engine.h"

#include <string.h>

#include "proto/metainfo.h"
#include "tests/support/check.h"

struct engine {
	struct fake_engine fake;
	uv_loop_t *loop;
	engine_event_cb on_event;
	engine_closed_cb on_closed;
	void *owner;
	uv_timer_t closing; /* the closed callback comes from the loop */
	uint32_t restarts;
};

static struct engine *current;
static enum status open_answer = STATUS_OK;

struct fake_engine *fake_engine_current(void)
{
	return current == NULL ? NULL : &current->fake;
}

void fake_engine_fail_open(enum status status)
{
	open_answer = status;
}

/* --- Payloads --- */

static struct fake_payload *find(struct engine *e, const uint8_t *btmh)
{
	for (size_t i = 0; i < FAKE_PAYLOADS; i++) {
		struct fake_payload *p = &e->fake.payload[i];

		if (p->used && memcmp(p->btmh, btmh, ENGINE_BTMH_SIZE) == 0)
			return p;
	}
	return NULL;
}

static struct fake_payload *find_free(struct engine *e)
{
	for (size_t i = 0; i < FAKE_PAYLOADS; i++)
		if (!e->fake.payload[i].used)
			return &e->fake.payload[i];
	CHECK(!"room for another payload");
	return NULL;
}

static void unload(struct fake_payload *p)
{
	free(p->have);
	memset(p, 0, sizeof(*p));
}

static void unload_all(struct engine *e)
{
	for (size_t i = 0; i < FAKE_PAYLOADS; i++)
		if (e->fake.payload[i].used)
			unload(&e->fake.payload[i]);
}

struct fake_payload *fake_engine_payload(const uint8_t *btmh)
{
	CHECK(current != NULL);
	return find(current, btmh);
}

static enum status once(enum status *answer)
{
	enum status status = *answer;

	*answer = STATUS_OK;
	return status;
}

/* --- Telling --- */

void fake_engine_tell(const struct engine_event *event)
{
	struct engine *e = current;

	CHECK(e != NULL);
	if (e->on_closed != NULL)
		return;
	if (event->type == ENGINE_READY)
		e->fake.ready = true;
	if (event->type == ENGINE_DIED) {
		e->fake.ready = false;
		e->restarts++;
		unload_all(e);
	}
	if (event->btmh != NULL &&
	    (event->type == ENGINE_RELEASED || event->type == ENGINE_FAILED)) {
		CHECK(find(e, event->btmh) != NULL);
		unload(find(e, event->btmh));
	}
	e->on_event(e->owner, event);
}

void fake_engine_ready(uint16_t port)
{
	struct engine_event event = { .type = ENGINE_READY };

	event.ready = (struct engine_ready){ port, 20014 };
	fake_engine_tell(&event);
}

void fake_engine_die(const char *how)
{
	struct engine_event event = { .type = ENGINE_DIED };

	event.failed.status = STATUS_UNREACHABLE;
	event.failed.text = how;
	fake_engine_tell(&event);
}

/* An event about a payload that is there. */
static struct engine_event about(enum engine_event_type type,
				 const uint8_t *btmh, struct fake_payload **p)
{
	*p = fake_engine_payload(btmh);
	CHECK(*p != NULL);
	return (struct engine_event){ .type = type, .btmh = btmh };
}

void fake_engine_added(const uint8_t *btmh)
{
	struct fake_payload *p;
	struct engine_event event = about(ENGINE_ADDED, btmh, &p);

	event.added.pieces = p->pieces;
	event.added.piece_size = METAINFO_BLOCK;
	fake_engine_tell(&event);
}

void fake_engine_piece(const uint8_t *btmh, uint32_t piece)
{
	struct fake_payload *p;
	struct engine_event event = about(ENGINE_PIECE, btmh, &p);

	CHECK(piece < p->pieces);
	havemap_set(p->have, piece);
	event.piece = piece;
	fake_engine_tell(&event);
}

void fake_engine_finish(const uint8_t *btmh)
{
	struct fake_payload *p;
	struct engine_event event = about(ENGINE_FINISHED, btmh, &p);

	for (uint32_t i = 0; i < p->pieces; i++)
		if (!havemap_has(p->have, i))
			fake_engine_piece(btmh, i);
	fake_engine_tell(&event);
}

/* The map is copied: the payload may be gone when the owner reads it. */
static void tell_have(struct engine_event *event, const struct fake_payload *p)
{
	size_t size = havemap_size(p->pieces);
	uint8_t *have = malloc(size);

	CHECK(have != NULL);
	memcpy(have, p->have, size);
	if (event->type == ENGINE_FAILED)
		event->failed.have = (struct bytes){ have, size };
	else
		event->have = (struct bytes){ have, size };
	fake_engine_tell(event);
	free(have);
}

void fake_engine_have(const uint8_t *btmh)
{
	struct fake_payload *p;
	struct engine_event event = about(ENGINE_HAVE, btmh, &p);

	if (p->flushes > 0)
		p->flushes--;
	tell_have(&event, p);
}

void fake_engine_released(const uint8_t *btmh)
{
	struct fake_payload *p;
	struct engine_event event = about(ENGINE_RELEASED, btmh, &p);

	CHECK(p->releasing);
	tell_have(&event, p);
}

void fake_engine_failed(const uint8_t *btmh, enum status status,
			const char *text)
{
	struct fake_payload *p;
	struct engine_event event = about(ENGINE_FAILED, btmh, &p);

	event.failed.status = status;
	event.failed.text = text;
	tell_have(&event, p);
}

/* --- node/engine.h --- */

enum status engine_open(struct engine **out, uv_loop_t *loop,
			const struct engine_options *options,
			engine_event_cb on_event, void *owner, struct err *err)
{
	enum status answer = once(&open_answer);
	struct engine *e;

	CHECK(current == NULL);
	if (answer != STATUS_OK)
		return err_set(err, answer, "the fake engine was told to fail");
	e = calloc(1, sizeof(*e));
	CHECK(e != NULL);
	(void)snprintf(e->fake.payload_dir, sizeof(e->fake.payload_dir), "%s",
		       options->payload_dir);
	(void)snprintf(e->fake.listen, sizeof(e->fake.listen), "%s",
		       options->listen);
	e->loop = loop;
	e->on_event = on_event;
	e->owner = owner;
	current = e;
	*out = e;
	return STATUS_OK;
}

static void closing_closed(uv_handle_t *timer)
{
	struct engine *e = timer->data;
	engine_closed_cb on_closed = e->on_closed;
	void *owner = e->owner;

	current = NULL;
	unload_all(e);
	free(e);
	on_closed(owner);
}

void engine_close(struct engine *e, engine_closed_cb on_closed)
{
	CHECK(e->on_closed == NULL);
	e->on_closed = on_closed;
	e->closing.data = e;
	CHECK(uv_timer_init(e->loop, &e->closing) == 0);
	uv_close((uv_handle_t *)&e->closing, closing_closed);
}

bool engine_is_ready(const struct engine *e)
{
	return e->fake.ready;
}

enum status engine_add(struct engine *e, const struct engine_payload *payload,
		       struct err *err)
{
	enum status answer = once(&e->fake.next_add);
	struct fake_payload *p;

	if (!e->fake.ready)
		answer = STATUS_UNREACHABLE;
	else if (find(e, payload->btmh) != NULL)
		answer = STATUS_EXISTS;
	else if (payload->have.size != 0 &&
		 !engine_have_fits(payload->have, payload->pieces))
		answer = STATUS_MALFORMED;
	if (answer != STATUS_OK)
		return err_set(err, answer, "fake engine");
	p = find_free(e);
	p->used = true;
	memcpy(p->btmh, payload->btmh, ENGINE_BTMH_SIZE);
	p->mode = payload->mode;
	p->pieces = payload->pieces;
	p->lan_only = payload->lan_only;
	p->have = calloc(1, havemap_size(p->pieces));
	CHECK(p->have != NULL);
	if (payload->have.size > 0)
		memcpy(p->have, payload->have.data, payload->have.size);
	for (uint32_t i = 0; p->mode == ENGINE_SEED && i < p->pieces; i++)
		havemap_set(p->have, i);
	e->fake.adds++;
	return STATUS_OK;
}

enum status engine_connect(struct engine *e, const uint8_t *btmh,
			   const struct engine_address *peer)
{
	struct fake_payload *p = find(e, btmh);
	enum status answer = once(&e->fake.next_connect);

	if (p == NULL)
		return STATUS_NOT_FOUND;
	if (answer != STATUS_OK)
		return answer;
	if (p->connected < FAKE_PEERS)
		p->peer[p->connected] = *peer;
	p->connected++;
	e->fake.connects++;
	return STATUS_OK;
}

enum status engine_flush(struct engine *e, const uint8_t *btmh)
{
	struct fake_payload *p = find(e, btmh);

	if (p == NULL)
		return STATUS_NOT_FOUND;
	p->flushes++;
	e->fake.flushes++;
	return STATUS_OK;
}

enum status engine_release(struct engine *e, const uint8_t *btmh)
{
	struct fake_payload *p = find(e, btmh);

	if (p == NULL)
		return STATUS_NOT_FOUND;
	e->fake.releases += !p->releasing;
	p->releasing = true;
	return STATUS_OK;
}

enum status engine_reach(struct engine *e, const uint8_t *btmh, bool lan_only)
{
	struct fake_payload *p = find(e, btmh);

	if (p == NULL)
		return STATUS_NOT_FOUND;
	p->lan_only = lan_only;
	return STATUS_OK;
}

void engine_stay_inside(struct engine *e, bool inside)
{
	e->fake.inside = inside;
}

enum status engine_peers(struct engine *e, const uint8_t *btmh)
{
	if (find(e, btmh) == NULL)
		return STATUS_NOT_FOUND;
	e->fake.peers_asked++;
	return STATUS_OK;
}

bool engine_has(const struct engine *e, const uint8_t *btmh)
{
	return find((struct engine *)(uintptr_t)e, btmh) != NULL;
}

uint32_t engine_loaded(const struct engine *e)
{
	uint32_t loaded = 0;

	for (size_t i = 0; i < FAKE_PAYLOADS; i++)
		loaded += e->fake.payload[i].used;
	return loaded;
}

enum status engine_limits(struct engine *e, const struct engine_limits *limits)
{
	e->fake.limits = *limits;
	return STATUS_OK;
}

/* Nobody comes to its door. */
enum status engine_door(struct engine *e, const struct engine_door *door)
{
	(void)e;
	(void)door;
	return STATUS_OK;
}

enum status engine_prove(struct engine *e, const uint8_t *btmh,
			 const struct engine_prove *prove)
{
	(void)prove;
	return engine_has(e, btmh) ? STATUS_OK : STATUS_NOT_FOUND;
}

enum status engine_admit(struct engine *e, const uint8_t *btmh,
			 const struct engine_admit *admit)
{
	(void)admit;
	return engine_has(e, btmh) ? STATUS_OK : STATUS_NOT_FOUND;
}

enum status engine_stats(struct engine *e)
{
	if (!e->fake.ready)
		return STATUS_UNREACHABLE;
	e->fake.stats_asked++;
	return STATUS_OK;
}

void engine_end(struct engine *e, const char *why)
{
	(void)why;
	e->fake.ended++;
}

void engine_health(const struct engine *e, struct engine_health *out)
{
	*out = (struct engine_health){
		.state = e->fake.ready ? ENGINE_RUNNING : ENGINE_STARTING,
	};
}

uint32_t engine_restarts(const struct engine *e)
{
	return e->restarts;
}

int engine_pid(const struct engine *e)
{
	return e->fake.ready ? 1 : 0;
}
