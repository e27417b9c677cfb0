/* Whom a job fetches pieces from: the list, their have-maps, their rates. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/fetch_pieces.h"

enum { RATE_MS = 250, ABSENT_MS = 3000 };

bool pieces_is_fit(const struct pieces_peer *peer)
{
	return peer->listed &&
	       fetcher_now(peer->pieces->job->f) >= peer->not_before_ms;
}

void pieces_drop_peer(struct pieces_peer *peer, int64_t ms, bool gone)
{
	peer->not_before_ms = fetcher_now(peer->pieces->job->f) + ms;
	peer->absent = gone;
	job_wake_at(peer->pieces->job, peer->not_before_ms);
}

void pieces_count_rate(struct pieces_peer *peer, uint64_t bytes)
{
	int64_t now = fetcher_now(peer->pieces->job->f);
	int64_t passed = now - peer->window_ms;
	uint64_t rate;

	peer->window_bytes += bytes;
	if (passed < RATE_MS)
		return;
	rate = peer->window_bytes * 1000 / (uint64_t)passed;
	peer->rate = peer->rate == 0 ? rate : (3 * peer->rate + rate) / 4;
	peer->window_ms = now;
	peer->window_bytes = 0;
}

/* --- the list --- */

static struct pieces_peer *find(const struct pieces *p,
				const struct source *source)
{
	for (unsigned i = 0; i < p->n_peers; i++)
		if (p->peers[i]->is.source == source)
			return p->peers[i];
	return NULL;
}

static void peer_free(struct pieces_peer *peer)
{
	if (peer->poll != NULL)
		http_client_cancel(peer->poll);
	source_drop(peer->is.source);
	free(peer->map);
	free(peer);
}

/* Those that are no longer listed, once nothing comes from them. */
static void forget_unlisted(struct pieces *p)
{
	for (unsigned i = p->n_peers; i > 0; i--) {
		struct pieces_peer *peer = p->peers[i - 1];

		if (peer->listed || peer->requests > 0)
			continue;
		peer_free(peer);
		p->peers[i - 1] = p->peers[--p->n_peers];
	}
}

static void list_one(struct pieces *p, const struct peer *is)
{
	struct pieces_peer *peer = find(p, is->source);

	if (peer == NULL) {
		if (p->n_peers == PEERS_MAX)
			return;
		peer = calloc(1, sizeof(*peer));
		if (peer == NULL)
			return;
		peer->pieces = p;
		source_hold(is->source);
		p->peers[p->n_peers++] = peer;
	} else if (peer->is.has != is->has && peer->absent) {
		peer->not_before_ms = 0; /* it may have some of it now */
		peer->absent = false;
	}
	peer->is = *is;
	peer->listed = true;
}

void pieces_list_peers(struct pieces *p)
{
	struct peer list[PEERS_MAX];
	unsigned count = job_peers(p->job, list, PEERS_MAX);

	p->listed_ms = fetcher_now(p->job->f);
	for (unsigned i = 0; i < p->n_peers; i++)
		p->peers[i]->listed = false;
	for (unsigned i = 0; i < count; i++)
		if (find(p, list[i].source) != NULL)
			list_one(p, &list[i]);
	forget_unlisted(p);
	for (unsigned i = 0; i < count; i++)
		list_one(p, &list[i]);
}

void pieces_free_peers(struct pieces *p)
{
	while (p->n_peers > 0)
		peer_free(p->peers[--p->n_peers]);
}

/* --- have-maps --- */

static bool read_map(struct pieces_peer *peer, struct bytes body)
{
	uint32_t pieces = peer->pieces->job->tf->mi.pieces;
	uint8_t *map = peer->map != NULL ? peer->map :
					   malloc(havemap_size(pieces) + 1);

	if (map == NULL || havemap_read(body, pieces, map) != STATUS_OK) {
		if (map != peer->map)
			free(map);
		return false;
	}
	peer->map = map;
	peer->told = havemap_count(peer->map, pieces);
	return true;
}

static void map_came(void *owner, const struct http_reply *reply)
{
	struct pieces_peer *peer = owner;
	struct pieces *p = peer->pieces;
	int64_t now = fetcher_now(p->job->f);
	uint32_t before = peer->told;

	peer->poll = NULL;
	if (reply->status == STATUS_OK && reply->code == 200 &&
	    read_map(peer, reply->body)) {
		source_answered(peer->is.source, now);
		if (peer->told > 0 && peer->absent)
			peer->not_before_ms = 0;
		peer->absent = peer->absent && peer->told == 0;
		/* It answers when there is more; one that does not wait is
		 * not asked all the time. */
		peer->poll_ms = now + (peer->told <= before ? ABSENT_MS :
				       peer->is.reach == PEER_NEAR ?
						     PIECES_POLL_NEAR_MS :
						     PIECES_POLL_BEYOND_MS);
		job_wake_at(p->job, peer->poll_ms);
	} else if (reply->status == STATUS_OK) {
		source_answered(peer->is.source, now);
		peer->poll_ms = now + ABSENT_MS;
	} else {
		source_failed(peer->is.source, now, reply->error);
		peer->poll_ms = now + ABSENT_MS;
		pieces_drop_peer(peer, ABSENT_MS, true);
		job_peer_failed(p->job, peer->is.source);
	}
	if (peer->curious)
		pieces_turn_to_known(peer);
	pieces_go(p);
}

/* Over a line have-maps cost something, and one above that streams what it is
 * asked for need not be asked what it has. */
static bool gains_pieces(const struct pieces_peer *peer)
{
	return !peer->is.source->is_static &&
	       (peer->is.has == PEER_HAS_PIECES ||
		peer->is.has == PEER_MAY_HAVE || peer->is.swaps ||
		peer->curious) &&
	       (peer->is.reach == PEER_NEAR || peer->pieces->may_beyond) &&
	       peer->told < peer->pieces->job->tf->mi.pieces;
}

static void poll_peer(struct pieces_peer *peer)
{
	struct job *job = peer->pieces->job;
	char url[CONF_URL_MAX + 128];
	struct http_get get = { .url = url,
				.max_bytes = METAINFO_PIECES_MAX / 8 + 64,
				.timeout_ms = PIECES_POLL_MAX_MS,
				.connect_timeout_ms = 5000,
				.long_poll = true };
	struct err err = ERR_INIT;

	(void)snprintf(url, sizeof(url), "%s/pieces/%s?after=%u&pull=0%s",
		       peer->is.source->url, job->hex, (unsigned)peer->told,
		       /* Who knows nothing of it says so at once. */
		       peer->is.has == PEER_MAY_HAVE && peer->map == NULL ?
			       "&wait=0" :
			       "");
	if (http_client_get(job->f->o.client, &get, map_came, peer,
			    &peer->poll, &err) != STATUS_OK)
		peer->poll_ms = fetcher_now(job->f) + ABSENT_MS;
}

void pieces_poll(struct pieces *p)
{
	int64_t now = fetcher_now(p->job->f);

	for (unsigned i = 0; i < p->n_peers; i++) {
		struct pieces_peer *peer = p->peers[i];

		if (peer->poll == NULL && peer->listed &&
		    now >= peer->poll_ms && gains_pieces(peer))
			poll_peer(peer);
	}
}
