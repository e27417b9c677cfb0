/* Swapping between carriers of different LANs: each tells the upstreams that it
 * fetches a payload, and where its HTTP is (/announce), and learns who else
 * does. What of the pieces to ask whom for is node/piece_plan.h's. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/node_peers.h"
#include "node/swarm_peers.h"

enum {
	TELL_MS = 60 * 1000,
	TELL_AFTER_MS = 2000,
	TELLERS_MAX = 4,
	ASK_MS = 10 * 1000,
	ANSWER_MAX = 64 << 10,
	ASK_TIMEOUT_MS = 10 * 1000
};

/* All begin at once: who asks first has to ask again to hear of the rest, and
 * until then fetches what others do as well. */
static const int64_t first_asks_ms[] = { 300, 700, 2000 };

/* An announcement under way. */
struct swap_ask {
	struct node *n;
	uint8_t btmh[32];
	char url[CONF_URL_MAX]; /* of whom was asked */
};

uint64_t node_id_of(const uint8_t *key)
{
	uint64_t id = 0;

	for (int i = 0; i < 8; i++)
		id = id << 8 | key[i];
	return id;
}

/* --- who was met --- */

static bool is_mapped(const uint8_t *ip)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(ip, prefix, sizeof(prefix)) == 0;
}

static bool is_neighbour(const struct node *n, uint64_t id)
{
	for (size_t i = 0; i < n->neighbours.count; i++) {
		const struct neighbour *row = &n->neighbours.rows[i];

		if (row->has_key && node_id_of(row->key) == id &&
		    lan_has_url(n->lan, row->url))
			return true;
	}
	return false;
}

/* One machine elsewhere, that can be connected to? */
static bool is_elsewhere(const struct node *n, const uint8_t *ip)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	memcpy(&in6.sin6_addr, ip, sizeof(in6.sin6_addr));
	if (lan_has(n->lan, (const struct sockaddr *)&in6))
		return false;
	if (is_mapped(ip)) /* not "this network", multicast, broadcast */
		return ip[12] != 0 && ip[12] < 224;
	return (ip[0] & 0xe0) == 0x20; /* global unicast, RFC 4291 2.4 */
}

static void url_of(const struct engine_address *at, char url[CONF_URL_MAX])
{
	char text[SWARM_ADDRESS_SIZE];

	swarm_address_text(at, text);
	(void)snprintf(url, CONF_URL_MAX, "http://%s", text);
}

static struct swapper *swapper_of(struct peer_job *job, uint64_t id)
{
	for (unsigned i = 0; i < job->n_swappers; i++)
		if (job->swappers[i].id == id)
			return &job->swappers[i];
	return NULL;
}

/* A place for one more: those that cannot be reached make room. */
static struct swapper *swapper_put(struct peer_job *job)
{
	struct swapper *w = NULL;

	if (job->n_swappers < SWAPPERS_MAX)
		return &job->swappers[job->n_swappers++];
	for (unsigned i = 0; i < job->n_swappers && w == NULL; i++)
		if (job->swappers[i].failed)
			w = &job->swappers[i];
	if (w != NULL)
		source_drop(w->source);
	return w;
}

struct meeting {
	struct node *n;
	struct peer_job *job;
	bool news;
};

static void met(void *owner, const struct swarm_node *node)
{
	struct meeting *m = owner;
	struct node *n = m->n;
	struct swapper *w = swapper_of(m->job, node->id);
	struct source *source;
	char url[CONF_URL_MAX];

	if (node->id == node_id_of(house_node_public(&n->house)) ||
	    !is_elsewhere(n, node->at.ip) || is_neighbour(n, node->id))
		return;
	url_of(&node->at, url);
	/* It may have moved; who failed where it was is not tried again. */
	if (w != NULL && strcmp(w->source->url, url) == 0)
		return;
	source = sources_at(&n->sources, url, node_now(n));
	if (source == NULL || source->upstream)
		return;
	source_hold(source);
	if (w != NULL)
		source_drop(w->source);
	else
		w = swapper_put(m->job);
	if (w == NULL) {
		source_drop(source);
		return;
	}
	*w = (struct swapper){ .id = node->id, .source = source };
	m->news = true;
}

void node_swap_failed(struct peer_job *job, const struct source *source)
{
	for (unsigned i = 0; i < job->n_swappers; i++)
		if (job->swappers[i].source == source)
			job->swappers[i].failed = true;
}

/* --- announcing --- */

static void answer_came(void *owner, const struct http_reply *reply)
{
	struct swap_ask *ask = owner;
	struct node *n = ask->n;
	struct meeting m = { .n = n };

	if (!n->stopping)
		m.job = node_peer_job(n, ask->btmh);
	if (m.job != NULL && reply->status == STATUS_OK && reply->code == 200)
		(void)swarm_nodes_read(reply->body, met, &m);
	if (m.news)
		fetcher_peers_changed(n->fetcher, ask->btmh);
	free(ask);
}

static void announce(struct node *n, const struct peer_job *job,
		     const struct source *to, const char *event, bool held)
{
	uint16_t http_port = http_server_port(n->server);
	struct swarm_announce what = {
		.url = to->url,
		.btmh = job->btmh,
		.node_key = house_node_public(&n->house),
		/* A port must be said; it is not used of who swaps. */
		.port = http_port,
		.left = !held,
		.event = event,
		.http_port = http_port,
	};
	struct http_get get = { .max_bytes = ANSWER_MAX,
				.timeout_ms = ASK_TIMEOUT_MS };
	struct swap_ask *ask = calloc(1, sizeof(*ask));
	struct buf url = BUF_INIT;
	struct err err = ERR_INIT;

	if (ask == NULL)
		return;
	ask->n = n;
	memcpy(ask->btmh, job->btmh, sizeof(ask->btmh));
	swarm_announce_url(&what, &url);
	get.url = buf_string(&url);
	if (get.url == NULL ||
	    http_client_get(n->client, &get, answer_came, ask, NULL, &err) !=
		    STATUS_OK)
		free(ask);
	buf_release(&url);
}

static void announce_up(struct node *n, const struct peer_job *job,
			const char *event, bool held)
{
	for (unsigned i = 0; i < n->n_upstreams; i++) {
		const struct source *up = n->upstreams[i];

		if (!up->is_static && !lan_has_url(n->lan, up->url) &&
		    source_is_fit(up, node_now(n)))
			announce(n, job, up, event, held);
	}
}

static void announce_near(struct node *n, struct peer_job *job,
			  const char *event, bool held)
{
	for (unsigned i = 0; i < n->n_upstreams; i++) {
		const struct source *up = n->upstreams[i];

		if (!up->is_static && lan_has_url(n->lan, up->url) &&
		    source_is_fit(up, node_now(n)))
			announce(n, job, up, event, held);
	}
	for (size_t i = 0; i < n->neighbours.count; i++) {
		const struct neighbour *row = &n->neighbours.rows[i];
		const struct source *s;

		if (!row->listed || !neighbour_is_alive(row, node_now(n)) ||
		    !lan_has_url(n->lan, row->url))
			continue;
		s = sources_at(&n->sources, row->url, node_now(n));
		if (s != NULL && !s->upstream)
			announce(n, job, s, event, held);
	}
}

static void tell_near(struct node *n, struct peer_job *job)
{
	int64_t now = node_now(n);

	/* What comes at once is not worth the words. */
	if (now < job->tell_ms || now - job->began_ms < TELL_AFTER_MS)
		return;
	announce_near(n, job, job->told ? NULL : "started", false);
	job->tell_ms = now + TELL_MS;
	job->told = true;
}

/* --- being told --- */

unsigned node_swap_tellers(struct node *n, const uint8_t *btmh,
			   struct peer *out, unsigned used, unsigned max)
{
	struct tracker_node list[TELLERS_MAX];
	size_t count = tracker_nodes(n->tracker, btmh, list, TELLERS_MAX);

	for (size_t i = 0; i < count && used < max; i++) {
		struct engine_address at = { .port = list[i].at.port };
		char url[CONF_URL_MAX];
		struct peer peer = { .id = list[i].id };
		bool known = false;

		memcpy(at.ip, list[i].at.ip, sizeof(at.ip));
		url_of(&at, url);
		peer.source = sources_at(&n->sources, url, node_now(n));
		for (unsigned k = 0; k < used; k++)
			known |= out[k].source == peer.source;
		if (peer.source == NULL || known ||
		    peer.id == node_id_of(house_node_public(&n->house)))
			continue;
		peer.reach = lan_has_url(n->lan, url) ? PEER_NEAR : PEER_BEYOND;
		peer.has = list[i].seed ? PEER_HAS_ALL : PEER_HAS_PIECES;
		out[used++] = peer;
	}
	return used;
}

void node_swap_look(struct node *n, struct peer_job *job)
{
	int64_t now = node_now(n);
	int64_t wait = ASK_MS;

	tell_near(n, job);

	if (job->role != CARRIER_CARRY || now < job->ask_ms)
		return;
	if (job->asks < sizeof(first_asks_ms) / sizeof(*first_asks_ms))
		wait = first_asks_ms[job->asks];
	job->ask_ms = now + wait;
	node_peers_wake(n, wait);
	announce_up(n, job, job->asks == 0 ? "started" : NULL, false);
	job->asks++;
}

void node_swap_end(struct node *n, struct peer_job *job, bool held)
{
	/* Whoever has it all stays listed, and is read from. */
	if (job->asks > 0 && !n->stopping)
		announce_up(n, job, held ? "completed" : "stopped", held);
	if (job->told && !n->stopping)
		announce_near(n, job, held ? "completed" : "stopped", held);
	while (job->n_swappers > 0)
		source_drop(job->swappers[--job->n_swappers].source);
}
