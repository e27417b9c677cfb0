/* Start and stop of a running node, and the wires between its parts.
 *
 * Starting is synchronous, part after part; a part that fails stops those
 * before it. Stopping is a list of steps, each of which ends in stop_next():
 * parts that ask others stop first, those that are asked last. */
#include "node/node.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "catalog/lessons.h"
#include "catalog/search.h"
#include "node/drive/ondrive.h"
#include "node/node_inside.h"
#include "node/node_peers.h"
#include "node/payload_owner.h"
#include "node/prepare.h"
#include "node/staleness.h"
#include "node/tidy.h"
#include "proto/encoding.h"
#include "proto/upload.h"
#include "proto/url.h"

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

static void stop(struct node *n);

/* --- the wires --- */

void node_log_grown(void *owner, int64_t log)
{
	struct node *n = owner;

	if (node_records_grown(n, log))
		return;
	staleness_heard_log(&n->house, log);
	(void)node_cosign(n, log);
	node_learn_time(n, log);
	heads_log_changed(n->heads, log);
	node_changed(n);
	node_index_soon(n);
}

static void ask_upstreams_again(struct node *n)
{
	for (unsigned i = 0; i < n->n_upstreams; i++)
		poller_again(n->pollers[i]);
}

void node_trust_changed(void *owner)
{
	struct node *n = owner;
	struct err err = ERR_INIT;

	if (house_follow(&n->house, &err) != STATUS_OK ||
	    index_set_trust(n->index, &n->house.trust.trust, NULL, &err) !=
		    STATUS_OK)
		(void)fprintf(stderr, "xiangtu: trust: %s\n", err.text);
	n->records_stale = true;
	node_evidence_again(n);
	n->witness_looked_ms = 0;
	heads_trust_changed(n->heads);
	node_changed(n);
	node_index_soon(n);
	ask_upstreams_again(n);
}

void node_delegated(void *owner)
{
	struct node *n = owner;
	struct err err = ERR_INIT;

	if (house_follow(&n->house, &err) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: delegations: %s\n", err.text);
	n->records_stale = true;
	n->again_soon = true;
	heads_trust_changed(n->heads);
	node_changed(n);
	node_index_soon(n);
}

/* A publisher that changes its mind all the time is not to have everybody ask
 * all the time. */
static void ask_again_tick(struct node *n)
{
	if (!n->again_soon || n->stopping ||
	    (n->again_ms != 0 && node_now(n) - n->again_ms < NODE_AGAIN_MS))
		return;
	n->again_soon = false;
	n->again_ms = node_now(n);
	ask_upstreams_again(n);
}

void node_ask_for_trust(struct node *n)
{
	size_t waits;

	(void)index_waits(n->index, &waits);
	if (waits > 0 && !n->stopping &&
	    (waits > n->waits || node_now(n) - n->waits_ms >= NODE_WAITS_MS)) {
		n->waits_ms = node_now(n);
		ask_upstreams_again(n);
	}
	n->waits = waits;
}

void node_forked(void *owner, const char *origin)
{
	struct node *n = owner;

	(void)fprintf(stderr,
		      "xiangtu: the log '%s' has two histories under one key; "
		      "both notes are kept as evidence and it is no longer "
		      "followed\n",
		      origin);
	if (n->stopping)
		return;
	heads_evidence_changed(n->heads); /* most likely with a proof */
	node_changed(n);
}

static void starved(void *owner, struct source *source)
{
	struct node *n = owner;

	for (unsigned i = 0; i < n->n_upstreams; i++)
		if (n->upstreams[i] == source)
			poller_again(n->pollers[i]);
}

static void upstream_back(void *owner, struct source *source)
{
	struct node *n = owner;

	(void)source;
	fetcher_hurry(n->fetcher);
}

static void held_changed(void *owner, const uint8_t *btmh, bool held)
{
	struct node *n = owner;

	node_changed(n);
	if (!held)
		return;
	cache_held(n->cache, btmh);
	node_tell_repaired(n, btmh);
	resources_learn(n, btmh);
	resources_arrived(n, btmh);
	node_look_at_lesson(n, btmh);
}

/* Somebody waits for a piece: it is asked for now, not at the next tick. */
static void urgent(void *owner, const uint8_t *btmh)
{
	struct node *n = owner;

	if (n->fetcher != NULL)
		fetcher_urgent(n->fetcher, btmh);
}

static void loaded(void *owner, const uint8_t *btmh)
{
	resources_loaded(owner, btmh);
}

static void engine_said(void *owner, const struct engine_event *event)
{
	struct node *n = owner;

	if (event->type == ENGINE_READY) {
		n->maker.swarm_port = event->ready.port;
		n->announcer.options.swarm_port = event->ready.port;
		node_changed(n);
	} else if (event->type == ENGINE_STATS) {
		traffic_swarm(&n->traffic, event->stats.bytes_down,
			      event->stats.bytes_up);
	} else if (event->type == ENGINE_DIED) {
		(void)fprintf(stderr, "xiangtu: engine: %s\n",
			      event->failed.text);
	} else if (event->type == ENGINE_FAILED && event->btmh == NULL) {
		(void)fprintf(stderr, "xiangtu: engine: %s\n",
			      event->failed.text);
		/* At the start that is a mistake somebody can mend; later the
		 * engine goes on trying. */
		if (n->maker.swarm_port == 0 && !n->stopping) {
			n->fatal = (struct err)ERR_INIT;
			(void)err_set(&n->fatal, event->failed.status,
				      "swarm address %s: %s; choose another "
				      "with 'swarm' in node.conf",
				      n->house.conf.swarm,
				      event->failed.text);
			stop(n);
			return;
		}
	}
	node_door_event(n, event);
	uplink_engine_event(n->uplink, event);
	/* While stopping the engine outlives the fetcher. */
	if (n->fetcher != NULL)
		fetcher_engine_event(n->fetcher, event);
}

/* --- time --- */

static void stop_next(struct node *n);

static void ticked(uv_timer_t *timer)
{
	struct node *n = timer->data;

	node_lan_tick(n);
	node_peers_tick(n);
	node_statement_tick(n);
	node_up_tick(n);
	node_own_tick(n);
	ask_again_tick(n);
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
	if (n->stopping)
		return; /* these may be gone */
	if (uplink_tick(n->uplink, n->engine))
		fetcher_hurry(n->fetcher);
	(void)engine_stats(n->engine); /* it may be away */
}

/* --- start --- */

static enum status start_index(struct node *n, struct err *err)
{
	enum status status = index_open(&n->index, n->house.catalog,
					n->house.conf.level,
					n->house.conf.region, err);

	if (status == STATUS_OK)
		status = index_set_trust(n->index, &n->house.trust.trust, NULL,
					 err);
	return status;
}

static enum status start_memory(struct node *n, struct err *err)
{
	const struct arrivals_options arrivals = {
		.loop = n->loop,
		.payload_dir = n->house.payload_dir,
		.owner = n,
		.on_urgent = urgent,
		.on_begun = resources_begun,
		.on_read = resources_read,
	};
	enum status status;
	uint64_t seed;

	signing_random(&seed, sizeof(seed));
	if (neighbours_init(&n->neighbours) != STATUS_OK)
		return err_set(err, STATUS_NO_MEMORY, "neighbours");
	gate_init(&n->taker_gate, seed, node_now(n));
	pace_init(&n->statements_from, seed, NODE_STATEMENTS_FROM,
		  NODE_STATEMENTS_FROM_MS);
	pace_init(&n->statements_of, seed, NODE_STATEMENTS_OF,
		  NODE_STATEMENTS_OF_MS);
	pace_init(&n->evidence_from, seed, NODE_EVIDENCE_FROM,
		  NODE_EVIDENCE_FROM_MS);
	pace_init(&n->lines_from, seed, NODE_LINES_FROM, NODE_LINES_FROM_MS);
	pace_init(&n->proofs, seed, NODE_PROOFS, NODE_PROOFS_MS);
	n->taker = upload_taker_new(&n->house);
	status = lan_open(&n->lan, &n->house.conf, err);
	if (status != STATUS_OK)
		return status;
	status = node_peers_start(n, err);
	if (status != STATUS_OK)
		return status;
	n->tracker = tracker_new(seed);
	if (n->tracker == NULL || n->taker == NULL)
		return err_set(err, STATUS_NO_MEMORY, "tracker");
	n->heads = heads_new(n->loop, n->house.catalog, &n->house.trust,
			     n->maker.boot);
	if (n->heads == NULL)
		return err_set(err, STATUS_NO_MEMORY, "heads");
	status = ondrive_open(&n->ondrive, catalog_path(n->house.catalog),
			      n->house.torrent_dir, err);
	if (status != STATUS_OK)
		return status;
	status = arrivals_open(&n->arrivals, &arrivals, err);
	if (status != STATUS_OK)
		return status;
	return shelf_open(&n->shelf, n->house.payload_dir,
			  n->house.torrent_dir, n->house.blob_dir, err);
}

/* On the server's threads: only what has locks of its own is looked at. */
static bool try_fast(void *owner, const struct http_head *head,
		     struct http_answer *answer)
{
	struct node *n = owner;

	/* A drive has all of it; what arrives may have to be waited for. */
	return uplink_refuses(n->uplink, head, answer) ||
	       page_try(n, head, answer) ||
	       shelf_try(n->shelf, head, answer) ||
	       ondrive_try(n->ondrive, head, answer) ||
	       arrivals_try(n->arrivals, head, answer);
}

bool node_one_address(const char *text, char host[static URL_HOST_MAX + 1])
{
	uint16_t port;

	return url_parse_address(text, host, &port) == STATUS_OK &&
	       strcmp(host, "0.0.0.0") != 0 && strcmp(host, "::") != 0;
}

static enum status start_uplink(struct node *n, struct err *err)
{
	const struct uplink_options options = {
		.loop = n->loop,
		.plan = &n->house.conf.plan,
		.catalog = n->house.catalog,
		.lan = n->lan,
	};

	return uplink_open(&n->uplink, &options, err);
}

/* What `host` and `url` say, and what this machine calls itself. */
static void gather_names(struct node *n)
{
	char own[UV_MAXHOSTNAMESIZE];
	size_t size = sizeof(own);

	n->names = n->house.conf.hosts;
	(void)http_names_add_url(&n->names, n->house.conf.url);
	if (uv_os_gethostname(own, &size) == 0)
		(void)http_names_add(&n->names, own);
}

static enum status start_server(struct node *n, struct err *err)
{
	const struct http_client_meter meter = uplink_client_meter(n->uplink);
	const struct http_server_options options = {
		.address = n->house.conf.http,
		.body_max = STATEMENT_MAX,
		.large = { { "/up/", UPLOAD_MAX },
			   { "/api/drafts/", PAGE_UPLOAD_MAX },
			   { "/api/list", PAGE_UPLOAD_MAX } },
		.names = &n->names,
		.traffic = &n->traffic,
		.lan = n->lan,
		.meter = uplink_server_meter(n->uplink),
	};
	enum status status = http_client_open(&n->client, n->loop, err);
	char from[URL_HOST_MAX + 1];

	if (status == STATUS_OK)
		http_client_count(n->client, &n->traffic, n->lan);
	if (status == STATUS_OK)
		http_client_measure(n->client, &meter);
	gather_names(n);
	if (status == STATUS_OK && node_one_address(n->house.conf.http, from))
		status = http_client_leave_from(n->client, from, err);
	if (status == STATUS_OK)
		status = http_server_open(&n->server, n->loop, &options,
					  resources_request, try_fast, n, err);
	return status;
}

static enum status start_posters(struct node *n, struct err *err)
{
	const struct posters_options options = {
		.loop = n->loop,
		.client = n->client,
		.blob_dir = n->house.blob_dir,
		.owner = n,
		.sources = node_sources,
	};
	const struct lessons_query held = { .filter = LESSONS_HELD };
	enum status status = posters_open(&n->posters, &options, err);

	/* Those that a stop came between. */
	if (status == STATUS_OK)
		status = lessons_find(n->house.catalog, &held, node_want_poster, n,
				      err);
	return status;
}

/* An engine that was ended by a power cut left files that were its own. */
static enum status start_engine(struct node *n, struct err *err)
{
	char keep_off[CONF_ADDRESS_MAX + 16];
	const char *address = n->house.conf.http;
	const struct engine_options engine = {
		.payload_dir = n->house.payload_dir,
		.listen = n->house.conf.swarm,
		.keep_off = keep_off,
		.user = &n->engine_user,
	};

	engine_user_find(n->house.payload_dir, &n->engine_user);
	if (n->engine_user.uid != 0) {
		payload_set_mode(n->house.payload_dir);
		if (payload_take_back_all(n->house.payload_dir,
					  &n->engine_user,
					  err) != STATUS_OK)
			return err->status;
	}
	(void)snprintf(keep_off, sizeof(keep_off), "%.*s:%u",
		       (int)(strrchr(address, ':') - address), address,
		       http_server_port(n->server));
	return engine_open(&n->engine, n->loop, &engine, engine_said, n, err);
}

static enum status start_fetching(struct node *n, struct err *err)
{
	struct fetcher_options fetcher = {
		.loop = n->loop,
		.house = &n->house,
		.client = n->client,
		.shelf = n->shelf,
		.owner = n,
		.sources = node_sources,
		.on_held = held_changed,
		.arrivals = n->arrivals,
		.on_deleted = node_deleted,
		.reserve = node_reserve,
		.release = node_give_back,
		.on_loaded = loaded,
		.traffic = &n->traffic,
	};
	enum status status = start_engine(n, err);

	if (status == STATUS_OK)
		status = node_cache_start(n, err);
	if (status != STATUS_OK)
		return status;
	(void)uplink_tick(n->uplink, n->engine); /* what the LAN is, before all */
	node_door_start(n);
	fetcher.engine = n->engine;
	fetcher.engine_user = &n->engine_user;
	fetcher.peers = node_peers;
	fetcher.role = node_role;
	fetcher.on_job = node_on_job;
	fetcher.on_peer_failed = node_peer_failed;
	fetcher.own_id = node_id_of(house_node_public(&n->house));
	status = fetcher_open(&n->fetcher, &fetcher, err);
	return status == STATUS_OK ? node_scrub_start(n, err) : status;
}

static enum status start_following(struct node *n, struct err *err)
{
	const struct follower_options follower = {
		.loop = n->loop,
		.house = &n->house,
		.client = n->client,
		.owner = n,
		.on_grown = node_log_grown,
		.on_trust = node_trust_changed,
		.on_fork = node_forked,
		.on_own_shown = node_own_shown,
		.on_seen = node_log_seen,
		.on_starved = starved,
	};
	enum status status = follower_open(&n->follower, &follower, err);

	for (unsigned i = 0;
	     i < n->house.conf.upstreams && status == STATUS_OK; i++) {
		struct poller_options poller = {
			.loop = n->loop,
			.catalog = n->house.catalog,
			.trust = &n->house.trust,
			.client = n->client,
			.follower = n->follower,
			.static_ms = n->static_ms,
			.owner = n,
			.on_back = upstream_back,
			.on_own = node_up_own,
		};

		poller.source = sources_at(&n->sources,
					   n->house.conf.upstream[i],
					   node_now(n));
		if (poller.source == NULL)
			return err_set(err, STATUS_NO_MEMORY, "sources");
		poller.source->upstream = true;
		source_hold(poller.source);
		status = poller_open(&n->pollers[i], &poller, err);
		if (status == STATUS_OK)
			n->upstreams[n->n_upstreams++] = poller.source;
	}
	return status;
}

static void signalled(uv_signal_t *signal, int number)
{
	(void)number;
	stop(signal->data);
}

static enum status start_timers(struct node *n, struct err *err)
{
	lag_start(&n->lag, n->loop);
	(void)uv_timer_init(n->loop, &n->tick);
	(void)uv_idle_init(n->loop, &n->index_idle);
	(void)uv_signal_init(n->loop, &n->sigint);
	(void)uv_signal_init(n->loop, &n->sigterm);
	n->tick.data = n->index_idle.data = n->sigint.data = n->sigterm.data =
		n;
	(void)uv_timer_start(&n->tick, ticked, NODE_TICK_MS, NODE_TICK_MS);
	if (uv_signal_start(&n->sigint, signalled, SIGINT) != 0 ||
	    uv_signal_start(&n->sigterm, signalled, SIGTERM) != 0)
		return err_set(err, STATUS_IO, "signals");
	return STATUS_OK;
}

static enum status clean_up(struct node *n, struct err *err)
{
	char spool[HOUSE_PATH_MAX + 16];
	const char *const folders[] = { n->house.dir, n->house.payload_dir,
					n->house.torrent_dir,
					n->house.blob_dir, spool };
	enum status status = STATUS_OK;

	house_path(n->house.dir, HOUSE_SPOOL, spool);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders) &&
			   status == STATUS_OK;
	     i++)
		status = prepare_cleanup(folders[i], err);
	return status;
}

static enum status start(struct node *n, struct err *err)
{
	enum status status = clean_up(n, err);

	if (status == STATUS_OK)
		tidy_finish(&n->house);
	if (status == STATUS_OK)
		status = statement_maker_init(&n->maker, &n->house, err);
	if (status == STATUS_OK)
		status = start_index(n, err);
	if (status == STATUS_OK)
		status = start_memory(n, err);
	if (status == STATUS_OK)
		status = start_timers(n, err);
	node_live_init(n);
	n->slice = 4 * NODE_SLICE_LEAST;
	n->untidy = true;
	n->statement_stale = true;
	n->statement_unsent = true;
	if (status == STATUS_OK)
		status = start_uplink(n, err);
	if (status == STATUS_OK)
		status = page_start(n, err);
	if (status == STATUS_OK)
		status = start_server(n, err);
	if (status == STATUS_OK)
		status = start_posters(n, err);
	if (status == STATUS_OK)
		status = start_fetching(n, err);
	if (status == STATUS_OK)
		status = start_following(n, err);
	if (status == STATUS_OK)
		status = node_up_start(n, err);
	if (status == STATUS_OK)
		status = node_own_start(n, err);
	if (status == STATUS_OK)
		status = node_witness_start(n, err);
	if (status == STATUS_OK)
		status = node_lan_start(n, err);
	if (status == STATUS_OK)
		status = control_open(&n->control, n->loop, n->house.dir,
				      node_asked, n, err);
	if (status == STATUS_OK) {
		/* What was withdrawn or dropped while no node ran, or just
		 * before a power cut, still lies here. */
		node_reconsider_all(n);
		node_index_soon(n);
	}
	return status;
}

/* --- stop --- */

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
		if (n->announcing)
			announcer_close(&n->announcer, lan_closed);
		else
			stop_next(n);
		break;
	case 2:
		stop_pollers(n);
		break;
	case 3:
		if (n->follower != NULL)
			follower_close(n->follower, part_closed);
		else
			stop_next(n);
		break;
	case 4:
		page_close(n, part_closed);
		break;
	case 5:
		node_up_stop(n);
		node_evidence_stop(n);
		node_witness_stop(n);
		resources_stop(n);
		if (n->heads != NULL)
			heads_close(n->heads, part_closed, n);
		else
			stop_next(n);
		break;
	case 6:
		if (n->scrub != NULL)
			scrub_close(n->scrub, part_closed, n);
		else
			stop_next(n);
		break;
	case 7:
		if (n->fetcher != NULL)
			fetcher_close(n->fetcher, fetcher_closed, n);
		else
			stop_next(n);
		break;
	case 8:
		if (n->posters != NULL)
			posters_close(n->posters, part_closed, n);
		else
			stop_next(n);
		break;
	case 9:
		if (n->engine != NULL)
			engine_close(n->engine, part_closed);
		else
			stop_next(n);
		break;
	case 10:
		if (n->server != NULL)
			http_server_close(n->server, part_closed);
		else
			stop_next(n);
		break;
	case 11:
		if (n->client != NULL)
			http_client_close(n->client, part_closed, n);
		else
			stop_next(n);
		break;
	case 12:
		if (n->arrivals != NULL)
			arrivals_close(n->arrivals, part_closed, n);
		else
			stop_next(n);
		break;
	case 13:
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

static void stop(struct node *n)
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
	page_release(n);
	ondrive_free(n->ondrive);
	cache_free(n->cache);
	catalog_free(n->lists);
	shelf_free(n->shelf);
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
	status = start(n, err);
	if (status == STATUS_OK)
		say_where(n);
	else
		stop(n);
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
