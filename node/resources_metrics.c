/* GET /metrics (node/metrics.h): gathers the facts. Who watches machines is on
 * this one or near it; others need not know how a village's box is. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "catalog/lessons.h"
#include "catalog/outbox.h"
#include "node/metrics.h"
#include "node/node_inside.h"
#include "node/version.h"

/* The second number of statm: pages in memory. */
static uint64_t resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long long all = 0, resident = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%llu %llu", &all, &resident) != 2)
		resident = 0;
	(void)fclose(file);
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void gather_engine(const struct node *n, struct metrics_facts *f)
{
	struct engine_health health;

	engine_health(n->engine, &health);
	f->engine_in_a_row = health.in_a_row;
	for (int i = 0; health.cage_known && i < ENGINE_LAYERS; i++)
		f->engine_layers +=
			health.cage.lack[i] == ENGINE_LACKS_NOTHING;
}

static void gather(struct node *n, struct metrics_facts *f)
{
	struct http_server_counters server;
	struct http_client_counters client;
	uint64_t spent = 0;
	unsigned month;

	http_server_counters(n->server, &server);
	http_client_counters(n->client, &client);
	if (n->uplink != NULL)
		budget_month(uplink_budget(n->uplink), &month, &spent);
	*f = (struct metrics_facts){
		.version = XIANGTU_VERSION,
		.level = level_name(n->house.conf.level),
		.region = n->house.conf.region,
		.name = n->house.conf.name,
		.traffic = &n->traffic,
		.lag = &n->lag,
		.engine_ready = engine_is_ready(n->engine),
		.engine_loaded = engine_loaded(n->engine),
		.engine_restarts = engine_restarts(n->engine),
		.neighbours = node_living_neighbours(n),
		.upstreams = n->n_upstreams,
		.jobs = fetcher_count(n->fetcher),
		.cache = cache_count(n->cache),
		.month_bytes = spent,
		.month_cap = n->house.conf.plan.cap,
		.http_requests = server.requests,
		.http_waiting = server.waiting,
		.http_fetches = client.fetches,
		.http_fetch_connections = client.connections,
		.catalog_wal_pages =
			(uint64_t)catalog_wal_pages(n->house.catalog),
		.resident_bytes = resident_bytes(),
	};
	memcpy(f->turned_away, n->turned_away.count, sizeof(f->turned_away));
	gather_engine(n, f);
	for (unsigned i = 0; i < n->n_upstreams; i++)
		f->upstreams_ok += n->upstreams[i]->ok;
}

/* What waits for the offices; nothing where records.db does not read. */
static void gather_records(struct node *n, struct metrics_facts *f)
{
	struct outbox_facts facts;
	struct err ignored = ERR_INIT;
	struct catalog *records;

	if (house_records(&n->house, &records, &ignored) != STATUS_OK ||
	    outbox_facts(records, &facts, &ignored) != STATUS_OK)
		return;
	f->records_pending = facts.waiting;
	f->records_unacknowledged = facts.sent;
	f->records_last_s = facts.last_s;
}

void metrics_request(struct node *n, struct http_request *request)
{
	struct metrics_facts facts;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	if (!http_head_is_own(http_request_head(request)) &&
	    !lan_has(n->lan, http_request_address(request))) {
		http_request_refuse(request, 403,
				    "only to this machine and its LAN");
		return;
	}
	gather(n, &facts);
	gather_records(n, &facts);
	if (lessons_summary(n->house.catalog, &facts.lessons, &err) !=
	    STATUS_OK) {
		http_request_refuse(request, 500, "the catalog does not read");
		return;
	}
	metrics_write(&text, &facts);
	if (buf_status(&text) != STATUS_OK)
		http_request_refuse(request, 500, "out of memory");
	else
		resources_answer(request, METRICS_TYPE, HTTP_NO_CACHE,
				 buf_bytes(&text));
	buf_release(&text);
}
