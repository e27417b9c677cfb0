/*
 *             READY                       end
 * STARTING ----------> RUNNING ---> (either) ---> RESTING --timer--> STARTING
 *                          any ---- engine_close() ----> CLOSING --> freed
 */
#include "node/engine.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/engine_process.h"
#include "proto/metainfo.h"

enum {
	REST_FIRST_MS = 200,
	REST_MAX_MS = 30 * 1000,
	HEALTHY_MS = 60 * 1000,
	PATIENCE_MS = 120 * 1000,
	PATIENCE_ROUNDS = 8, /* it is looked after in */
};

enum state {
	STARTING = ENGINE_STARTING,
	RUNNING = ENGINE_RUNNING,
	RESTING = ENGINE_RESTING,
	CLOSING,
};

struct slot {
	bool used;
	bool added; /* ENGINE_ADDED was told */
	bool releasing;
	uint32_t rounds; /* its release was waited for */
	enum engine_mode mode;
	uint32_t pieces;
	bool lan_only; /* as its owner says */
	uint8_t btmh[ENGINE_BTMH_SIZE];
};

struct engine {
	uv_loop_t *loop;
	engine_event_cb on_event;
	engine_closed_cb on_closed;
	void *owner;
	char *program;
	char *payload_dir;
	char *listen;
	char *keep_off; /* NULL: nothing */
	struct engine_user user;
	struct engine_limits limits;
	struct engine_door door;
	bool has_door;
	bool inside; /* everything is LAN only */
	bool inside_untold; /* not all slots could be told */

	enum state state;
	uint64_t state_at;
	struct engine_process process;
	bool process_open; /* its ended callback is still to come */
	uv_timer_t rest;
	uint64_t rest_ms;
	uv_timer_t watch; /* runs while an answer is waited for */
	uint64_t patience_ms;
	uint64_t taken; /* as of the last round */
	uint32_t taking_rounds; /* since it took something */
	bool stats_due;
	uint32_t stats_rounds; /* since it was asked for them */
	uint32_t restarts;
	uint32_t in_a_row;
	char last_end[160];
	uint64_t last_end_at;
	bool cage_known;
	struct engine_cage cage;

	struct slot *slots; /* slot n of the wire is slots[n - 1] */
	uint32_t slot_count;
	uint32_t used;
	struct engine_scratch scratch;
};

/* --- Slots --- */

static struct slot *slot_of(const struct engine *e, const uint8_t *btmh)
{
	for (uint32_t i = 0; i < e->slot_count; i++)
		if (e->slots[i].used &&
		    memcmp(e->slots[i].btmh, btmh, ENGINE_BTMH_SIZE) == 0)
			return &e->slots[i];
	return NULL;
}

static uint32_t slot_number(const struct engine *e, const struct slot *slot)
{
	return (uint32_t)(slot - e->slots) + 1;
}

static struct slot *slot_free(struct engine *e)
{
	uint32_t count = e->slot_count == 0 ? 16 : 2 * e->slot_count;
	struct slot *slots, *first;

	for (uint32_t i = 0; i < e->slot_count; i++)
		if (!e->slots[i].used)
			return &e->slots[i];
	slots = realloc(e->slots, count * sizeof(*slots));
	if (slots == NULL)
		return NULL;
	e->slots = slots;
	first = slots + e->slot_count;
	memset(first, 0, (count - e->slot_count) * sizeof(*slots));
	e->slot_count = count;
	return first;
}

static void slot_release(struct engine *e, struct slot *slot)
{
	slot->used = false;
	e->used--;
}

static void slots_forget(struct engine *e)
{
	for (uint32_t i = 0; i < e->slot_count; i++)
		e->slots[i].used = false;
	e->used = 0;
}

/* --- Events --- */

static void tell(struct engine *e, const struct engine_event *event)
{
	if (e->state != CLOSING)
		e->on_event(e->owner, event);
}

static bool event_fits_engine(const struct engine *e,
			      const struct engine_event *event)
{
	if (event->type == ENGINE_READY)
		return e->state == STARTING;
	return event->type == ENGINE_STATS ||
	       (event->type == ENGINE_FAILED && event->failed.have.size == 0);
}

static bool event_fits_slot(const struct slot *s,
			    const struct engine_event *event)
{
	switch (event->type) {
	case ENGINE_ADDED:
		return !s->added && event->added.pieces == s->pieces;
	case ENGINE_PIECE:
		return s->added && event->piece < s->pieces;
	case ENGINE_PROGRESS:
		return s->added && event->progress.pieces <= s->pieces;
	case ENGINE_FINISHED:
		return s->added && s->mode == ENGINE_FETCH;
	case ENGINE_HAVE:
	case ENGINE_RELEASED:
		return s->added && engine_have_fits(event->have, s->pieces) &&
		       (event->type == ENGINE_HAVE || s->releasing);
	case ENGINE_FAILED:
		return event->failed.have.size == 0 ||
		       engine_have_fits(event->failed.have, s->pieces);
	case ENGINE_PEERS:
	case ENGINE_HELLO:
	case ENGINE_PROOF:
		return s->added;
	default:
		return false;
	}
}

static bool slot_told(struct engine *e, struct engine_event *event)
{
	uint8_t btmh[ENGINE_BTMH_SIZE];
	struct slot *s;

	if (event->slot > e->slot_count)
		return false;
	s = &e->slots[event->slot - 1];
	if (!s->used || !event_fits_slot(s, event))
		return false;
	/* The owner may add others from inside, which moves the slots. */
	memcpy(btmh, s->btmh, sizeof(btmh));
	event->btmh = btmh;
	if (event->type == ENGINE_ADDED)
		s->added = true;
	if (event->type == ENGINE_RELEASED || event->type == ENGINE_FAILED)
		slot_release(e, s);
	tell(e, event);
	return true;
}

static void set_state(struct engine *e, enum state state)
{
	e->state = state;
	e->state_at = uv_now(e->loop);
}

/* Told once, while no stranger has spoken with it. What the node never asked
 * for is its own to explain. */
static bool cage_told(struct engine *e, const struct engine_cage *cage)
{
	if (e->state != STARTING || e->cage_known)
		return false;
	e->cage = *cage;
	if (e->user.uid == 0)
		e->cage.lack[ENGINE_LAYER_USER] = e->user.lack;
	e->cage_known = true;
	return true;
}

static bool frame_came(void *owner, struct bytes frame)
{
	struct engine *e = owner;
	struct engine_event event;

	if (engine_event_decode(frame, &e->scratch, &event) != STATUS_OK)
		return false;
	if (event.slot != 0)
		return slot_told(e, &event);
	if (event.type == ENGINE_CAGE)
		return cage_told(e, &event.cage);
	if (!event_fits_engine(e, &event))
		return false;
	if (event.type == ENGINE_READY)
		set_state(e, RUNNING);
	if (event.type == ENGINE_STATS)
		e->stats_due = false;
	tell(e, &event);
	return true;
}

/* --- Starting, dying, closing --- */

static void watch_begin(struct engine *e);

static enum status send_command(struct engine *e,
				const struct engine_command *command)
{
	struct buf frame = BUF_INIT;
	enum status status = engine_command_encode(&frame, command);

	if (status != STATUS_OK) {
		buf_release(&frame);
		return status;
	}
	status = engine_process_take(&e->process, &frame);
	if (status == STATUS_BUSY)
		watch_begin(e);
	return status;
}

static enum status send_limits(struct engine *e)
{
	struct engine_command command = { .type = ENGINE_COMMAND_LIMITS,
					  .limits = e->limits };

	return send_command(e, &command);
}

static enum status send_door(struct engine *e)
{
	struct engine_command command = { .type = ENGINE_COMMAND_DOOR,
					  .door = e->door };

	return e->has_door ? send_command(e, &command) : STATUS_OK;
}

/* --- An engine that does not answer --- */

/* Counted in rounds and not by the clock: a node that was stopped itself finds
 * one round gone by, and the answer waiting. */
static bool is_overdue(uint32_t rounds)
{
	return rounds > PATIENCE_ROUNDS;
}

static const char *wait_a_round(struct engine *e, bool *waits)
{
	bool queued = engine_process_queued(&e->process) > 0;
	uint64_t taken = e->process.frames_taken;
	const char *why = NULL;

	if (!queued || taken != e->taken)
		e->taking_rounds = 0;
	else if (is_overdue(++e->taking_rounds))
		why = "did not take what it was told";
	e->taken = taken;
	if (e->stats_due && is_overdue(++e->stats_rounds))
		why = "did not answer";
	*waits = queued || e->stats_due;
	for (uint32_t i = 0; i < e->slot_count; i++) {
		struct slot *s = &e->slots[i];

		if (!s->used || !s->releasing)
			continue;
		*waits = true;
		if (is_overdue(++s->rounds))
			why = "did not let go of a payload";
	}
	return why;
}

static void watched(uv_timer_t *timer)
{
	struct engine *e = timer->data;
	const char *why;
	bool waits;

	why = wait_a_round(e, &waits);
	if (!waits)
		uv_timer_stop(timer);
	else if (why != NULL)
		engine_end(e, why);
}

static void watch_begin(struct engine *e)
{
	uint64_t round_ms = e->patience_ms / PATIENCE_ROUNDS;

	if (!uv_is_active((uv_handle_t *)&e->watch) && e->state != CLOSING)
		uv_timer_start(&e->watch, watched, round_ms, round_ms);
}

static void watch_end(struct engine *e)
{
	e->taken = 0;
	e->taking_rounds = 0;
	e->stats_due = false;
	uv_timer_stop(&e->watch);
}

static void process_ended(void *owner, const char *how);

static void start(struct engine *e)
{
	char user[48], keep_off[96];
	char *arguments[6] = { e->program, e->payload_dir, e->listen };
	unsigned count = 3;

	set_state(e, STARTING);
	e->cage_known = false;
	e->process_open = true;
	if (e->user.uid != 0) {
		(void)snprintf(user, sizeof(user), "--user=%lu:%lu",
			       (unsigned long)e->user.uid,
			       (unsigned long)e->user.gid);
		arguments[count++] = user;
	}
	if (e->keep_off != NULL) {
		(void)snprintf(keep_off, sizeof(keep_off), "--keep-off=%s",
			       e->keep_off);
		arguments[count++] = keep_off;
	}
	engine_process_start(&e->process, e->loop, arguments, frame_came,
			     process_ended, e);
	/* A process that could not be started says so by its end. */
	(void)send_limits(e);
	(void)send_door(e);
}

static void rested(uv_timer_t *timer)
{
	struct engine *e = timer->data;

	e->restarts++;
	start(e);
}

static void rest_closed(uv_handle_t *handle)
{
	struct engine *e = handle->data;
	engine_closed_cb on_closed = e->on_closed;
	void *owner = e->owner;

	free(e->slots);
	free(e->keep_off);
	free(e->listen);
	free(e->payload_dir);
	free(e->program);
	free(e);
	on_closed(owner);
}

static void watch_closed(uv_handle_t *handle)
{
	struct engine *e = handle->data;

	uv_close((uv_handle_t *)&e->rest, rest_closed);
}

static bool is_healthy(const struct engine *e)
{
	return e->state == RUNNING &&
	       uv_now(e->loop) - e->state_at >= HEALTHY_MS;
}

static void process_ended(void *owner, const char *how)
{
	struct engine *e = owner;
	struct engine_event died = { .type = ENGINE_DIED };
	bool healthy = is_healthy(e);

	e->process_open = false;
	if (e->state == CLOSING) {
		uv_close((uv_handle_t *)&e->watch, watch_closed);
		return;
	}
	slots_forget(e);
	watch_end(e);
	set_state(e, RESTING);
	e->in_a_row = healthy ? 1 : e->in_a_row + 1;
	(void)snprintf(e->last_end, sizeof(e->last_end), "%s", how);
	e->last_end_at = uv_now(e->loop);
	if (healthy || e->rest_ms == 0)
		e->rest_ms = REST_FIRST_MS;
	uv_timer_start(&e->rest, rested, e->rest_ms, 0);
	e->rest_ms = e->rest_ms * 2 > REST_MAX_MS ? REST_MAX_MS
						  : e->rest_ms * 2;
	died.failed.status = STATUS_UNREACHABLE;
	died.failed.text = how;
	tell(e, &died);
}

void engine_close(struct engine *e, engine_closed_cb on_closed)
{
	assert(e->state != CLOSING);
	e->state = CLOSING;
	e->on_closed = on_closed;
	watch_end(e);
	if (e->process_open)
		engine_process_close(&e->process);
	else
		uv_close((uv_handle_t *)&e->watch, watch_closed);
}

/* --- Opening --- */

static char *copy_or_err(const char *text, struct err *err)
{
	char *copy = strdup(text);

	if (copy == NULL)
		err_set(err, STATUS_NO_MEMORY, "engine");
	return copy;
}

/* xiangtu-engine beside our own program, else where it is installed. */
static char *find_program(const char *given, struct err *err)
{
	char path[PATH_MAX];
	ssize_t size;
	char *slash;

	if (given != NULL) {
		if (access(given, X_OK) == 0)
			return copy_or_err(given, err);
		err_set(err, STATUS_NOT_FOUND, "engine program '%s': %s",
			given, strerror(errno));
		return NULL;
	}
	size = readlink("/proc/self/exe", path, sizeof(path) - 32);
	path[size < 0 ? 0 : size] = '\0';
	slash = strrchr(path, '/');
	if (slash != NULL) {
		strcpy(slash + 1, "xiangtu-engine");
		if (access(path, X_OK) == 0)
			return copy_or_err(path, err);
	}
	if (access(ENGINE_INSTALLED, X_OK) == 0)
		return copy_or_err(ENGINE_INSTALLED, err);
	err_set(err, STATUS_NOT_FOUND,
		"no engine program, neither '%s' nor '%s'", path,
		ENGINE_INSTALLED);
	return NULL;
}

static bool listen_is_address(const char *listen)
{
	const char *colon = strrchr(listen, ':');
	struct sockaddr_in6 address6;
	struct sockaddr_in address4;
	char host[64];
	uint64_t port;
	size_t size;

	if (colon == NULL || (size_t)(colon - listen) >= sizeof(host) ||
	    decimal_parse(bytes_of(colon + 1), &port) != STATUS_OK ||
	    port > 65535)
		return false;
	size = (size_t)(colon - listen);
	memcpy(host, listen, size);
	host[size] = '\0';
	if (size > 2 && host[0] == '[' && host[size - 1] == ']') {
		host[size - 1] = '\0';
		return uv_ip6_addr(host + 1, 0, &address6) == 0;
	}
	return uv_ip4_addr(host, 0, &address4) == 0;
}

static enum status fill(struct engine *e, const struct engine_options *options,
			struct err *err)
{
	e->program = find_program(options->program, err);
	if (e->program == NULL)
		return err->status;
	e->payload_dir = realpath(options->payload_dir, NULL);
	if (e->payload_dir == NULL)
		return err_set(err,
			       errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO,
			       "payload folder '%s': %s", options->payload_dir,
			       strerror(errno));
	if (options->user != NULL)
		e->user = *options->user;
	e->listen = copy_or_err(options->listen, err);
	if (e->listen != NULL && options->keep_off != NULL) {
		e->keep_off = copy_or_err(options->keep_off, err);
		return e->keep_off == NULL ? err->status : STATUS_OK;
	}
	return e->listen == NULL ? err->status : STATUS_OK;
}

enum status engine_open(struct engine **out, uv_loop_t *loop,
			const struct engine_options *options,
			engine_event_cb on_event, void *owner, struct err *err)
{
	struct engine *e;

	if (!listen_is_address(options->listen))
		return err_set(err, STATUS_USAGE,
			       "'%s' is not an address and port such as "
			       "0.0.0.0:7434",
			       options->listen);
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return err_set(err, STATUS_NO_MEMORY, "engine");
	e->user.lack = ENGINE_LACKS_ROOT;
	if (fill(e, options, err) != STATUS_OK) {
		free(e->listen);
		free(e->payload_dir);
		free(e->program);
		free(e);
		return err->status;
	}
	e->loop = loop;
	e->on_event = on_event;
	e->owner = owner;
	/* Its end is to be an error of a write, not ours. */
	signal(SIGPIPE, SIG_IGN);
	uv_timer_init(loop, &e->rest);
	e->rest.data = e;
	uv_timer_init(loop, &e->watch);
	e->watch.data = e;
	e->patience_ms = options->patience_ms == 0 ? PATIENCE_MS :
						     options->patience_ms;
	*out = e;
	start(e);
	return STATUS_OK;
}

/* --- What the owner may ask --- */

bool engine_is_ready(const struct engine *e)
{
	return e->state == RUNNING;
}

bool engine_has(const struct engine *e, const uint8_t *btmh)
{
	return slot_of(e, btmh) != NULL;
}

uint32_t engine_loaded(const struct engine *e)
{
	return e->used;
}

void engine_end(struct engine *e, const char *why)
{
	if (e->process_open && e->state != CLOSING)
		engine_process_kill(&e->process, why);
}

void engine_health(const struct engine *e, struct engine_health *out)
{
	uint64_t now = uv_now(e->loop);

	*out = (struct engine_health){
		.state = e->state == CLOSING ? ENGINE_RESTING :
					       (enum engine_state)e->state,
		.in_a_row = is_healthy(e) ? 0 : e->in_a_row,
		.state_ms = now - e->state_at,
		.last_end_ms = now - e->last_end_at,
		.cage_known = e->cage_known,
		.cage = e->cage,
	};
	if (e->state == RESTING)
		out->next_try_ms = uv_timer_get_due_in(&e->rest);
	memcpy(out->last_end, e->last_end, sizeof(out->last_end));
}

uint32_t engine_restarts(const struct engine *e)
{
	return e->restarts;
}

int engine_pid(const struct engine *e)
{
	return e->process_open ? engine_process_pid(&e->process) : 0;
}

enum status engine_add(struct engine *e, const struct engine_payload *payload,
		       struct err *err)
{
	struct engine_command command = { .type = ENGINE_COMMAND_ADD };
	enum status status;
	struct slot *s;

	assert(e->state != CLOSING);
	if (e->state != RUNNING)
		return err_set(err, STATUS_UNREACHABLE,
			       "the engine is not ready");
	if (slot_of(e, payload->btmh) != NULL)
		return err_set(err, STATUS_EXISTS, "the engine has it");
	if (payload->pieces == 0 || payload->pieces > ENGINEWIRE_PIECES_MAX ||
	    (payload->mode == ENGINE_FETCH && payload->have.size != 0 &&
	     !engine_have_fits(payload->have, payload->pieces)))
		return err_set(err, STATUS_MALFORMED,
			       "have-map of another payload");
	s = slot_free(e);
	if (s == NULL)
		return err_set(err, STATUS_NO_MEMORY, "engine");
	command.slot = slot_number(e, s);
	memcpy(command.add.btmh, payload->btmh, ENGINE_BTMH_SIZE);
	command.add.mode = payload->mode;
	command.add.lan_only = payload->lan_only || e->inside;
	command.add.torrent = payload->torrent;
	if (payload->mode == ENGINE_FETCH)
		command.add.have = payload->have;
	status = send_command(e, &command);
	if (status != STATUS_OK)
		return err_set(err, status, "tell the engine: %s",
			       status_text(status));
	*s = (struct slot){ .used = true,
			    .mode = payload->mode,
			    .pieces = payload->pieces,
			    .lan_only = payload->lan_only };
	memcpy(s->btmh, payload->btmh, ENGINE_BTMH_SIZE);
	e->used++;
	return STATUS_OK;
}

/* Fill in the slot and send, if it is loaded. */
static enum status send_about(struct engine *e, const uint8_t *btmh,
			      struct engine_command *command)
{
	struct slot *s = slot_of(e, btmh);

	assert(e->state != CLOSING);
	if (s == NULL)
		return STATUS_NOT_FOUND;
	command->slot = slot_number(e, s);
	return send_command(e, command);
}

enum status engine_connect(struct engine *e, const uint8_t *btmh,
			   const struct engine_address *peer)
{
	struct engine_command command = { .type = ENGINE_COMMAND_CONNECT,
					  .connect = *peer };

	return send_about(e, btmh, &command);
}

enum status engine_flush(struct engine *e, const uint8_t *btmh)
{
	struct engine_command command = { .type = ENGINE_COMMAND_FLUSH };

	return send_about(e, btmh, &command);
}

enum status engine_release(struct engine *e, const uint8_t *btmh)
{
	struct engine_command command = { .type = ENGINE_COMMAND_RELEASE };
	struct slot *s = slot_of(e, btmh);
	enum status status;

	if (s != NULL && s->releasing)
		return STATUS_OK;
	status = send_about(e, btmh, &command);
	if (status == STATUS_OK) {
		s->releasing = true;
		watch_begin(e);
	}
	return status;
}

enum status engine_reach(struct engine *e, const uint8_t *btmh, bool lan_only)
{
	struct engine_command command = { .type = ENGINE_COMMAND_REACH,
					  .lan_only = lan_only || e->inside };
	struct slot *s = slot_of(e, btmh);

	if (s != NULL)
		s->lan_only = lan_only;
	return send_about(e, btmh, &command);
}

void engine_stay_inside(struct engine *e, bool inside)
{
	if (inside == e->inside && !e->inside_untold)
		return;
	e->inside = inside;
	e->inside_untold = false;
	for (uint32_t i = 0; i < e->slot_count; i++) {
		struct slot *s = &e->slots[i];
		struct engine_command command = {
			.type = ENGINE_COMMAND_REACH,
			.slot = slot_number(e, s),
			.lan_only = s->lan_only || inside,
		};

		if (s->used && !s->lan_only && !s->releasing &&
		    send_command(e, &command) != STATUS_OK)
			e->inside_untold = true;
	}
}

enum status engine_peers(struct engine *e, const uint8_t *btmh)
{
	struct engine_command command = { .type = ENGINE_COMMAND_PEERS };

	return send_about(e, btmh, &command);
}

enum status engine_limits(struct engine *e, const struct engine_limits *limits)
{
	if (limits->lan_count > ENGINEWIRE_LAN_MAX)
		return STATUS_MALFORMED;
	for (uint32_t i = 0; i < limits->lan_count; i++)
		if (limits->lan[i].bits > 128)
			return STATUS_MALFORMED;
	e->limits = *limits;
	if (e->state != STARTING && e->state != RUNNING)
		return STATUS_OK;
	return send_limits(e) == STATUS_BUSY ? STATUS_BUSY : STATUS_OK;
}

enum status engine_door(struct engine *e, const struct engine_door *door)
{
	e->door = *door;
	e->has_door = true;
	if (e->state != STARTING && e->state != RUNNING)
		return STATUS_OK;
	return send_door(e) == STATUS_BUSY ? STATUS_BUSY : STATUS_OK;
}

enum status engine_prove(struct engine *e, const uint8_t *btmh,
			 const struct engine_prove *prove)
{
	struct engine_command command = { .type = ENGINE_COMMAND_PROVE,
					  .prove = *prove };

	return send_about(e, btmh, &command);
}

enum status engine_admit(struct engine *e, const uint8_t *btmh,
			 const struct engine_admit *admit)
{
	struct engine_command command = { .type = ENGINE_COMMAND_ADMIT,
					  .admit = *admit };

	return send_about(e, btmh, &command);
}

enum status engine_stats(struct engine *e)
{
	struct engine_command command = { .type = ENGINE_COMMAND_STATS };
	enum status status;

	if (e->state != RUNNING)
		return STATUS_UNREACHABLE;
	status = send_command(e, &command);
	if (status == STATUS_OK && !e->stats_due) {
		e->stats_due = true;
		e->stats_rounds = 0;
		watch_begin(e);
	}
	return status;
}
