#include "node/metrics.h"

#include <inttypes.h>
#include <stddef.h>

/* In label values: \ " and the end of a line. */
static void put_escaped(struct buf *out, const char *text)
{
	for (; *text != 0; text++) {
		if (*text == '\n')
			buf_puts(out, "\\n");
		else if (*text == '\\' || *text == '"')
			buf_printf(out, "\\%c", *text);
		else
			buf_put(out, text, 1);
	}
}

static void put_label(struct buf *out, const char *label, const char *value)
{
	buf_printf(out, "%s=\"", label);
	put_escaped(out, value);
	buf_puts(out, "\"");
}

void metrics_family(struct buf *out, const char *name, const char *type,
		    const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_sample(struct buf *out, const char *name, const char *label,
		    const char *value, uint64_t number)
{
	buf_puts(out, name);
	if (label != NULL) {
		buf_puts(out, "{");
		put_label(out, label, value);
		buf_puts(out, "}");
	}
	buf_printf(out, " %" PRIu64 "\n", number);
}

static void put_one(struct buf *out, const char *name, const char *type,
		    const char *help, uint64_t number)
{
	metrics_family(out, name, type, help);
	metrics_sample(out, name, NULL, NULL, number);
}

/* The same of two, three values of one label. */
struct labelled {
	const char *value;
	uint64_t number;
};

static void put_each(struct buf *out, const char *name, const char *type,
		     const char *help, const char *label,
		     const struct labelled *each, size_t count)
{
	metrics_family(out, name, type, help);
	for (size_t i = 0; i < count; i++)
		metrics_sample(out, name, label, each[i].value,
			       each[i].number);
}

#define PUT_EACH(out, name, type, help, label, ...)                     \
	put_each(out, name, type, help, label,                          \
		 (const struct labelled[]){ __VA_ARGS__ },              \
		 sizeof((const struct labelled[]){ __VA_ARGS__ }) /     \
			 sizeof(struct labelled))

/* --- what is told --- */

static void put_info(struct buf *out, const struct metrics_facts *f)
{
	metrics_family(out, "xiangtu_node_info", "gauge",
		       "Who this node is; always 1.");
	buf_puts(out, "xiangtu_node_info{");
	put_label(out, "version", f->version);
	buf_puts(out, ",");
	put_label(out, "level", f->level);
	buf_puts(out, ",");
	put_label(out, "region", f->region);
	buf_puts(out, ",");
	put_label(out, "name", f->name);
	buf_puts(out, "} 1\n");
}

static void put_traffic(struct buf *out, const struct traffic *t)
{
	PUT_EACH(out, "xiangtu_uplink_bytes_total", "counter",
		 "Bytes over HTTP with hosts beyond the LAN.", "direction",
		 { "down", atomic_load(&t->uplink_down) },
		 { "up", atomic_load(&t->uplink_up) });
	PUT_EACH(out, "xiangtu_lan_bytes_total", "counter",
		 "Bytes over HTTP with hosts of the LAN.", "direction",
		 { "down", atomic_load(&t->lan_down) },
		 { "up", atomic_load(&t->lan_up) });
	PUT_EACH(out, "xiangtu_swarm_bytes_total", "counter",
		 "Bytes of the BitTorrent engine, wherever they went.",
		 "direction", { "down", atomic_load(&t->swarm_down) },
		 { "up", atomic_load(&t->swarm_up) });
	PUT_EACH(out, "xiangtu_payload_fetched_bytes_total", "counter",
		 "Bytes of lessons that were fetched, by where they came from.",
		 "from", { "beyond", atomic_load(&t->from_beyond) },
		 { "near", atomic_load(&t->from_near) });
	put_one(out, "xiangtu_redundant_bytes_total", "counter",
		"Bytes of verified pieces that came more than once.",
		atomic_load(&t->redundant));
	put_one(out, "xiangtu_failed_bytes_total", "counter",
		"Bytes of pieces that were not what was signed.",
		atomic_load(&t->failed));
}

static void put_lessons(struct buf *out, const struct lessons_summary *l)
{
	PUT_EACH(out, "xiangtu_lessons", "gauge",
		 "Lessons: those not withdrawn (known), those of them that lie "
		 "here whole (held), are to be fetched (wanted); and those "
		 "withdrawn.",
		 "state", { "known", l->known }, { "wanted", l->wanted },
		 { "held", l->held }, { "withdrawn", l->withdrawn });
	PUT_EACH(out, "xiangtu_payload_bytes", "gauge",
		 "Bytes of the lessons that are held, and that are wanted.",
		 "state", { "held", l->bytes }, { "wanted", l->wanted_bytes });
	put_one(out, "xiangtu_entries_refused", "gauge",
		"Entries of logs that count for nothing.", l->refused);
}

static void put_seconds(struct buf *out, const char *name, uint64_t ns)
{
	buf_printf(out, "%s %" PRIu64 ".%09" PRIu64 "\n", name,
		   ns / 1000000000, ns % 1000000000);
}

static void put_lag(struct buf *out, const struct lag *lag)
{
	uint64_t sum = 0;

	metrics_family(out, "xiangtu_loop_turn_seconds", "histogram",
		       "How long one turn of the loop took, without sleep.");
	for (unsigned i = 0; i < LAG_BUCKETS - 1; i++) {
		sum += lag->buckets[i];
		buf_printf(out,
			   "xiangtu_loop_turn_seconds_bucket{le=\"%u.%03u\"} "
			   "%" PRIu64 "\n",
			   lag_bounds_ms[i] / 1000, lag_bounds_ms[i] % 1000,
			   sum);
	}
	buf_printf(out,
		   "xiangtu_loop_turn_seconds_bucket{le=\"+Inf\"} %" PRIu64
		   "\n",
		   lag->turns);
	put_seconds(out, "xiangtu_loop_turn_seconds_sum", lag->total_ns);
	metrics_sample(out, "xiangtu_loop_turn_seconds_count", NULL, NULL,
		       lag->turns);
	metrics_family(out, "xiangtu_loop_turn_worst_seconds", "gauge",
		       "The longest turn since the start.");
	put_seconds(out, "xiangtu_loop_turn_worst_seconds", lag->worst_ns);
	metrics_family(out, "xiangtu_loop_turn_worst_lately_seconds", "gauge",
		       "The longest turn of the last minute or two.");
	put_seconds(out, "xiangtu_loop_turn_worst_lately_seconds",
		    lag->worst_lately_ns);
}

static void put_room(struct buf *out, const struct metrics_facts *f)
{
	PUT_EACH(out, "xiangtu_cache_bytes", "gauge",
		 "Room for payloads: used, promised to fetches, allowed (quota, "
		 "0 for none), and what stays free on the disk (floor).",
		 "what", { "used", f->cache.used },
		 { "reserved", f->cache.reserved },
		 { "quota", f->cache.quota }, { "floor", f->cache.floor });
	put_one(out, "xiangtu_evicted_total", "counter",
		"Payloads that were deleted, whatever for.",
		f->cache.deleted);
	put_one(out, "xiangtu_evicted_bytes_total", "counter",
		"Their bytes.", f->cache.deleted_bytes);
	PUT_EACH(out, "xiangtu_month_bytes", "gauge",
		 "Bytes of this month over the uplink, and the cap (0 for "
		 "none).",
		 "what", { "spent", f->month_bytes }, { "cap", f->month_cap });
}

static void put_parts(struct buf *out, const struct metrics_facts *f)
{
	put_one(out, "xiangtu_engine_up", "gauge",
		"1 while the BitTorrent engine answers.", f->engine_ready);
	put_one(out, "xiangtu_engine_restarts_total", "counter",
		"How often the engine had to be started again.",
		f->engine_restarts);
	put_one(out, "xiangtu_engine_ends_in_a_row", "gauge",
		"How often it ended since it was last well for a minute.",
		f->engine_in_a_row);
	put_one(out, "xiangtu_engine_cage_layers", "gauge",
		"Layers of the engine's cage that are in force, of 4.",
		f->engine_layers);
	put_one(out, "xiangtu_engine_loaded", "gauge",
		"Payloads the engine has loaded.", f->engine_loaded);
	PUT_EACH(out, "xiangtu_swarm_turned_away_total", "counter",
		 "Peers that got nothing, since only known nodes do.", "why",
		 { "unknown", f->turned_away[ENGINE_UNKNOWN] },
		 { "bad_proof", f->turned_away[ENGINE_BAD_PROOF] },
		 { "elsewhere", f->turned_away[ENGINE_ELSEWHERE] },
		 { "silent", f->turned_away[ENGINE_SILENT] });
	put_one(out, "xiangtu_neighbours", "gauge",
		"Neighbours that are alive.", f->neighbours);
	PUT_EACH(out, "xiangtu_upstreams", "gauge",
		 "Upstreams, by whether they answered last time.", "state",
		 { "ok", f->upstreams_ok },
		 { "away", f->upstreams - f->upstreams_ok });
	put_one(out, "xiangtu_jobs", "gauge", "Payloads under way.", f->jobs);
	put_one(out, "xiangtu_http_requests_total", "counter",
		"Requests that came.", f->http_requests);
	put_one(out, "xiangtu_http_requests_waiting", "gauge",
		"Requests that wait for the loop, or for news.",
		f->http_waiting);
	put_one(out, "xiangtu_http_fetches_total", "counter",
		"Requests that were made.", f->http_fetches);
	put_one(out, "xiangtu_http_fetch_connections_total", "counter",
		"Connections that were made for them.",
		f->http_fetch_connections);
	put_one(out, "xiangtu_records_pending", "gauge",
		"Items of records that wait to be sealed.",
		f->records_pending);
	put_one(out, "xiangtu_records_unacknowledged", "gauge",
		"Items that were sent and are not acknowledged.",
		f->records_unacknowledged);
	put_one(out, "xiangtu_records_last_sent_seconds", "gauge",
		"When records were sealed last, since 1970.",
		f->records_last_s);
	put_one(out, "xiangtu_catalog_wal_pages", "gauge",
		"Pages in the write-ahead log of the database.",
		f->catalog_wal_pages);
	put_one(out, "process_resident_memory_bytes", "gauge",
		"Resident memory of the node, without its engine.",
		f->resident_bytes);
}

void metrics_write(struct buf *out, const struct metrics_facts *facts)
{
	put_info(out, facts);
	put_traffic(out, facts->traffic);
	put_lessons(out, &facts->lessons);
	put_room(out, facts);
	put_lag(out, facts->lag);
	put_parts(out, facts);
}
