/* What requests learn from and tell a running node. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/node_inside.h"
#include "node/page/desk.h"
#include "node/study/batcher.h"
#include "proto/encoding.h"

static json_t *upstreams_json(struct node *n)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < n->n_upstreams; i++) {
		const struct source *s = n->upstreams[i];

		(void)json_array_append_new(
			list,
			json_pack("{s:s, s:b, s:b, s:s, s:I}", "url", s->url,
				  "ok", s->ok, "static", s->is_static,
				  "trouble", s->trouble, "lies",
				  (json_int_t)s->lies));
	}
	return list;
}

size_t node_living_neighbours(const struct node *n)
{
	size_t count = 0;

	for (size_t i = 0; i < n->neighbours.count; i++)
		count += neighbour_is_alive(&n->neighbours.rows[i],
					    node_now(n));
	return count;
}

/* The line's limits, and how many lessons wait while it is closed. */
static json_t *limits_json(struct node *n)
{
	json_t *limits = uplink_json(n->uplink);
	struct lessons_summary summary = { 0 };
	struct err err = ERR_INIT;

	if (!budget_open(uplink_budget(n->uplink), BUDGET_DOWN,
			 BUDGET_BACKGROUND, NULL))
		(void)lessons_summary(n->house.catalog, &summary, &err);
	(void)json_object_set_new(limits, "waiting",
				  json_integer((json_int_t)summary.wanted));
	return limits;
}

static const char *lack_word(enum engine_lack lack)
{
	static const char *const words[ENGINE_LACK_COUNT] = {
		[ENGINE_LACKS_NOTHING] = "",
		[ENGINE_LACKS_ROOT] = "not_root",
		[ENGINE_LACKS_OWNERS] = "no_owners",
		[ENGINE_LACKS_POWERS] = "no_capabilities",
		[ENGINE_LACKS_KERNEL] = "kernel",
		[ENGINE_LACKS_PROCESSOR] = "processor",
		[ENGINE_LACKS_SIGHT] = "no_sight",
	};

	return words[lack];
}

/* Each layer of the cage, in force or with the reason why not. */
static json_t *cage_json(const struct engine_health *health)
{
	static const char *const names[ENGINE_LAYERS] = {
		[ENGINE_LAYER_USER] = "user",
		[ENGINE_LAYER_FILES] = "files",
		[ENGINE_LAYER_CALLS] = "calls",
		[ENGINE_LAYER_CONNECTIONS] = "connections",
	};
	json_t *cage = json_object();

	for (int i = 0; health->cage_known && i < ENGINE_LAYERS; i++) {
		enum engine_lack lack = health->cage.lack[i];

		(void)json_object_set_new(
			cage, names[i],
			json_pack("{s:b, s:s}", "in_force",
				  lack == ENGINE_LACKS_NOTHING, "why",
				  lack_word(lack)));
	}
	return cage;
}

json_t *node_engine_json(const struct node *n)
{
	static const char *const states[] = { "starting", "running",
					      "resting" };
	struct engine_health health;

	engine_health(n->engine, &health);
	return json_pack(
		"{s:s, s:I, s:I, s:I, s:I, s:s, s:I, s:I, s:o}", "state",
		states[health.state], "state_s",
		(json_int_t)(health.state_ms / 1000), "restarts",
		(json_int_t)engine_restarts(n->engine), "in_a_row",
		(json_int_t)health.in_a_row, "next_try_s",
		(json_int_t)((health.next_try_ms + 999) / 1000), "last_end",
		health.last_end, "last_end_ago_s",
		(json_int_t)(health.last_end[0] == 0 ?
				     -1 :
				     (json_int_t)(health.last_end_ms / 1000)),
		"uid",
		(json_int_t)(n->engine_user.uid != 0 ? n->engine_user.uid :
						       geteuid()),
		"cage", cage_json(&health));
}

static json_t *status_live(void *node)
{
	struct node *n = node;
	struct http_client_counters client;
	struct http_server_counters server;

	http_client_counters(n->client, &client);
	http_server_counters(n->server, &server);
	return json_pack(
		"{s:I, s:o, s:I, s:I, s:I, s:I, s:I, s:s, s:I, s:I, s:I, s:I, "
		"s:b, s:o, s:o, s:o, s:o, s:o, s:o}",
		"neighbours", (json_int_t)node_living_neighbours(n),
		"upstreams", upstreams_json(n), "http_port",
		(json_int_t)http_server_port(n->server), "swarm_port",
		(json_int_t)n->maker.swarm_port, "pid", (json_int_t)getpid(),
		"engine_pid", (json_int_t)engine_pid(n->engine),
		"engine_restarts", (json_int_t)engine_restarts(n->engine),
		"twin", n->twin ? n->twin_text : "", "http_bytes_in",
		(json_int_t)client.bytes_in, "http_bytes_out",
		(json_int_t)client.bytes_out, "http_requests",
		(json_int_t)server.requests, "engine_loaded",
		(json_int_t)engine_loaded(n->engine), "announcing",
		n->announcing, "lag", lag_json(&n->lag), "traffic",
		traffic_json(&n->traffic), "limits", limits_json(n), "engine",
		node_engine_json(n), "swarm", node_door_json(n), "import",
		importer_json(n->importer));
}

static json_t *neighbours_live(void *node)
{
	struct node *n = node;
	json_t *list = json_array();

	for (size_t i = 0; i < n->neighbours.count; i++) {
		const struct neighbour *row = &n->neighbours.rows[i];
		int64_t now = node_now(n);
		char hex[65] = "";

		if (row->has_key)
			hex_encode((struct bytes){ row->key, 32 }, hex);
		(void)json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:b, "
				  "s:I, s:I}",
				  "node", hex, "name", row->name, "url",
				  row->url, "level", level_name(row->level),
				  "region", row->region, "alive",
				  neighbour_is_alive(row, now), "confirmed",
				  row->confirmed, "listed", row->listed,
				  "heard_ago_s",
				  (json_int_t)(row->heard_ms < 0 ?
						       -1 :
						       (now - row->heard_ms) /
							       1000),
				  "logs", (json_int_t)row->head_count));
	}
	return list;
}

static json_t *transfers_live(void *node)
{
	struct node *n = node;

	return json_pack("{s:o, s:I, s:I}", "fetching",
			 fetcher_jobs(n->fetcher), "loaded",
			 (json_int_t)engine_loaded(n->engine),
			 "engine_restarts",
			 (json_int_t)engine_restarts(n->engine));
}

static double progress_live(void *node, const uint8_t *btmh)
{
	return fetcher_progress(((struct node *)node)->fetcher, btmh);
}

static const char *trouble_live(void *node, const uint8_t *btmh)
{
	struct node *n = node;
	const char *trouble = fetcher_trouble(n->fetcher, btmh), *why = NULL;
	struct payload_standing standing;
	struct err err = ERR_INIT;
	bool first;

	/* What goes on has no trouble, though the line be closed. */
	if (trouble[0] == 0 && fetcher_moves(n->fetcher, btmh))
		return trouble;
	if (shelf_has(n->shelf, btmh) ||
	    lessons_standing(n->house.catalog, btmh, &standing, &err) !=
		    STATUS_OK ||
	    !standing.wanted)
		return trouble;
	first = standing.pinned || fetcher_is_first(n->fetcher, btmh);
	return budget_open(uplink_budget(n->uplink), BUDGET_DOWN,
			   first ? BUDGET_FOREGROUND : BUDGET_BACKGROUND,
			   &why) ?
		       trouble :
		       why;
}

static void published(void *node, const uint8_t *btmh)
{
	fetcher_published(((struct node *)node)->fetcher, btmh);
}

static void choices_changed(void *node)
{
	struct node *n = node;

	node_changed(n);
	node_index_soon(n);
	fetcher_look(n->fetcher);
}

static enum status lend(void *node, const uint8_t *btmh, pid_t pid,
			struct buf *have, uint32_t *pieces, bool *held,
			struct err *err)
{
	struct node *n = node;

	return fetcher_lend(n->fetcher, btmh, pid, have, pieces, held, err);
}

static enum status lent_back(void *node, const uint8_t *btmh, pid_t pid,
			     uint32_t pieces, uint64_t bytes,
			     struct bytes have, bool *held, struct err *err)
{
	struct node *n = node;

	return fetcher_lent_back(n->fetcher, btmh, pid, pieces, bytes, have,
				 held, err);
}

static json_t *cache_live(void *node)
{
	struct node *n = node;
	json_t *cache = cache_status(n->cache);

	if (cache != NULL)
		(void)json_object_set_new(cache, "scrub",
					  scrub_status(n->scrub));
	return cache;
}

static enum status statement_take(void *node, struct bytes note,
				  uint64_t age_s, struct err *err)
{
	return node_statement_take(node, note, age_s, false, err);
}

static struct bytes own_statement(void *node)
{
	return node_statement(node);
}

/* Records that came while the key for it was locked are acknowledged. Who
 * unlocks says for how long: from here, until the node ends. */
static void unlocked(void *node)
{
	struct node *n = node;

	n->records_stale = true;
	importer_look(n->importer);
	desk_relock_after(desk_of(n), 0);
}

static json_t *imports(void *node, bool now, bool again)
{
	struct node *n = node;

	if (now)
		importer_now(n->importer, again);
	return importer_json(n->importer);
}

static enum status secret_set(void *node, const char *who, const char *hash,
			      struct err *err)
{
	return desk_set(desk_of(node), who, hash, err);
}

static json_t *secret_names(void *node, struct err *err)
{
	return desk_names(desk_of(node), err);
}

static void records_press(void *node)
{
	batcher_nudge(node);
}

static const char *records_trouble(void *node)
{
	return batcher_trouble(node);
}

static enum status records_may(void *node, struct err *err)
{
	return batcher_may(node, err);
}

static enum status machine_live(void *node, json_t **out, struct err *err)
{
	return batcher_machine(node, out, err);
}

static void records_sent(void *node, bool day, bool more)
{
	batcher_sent(node, day, more);
}

static bool has_twin(void *node)
{
	return ((struct node *)node)->twin;
}

void node_live_init(struct node *n)
{
	n->live = (struct live){
		.node = n,
		.status = status_live,
		.neighbours = neighbours_live,
		.transfers = transfers_live,
		.progress = progress_live,
		.trouble = trouble_live,
		.log_grown = node_log_grown,
		.published = published,
		.choices_changed = choices_changed,
		.damaged = node_damaged,
		.lend = lend,
		.lent_back = lent_back,
		.room_for = node_room_for,
		.cache = cache_live,
		.drive_here = node_drive_here,
		.drive_gone = node_drive_gone,
		.tell_where = node_tell_where,
		.unlocked = unlocked,
		.secret_set = secret_set,
		.secret_names = secret_names,
		.trust_taken = node_trust_changed,
		.delegated = node_delegated,
		.forked = node_forked,
		.evidence_changed = node_evidence_changed,
		.lines_taken = node_lines_taken,
		.statement_take = statement_take,
		.own_statement = own_statement,
		.imports = imports,
		.has_twin = has_twin,
		.records_press = records_press,
		.records_trouble = records_trouble,
		.records_may = records_may,
		.machine = machine_live,
		.records_sent = records_sent,
		.own_log = node_own_facts,
		.own_confirmed = node_own_confirmed,
	};
	n->requests = (struct requests){ .house = &n->house,
					 .index = n->index,
					 .live = &n->live };
}
