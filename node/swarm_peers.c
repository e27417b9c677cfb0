#include "node/swarm_peers.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/bencode.h"
#include "proto/encoding.h"
#include "proto/url.h"

enum { NODE_ID_SIZE = 8, NODE_SIZE = 16 + 2 + NODE_ID_SIZE };

void swarm_announce_url(const struct swarm_announce *what, struct buf *url)
{
	char peer_id[21], hex[13], node[2 * NODE_ID_SIZE + 1];

	hex_encode((struct bytes){ what->node_key, 6 }, hex);
	memcpy(peer_id, "-XT0100-", 8);
	memcpy(peer_id + 8, hex, 13);
	buf_printf(url, "%s/announce?info_hash=", what->url);
	url_put_query_value(url, (struct bytes){ what->btmh, 20 });
	buf_printf(url,
		   "&peer_id=%s&port=%u&uploaded=0&downloaded=0&left=%" PRIu64
		   "&compact=1&numwant=50",
		   peer_id, what->port, what->left);
	if (what->event != NULL)
		buf_printf(url, "&event=%s", what->event);
	if (what->http_port == 0)
		return;
	hex_encode((struct bytes){ what->node_key, NODE_ID_SIZE }, node);
	buf_printf(url, "&http=%u&node=%s", what->http_port, node);
}

void swarm_address_text(const struct engine_address *at,
			char out[static SWARM_ADDRESS_SIZE])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool v4 = memcmp(at->ip, mapped, sizeof(mapped)) == 0;
	char ip[INET6_ADDRSTRLEN];

	(void)inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? at->ip + 12 : at->ip, ip,
			sizeof(ip));
	(void)snprintf(out, SWARM_ADDRESS_SIZE, v4 ? "%s:%u" : "[%s]:%u", ip,
		       at->port);
}

/* `size` is 6 for IPv4 and 18 for IPv6: address and port, big-endian. */
static unsigned read_compact(struct bytes peers, size_t size, unsigned most,
			     swarm_peer_cb each, void *owner)
{
	unsigned count = 0;

	for (size_t at = 0; at + size <= peers.size && count < most;
	     at += size, count++) {
		const uint8_t *p = peers.data + at;
		uint16_t port = (uint16_t)(p[size - 2] << 8 | p[size - 1]);
		struct engine_address address;

		if (size == 6) {
			engine_address_v4(&address, p, port);
		} else {
			memcpy(address.ip, p, 16);
			address.port = port;
		}
		if (port != 0)
			each(owner, &address);
	}
	return count;
}

static enum status open_answer(struct bytes answer, struct bencode_value *root)
{
	struct bytes reason;

	if (bencode_parse(answer, root) != STATUS_OK ||
	    root->kind != BENCODE_DICT)
		return STATUS_MALFORMED;
	if (bencode_find_string(root, "failure reason", &reason) == STATUS_OK)
		return STATUS_NOT_FOUND;
	return STATUS_OK;
}

enum status swarm_peers_read(struct bytes answer, swarm_peer_cb each,
			     void *owner)
{
	struct bencode_value root;
	struct bytes peers;
	unsigned count = 0;
	enum status status = open_answer(answer, &root);

	if (status != STATUS_OK)
		return status;
	if (bencode_find_string(&root, "peers", &peers) == STATUS_OK) {
		if (peers.size % 6 != 0)
			return STATUS_MALFORMED;
		count = read_compact(peers, 6, SWARM_PEERS_MAX, each, owner);
	}
	if (bencode_find_string(&root, "peers6", &peers) == STATUS_OK) {
		if (peers.size % 18 != 0)
			return STATUS_MALFORMED;
		(void)read_compact(peers, 18, SWARM_PEERS_MAX - count, each,
				   owner);
	}
	return STATUS_OK;
}

static struct swarm_node read_node(const uint8_t *p)
{
	struct swarm_node node = { .id = 0 };

	memcpy(node.at.ip, p, sizeof(node.at.ip));
	node.at.port = (uint16_t)(p[16] << 8 | p[17]);
	for (size_t i = 0; i < NODE_ID_SIZE; i++)
		node.id = node.id << 8 | p[18 + i];
	return node;
}

enum status swarm_nodes_read(struct bytes answer, swarm_node_cb each,
			     void *owner)
{
	struct bencode_value root;
	struct bytes nodes;
	enum status status = open_answer(answer, &root);

	if (status != STATUS_OK ||
	    bencode_find_string(&root, "nodes", &nodes) != STATUS_OK)
		return status;
	if (nodes.size % NODE_SIZE != 0)
		return STATUS_MALFORMED;
	for (size_t at = 0, count = 0;
	     at < nodes.size && count < SWARM_NODES_MAX;
	     at += NODE_SIZE, count++) {
		struct swarm_node node = read_node(nodes.data + at);

		if (node.at.port != 0 && node.id != 0)
			each(owner, &node);
	}
	return STATUS_OK;
}
