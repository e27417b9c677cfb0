/* The index follows the logs, in slices between other work; what changes in it
 * is told to those who fetch, show and delete. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/lessons.h"
#include "catalog/search.h"
#include "node/node_inside.h"
#include "node/tidy.h"
#include "proto/encoding.h"

/* The index takes in so many entries in one turn of the loop that the turn
 * lasts SLICE_MS: each commit costs much the same, so larger slices are
 * cheaper, and whoever asks meanwhile waits for one of them. */
enum { SLICE_MS = 30 };

bool node_want_poster(void *context, const struct lesson_row *row)
{
	struct node *n = context;

	if (row->lesson.has_poster && !row->withdrawn &&
	    (row->wanted || row->payload == PAYLOAD_HELD))
		posters_want(n->posters, row->lesson.poster);
	return true;
}

/* Have its poster fetched; when its lesson was new perhaps nobody had it. */
void node_look_at_lesson(struct node *n, const uint8_t *btmh)
{
	struct lesson_row row;
	struct err err = ERR_INIT;
	char hex[65];

	hex_encode((struct bytes){ btmh, 32 }, hex);
	if (n->posters != NULL &&
	    lessons_get(n->house.catalog, hex, &row, &err) == STATUS_OK)
		(void)node_want_poster(n, &row);
}

struct here {
	uint8_t (*btmh)[32];
	size_t count, room;
};

static bool list_here(void *context, const struct payload_row *row)
{
	struct here *here = context;

	if (here->count == here->room) {
		size_t room = here->room == 0 ? 256 : 2 * here->room;
		uint8_t(*grown)[32] = realloc(here->btmh, room * 32);

		if (grown == NULL)
			return false;
		here->btmh = grown;
		here->room = room;
	}
	memcpy(here->btmh[here->count++], row->btmh, 32);
	return true;
}

/* Anything may have changed: look again at all that lies here. */
void node_reconsider_all(struct node *n)
{
	struct here here = { NULL, 0, 0 };
	struct err err = ERR_INIT;

	(void)payloads_list(n->house.catalog, PAYLOAD_HELD, list_here, &here,
			    &err);
	(void)payloads_list(n->house.catalog, PAYLOAD_PARTIAL, list_here,
			    &here, &err);
	(void)payloads_list(n->house.catalog, PAYLOAD_NONE, list_here, &here,
			    &err);
	for (size_t i = 0; i < here.count; i++)
		(void)fetcher_reconsider(n->fetcher, here.btmh[i]);
	free(here.btmh);
	fetcher_look(n->fetcher);
	node_changed(n);
}

static void tell_change(struct node *n, const struct index_change *change)
{
	/* Most lessons are neither wanted nor here. */
	if (fetcher_reconsider(n->fetcher, change->btmh) ||
	    shelf_has(n->shelf, change->btmh))
		node_look_at_lesson(n, change->btmh);
	else if (change->withdrawn)
		tidy_small(&n->house, change->btmh);
}

static void tell_changes(struct node *n)
{
	const struct index_change *changes;
	struct index_change *copies;
	size_t count;
	bool many;

	index_take_changes(n->index, &changes, &count, &many);
	if (many)
		node_reconsider_all(n);
	if (count == 0)
		return;
	/* What follows may change more. */
	copies = malloc(count * sizeof(*copies));
	if (copies == NULL)
		return;
	memcpy(copies, changes, count * sizeof(*copies));
	for (size_t i = 0; i < count; i++)
		tell_change(n, &copies[i]);
	free(copies);
	fetcher_look(n->fetcher);
	node_changed(n);
}

/* After a full slice that took so long: how large is the next one? */
static void fit_slice(struct node *n, uint64_t took_ns)
{
	uint64_t most = 2 * (uint64_t)n->slice, least = n->slice / 2,
		 fit = n->slice * (uint64_t)SLICE_MS * 1000000 /
		       (took_ns + 1);

	fit = fit > most ? most : fit < least ? least : fit;
	n->slice = fit > NODE_SLICE_MOST  ? NODE_SLICE_MOST :
		   fit < NODE_SLICE_LEAST ? NODE_SLICE_LEAST :
				       (unsigned)fit;
}

static void index_slice(uv_idle_t *idle)
{
	struct node *n = idle->data;
	uint64_t began = uv_hrtime();
	struct err err = ERR_INIT;
	unsigned did = 0, found = 0;

	node_flush_wal(n, NODE_WAL_PAGES);
	if (n->wal_busy) {
		(void)uv_idle_stop(idle); /* goes on when that is done */
		return;
	}
	if (index_step(n->index, n->slice, &did, &err) != STATUS_OK)
		goto failed;
	if (did > 0) { /* stations may be among them */
		n->records_stale = true;
		importer_look(n->importer);
	}
	tell_changes(n);
	if (index_take_delegated(n->index))
		node_delegated(n);
	if (did == 0)
		node_door_look(n);
	if (did == 0 && search_step(n->house.catalog, n->slice, &found,
				    &err) != STATUS_OK)
		goto failed;
	n->untidy = n->untidy || found > 0;
	if (did == 0 && found == 0 && n->untidy) {
		if (search_tidy(n->house.catalog, &n->untidy, &err) !=
		    STATUS_OK)
			goto failed;
	} else if (did == 0 && found == 0) {
		(void)uv_idle_stop(idle);
		node_flush_wal(n, NODE_WAL_IDLE_PAGES);
	}
	if (did + found >= n->slice)
		fit_slice(n, uv_hrtime() - began);
	return;

failed:
	(void)fprintf(stderr, "xiangtu: index: %s\n", err.text);
	(void)uv_idle_stop(idle); /* the next tick tries again */
}

void node_index_soon(struct node *n)
{
	if (!n->stopping)
		(void)uv_idle_start(&n->index_idle, index_slice);
}
