/* /announce for the payloads this node knows: which they are by either hash,
 * and whether our own engine has a part in their swarm. */
#include <stdio.h>
#include <string.h>

#include "catalog/lessons.h"
#include "node/node_inside.h"
#include "node/torrentfile.h"
#include "proto/encoding.h"
#include "proto/url.h"

enum { LOADING_MS = 3000 };

static struct tracker_address address_of(const struct sockaddr *from)
{
	struct tracker_address address = { .port = 0 };

	if (from->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)from;

		return tracker_ipv4(ntohl(in->sin_addr.s_addr), 0);
	}
	memcpy(address.ip, &((const struct sockaddr_in6 *)(const void *)from)
				   ->sin6_addr,
	       16);
	return address;
}

static bool is_near(const void *node, const struct tracker_address *a)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	const struct node *n = node;

	memcpy(&in6.sin6_addr, a->ip, sizeof(a->ip));
	return lan_has(n->lan, (const struct sockaddr *)&in6);
}

/* Where the requester reaches our engine: the host it asked when that is an
 * address, else the address that its request came to. */
static struct tracker_address self_address(struct node *n,
					   struct http_request *request)
{
	struct sockaddr_storage reached;
	struct tracker_address address;
	const char *host = http_head_header(http_request_head(request), "Host");
	char name[URL_HOST_MAX + 1], text[URL_HOST_MAX + 16];
	uint16_t port;
	uint32_t ip;

	(void)snprintf(text, sizeof(text), "%s%s", host == NULL ? "" : host,
		       host != NULL && strchr(host, ':') == NULL ? ":80" : "");
	if (url_parse_address(text, name, &port) == STATUS_OK &&
	    ipv4_parse(name, &ip) == STATUS_OK)
		return tracker_ipv4(ip, n->maker.swarm_port);
	if (!http_request_reached(request, &reached))
		return (struct tracker_address){ .port = 0 };
	address = address_of((const struct sockaddr *)&reached);
	address.port = n->maker.swarm_port;
	return address;
}

/* Under which name the catalog remembers the payload of a v1 hash. */
static void v1_name(const uint8_t *hash, char out[static 64])
{
	char hex[2 * TRACKER_HASH_SIZE + 1];

	hex_encode((struct bytes){ hash, TRACKER_HASH_SIZE }, hex);
	(void)snprintf(out, 64, "v1.%s", hex);
}

/* The payload behind a truncated v2 hash or a v1 hash; false when this node
 * knows none. */
static bool find_payload(struct node *n, const uint8_t *hash,
			 uint8_t btmh[static 32])
{
	struct bytes prefix = { hash, TRACKER_HASH_SIZE };
	struct buf held = BUF_INIT;
	struct err err = ERR_INIT;
	char name[64];
	bool found;

	if (lessons_payload_by_prefix(n->house.catalog, prefix, btmh, &err) ==
	    STATUS_OK)
		return true;
	v1_name(hash, name);
	found = catalog_get_blob(n->house.catalog, name, &held, &err) ==
			STATUS_OK &&
		held.size == 32;
	if (found)
		memcpy(btmh, held.data, 32);
	buf_release(&held);
	return found;
}

/* Clients of the v1 world will announce by the other hash, also after this
 * node was started again. */
void announce_remember(struct node *n, const struct torrentfile *tf)
{
	struct err err = ERR_INIT;
	struct buf held = BUF_INIT;
	char name[64];

	v1_name(tf->v1_hash, name);
	/* Anybody may ask; the disk is not to hear of it each time. */
	if (catalog_get_blob(n->house.catalog, name, &held, &err) !=
	    STATUS_OK)
		(void)catalog_set_blob(n->house.catalog, name,
				       (struct bytes){ tf->btmh, 32 }, &err);
	buf_release(&held);
}

void resources_learn(struct node *n, const uint8_t *btmh)
{
	struct torrentfile *tf;
	struct err err = ERR_INIT;

	if (house_open_torrent(&n->house, btmh, &tf, &err) != STATUS_OK)
		return;
	announce_remember(n, tf);
	torrentfile_free(tf);
}

/* A client of the v1 world asks by the SHA-1 of the info dictionary, which is
 * known once the torrent file has been read. */
static void alias_swarm(struct node *n, const uint8_t *btmh)
{
	struct torrentfile *tf;
	struct err err = ERR_INIT;

	if (house_open_torrent(&n->house, btmh, &tf, &err) != STATUS_OK) {
		(void)tracker_add(n->tracker, btmh, NULL);
		return;
	}
	(void)tracker_alias(n->tracker, tf->v1_hash, btmh);
	torrentfile_free(tf);
}

/* The query as the tracker reads it, from the parts it knows. */
static void announce_query(struct http_request *request, struct buf *query)
{
	static const char *const names[] = { "info_hash", "port",    "left",
					     "event",	  "compact", "numwant",
					     "http",	  "node" };
	const struct http_head *head = http_request_head(request);
	char value[64];
	size_t size;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (http_head_query(head, names[i], value, sizeof(value),
				    &size) != STATUS_OK)
			continue;
		buf_printf(query, "%s%s=", query->size == 0 ? "" : "&",
			   names[i]);
		url_put_query_value(
			query, (struct bytes){ (uint8_t *)value, size });
	}
}

/* Our engine's part in the swarm, which nodes that swap over HTTP have no use
 * for: nothing is loaded for them. Nor for who had much loaded just now. */
static enum fetcher_part own_part(struct node *n, struct http_request *request,
				  const struct tracker_request *asked,
				  const uint8_t *btmh, const char **warning)
{
	uint64_t wait_ms;

	*warning = NULL;
	if (btmh == NULL || asked->http_port != 0)
		return FETCHER_NO_PART;
	if (fetcher_must_load(n->fetcher, btmh) &&
	    !pace_admit(&n->loads_from,
			pace_source(http_request_address(request)),
			node_now(n), &wait_ms)) {
		*warning = "too many lessons asked for from your address: "
			   "this node is no peer for now";
		return FETCHER_NO_PART;
	}
	return fetcher_serve(n->fetcher, btmh);
}

/* `btmh` is NULL when this node knows no such payload. */
void announce_answer(struct node *n, struct http_request *request,
			    const uint8_t *btmh)
{
	struct tracker_context at = {
		.from = address_of(http_request_address(request)),
		.near = is_near,
		.near_arg = n,
	};
	struct tracker_request asked;
	struct buf reply = BUF_INIT, query = BUF_INIT;
	enum fetcher_part part;

	announce_query(request, &query);
	if (tracker_parse(buf_bytes(&query), &asked) != STATUS_OK) {
		tracker_refuse(&reply, "not an announce");
	} else {
		part = own_part(n, request, &asked, btmh, &at.warning);
		if (part != FETCHER_NO_PART)
			at.self = self_address(n, request);
		at.self_seeds = part == FETCHER_SEEDS;
		(void)tracker_answer(n->tracker, &asked, &at, node_now(n),
				     &reply);
	}
	resources_answer(request, "text/plain", HTTP_NO_CACHE,
			 buf_bytes(&reply));
	buf_release(&query);
	buf_release(&reply);
}

/* Nodes ask for peers everywhere; what they want fetched for them they ask for
 * by /torrent, /payload and /pieces. */
static bool is_node(struct http_request *request)
{
	char peer_id[21];
	size_t size;

	return http_head_query(http_request_head(request), "peer_id", peer_id,
			       sizeof(peer_id), &size) == STATUS_OK &&
	       size >= 3 && memcmp(peer_id, "-XT", 3) == 0;
}

/* Peers are sent to us only when our engine would answer them: a client whose
 * first connection is refused does not come back for a long time. */
void announce_request(struct node *n, struct http_request *request)
{
	struct tracker_request asked;
	struct buf query = BUF_INIT;
	const char *ignored;
	uint8_t btmh[32];
	bool known = false;

	announce_query(request, &query);
	if (tracker_parse(buf_bytes(&query), &asked) == STATUS_OK)
		known = find_payload(n, asked.hash, btmh);
	buf_release(&query);
	if (known && !tracker_knows(n->tracker, asked.hash))
		alias_swarm(n, btmh);
	if (known && !asked.seed && !is_node(request) &&
	    !shelf_has(n->shelf, btmh))
		(void)resources_pull(n, request, btmh);
	if (known &&
	    own_part(n, request, &asked, btmh, &ignored) == FETCHER_LOADING &&
	    resources_keep(n, request, btmh, WAITING_ENGINE, LOADING_MS))
		return;
	announce_answer(n, request, known ? btmh : NULL);
}
