/* Starts and stops what node/http_intake.c (its threads) and
 * node/http_request.c (the loop) share. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/http_inside.h"
#include "node/http_listen.h"

enum {
	CONNECTION_MEMORY = 16 * 1024, /* each has this for its heads */
	LAST_WORDS_MS = 500 /* for sending the last answers when closing */
};

/* Paths and queries are decoded by us, once. */
static size_t leave_escaped(void *owner, struct MHD_Connection *connection,
			    char *text)
{
	(void)owner;
	(void)connection;
	return strlen(text);
}

/* Each thread takes an equal part of these and no more. We see to the limit
 * ourselves, so there must be room for whoever is about to go. */
static unsigned spare_connections(const struct http_server_options *options)
{
	return options->connections + options->connections / 4 +
	       64 * options->threads;
}

static struct MHD_Daemon *daemon_start(struct http_server *server)
{
	const struct http_server_options *options = &server->options;
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD |
			 MHD_ALLOW_SUSPEND_RESUME |
			 MHD_USE_SUPPRESS_DATE_NO_CLOCK;
	/* A pool of one is what there is without a pool. */
	struct MHD_OptionItem pool[] = {
		{ MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)options->threads,
		  NULL },
		{ MHD_OPTION_END, 0, NULL },
	};

	return MHD_start_daemon(
		flags, 0, NULL, NULL, http_request_came, server,
		MHD_OPTION_LISTEN_SOCKET, server->listen_fd,
		MHD_OPTION_NOTIFY_COMPLETED, http_request_completed, server,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_NOTIFY_CONNECTION, http_guard_notified,
		&server->guard, MHD_OPTION_CONNECTION_LIMIT,
		spare_connections(options),
		MHD_OPTION_CONNECTION_TIMEOUT, options->timeout_s,
		MHD_OPTION_ARRAY, options->threads > 1 ? pool : pool + 1,
		MHD_OPTION_END);
}

static void fill_options(struct http_server_options *options,
			 const struct http_server_options *from)
{
	*options = *from;
	options->address = NULL; /* not kept */
	if (options->threads == 0)
		options->threads = 4;
	if (options->connections == 0)
		options->connections = 1500;
	if (options->per_ip == 0)
		options->per_ip = 600;
	if (options->waiting_max == 0)
		options->waiting_max = 2000;
	if (options->timeout_s == 0)
		options->timeout_s = 60;
	if (options->body_max == 0)
		options->body_max = 256 * 1024;
	if (options->bodies_max == 0)
		options->bodies_max = 16 * 1024 * 1024;
}

static void look_timer_fired(uv_timer_t *look)
{
	struct http_server *server = look->data;

	http_guard_look(&server->guard);
	http_sleepers_wake(server);
	http_looks_wake(server);
}

enum status http_server_open(struct http_server **out, uv_loop_t *loop,
			     const struct http_server_options *options,
			     http_request_cb on_request,
			     http_try_fast_cb try_fast_cb, void *owner,
			     struct err *err)
{
	struct http_server *server = calloc(1, sizeof(*server));
	uint64_t seed = uv_hrtime();
	enum status status;
	int rc;

	if (server == NULL)
		return err_set(err, STATUS_NO_MEMORY, "HTTP server");
	fill_options(&server->options, options);
	(void)uv_random(NULL, NULL, &seed, sizeof(seed), 0, NULL);
	server->turns.seed = seed;
	server->owner = owner;
	server->on_request = on_request;
	server->try_fast = try_fast_cb;
	server->loop = loop;
	status = http_listen(options->address, &server->listen_fd,
			     &server->port, err);
	if (status != STATUS_OK)
		goto free_server;
	if (uv_mutex_init(&server->lock) != 0) {
		status = err_set(err, STATUS_NO_MEMORY, "HTTP server lock");
		goto close_socket;
	}
	status = http_guard_init(&server->guard, server->options.connections,
				 server->options.per_ip,
				 server->options.bodies_max, seed);
	if (status != STATUS_OK) {
		(void)err_set(err, status, "HTTP server lock");
		goto destroy_lock;
	}
	/* A request may come before we can be woken: it waits for the lock. */
	uv_mutex_lock(&server->lock);
	server->daemon = daemon_start(server);
	if (server->daemon == NULL) {
		status = err_set(err, STATUS_IO, "start HTTP threads: %s",
				 strerror(errno));
		goto unlock;
	}
	rc = uv_async_init(loop, &server->wake, http_requests_arrived);
	if (rc != 0) {
		status = err_set(err, STATUS_IO, "HTTP wake-up: %s",
				 uv_strerror(rc));
		goto stop_daemon;
	}
	server->wake.data = server;
	(void)uv_timer_init(loop, &server->look); /* cannot fail */
	server->look.data = server;
	(void)uv_timer_start(&server->look, look_timer_fired, HTTP_GUARD_MS,
			     HTTP_GUARD_MS);
	server->open_things = 2;
	uv_mutex_unlock(&server->lock);
	*out = server;
	return STATUS_OK;

stop_daemon:
	server->closing = true;
	uv_mutex_unlock(&server->lock);
	MHD_stop_daemon(server->daemon);
	http_guard_release(&server->guard);
	uv_mutex_destroy(&server->lock);
	free(server);
	return status;
unlock:
	uv_mutex_unlock(&server->lock);
	http_guard_release(&server->guard);
destroy_lock:
	uv_mutex_destroy(&server->lock);
close_socket:
	(void)close(server->listen_fd);
free_server:
	free(server);
	return status;
}

uint16_t http_server_port(const struct http_server *server)
{
	return server->port;
}

void http_server_counters(struct http_server *server,
			  struct http_server_counters *counters)
{
	counters->requests = atomic_load(&server->requests);
	counters->fast = atomic_load(&server->fast);
	counters->body_bytes = atomic_load(&server->body_bytes);
	uv_mutex_lock(&server->lock);
	counters->waiting = server->waiting;
	uv_mutex_unlock(&server->lock);
	http_guard_count(&server->guard, counters);
}

void http_server_thing_closed(struct http_server *server)
{
	assert(server->open_things > 0);
	if (--server->open_things > 0)
		return;
	http_guard_release(&server->guard);
	uv_mutex_destroy(&server->lock);
	server->on_closed(server->owner);
	free(server);
}

static void handle_closed(uv_handle_t *handle)
{
	http_server_thing_closed(handle->data);
}

/* Nothing may be asleep when MHD stops, and the last answers (503) should have
 * a moment to leave. */
static void wait_for_answers(struct http_server *server)
{
	unsigned waited_ms = 0;
	bool again;

	do {
		uv_mutex_lock(&server->lock);
		again = server->waiting > 0 || server->asleep > 0 ||
			(server->answered > 0 && waited_ms < LAST_WORDS_MS);
		uv_mutex_unlock(&server->lock);
		if (again)
			uv_sleep(5);
		waited_ms += 5;
	} while (again);
}

static void stop_work(uv_work_t *work)
{
	struct http_server *server = work->data;

	/* Not MHD_quiesce_daemon(): in 0.9.75 it aborts when it meets a pool
	 * thread at the same work. Who comes meanwhile gets a 503. */
	wait_for_answers(server);
	MHD_stop_daemon(server->daemon); /* closes listen_fd as well */
}

static void stopped(uv_work_t *work, int status)
{
	struct http_server *server = work->data;

	(void)status; /* never cancelled */
	uv_close((uv_handle_t *)&server->look, handle_closed);
	uv_close((uv_handle_t *)&server->wake, handle_closed);
}

void http_server_close(struct http_server *server,
		       http_server_closed_cb on_closed)
{
	int rc;

	assert(server->on_closed == NULL && on_closed != NULL);

	server->on_closed = on_closed;
	uv_mutex_lock(&server->lock);
	server->closing = true;
	uv_mutex_unlock(&server->lock);
	http_requests_end(server);
	http_sleepers_wake(server);
	http_looks_wake(server);
	server->stop.data = server;
	rc = uv_queue_work(server->loop, &server->stop, stop_work, stopped);
	assert(rc == 0); /* fails without a callback only */
	(void)rc;
}
