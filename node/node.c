/* A running node: its clock, its stop, and what is done from the one to the
 * other. Its parts are started in node_start.c, and told of one another in
 * node_wires.c.
 *
 * Starting is synchronous; a part that fails stops those before it. Stopping is
 * a list of steps, each of which ends in stop_next(): parts that ask others
 * stop first, those that are asked last. */
#include "node/node.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "node/aside.h"
#include "node/drive/ondrive.h"
#include "node/node_inside.h"
#include "node/node_peers.h"
#include "node/study/batcher.h"
#include "node/wiped_json.h"

enum { DESCRIPTORS = 8192 };

int64_t node_now(const struct node *n)
{
	return (int64_t)uv_now(n->loop);
}

void node_changed(struct node *n)
{
	n->statement_stale = true;
	n->statement_unsent = true;
	page_library_changed(n);
	if (n->announcing && !n->stopping)
		announcer_changed(&n->announcer);
}

void node_ticked(uv_timer_t *timer)
{
	struct node *n = timer->data;

	node_lan_tick(n);
	node_peers_tick(n);
	node_statement_tick(n);
	node_up_tick(n);
	batcher_tick(n);
	node_own_tick(n);
	node_ask_tick(n);
	node_again_tick(n);
	node_ask_for_trust(n);
	node_evidence_tick(n);
	node_witness_tick(n);
	node_cache_tick(n);
	resources_tick(n);
	page_tick(n);
	ondrive_tick(n->ondrive);
	tracker_expire(n->tracker, node_now(n));
	node_index_soon(n);
	node_flush_wal(n, NODE_WAL_PAGES);
	node_flush_records(n);
	if (n->stopping)
		return; /* these may be gone */
	importer_tick(n->importer, node_now(n));
	if (uplink_tick(n->uplink, n->engine))
		fetcher_hurry(n->fetcher);
	(void)engine_stats(n->engine); /* it may be away */
}

/* --- stop --- */

static void stop_next(struct node *n);

static void part_closed(void *owner)
{
	stop_next(owner);
}

static void lan_closed(struct announcer *a)
{
	stop_next(a->owner);
}

static void fetcher_closed(void *owner)
{
	struct node *n = owner;

	n->fetcher = NULL;
	stop_next(n);
}

static void importer_closed(void *owner)
{
	struct node *n = owner;

	n->importer = NULL;
	stop_next(n);
}

static void uplink_closed(void *owner)
{
	struct node *n = owner;

	n->uplink = NULL;
	stop_next(n);
}

static void stop_pollers(struct node *n)
{
	unsigned last = n->n_upstreams;

	if (last == 0) {
		stop_next(n);
		return;
	}
	n->n_upstreams = last - 1;
	n->stop_step--; /* once more, until none is left */
	source_drop(n->upstreams[last - 1]);
	poller_close(n->pollers[last - 1], part_closed, n);
}

static void close_timers(struct node *n)
{
	uv_handle_t *const handles[] = { (uv_handle_t *)&n->tick,
					 (uv_handle_t *)&n->index_idle,
					 (uv_handle_t *)&n->peer_wait,
					 (uv_handle_t *)&n->sigint,
					 (uv_handle_t *)&n->sigterm };

	for (size_t i = 0; i < sizeof(handles) / sizeof(*handles); i++)
		if (handles[i]->data != NULL)
			uv_close(handles[i], NULL);
	lag_stop(&n->lag);
}

/* Each step closes one part, if it was opened, and comes back through
 * stop_next(). */
static void stop_next(struct node *n)
{
	switch (n->stop_step++) {
	case 0:
		if (n->control != NULL)
			control_close(n->control, part_closed);
		else
			stop_next(n);
		break;
	case 1:
		node_ask_close(n, stop_next);
		break;
	case 2:
		if (n->announcing)
			announcer_close(&n->announcer, lan_closed);
		else
			stop_next(n);
		break;
	case 3:
		stop_pollers(n);
		break;
	case 4:
		if (n->follower != NULL)
			follower_close(n->follower, part_closed);
		else
			stop_next(n);
		break;
	case 5:
		page_close(n, part_closed);
		break;
	case 6:
		node_up_stop(n);
		node_evidence_stop(n);
		node_witness_stop(n);
		resources_stop(n);
		if (n->heads != NULL)
			heads_close(n->heads, part_closed, n);
		else
			stop_next(n);
		break;
	case 7:
		if (n->scrub != NULL)
			scrub_close(n->scrub, part_closed, n);
		else
			stop_next(n);
		break;
	case 8:
		if (n->fetcher != NULL)
			fetcher_close(n->fetcher, fetcher_closed, n);
		else
			stop_next(n);
		break;
	case 9:
		if (n->posters != NULL)
			posters_close(n->posters, part_closed, n);
		else
			stop_next(n);
		break;
	case 10:
		if (n->engine != NULL)
			engine_close(n->engine, part_closed);
		else
			stop_next(n);
		break;
	case 11:
		if (n->server != NULL)
			http_server_close(n->server, part_closed);
		else
			stop_next(n);
		break;
	case 12:
		if (n->client != NULL)
			http_client_close(n->client, part_closed, n);
		else
			stop_next(n);
		break;
	case 13:
		if (n->importer != NULL)
			importer_close(n->importer, importer_closed, n);
		else
			stop_next(n);
		break;
	case 14:
		if (n->arrivals != NULL)
			arrivals_close(n->arrivals, part_closed, n);
		else
			stop_next(n);
		break;
	case 15:
		if (n->uplink != NULL)
			uplink_close(n->uplink, uplink_closed, n);
		else
			stop_next(n);
		break;
	default:
		close_timers(n);
		break;
	}
}

void node_stop(struct node *n)
{
	if (n->stopping)
		return;
	n->stopping = true;
	if (n->index_idle.data != NULL)
		(void)uv_idle_stop(&n->index_idle);
	stop_next(n);
}

static void node_release(struct node *n)
{
	batcher_free(n->batcher);
	page_release(n);
	ondrive_free(n->ondrive);
	cache_free(n->cache);
	node_ask_release(n);
	shelf_free(n->shelf);
	aside_drop(n->payload_disk);
	aside_drop(n->small_disk);
	tracker_free(n->tracker);
	upload_taker_free(n->taker);
	node_peers_release(n);
	neighbours_release(&n->neighbours);
	lan_free(n->lan);
	requests_release(&n->requests);
	index_free(n->index);
	sources_release(&n->sources);
	buf_release(&n->statement);
	house_close(&n->house);
	free(n);
}

static void say_where(const struct node *n)
{
	printf("xiangtu: %s %s, http port %u\n",
	       level_name(n->house.conf.level), n->house.conf.name,
	       http_server_port(n->server));
	if (house_is_locked(&n->house, HOUSE_PUBLISHER) ||
	    house_is_locked(&n->house, HOUSE_ACK))
		puts("xiangtu: the keys of this office are locked: xiangtu "
		     "unlock");
	(void)fflush(stdout);
}

/* A request that waits has two descriptors, and hundreds may wait. */
static void want_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur >= DESCRIPTORS)
		return;
	limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max :
							DESCRIPTORS;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

enum status node_run(const struct node_run_options *options, struct err *err)
{
	struct node *n = calloc(1, sizeof(*n));
	uv_loop_t loop;
	enum status status;
	int closed;

	if (n == NULL)
		return err_set(err, STATUS_NO_MEMORY, "node");
	wiped_json_init();
	status = house_open(&n->house, options->dir, HOUSE_WRITE, err);
	if (status != STATUS_OK) {
		free(n);
		return status;
	}
	if (uv_loop_init(&loop) != 0) {
		node_release(n);
		return err_set(err, STATUS_IO, "event loop");
	}
	(void)signal(SIGPIPE, SIG_IGN);
	want_descriptors();
	n->loop = &loop;
	n->static_ms = options->static_ms;
	status = node_start(n, err);
	if (status == STATUS_OK)
		say_where(n);
	else
		node_stop(n);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	if (n->fatal.status != STATUS_OK) {
		status = n->fatal.status;
		*err = n->fatal;
	}
	closed = uv_loop_close(&loop);
	assert(closed == 0);
	(void)closed;
	node_release(n);
	return status;
}
