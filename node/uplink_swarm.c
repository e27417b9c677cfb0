/* The engine's part of the line: what its swarms moved beyond the LAN is spent
 * like all else, and it may use what those who ask here leave over. */
#include <string.h>

#include "node/uplink_inside.h"

enum { CHANGE_PARTS = 16 /* smaller changes of a rate are not told */ };

static bool is_about(uint64_t a, uint64_t b)
{
	uint64_t apart = a > b ? a - b : b - a;

	return (a == 0) == (b == 0) && apart <= a / CHANGE_PARTS;
}

/* 0 is no limit to the engine. What is closed stays inside besides. */
static uint64_t engine_rate(struct uplink *u, enum budget_way way)
{
	uint64_t left = budget_left(u->budget, way, uplink_now());

	if (left == BUDGET_FREE)
		return 0;
	return left > 0 ? left : 1;
}

static void set_lan(const struct uplink *u, struct engine_limits *limits)
{
	static const struct engine_prefix all[] = {
		{ .ip = { 0 }, .bits = 0 },
		{ .ip = { [10] = 0xff, [11] = 0xff }, .bits = 96 },
	};

	if (u->o.lan != NULL) {
		limits->lan_count = lan_prefixes(u->o.lan, limits->lan,
						 ENGINEWIRE_LAN_MAX);
		return;
	}
	memcpy(limits->lan, all, sizeof(all));
	limits->lan_count = sizeof(all) / sizeof(*all);
}

static bool is_closed(struct uplink *u, enum budget_way way)
{
	return !budget_open(u->budget, way, BUDGET_BACKGROUND, NULL);
}

static void tell_limits(struct uplink *u, struct engine *engine)
{
	static struct engine_limits now; /* large, and the loop's only */

	memset(&now, 0, sizeof(now));
	now.rate_down = engine_rate(u, BUDGET_DOWN);
	now.rate_up = engine_rate(u, BUDGET_UP);
	set_lan(u, &now);
	if (u->limits_told && now.lan_count == u->limits.lan_count &&
	    memcmp(now.lan, u->limits.lan, sizeof(now.lan)) == 0 &&
	    is_about(u->limits.rate_down, now.rate_down) &&
	    is_about(u->limits.rate_up, now.rate_up))
		return;
	if (engine_limits(engine, &now) != STATUS_OK)
		return; /* busy: again in a second */
	u->limits = now;
	u->limits_told = true;
}

void uplink_swarm_tick(struct uplink *u, struct engine *engine)
{
	engine_stay_inside(engine, is_closed(u, BUDGET_DOWN) ||
					   is_closed(u, BUDGET_UP));
	tell_limits(u, engine);
}

/* What was moved since it was last told; the engine's numbers only grow. */
static uint64_t since(uint64_t now, uint64_t then)
{
	return now > then ? now - then : 0;
}

static void count_swarm(struct uplink *u, const struct engine_stats *now)
{
	const struct engine_stats *then = &u->seen;
	uint64_t down = since(now->beyond_down, then->beyond_down);
	uint64_t up = since(now->beyond_up, then->beyond_up);

	budget_spent(u->budget, BUDGET_DOWN, down, uplink_now());
	budget_spent(u->budget, BUDGET_UP, up, uplink_now());
	u->seen = *now;
}

void uplink_engine_event(struct uplink *u, const struct engine_event *event)
{
	if (event->type == ENGINE_STATS)
		count_swarm(u, &event->stats);
	else if (event->type == ENGINE_DIED)
		memset(&u->seen, 0, sizeof(u->seen)); /* it begins anew */
}
