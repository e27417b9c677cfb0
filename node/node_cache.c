/* The cache of a running node: what the fetcher asks of it, what it asks of
 * the rest, and what it is told. */
#include <stdio.h>

#include "catalog/journal.h"
#include "node/clock.h"
#include "node/clock_floor.h"
#include "node/node_inside.h"

enum {
	READ_LATELY_S = 30,
	QUIET_S = 2, /* nobody has read for so long: the disk is free */
	HEAR_FIRST_TICKS = 15, /* what neighbours have, before anything goes */
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
	if (origin == NULL || n->holdings == NULL)
		return;
	out->copies = holdings_count(n->holdings, HOLDINGS_HAVE, origin,
				     entry);
	out->others = holdings_count(n->holdings, HOLDINGS_WANT, origin,
				     entry);
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
	struct payload_standing standing;
	struct err err = ERR_INIT;

	cache_deleted(n->cache, btmh);
	node_changed(n);
	n->statement_urgent |= lessons_standing(n->house.catalog, btmh,
						&standing, &err) ==
				       STATUS_OK &&
			       standing.withdrawn;
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
	if (++n->cache_ticks > HEAR_FIRST_TICKS)
		cache_tick(n->cache);
	if (n->cache_ticks % USED_TICKS == 0)
		note_used(n);
}

/* --- damage --- */

enum status node_damaged(void *node, const uint8_t *btmh, struct bytes good,
			 struct err *err)
{
	struct catalog *catalog = ((struct node *)node)->house.catalog;
	struct payload_row row = { .bytes = 0 };
	struct err ignored = ERR_INIT;
	enum status status = fetcher_damaged(((struct node *)node)->fetcher,
					     btmh, good, err);

	if (status != STATUS_OK ||
	    payload_get(catalog, btmh, &row, NULL, &ignored) != STATUS_OK)
		return status;
	if (journal_add(catalog, JOURNAL_DAMAGED, btmh, row.bytes, "",
			clock_s(), &ignored) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: %s\n", ignored.text);
	return STATUS_OK;
}

void node_tell_repaired(struct node *n, const uint8_t *btmh)
{
	struct catalog *catalog = n->house.catalog;
	struct payload_row row;
	struct err err = ERR_INIT;
	int64_t damaged = 0, repaired = 0;

	if (journal_last(catalog, JOURNAL_DAMAGED, btmh, &damaged, &err) ==
		    STATUS_OK &&
	    damaged > 0 &&
	    journal_last(catalog, JOURNAL_REPAIRED, btmh, &repaired, &err) ==
		    STATUS_OK &&
	    damaged > repaired &&
	    payload_get(catalog, btmh, &row, NULL, &err) == STATUS_OK)
		(void)journal_add(catalog, JOURNAL_REPAIRED, btmh, row.bytes,
				  "", clock_s(), &err);
	if (err.status != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: %s\n", err.text);
}

static bool disk_is_free(void *owner)
{
	struct node *n = owner;

	return !n->stopping && shelf_quiet_s(n->shelf) > QUIET_S;
}

static void found_damaged(void *owner, const uint8_t *btmh, struct bytes good)
{
	struct err err = ERR_INIT;

	/* What is busy now is looked at again in the next round. */
	if (node_damaged(owner, btmh, good, &err) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: scrub: %s\n", err.text);
}

enum status node_scrub_start(struct node *n, struct err *err)
{
	const struct scrub_options options = {
		.loop = n->loop,
		.house = &n->house,
		.round_s = n->house.conf.scrub_s,
		.owner = n,
		.may = disk_is_free,
		.damaged = found_damaged,
	};

	return scrub_open(&n->scrub, &options, err);
}

void node_learn_time(struct node *n, int64_t log)
{
	struct err err = ERR_INIT;

	if (clock_floor_learn(n->house.catalog, &n->house.trust.trust, log,
			      &err) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: %s\n", err.text);
}
