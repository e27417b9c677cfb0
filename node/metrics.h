/* How this node is, in Prometheus' text format 0.0.4: what is read by machines
 * that watch machines (docs/metrics.md). Pure: facts in, text out. */
#ifndef NODE_METRICS_H
#define NODE_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "catalog/lessons.h"
#include "node/cache.h"
#include "node/lag.h"
#include "node/traffic.h"
#include "proto/bytes.h"
#include "proto/enginewire.h"

/* The media type of the text. */
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

struct metrics_facts {
	/* Who: labels of one metric. Strings may hold anything. */
	const char *version, *level, *region, *name;

	const struct traffic *traffic;
	const struct lag *lag;
	struct lessons_summary lessons;

	bool engine_ready;
	uint32_t engine_loaded, engine_restarts;
	uint32_t engine_in_a_row, engine_layers;
	/* Peers of the swarm, by why (proto/enginewire.h). */
	uint64_t turned_away[ENGINE_VERDICTS];
	uint64_t neighbours; /* alive */
	uint64_t upstreams, upstreams_ok;
	uint64_t jobs;

	struct cache_counts cache;
	uint64_t month_bytes, month_cap; /* over the line; a cap of 0: none */

	uint64_t http_requests, http_waiting;
	uint64_t http_fetches, http_fetch_connections;
	uint64_t records_pending, records_unacknowledged, records_last_s;
	uint64_t catalog_wal_pages;
	uint64_t resident_bytes; /* of this process */
};

/* Append the whole text. What is not known is left out. */
void metrics_write(struct buf *out, const struct metrics_facts *facts);

/* The pieces it is made of; names and helps are ours and need no care.
 *
 * Begin a metric; `type` is "counter", "gauge" or "histogram". */
void metrics_family(struct buf *out, const char *name, const char *type,
		    const char *help);
/* One sample. `label` NULL: none; `value` may hold any bytes: those that the
 * format gives a meaning are escaped. */
void metrics_sample(struct buf *out, const char *name, const char *label,
		    const char *value, uint64_t number);

#endif
