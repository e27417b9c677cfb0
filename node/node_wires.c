/* The wires between the parts of a running node: what one has found is told to
 * those it concerns. */
#include <stdio.h>

#include "node/drive/ondrive.h"
#include "node/node_inside.h"
#include "node/staleness.h"

void node_log_grown(void *owner, int64_t log)
{
	struct node *n = owner;

	if (node_records_grown(n, log))
		return;
	/* A station may stand in it whose records wait for that. */
	importer_look(n->importer);
	staleness_heard_log(&n->house, log);
	(void)node_cosign(n, log);
	node_learn_time(n, log);
	heads_log_changed(n->heads, log);
	node_changed(n);
	node_index_soon(n);
}

static void ask_upstreams_again(struct node *n)
{
	for (unsigned i = 0; i < n->n_upstreams; i++)
		poller_again(n->pollers[i]);
}

void node_trust_changed(void *owner)
{
	struct node *n = owner;
	struct err err = ERR_INIT;

	if (house_follow(&n->house, &err) != STATUS_OK ||
	    index_set_trust(n->index, &n->house.trust.trust, NULL, &err) !=
		    STATUS_OK)
		(void)fprintf(stderr, "xiangtu: trust: %s\n", err.text);
	n->records_stale = true;
	importer_look(n->importer);
	node_evidence_again(n);
	n->witness_looked_ms = 0;
	heads_trust_changed(n->heads);
	node_changed(n);
	node_index_soon(n);
	ask_upstreams_again(n);
}

void node_delegated(void *owner)
{
	struct node *n = owner;
	struct err err = ERR_INIT;

	if (house_follow(&n->house, &err) != STATUS_OK)
		(void)fprintf(stderr, "xiangtu: delegations: %s\n", err.text);
	n->records_stale = true;
	n->again_soon = true;
	heads_trust_changed(n->heads);
	node_changed(n);
	node_index_soon(n);
}

/* A publisher that changes its mind all the time is not to have everybody ask
 * all the time. */
void node_again_tick(struct node *n)
{
	if (!n->again_soon || n->stopping ||
	    (n->again_ms != 0 && node_now(n) - n->again_ms < NODE_AGAIN_MS))
		return;
	n->again_soon = false;
	n->again_ms = node_now(n);
	ask_upstreams_again(n);
}

void node_ask_for_trust(struct node *n)
{
	size_t waits;

	(void)index_waits(n->index, &waits);
	if (waits > 0 && !n->stopping &&
	    (waits > n->waits || node_now(n) - n->waits_ms >= NODE_WAITS_MS)) {
		n->waits_ms = node_now(n);
		ask_upstreams_again(n);
	}
	n->waits = waits;
}

void node_forked(void *owner, const char *origin)
{
	struct node *n = owner;

	(void)fprintf(stderr,
		      "xiangtu: the log '%s' has two histories under one key; "
		      "both notes are kept as evidence and it is no longer "
		      "followed\n",
		      origin);
	if (n->stopping)
		return;
	importer_look(n->importer);
	heads_evidence_changed(n->heads); /* most likely with a proof */
	node_changed(n);
}

void node_source_starved(void *owner, struct source *source)
{
	struct node *n = owner;

	for (unsigned i = 0; i < n->n_upstreams; i++)
		if (n->upstreams[i] == source)
			poller_again(n->pollers[i]);
}

void node_upstream_back(void *owner, struct source *source)
{
	struct node *n = owner;

	(void)source;
	fetcher_hurry(n->fetcher);
}

void node_held_changed(void *owner, const uint8_t *btmh, bool held)
{
	struct node *n = owner;

	node_changed(n);
	if (!held)
		return;
	cache_held(n->cache, btmh);
	node_tell_repaired(n, btmh);
	resources_learn(n, btmh);
	resources_arrived(n, btmh);
	node_look_at_lesson(n, btmh);
}

/* Somebody waits for a piece: it is asked for now, not at the next tick. */
void node_piece_urgent(void *owner, const uint8_t *btmh)
{
	struct node *n = owner;

	if (n->fetcher != NULL)
		fetcher_urgent(n->fetcher, btmh);
}

void node_engine_loaded(void *owner, const uint8_t *btmh)
{
	resources_loaded(owner, btmh);
}

static void count_swarm(struct node *n, const struct engine_stats *stats)
{
	const struct traffic_swarm now = {
		.down = stats->bytes_down,
		.up = stats->bytes_up,
		.pieces_down = stats->payload_down,
		.beyond_down = stats->beyond_down,
		.beyond_up = stats->beyond_up,
	};

	traffic_swarm(&n->traffic, &now);
}

void node_engine_said(void *owner, const struct engine_event *event)
{
	struct node *n = owner;

	if (event->type == ENGINE_READY) {
		n->maker.swarm_port = event->ready.port;
		n->announcer.options.swarm_port = event->ready.port;
		node_changed(n);
	} else if (event->type == ENGINE_STATS) {
		count_swarm(n, &event->stats);
	} else if (event->type == ENGINE_DIED) {
		(void)fprintf(stderr, "xiangtu: engine: %s\n",
			      event->failed.text);
	} else if (event->type == ENGINE_FAILED && event->btmh == NULL) {
		(void)fprintf(stderr, "xiangtu: engine: %s\n",
			      event->failed.text);
		/* At the start that is a mistake somebody can mend; later the
		 * engine goes on trying. */
		if (n->maker.swarm_port == 0 && !n->stopping) {
			n->fatal = (struct err)ERR_INIT;
			(void)err_set(&n->fatal, event->failed.status,
				      "swarm address %s: %s; choose another "
				      "with 'swarm' in node.conf",
				      n->house.conf.swarm,
				      event->failed.text);
			node_stop(n);
			return;
		}
	}
	node_door_event(n, event);
	uplink_engine_event(n->uplink, event);
	/* While stopping the engine outlives the fetcher. */
	if (n->fetcher != NULL)
		fetcher_engine_event(n->fetcher, event);
}
