/* The neighbourhood of a running node: announcing, what news of neighbours
 * lead to, and whom to ask for what. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/log.h"
#include "node/node_inside.h"
#include "node/node_peers.h"
#include "node/own_statement.h"
#include "proto/encoding.h"
#include "proto/url.h"
#include "signing/checkpoint.h"

enum {
	ASKS_AT_ONCE = 8,
	LOOK_AGAIN_MS = 10 * 1000, /* at those who are ahead of us */
	OWN_LOG_MS = 30 * 1000 /* between questions about our own log */
};

/* A question to a neighbour that is under way. */
struct lan_ask {
	struct node *n;
	uint64_t row; /* neighbour id */
	char url[CONF_URL_MAX];
};

static struct source *source_of(struct node *n, const char *url)
{
	return sources_at(&n->sources, url, node_now(n));
}

/* --- what neighbours show --- */

static void checkpoint_came(void *owner, const struct http_reply *reply)
{
	struct lan_ask *ask = owner;
	struct node *n = ask->n;
	struct source *source = source_of(n, ask->url);

	if (source != NULL && !n->stopping) {
		if (reply->status == STATUS_OK)
			source_answered(source, node_now(n));
		if (reply->status == STATUS_OK && reply->code == 200)
			follower_offer(n->follower, source, reply->body);
		else if (reply->status != STATUS_OK)
			source_failed(source, node_now(n), reply->error);
	}
	free(ask);
}

static void ask_checkpoint(struct node *n, const char *base, const char *hash)
{
	char url[CONF_URL_MAX + 128];
	struct http_get get = { .url = url, .max_bytes = CHECKPOINT_NOTE_MAX };
	struct lan_ask *ask = calloc(1, sizeof(*ask));
	struct err err = ERR_INIT;

	if (ask == NULL)
		return;
	ask->n = n;
	(void)snprintf(ask->url, sizeof(ask->url), "%s", base);
	(void)snprintf(url, sizeof(url), "%s/tlog/%s/checkpoint", base, hash);
	if (http_client_get(n->client, &get, checkpoint_came, ask, NULL,
			    &err) != STATUS_OK)
		free(ask);
}

/* Is there something to be had of it: may somebody publish there, and has it
 * not ended where we are? */
static bool is_followed(struct node *n, const struct log_info *info)
{
	const struct authority *a = house_authority(&n->house);
	const struct cutoff *end = authority_cutoff(a, info->origin);

	return !info->forked &&
	       authority_publisher(a, info->origin) != NULL &&
	       (end == NULL || info->size < end->size);
}

struct comparing {
	struct node *n;
	const struct neighbour *row;
};

static enum status compare_log(void *owner, const struct log_info *info,
			       struct err *err)
{
	struct comparing *c = owner;
	uint8_t hash[SHA256_SIZE];
	const struct datagram_head *head;

	(void)err;
	if (!is_followed(c->n, info) ||
	    hex_decode(bytes_of(info->hash), hash, sizeof(hash)) != STATUS_OK)
		return STATUS_OK;
	head = neighbour_head(c->row, hash);
	if (head == NULL || head->size < info->size ||
	    (head->size == info->size &&
	     memcmp(head->root, info->root, sizeof(head->root)) == 0))
		return STATUS_OK;
	ask_checkpoint(c->n, c->row->url, info->hash);
	return STATUS_OK;
}

static void look_at_heads(struct node *n, const struct neighbour *row)
{
	struct source *source = source_of(n, row->url);
	struct comparing c = { n, row };
	struct err err = ERR_INIT;

	if (source == NULL || !source_is_fit(source, node_now(n)))
		return;
	(void)log_each(n->house.catalog, compare_log, &c, &err);
	follower_offer_trust(n->follower, source, row->root_version,
			     row->trust_version);
}

static bool ask_again(struct node *n, const struct neighbour *row,
		      const struct log_info *info)
{
	struct source *source = source_of(n, row->url);

	if (source == NULL || !source_is_fit(source, node_now(n)))
		return false;
	ask_checkpoint(n, row->url, info->hash);
	return true;
}

/* News come once. Whoever could not be asked then, or failed, is asked again
 * while it is ahead of us: one of those who show most, and one of all in turn,
 * so that sizes somebody makes up keep nobody from being asked. */
static enum status look_again_at(void *owner, const struct log_info *info,
				 struct err *err)
{
	struct neighbour *rows[ASKS_AT_ONCE], *row, *asked = NULL;
	struct node *n = owner;
	uint8_t hash[SHA256_SIZE];
	size_t count;

	(void)err;
	if (!is_followed(n, info) ||
	    hex_decode(bytes_of(info->hash), hash, sizeof(hash)) != STATUS_OK)
		return STATUS_OK;
	count = neighbours_with_head(&n->neighbours, hash, info->size,
				     node_now(n), rows, ASKS_AT_ONCE);
	for (size_t i = 0; i < count && asked == NULL; i++)
		if (ask_again(n, rows[i], info))
			asked = rows[i];
	row = neighbours_turn_with_head(&n->neighbours, hash, info->size,
					node_now(n), n->looks);
	if (row != NULL && row != asked)
		(void)ask_again(n, row, info);
	return STATUS_OK;
}

static void look_again(struct node *n)
{
	const struct trust_book *book = &n->house.trust;
	struct neighbour *rows[NEIGHBOURS_MAX];
	struct err err = ERR_INIT;
	size_t count;

	n->looks++;
	(void)log_each(n->house.catalog, look_again_at, n, &err);
	count = neighbours_with_trust(&n->neighbours,
				      (uint32_t)book->trust.version,
				      book->root.version, node_now(n), rows,
				      NEIGHBOURS_MAX);
	for (size_t i = 0; i < count; i++) {
		struct source *source = source_of(n, rows[i]->url);

		/* In which order they are asked is seen to in there. */
		if (source != NULL && source_is_fit(source, node_now(n)))
			follower_offer_trust(n->follower, source,
					     rows[i]->root_version,
					     rows[i]->trust_version);
	}
}

void node_look_for_own_log(struct node *n, const struct statement *st)
{
	struct statement_walk walk;
	struct statement_line line;
	struct log_info own;
	struct err err = ERR_INIT;
	char given[CONF_URL_MAX] = "", url[CONF_URL_MAX];

	if (n->stopping || !house_is_publisher(&n->house) ||
	    (n->own_asked_ms != 0 &&
	     node_now(n) - n->own_asked_ms < OWN_LOG_MS) ||
	    log_find(n->house.catalog, n->house.conf.origin, &own, &err) !=
		    STATUS_OK)
		return;
	statement_walk_init(&walk, st);
	while (statement_walk_next(&walk, &line)) {
		if (line.kind == STATEMENT_URL && given[0] == 0)
			(void)bytes_to_string(line.text, given, sizeof(given));
		if (line.kind != STATEMENT_LOG || line.size <= own.size ||
		    !bytes_is(line.origin, own.origin) ||
		    conf_url(given, url) != STATUS_OK)
			continue;
		n->own_asked_ms = node_now(n);
		ask_checkpoint(n, url, own.hash);
	}
}

static void news_of(struct node *n, const struct neighbour_news *news)
{
	/* Who has not answered yet is asked for nothing but who it is. */
	if (news->row == NULL || n->stopping || !news->row->confirmed)
		return;
	if (news->what & (NEIGHBOUR_APPEARED | NEIGHBOUR_HEADS |
			  NEIGHBOUR_TRUST | NEIGHBOUR_MOVED |
			  NEIGHBOUR_CONFIRMED))
		look_at_heads(n, news->row);
	if (news->what &
	    (NEIGHBOUR_APPEARED | NEIGHBOUR_MOVED | NEIGHBOUR_CONFIRMED))
		fetcher_hurry(n->fetcher);
	/* A newcomer is to hear at once who is here, before it fetches over its
	 * line what neighbours have, and what is under way. So is one that was
	 * killed and is back before anybody missed it. */
	if (n->announcing &&
	    (news->what & (NEIGHBOUR_APPEARED | NEIGHBOUR_CONFIRMED |
			   NEIGHBOUR_RESTARTED)) != 0) {
		if (n->n_peer_jobs > 0)
			announcer_urgent(&n->announcer);
		else
			announcer_changed(&n->announcer);
	}
}

/* --- asking for statements --- */

static void statement_came(void *owner, const struct http_reply *reply)
{
	struct lan_ask *ask = owner;
	struct node *n = ask->n;
	struct statement st;
	struct neighbour_news news;
	struct err ignored = ERR_INIT;
	int64_t now = node_now(n);

	if (n->stopping) {
		free(ask);
		return;
	}
	if (reply->status != STATUS_OK || reply->code != 200 ||
	    statement_open(reply->body, &st) != STATUS_OK) {
		neighbours_failed(&n->neighbours, ask->row, now);
	} else {
		(void)node_statement_take(n, reply->body, 0, true,
					  &ignored);
		if (neighbours_answered(&n->neighbours, ask->row, &st, now,
					&news) == STATUS_OK) {
			if (news.has_gone)
				node_peers_gone(n, &news.gone);
			if (news.row != NULL)
				node_peers_statement(n, news.row, &st);
			node_evidence_said(n, ask->url, &st);
			news_of(n, &news);
		}
	}
	free(ask);
}

static void ask_statements(struct node *n)
{
	for (int i = 0; i < ASKS_AT_ONCE; i++) {
		struct neighbour *row = neighbours_next_to_ask(&n->neighbours,
							       node_now(n));
		char url[CONF_URL_MAX + 16];
		struct http_get get = { .url = url,
					.max_bytes = STATEMENT_MAX,
					.timeout_ms = 10000,
					.accept_zstd = true };
		struct lan_ask *ask;
		struct err err = ERR_INIT;

		if (row == NULL)
			return;
		ask = calloc(1, sizeof(*ask));
		if (ask == NULL)
			return;
		ask->n = n;
		ask->row = row->id;
		(void)snprintf(ask->url, sizeof(ask->url), "%s", row->url);
		(void)snprintf(url, sizeof(url), "%s/node", row->url);
		if (http_client_get(n->client, &get, statement_came, ask, NULL,
				    &err) != STATUS_OK) {
			neighbours_failed(&n->neighbours, row->id,
					  node_now(n));
			free(ask);
		}
	}
}

/* --- announcing --- */

static enum status fill_head(void *owner, const struct log_info *info,
			     struct err *err)
{
	struct datagram *d = owner;
	uint8_t hash[SHA256_SIZE];
	struct datagram_head *head;

	(void)err;
	if (d->head_count == DATAGRAM_HEADS_MAX || info->size == 0 ||
	    hex_decode(bytes_of(info->hash), hash, sizeof(hash)) != STATUS_OK)
		return STATUS_OK;
	head = &d->heads[d->head_count++];
	memcpy(head->origin, hash, sizeof(head->origin));
	head->size = info->size;
	memcpy(head->root, info->root, sizeof(head->root));
	return STATUS_OK;
}

static void fill(struct announcer *a, struct datagram *d)
{
	struct node *n = a->owner;
	struct err err = ERR_INIT;

	(void)node_statement(n);
	d->level = n->house.conf.level;
	memcpy(d->region, n->house.conf.region, sizeof(d->region));
	d->swarm_port = n->maker.swarm_port;
	d->statement_version = n->maker.seq;
	d->trust_version = (uint32_t)n->house.trust.trust.version;
	d->root_version = n->house.trust.root.version;
	if (node_reaches_beyond(n))
		d->flags |= DATAGRAM_HAS_UPSTREAM;
	d->fetch_count = carriers_to_say(n->carriers, node_now(n), d->fetches,
					 DATAGRAM_FETCHES_MAX);
	(void)log_each(n->house.catalog, fill_head, d, &err);
}

static void heard(struct announcer *a, const struct neighbour_news *news)
{
	struct node *n = a->owner;

	if (news->has_gone)
		node_peers_gone(n, &news->gone);
	news_of(n, news);
	ask_statements(n);
}

/* A sender's address is easily made up: nobody is to talk us into taking what
 * lies beyond the uplink for near. */
static bool is_upstream(const struct node *n, uint32_t address)
{
	struct url url;
	uint32_t ip;

	for (unsigned i = 0; i < n->n_upstreams; i++)
		if (url_parse(n->upstreams[i]->url, &url) == STATUS_OK &&
		    ipv4_parse(url.host, &ip) == STATUS_OK && ip == address)
			return true;
	return false;
}

static void said(struct announcer *a, const struct datagram *d, uint32_t from,
		 bool from_lan)
{
	struct node *n = a->owner;

	const struct neighbour *row = neighbours_find(&n->neighbours, d->key);
	uint64_t wait_ms;

	/* Who is not confirmed may have made up the address; a few are taken
	 * for near all the same, or with `lan-only` and odd networks nobody
	 * would ever be asked. */
	if (row != NULL && from_lan && !is_upstream(n, from) &&
	    (row->confirmed ||
	     pace_admit(&n->strangers_near, 0, node_now(n), &wait_ms)))
		lan_heard(n->lan, from);
	if (row == NULL ? !(d->flags & DATAGRAM_LEAVING) : !row->confirmed)
		return;
	if (lan_has_ipv4(n->lan, from) && n->fetcher != NULL)
		node_peers_heard(n, d);
}

static void twin_heard(struct announcer *a, const struct datagram *d,
		       uint32_t from)
{
	struct node *n = a->owner;

	(void)d;
	n->twin = true;
	ipv4_format(from, n->twin_text);
}

/* The one address the HTTP port is bound to; 0 for any. */
static uint32_t bound_address(const struct node *n)
{
	char host[URL_HOST_MAX + 1];
	uint16_t port;
	uint32_t ip = 0;

	if (url_parse_address(n->house.conf.http, host, &port) != STATUS_OK ||
	    ipv4_parse(host, &ip) != STATUS_OK)
		return 0;
	return ip;
}

enum status node_lan_start(struct node *n, struct err *err)
{
	const struct conf *conf = &n->house.conf;
	struct announcer_options options = {
		.table = &n->neighbours,
		.port = (uint16_t)conf->announce_port,
		.only = bound_address(n),
		.secret = n->house.node_key,
		.boot = n->maker.boot,
		.http_port = http_server_port(n->server),
		.swarm_port = n->maker.swarm_port,
		.on_fill = fill,
		.on_news = heard,
		.on_heard = said,
		.on_twin = twin_heard,
	};
	enum status status;

	pace_init(&n->strangers_near, 0, NODE_STRANGERS_NEAR,
		  NODE_STRANGERS_NEAR_MS);
	for (unsigned i = 0; i < conf->neighbours; i++)
		(void)neighbours_add_url(&n->neighbours, conf->neighbour[i],
					 node_now(n));
	if (!conf->announce)
		return interfaces_read(&n->announcer.interfaces, err);
	memcpy(options.community, n->house.trust.fingerprint,
	       sizeof(options.community));
	memcpy(options.instance, n->maker.instance, sizeof(options.instance));
	n->announcer.owner = n;
	status = announcer_open(&n->announcer, n->loop, &options, err);
	n->announcing = status == STATUS_OK;
	return status;
}

void node_lan_tick(struct node *n)
{
	struct neighbour gone;

	if (node_now(n) - n->lan_looked_ms >= NODE_LAN_MS) {
		n->lan_looked_ms = node_now(n);
		(void)lan_look(n->lan);
	}
	while (neighbours_take_gone(&n->neighbours, node_now(n), &gone))
		node_peers_gone(n, &gone);
	ask_statements(n);
	if (node_now(n) - n->looked_ms >= LOOK_AGAIN_MS) {
		n->looked_ms = node_now(n);
		look_again(n);
	}
}

/* --- whom to ask for a payload --- */

/* Where among `count` neighbours to begin for this payload: a crowd is not
 * always asked from the same end. */
static size_t first_neighbour(const uint8_t *btmh, size_t count)
{
	uint32_t number = (uint32_t)btmh[0] << 24 | (uint32_t)btmh[1] << 16 |
			  (uint32_t)btmh[2] << 8 | btmh[3];

	return count == 0 ? 0 : number % count;
}

/* Neighbours first, but never so many that no upstream has a place. */
unsigned node_sources(void *node, const uint8_t *btmh, struct source **out,
		      unsigned max)
{
	struct node *n = node;
	size_t rows = n->neighbours.count;
	size_t first = first_neighbour(btmh, rows);
	unsigned near = max > n->n_upstreams ? max - n->n_upstreams : 0;
	unsigned count = 0;

	for (size_t i = 0; i < rows && count < near; i++) {
		struct neighbour *row =
			&n->neighbours.rows[(first + i) % rows];
		struct source *source;

		if (row->url[0] == 0 || !row->confirmed ||
		    !neighbour_is_alive(row, node_now(n)))
			continue;
		source = source_of(n, row->url);
		if (source != NULL)
			out[count++] = source;
	}
	for (unsigned i = 0; i < n->n_upstreams && count < max; i++) {
		bool known = false;

		for (unsigned j = 0; j < count; j++)
			known |= out[j] == n->upstreams[i];
		if (!known)
			out[count++] = n->upstreams[i];
	}
	return count;
}
