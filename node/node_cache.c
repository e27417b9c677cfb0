/* The cache of a running node: what the fetcher asks of it, what it asks of
 * the rest, and what it is told. */
#include <stdio.h>

#include "node/clock.h"
#include "node/clock_floor.h"
#include "node/node_inside.h"

enum {
	READ_LATELY_S = 30,
	USED_BATCH = 256,
	USED_TICKS = 60,      /* between looks at what was read */
	USED_APART_S = 60 * 60 /* notes on one payload */
};

static void facts(void *owner, struct evict_facts *out, const char *origin,
		  uint64_t entry)
{
	struct node *n = owner;

	out->busy |= fetcher_is_busy(n->fetcher, out->btmh) ||
		     shelf_unread_s(n->shelf, out->btmh) < READ_LATELY_S;
	(void)origin;
	(void)entry;
}

static void discard(void *owner, const uint8_t *btmh, const char *why)
{
	struct node *n = owner;

	fetcher_discard(n->fetcher, btmh, why);
}

enum status node_cache_start(struct node *n, struct err *err)
{
	const struct cache_options options = {
		.house = &n->house,
		.owner = n,
		.facts = facts,
		.discard = discard,
	};

	return cache_open(&n->cache, &options, err);
}

enum status node_reserve(void *node, const uint8_t *btmh, uint64_t bytes,
			 uint64_t here, bool first, struct err *err)
{
	return cache_reserve(((struct node *)node)->cache, btmh, bytes, here,
			     first, err);
}

void node_give_back(void *node, const uint8_t *btmh)
{
	cache_release(((struct node *)node)->cache, btmh);
}

void node_deleted(void *node, const uint8_t *btmh)
{
	struct node *n = node;

	cache_deleted(n->cache, btmh);
	node_changed(n); /* a withdrawal may be done */
	fetcher_look(n->fetcher);
}

enum status node_room_for(void *node, pid_t pid, uint64_t bytes,
			  uint64_t *floor, struct err *err)
{
	struct node *n = node;

	*floor = cache_floor(n->cache);
	return cache_reserve_for(n->cache, pid, bytes, err);
}

/* What was read is noted now and then, in one transaction. */
static void note_used(struct node *n)
{
	uint8_t read[USED_BATCH][32];
	struct err err = ERR_INIT;
	size_t count = shelf_take_read(n->shelf, read, USED_BATCH);

	if (count > 0 &&
	    payloads_used(n->house.catalog, read, count, clock_s(),
			  USED_APART_S, &err) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: %s\n", err.text);
}

void node_cache_tick(struct node *n)
{
	if (n->stopping)
		return;
	cache_tick(n->cache);
	if (++n->cache_ticks % USED_TICKS == 0)
		note_used(n);
}

void node_learn_time(struct node *n, int64_t log)
{
	struct err err = ERR_INIT;

	if (clock_floor_learn(n->house.catalog, &n->house.trust.trust, log,
			      &err) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: %s\n", err.text);
}
