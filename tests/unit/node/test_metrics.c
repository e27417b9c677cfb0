/* Facts become text that Prometheus reads; tests/scenario/40-metrics.py has it
 * read by a strict reader. */
#include "node/metrics.h"

#include <string.h>

#include "tests/support/check.h"

static bool has(struct buf *text, const char *line)
{
	return strstr(buf_string(text), line) != NULL;
}

static void what_a_format_means_is_escaped(void)
{
	struct buf text = BUF_INIT;

	metrics_sample(&text, "x", "name", "a\\b\"c\nd", 7);
	CHECK(strcmp(buf_string(&text),
		     "x{name=\"a\\\\b\\\"c\\nd\"} 7\n") == 0);
	buf_clear(&text);
	metrics_sample(&text, "x", NULL, NULL, UINT64_MAX);
	CHECK(strcmp(buf_string(&text), "x 18446744073709551615\n") == 0);
	buf_release(&text);
}

static void facts_have_their_lines(void)
{
	static struct traffic traffic;
	struct lag lag = { .turns = 0 };
	struct buf text = BUF_INIT;
	struct metrics_facts facts = {
		.version = "1", .level = "county", .region = "431081",
		.name = "资兴\"市\"", .traffic = &traffic, .lag = &lag,
		.lessons = { .known = 9, .held = 4, .bytes = 4000 },
		.engine_restarts = 3, .engine_in_a_row = 2,
		.turned_away = { [ENGINE_SILENT] = 5 },
		.engine_layers = 4, .upstreams = 2, .upstreams_ok = 1,
		.cache = { .quota = 70, .deleted = 6, .deleted_bytes = 61 },
		.month_bytes = 11, .month_cap = 12,
	};

	traffic_crossed(&traffic, false, 100, 20);
	traffic_crossed(&traffic, true, 7, 8);
	traffic_swarm(&traffic,
		      &(struct traffic_swarm){ .down = 50, .up = 60 });
	/* Another engine. */
	traffic_swarm(&traffic,
		      &(struct traffic_swarm){ .down = 10, .up = 5 });
	lag_count(&lag, 3000000, 1);	/* 3 ms */
	lag_count(&lag, 1251000000, 1);
	metrics_write(&text, &facts);
	CHECK(has(&text, "name=\"资兴\\\"市\\\"\"} 1\n"));
	CHECK(has(&text,
		  "xiangtu_uplink_bytes_total{direction=\"down\"} 100\n"));
	CHECK(has(&text, "xiangtu_uplink_bytes_total{direction=\"up\"} 20\n"));
	CHECK(has(&text, "xiangtu_lan_bytes_total{direction=\"up\"} 8\n"));
	CHECK(has(&text, "xiangtu_swarm_bytes_total{direction=\"down\"} 60\n"));
	CHECK(has(&text, "xiangtu_swarm_bytes_total{direction=\"up\"} 65\n"));
	CHECK(has(&text, "xiangtu_cache_bytes{what=\"quota\"} 70\n"));
	CHECK(has(&text, "xiangtu_evicted_total 6\n"));
	CHECK(has(&text, "xiangtu_evicted_bytes_total 61\n"));
	CHECK(has(&text, "xiangtu_month_bytes{what=\"cap\"} 12\n"));
	CHECK(has(&text, "xiangtu_lessons{state=\"held\"} 4\n"));
	CHECK(has(&text, "xiangtu_payload_bytes{state=\"held\"} 4000\n"));
	CHECK(has(&text, "seconds_bucket{le=\"0.001\"} 0\n"));
	CHECK(has(&text, "seconds_bucket{le=\"0.005\"} 1\n"));
	CHECK(has(&text, "seconds_bucket{le=\"0.250\"} 1\n"));
	CHECK(has(&text, "seconds_bucket{le=\"+Inf\"} 2\n"));
	CHECK(has(&text, "xiangtu_loop_turn_seconds_sum 1.254000000\n"));
	CHECK(has(&text, "xiangtu_loop_turn_worst_seconds 1.251000000\n"));
	CHECK(has(&text, "xiangtu_upstreams{state=\"away\"} 1\n"));
	CHECK(has(&text, "# TYPE xiangtu_engine_restarts_total counter\n"
			 "xiangtu_engine_restarts_total 3\n"));
	CHECK(has(&text, "xiangtu_engine_ends_in_a_row 2\n"));
	CHECK(has(&text, "xiangtu_engine_cage_layers 4\n"));
	CHECK(has(&text,
		  "xiangtu_swarm_turned_away_total{why=\"silent\"} 5\n"));
	buf_release(&text);
}

int main(void)
{
	what_a_format_means_is_escaped();
	facts_have_their_lines();
	return 0;
}
