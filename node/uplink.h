/* The line to beyond the LAN: who is beyond it, what crosses it, and what may
 * (node/budget.h). HTTP in both directions and BitTorrent count together;
 * payloads are slowed to what the budget gives, small talk is counted only,
 * and what stays on the LAN is neither.
 *
 * Foreground is what http_get.background is not set for, and what a browser
 * asks for (our own nodes name no User-Agent).
 *
 * The month's bytes are in the database, a minute old at most.
 *
 * Threads:  the meters' calls on whose threads they belong to; the rest on the
 *           loop.
 * Lifetime: uplink_open() -> … -> server and client are closed ->
 *           uplink_close() -> closed callback, after which it is freed. */
#ifndef NODE_UPLINK_H
#define NODE_UPLINK_H

#include <jansson.h>
#include <uv.h>

#include "catalog/catalog.h"
#include "node/budget.h"
#include "node/engine.h"
#include "node/http_client.h"
#include "node/http_server.h"
#include "node/lan.h"

struct uplink;

struct uplink_options {
	uv_loop_t *loop;
	const struct budget_plan *plan; /* copied */
	struct catalog *catalog;
	struct lan *lan; /* NULL: everything is near */
};

/* STATUS_OK, STATUS_NO_MEMORY, or what SQLite failed with. */
enum status uplink_open(struct uplink **out,
			const struct uplink_options *options, struct err *err);
/* Keeps the month's bytes. `on_closed` comes once, later. */
void uplink_close(struct uplink *u, void (*on_closed)(void *owner),
		  void *owner);

/* Every second: the time of day, the month, the engine's share. True when the
 * line was closed to background fetches, and is open now. */
bool uplink_tick(struct uplink *u, struct engine *engine);
/* Every event: ENGINE_STATS tells what its swarms moved. */
void uplink_engine_event(struct uplink *u, const struct engine_event *event);

struct http_client_meter uplink_client_meter(struct uplink *u);
struct http_server_meter uplink_server_meter(struct uplink *u);

/* For an http_try_fast_cb: is this somebody beyond asking for a payload now
 * that the line is closed? Then `answer` says so. Any thread. */
bool uplink_refuses(struct uplink *u, const struct http_head *head,
		    struct http_answer *answer);

struct budget *uplink_budget(struct uplink *u);

/* {"lan_only", "rule", "down", "up", "cap", "reserve", "spent", "month",
 * "closed", "closed_first"}: docs/architecture.md, "Requests". */
json_t *uplink_json(struct uplink *u);

#endif
