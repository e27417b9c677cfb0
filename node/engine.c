/*
 *             READY                       end
 * STARTING ----------> RUNNING ---> (either) ---> RESTING --timer--> STARTING
 *                          any ---- engine_close() ----> CLOSING --> freed
 */
#include "node/engine_inside.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	REST_FIRST_MS = 200,
	REST_MAX_MS = 30 * 1000,
	HEALTHY_MS = 60 * 1000,
	PATIENCE_MS = 120 * 1000,
	PATIENCE_ROUNDS = 8, /* it is looked after in */
};

static void slots_forget(struct engine *e)
{
	for (uint32_t i = 0; i < e->slot_count; i++)
		e->slots[i].used = false;
	e->used = 0;
}

void engine_set_state(struct engine *e, enum state state)
{
	e->state = state;
	e->state_at = uv_now(e->loop);
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

void engine_watch_begin(struct engine *e)
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

/* --- Starting, dying, closing --- */

static void process_ended(void *owner, const char *how);

static void start(struct engine *e)
{
	char user[48], keep_off[96];
	char *arguments[6] = { e->program, e->payload_dir, e->listen };
	unsigned count = 3;

	engine_set_state(e, STARTING);
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
	engine_process_start(&e->process, e->loop, arguments, engine_frame_came,
			     process_ended, e);
	/* A process that could not be started says so by its end. */
	(void)engine_send_limits(e);
	(void)engine_send_door(e);
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
	engine_set_state(e, RESTING);
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
	engine_tell(e, &died);
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
