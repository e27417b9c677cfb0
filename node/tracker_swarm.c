#include "node/tracker_swarm.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "node/pace.h"

struct swarm_peer {
	struct tracker_address at; /* a node's: of its HTTP */
	bool seed;
	bool is_node; /* it swaps over HTTP, and is no peer of the swarm */
	uint64_t node_id;
	int64_t heard_ms;
};

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

struct tracker_address tracker_ipv4(uint32_t address, uint16_t port)
{
	struct tracker_address a = { .port = port };

	memcpy(a.ip, mapped, sizeof(mapped));
	for (int i = 0; i < 4; i++)
		a.ip[12 + i] = (uint8_t)(address >> (24 - 8 * i));
	return a;
}

static bool is_ipv4(const struct tracker_address *a)
{
	return memcmp(a->ip, mapped, sizeof(mapped)) == 0;
}

static bool is_loopback(const struct tracker_address *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	return is_ipv4(a) ? a->ip[12] == 127 : memcmp(a->ip, one, 16) == 0;
}

static bool same_ip(const struct tracker_address *a,
		    const struct tracker_address *b)
{
	return memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

static bool same(const struct tracker_address *a,
		 const struct tracker_address *b)
{
	return a->port == b->port && same_ip(a, b);
}

static uint64_t source_of(const struct tracker_address *a)
{
	return pace_source_ip(a->ip);
}

static bool same_source(const struct tracker_address *a,
			const struct tracker_address *b)
{
	return source_of(a) == source_of(b);
}

static void cut(struct swarm_peers *peers, size_t i)
{
	share_give(peers->share, source_of(&peers->list[i].at));
	peers->list[i] = peers->list[--peers->count];
}

void swarm_peers_release(struct swarm_peers *peers)
{
	while (peers->count > 0)
		cut(peers, peers->count - 1);
	free(peers->list);
	*peers = (struct swarm_peers){ .share = peers->share };
}

static bool grow(struct swarm_peers *peers)
{
	uint32_t room = peers->room == 0 ? 4 : peers->room * 2;
	struct swarm_peer *list;

	if (peers->count < peers->room)
		return true;
	if (room > TRACKER_PEERS_MAX)
		room = TRACKER_PEERS_MAX;
	list = realloc(peers->list, room * sizeof(*list));
	if (list == NULL)
		return false;
	peers->list = list;
	peers->room = room;
	return true;
}

/* Remove the one heard longest ago, of one source or (NULL) of any. */
static void cut_oldest(struct swarm_peers *peers,
		       const struct tracker_address *of)
{
	size_t oldest = peers->count;

	for (size_t i = 0; i < peers->count; i++)
		if ((of == NULL || same_source(&peers->list[i].at, of)) &&
		    (oldest == peers->count ||
		     peers->list[i].heard_ms < peers->list[oldest].heard_ms))
			oldest = i;
	if (oldest < peers->count)
		cut(peers, oldest);
}

static struct swarm_peer as_peer(const struct tracker_request *rq,
				 const struct tracker_address *from)
{
	struct swarm_peer p = { .at = *from,
				.seed = rq->seed,
				.is_node = rq->http_port != 0,
				.node_id = rq->node_id };

	p.at.port = p.is_node ? rq->http_port : rq->port;
	return p;
}

static bool is_same(const struct swarm_peer *a, const struct swarm_peer *b)
{
	return a->is_node == b->is_node && same(&a->at, &b->at);
}

enum status swarm_peers_hear(struct swarm_peers *peers,
			     const struct tracker_request *rq,
			     const struct tracker_address *from, int64_t now)
{
	struct swarm_peer fresh = as_peer(rq, from);
	size_t here = 0;

	fresh.heard_ms = now;
	for (size_t i = 0; i < peers->count; i++) {
		struct swarm_peer *p = &peers->list[i];

		if (is_same(p, &fresh)) {
			*p = fresh;
			return STATUS_OK;
		}
		here += same_source(&p->at, from);
	}
	if (here >= TRACKER_PEERS_PER_SOURCE && !is_loopback(from))
		cut_oldest(peers, from);
	else if (peers->count == TRACKER_PEERS_MAX)
		cut_oldest(peers, NULL);
	if (!grow(peers))
		return STATUS_NO_MEMORY;
	if (!share_take(peers->share, source_of(from)))
		return STATUS_NO_ROOM;
	peers->list[peers->count++] = fresh;
	return STATUS_OK;
}

void swarm_peers_remove(struct swarm_peers *peers,
			const struct tracker_request *rq,
			const struct tracker_address *from)
{
	struct swarm_peer gone = as_peer(rq, from);

	for (size_t i = 0; i < peers->count; i++)
		if (is_same(&peers->list[i], &gone)) {
			cut(peers, i);
			return;
		}
}

void swarm_peers_expire(struct swarm_peers *peers, int64_t now)
{
	for (size_t i = peers->count; i > 0; i--)
		if (now - peers->list[i - 1].heard_ms > TRACKER_EXPIRY_MS)
			cut(peers, i - 1);
	if (peers->count == 0)
		swarm_peers_release(peers);
}

/* --- the reply --- */

/* Do two addresses look like one LAN: equal (both behind one NAT), or in one
 * /24 (IPv6: one /64), or both on a LAN of ours? */
static bool are_near(const struct tracker_context *at,
		     const struct tracker_address *peer)
{
	size_t shared = is_ipv4(peer) ? 15 : 8;

	if (is_ipv4(&at->from) == is_ipv4(peer) &&
	    memcmp(at->from.ip, peer->ip, shared) == 0)
		return true;
	return at->near != NULL && at->near(at->near_arg, &at->from) &&
	       at->near(at->near_arg, peer);
}

/* Nobody elsewhere can use a loopback address. */
static bool is_reachable_from(const struct tracker_address *from,
			      const struct tracker_address *peer)
{
	return !is_loopback(peer) || is_loopback(from);
}

struct choice {
	const struct tracker_address *list[TRACKER_NUMWANT];
	size_t count;
	size_t max;
};

static void choose(struct choice *c, const struct tracker_address *a)
{
	if (c->count < c->max)
		c->list[c->count++] = a;
}

/* This node first, then near ones, then the others. */
static void choose_peers(const struct swarm_peers *peers,
			 const struct tracker_request *rq,
			 const struct tracker_context *at, uint32_t turn,
			 struct choice *c)
{
	struct tracker_address own = at->from;

	own.port = rq->port;
	if (at->self.port != 0 && !same(&at->self, &own))
		choose(c, &at->self);
	for (int near = 1; near >= 0; near--)
		for (uint32_t i = 0; i < peers->count; i++) {
			const struct swarm_peer *p =
				&peers->list[(i + turn) % peers->count];

			if (p->is_node || same(&p->at, &own) ||
			    same(&p->at, &at->self) || (rq->seed && p->seed) ||
			    !is_reachable_from(&at->from, &p->at))
				continue;
			if (are_near(at, &p->at) == (near == 1))
				choose(c, &p->at);
		}
}

static void put_compact(struct buf *reply, const struct choice *c,
			const char *name, bool ipv4)
{
	size_t skip = ipv4 ? sizeof(mapped) : 0, size = 18 - skip, count = 0;

	for (size_t i = 0; i < c->count; i++)
		count += is_ipv4(c->list[i]) == ipv4;
	if (count == 0 && !ipv4)
		return; /* `peers6` may be missing, `peers` may not */
	buf_printf(reply, "%zu:%s%zu:", strlen(name), name, count * size);
	for (size_t i = 0; i < c->count; i++) {
		const struct tracker_address *a = c->list[i];

		if (is_ipv4(a) != ipv4)
			continue;
		buf_put(reply, a->ip + skip, 16 - skip);
		buf_put_u8(reply, (uint8_t)(a->port >> 8));
		buf_put_u8(reply, (uint8_t)a->port);
	}
}

/* --- nodes that swap --- */

/* May it be given to who asks? */
static bool is_for(const struct tracker_request *rq,
		   const struct tracker_context *at, const struct swarm_peer *p)
{
	struct swarm_peer own = as_peer(rq, &at->from);

	return p->is_node && !is_same(p, &own) &&
	       p->node_id != rq->node_id &&
	       is_reachable_from(&at->from, &p->at);
}

/* Without a request: all of them. */
static size_t choose_nodes(const struct swarm_peers *peers,
			   const struct tracker_request *rq,
			   const struct tracker_context *at,
			   const struct swarm_peer *list[TRACKER_NODES])
{
	size_t count = 0;

	for (uint32_t i = 0; i < peers->count; i++) {
		const struct swarm_peer *p = &peers->list[i];
		size_t place = count;

		if (rq == NULL ? !p->is_node : !is_for(rq, at, p))
			continue;
		/* The one heard last stands first. */
		while (place > 0 && list[place - 1]->heard_ms < p->heard_ms)
			place--;
		if (place == TRACKER_NODES)
			continue;
		if (count < TRACKER_NODES)
			count++;
		for (size_t k = count - 1; k > place; k--)
			list[k] = list[k - 1];
		list[place] = p;
	}
	return count;
}

size_t swarm_peers_nodes(const struct swarm_peers *peers,
			 struct tracker_node *out, size_t max)
{
	const struct swarm_peer *list[TRACKER_NODES];
	size_t count = choose_nodes(peers, NULL, NULL, list);

	if (count > max)
		count = max;
	for (size_t i = 0; i < count; i++)
		out[i] = (struct tracker_node){ list[i]->at, list[i]->node_id,
						list[i]->seed };
	return count;
}

static void put_nodes(struct buf *reply, const struct swarm_peers *peers,
		      const struct tracker_request *rq,
		      const struct tracker_context *at)
{
	const struct swarm_peer *list[TRACKER_NODES];
	size_t count = 0;

	/* Who has it all needs nobody. */
	if (!rq->seed && rq->event != TRACKER_STOPPED)
		count = choose_nodes(peers, rq, at, list);
	buf_printf(reply, "5:nodes%zu:", count * TRACKER_NODE_SIZE);
	for (size_t i = 0; i < count; i++) {
		buf_put(reply, list[i]->at.ip, sizeof(list[i]->at.ip));
		buf_put_u8(reply, (uint8_t)(list[i]->at.port >> 8));
		buf_put_u8(reply, (uint8_t)list[i]->at.port);
		for (int shift = 56; shift >= 0; shift -= 8)
			buf_put_u8(reply,
				   (uint8_t)(list[i]->node_id >> shift));
	}
}

static void put_list(struct buf *reply, const struct choice *c)
{
	char text[INET6_ADDRSTRLEN];

	buf_puts(reply, "5:peersl");
	for (size_t i = 0; i < c->count; i++) {
		const struct tracker_address *a = c->list[i];

		if (is_ipv4(a))
			inet_ntop(AF_INET, a->ip + 12, text, sizeof(text));
		else
			inet_ntop(AF_INET6, a->ip, text, sizeof(text));
		buf_printf(reply, "d2:ip%zu:%s4:porti%uee", strlen(text), text,
			   a->port);
	}
	buf_puts(reply, "e");
}

void swarm_peers_reply(const struct swarm_peers *peers,
		       const struct tracker_request *rq,
		       const struct tracker_context *at, uint32_t turn,
		       struct buf *reply)
{
	struct choice c = { .max = rq->event == TRACKER_STOPPED ? 0 :
								  rq->numwant };
	size_t complete = 0, incomplete = 0;

	for (size_t i = 0; i < peers->count; i++)
		if (peers->list[i].is_node)
			continue;
		else if (peers->list[i].seed)
			complete++;
		else
			incomplete++;
	if (at->self.port != 0 && at->self_seeds)
		complete++;
	else if (at->self.port != 0)
		incomplete++;
	choose_peers(peers, rq, at, turn, &c);
	buf_printf(reply,
		   "d8:completei%zue10:incompletei%zue8:intervali%de"
		   "12:min intervali%de",
		   complete, incomplete, TRACKER_INTERVAL_S,
		   TRACKER_MIN_INTERVAL_S);
	if (rq->http_port != 0)
		put_nodes(reply, peers, rq, at);
	if (rq->compact) {
		put_compact(reply, &c, "peers", true);
		put_compact(reply, &c, "peers6", false);
	} else {
		put_list(reply, &c);
	}
	if (at->warning != NULL)
		buf_printf(reply, "15:warning message%zu:%s",
			   strlen(at->warning), at->warning);
	buf_puts(reply, "e");
}
