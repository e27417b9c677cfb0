/* Start of a running node: synchronous, part after part. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "catalog/lessons.h"
#include "node/aside.h"
#include "node/drive/ondrive.h"
#include "node/node_inside.h"
#include "node/node_peers.h"
#include "node/page/page.h"
#include "node/page/page_news.h"
#include "node/payload_owner.h"
#include "node/prepare.h"
#include "node/study/batcher.h"
#include "node/study/when.h"
#include "node/tidy.h"
#include "proto/upload.h"
#include "proto/url.h"

static enum status start_index(struct node *n, struct err *err)
{
	enum status status = index_open(&n->index, n->house.catalog,
					n->house.conf.level,
					n->house.conf.region, err);

	if (status == STATUS_OK)
		status = index_set_rendition(
			n->index, conf_rendition(&n->house.conf), err);
	if (status == STATUS_OK)
		status = index_set_trust(n->index, &n->house.trust.trust, NULL,
					 err);
	return status;
}

/* What the server's threads find payloads by, wherever these are. */
static enum status start_places(struct node *n, struct err *err)
{
	const struct aside_options usual = { .threads = 0 };
	struct arrivals_options arrivals = {
		.loop = n->loop,
		.payload_dir = n->house.payload_dir,
		.owner = n,
		.on_urgent = node_piece_urgent,
		.on_begun = resources_begun,
		.on_read = resources_read,
	};
	enum status status;

	n->payload_disk = aside_new(&usual);
	n->small_disk = aside_new(&usual);
	if (n->payload_disk == NULL || n->small_disk == NULL)
		return err_set(err, STATUS_NO_MEMORY, "disks");
	status = ondrive_open(&n->ondrive, catalog_path(n->house.catalog),
			      n->house.torrent_dir, err);
	if (status != STATUS_OK)
		return status;
	arrivals.disk = n->payload_disk;
	status = arrivals_open(&n->arrivals, &arrivals, err);
	if (status != STATUS_OK)
		return status;
	status = shelf_open(&n->shelf, n->house.payload_dir,
			    n->house.torrent_dir, n->house.blob_dir, err);
	if (status == STATUS_OK)
		shelf_use_disks(n->shelf, n->payload_disk, n->small_disk);
	return status;
}

static enum status start_memory(struct node *n, struct err *err)
{
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
	pace_init(&n->ups_from, seed, NODE_UPS_FROM, NODE_UPS_FROM_MS);
	pace_init(&n->loads_from, seed, NODE_LOADS_FROM, NODE_LOADS_FROM_MS);
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
	return start_places(n, err);
}

/* On the server's threads: only what has locks of its own is looked at. */
static bool try_fast(void *owner, const struct http_head *head,
		     struct http_answer *answer)
{
	struct node *n = owner;

	/* A drive has all of it; what arrives may have to be waited for, as a
	 * drive that is late. */
	return uplink_refuses(n->uplink, head, answer) ||
	       page_try(n, head, answer) ||
	       shelf_try(n->shelf, head, answer) ||
	       (ondrive_is_late(n->ondrive) &&
		arrivals_try(n->arrivals, head, answer)) ||
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

static void poster_came(void *owner)
{
	struct node *n = owner;

	if (n->page != NULL)
		page_news_picture(n->page->news);
}

static enum status start_posters(struct node *n, struct err *err)
{
	const struct posters_options options = {
		.loop = n->loop,
		.client = n->client,
		.blob_dir = n->house.blob_dir,
		.owner = n,
		.sources = node_sources,
		.came = poster_came,
	};
	const struct lessons_query held = { .filter = LESSONS_HELD };
	enum status status = posters_open(&n->posters, &options, err);

	/* Those that a stop came between. */
	if (status == STATUS_OK)
		status = lessons_find(n->house.catalog, &held,
				      node_want_poster, n, err);
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
	return engine_open(&n->engine, n->loop, &engine, node_engine_said, n,
			   err);
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
		.on_held = node_held_changed,
		.arrivals = n->arrivals,
		.on_deleted = node_deleted,
		.reserve = node_reserve,
		.release = node_give_back,
		.on_loaded = node_engine_loaded,
		.traffic = &n->traffic,
	};
	enum status status = start_engine(n, err);

	if (status == STATUS_OK)
		status = node_cache_start(n, err);
	if (status != STATUS_OK)
		return status;
	/* What the LAN is, before all. */
	(void)uplink_tick(n->uplink, n->engine);
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

static void imported(void *owner)
{
	page_heard(owner);
}

static enum status start_importing(struct node *n, struct err *err)
{
	const struct importer_options importer = { .loop = n->loop,
						   .house = &n->house,
						   .owner = n,
						   .changed = imported };

	return importer_open(&n->importer, &importer, err);
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
		.on_starved = node_source_starved,
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
			.on_back = node_upstream_back,
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
	node_stop(signal->data);
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
	(void)uv_timer_start(&n->tick, node_ticked, NODE_TICK_MS, NODE_TICK_MS);
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

enum status node_start(struct node *n, struct err *err)
{
	enum status status = clean_up(n, err);

	if (status == STATUS_OK)
		tidy_finish(&n->house);
	if (status == STATUS_OK)
		status = statement_maker_init(&n->maker, &n->house, err);
	if (status == STATUS_OK)
		when_begin(&n->house, n->maker.boot);
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
		status = start_importing(n, err);
	if (status == STATUS_OK)
		status = batcher_open(&n->batcher, n, err);
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
