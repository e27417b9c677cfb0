/* Whom a payload can be had from: neighbours, those who have it first, then
 * upstreams, those listed by hand, and carriers of other LANs. */
#include <stdlib.h>
#include <string.h>

#include "node/node_peers.h"

enum {
	HOLDERS_MAX = 12,  /* of one list: near ones that hold it, */
	FETCHERS_MAX = 10, /* that fetch it, */
	UNKNOWN_MAX = 4,   /* that nothing is known of */
	STALLED_MS = 3000  /* nothing comes from those above and near */
};

struct near_one {
	const struct neighbour *row;
	enum peer_has has;
	bool carries;
	bool fetches; /* it says so; else it may have begun, or come to rest */
	uint64_t score; /* the higher the better, different for each asker */
};

static uint64_t mixed(uint64_t a)
{
	a = (a ^ a >> 30) * 0xbf58476d1ce4e5b9;
	a = (a ^ a >> 27) * 0x94d049bb133111eb;
	return a ^ a >> 31;
}

static uint64_t start_of(const uint8_t *bytes)
{
	uint64_t start;

	memcpy(&start, bytes, sizeof(start));
	return start;
}

static int by_worth(const void *a, const void *b)
{
	const struct near_one *x = a, *y = b;

	if (x->has != y->has)
		return x->has < y->has ? -1 : 1;
	if (x->carries != y->carries)
		return x->carries ? -1 : 1;
	if (x->fetches != y->fetches)
		return x->fetches ? -1 : 1;
	return x->score > y->score ? -1 : x->score < y->score;
}

static bool wants(const struct node *n, const struct peer_job *job,
		  const uint8_t *key)
{
	return job != NULL && job->placed &&
	       holdings_say(n->holdings, key, HOLDINGS_WANT, job->origin,
			    job->entry);
}

static struct near_one judge(const struct node *n, const struct peer_job *job,
			   const struct neighbour *row, const uint8_t *btmh)
{
	unsigned said = carriers_said(n->carriers, row->key, btmh, node_now(n),
				      NULL);
	struct near_one c = { .row = row, .has = PEER_MAY_HAVE };

	c.score = mixed(start_of(row->key) ^
			mixed(start_of(btmh) ^
			      mixed(start_of(house_node_public(&n->house)))));
	c.carries = (said & CARRIER_CARRIES) != 0;
	if ((said & CARRIER_HOLDS) ||
	    (job != NULL && node_peer_holds(n, job, row->key)))
		c.has = PEER_HAS_ALL;
	else if ((said & CARRIER_WANTS) || wants(n, job, row->key))
		c.has = PEER_HAS_PIECES;
	c.fetches = (said & CARRIER_WANTS) != 0;
	return c;
}

static unsigned put_near(struct node *n, const struct near_one *list,
			 size_t count, struct peer *out, unsigned max)
{
	unsigned room[] = { [PEER_HAS_ALL] = HOLDERS_MAX,
			    [PEER_HAS_PIECES] = FETCHERS_MAX,
			    [PEER_CAN_GET] = 0,
			    [PEER_MAY_HAVE] = UNKNOWN_MAX };
	unsigned used = 0;

	for (size_t i = 0; i < count && used < max; i++) {
		const struct near_one *c = &list[i];

		if (room[c->has] == 0)
			continue;
		out[used].source = sources_at(&n->sources, c->row->url,
					      node_now(n));
		if (out[used].source == NULL)
			continue;
		room[c->has]--;
		out[used].id = 0;
		out[used].reach = PEER_NEAR;
		out[used].has = c->has;
		out[used].carries = c->carries;
		out[used++].swaps = false;
	}
	return used;
}

static unsigned add_neighbours(struct node *n, const struct peer_job *job,
			       const uint8_t *btmh, struct peer *out,
			       unsigned max)
{
	struct near_one list[NEIGHBOURS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < n->neighbours.count; i++) {
		const struct neighbour *row = &n->neighbours.rows[i];

		if (!node_peer_is_near(n, row))
			continue;
		list[count++] = judge(n, job, row, btmh);
	}
	qsort(list, count, sizeof(*list), by_worth);
	return put_near(n, list, count, out, max);
}

static struct peer *among(struct peer *list, unsigned count,
			  const struct source *source)
{
	for (unsigned i = 0; i < count; i++)
		if (list[i].source == source)
			return &list[i];
	return NULL;
}

static unsigned add_upstreams(const struct node *n, struct peer *out,
			      unsigned used, unsigned max)
{
	for (unsigned i = 0; i < n->n_upstreams && used < max; i++) {
		struct source *s = n->upstreams[i];
		struct peer *known = among(out, used, s);
		struct peer peer = {
			.source = s,
			.reach = lan_has_url(n->lan, s->url) ? PEER_NEAR :
							       PEER_BEYOND,
			.has = s->is_static ? PEER_HAS_ALL : PEER_CAN_GET,
		};

		if (known == NULL)
			out[used++] = peer;
		else if (known->has == PEER_MAY_HAVE)
			known->has = peer.has;
	}
	return used;
}

/* Listed by hand, and not here: asked as if over the uplink, which it is. */
static unsigned add_listed(struct node *n, struct peer *out, unsigned used,
			   unsigned max)
{
	for (size_t i = 0; i < n->neighbours.count && used < max; i++) {
		const struct neighbour *row = &n->neighbours.rows[i];
		struct source *s;

		if (!row->listed || !neighbour_is_alive(row, node_now(n)) ||
		    lan_has_url(n->lan, row->url))
			continue;
		s = sources_at(&n->sources, row->url, node_now(n));
		if (s != NULL && among(out, used, s) == NULL)
			out[used++] = (struct peer){ .source = s,
						     .reach = PEER_BEYOND,
						     .has = PEER_MAY_HAVE };
	}
	return used;
}

static unsigned add_swappers(const struct peer_job *job, struct peer *out,
			     unsigned used, unsigned max)
{
	for (unsigned i = 0; i < job->n_swappers && used < max; i++) {
		const struct swapper *w = &job->swappers[i];

		if (!w->failed && among(out, used, w->source) == NULL)
			out[used++] = (struct peer){ .source = w->source,
						     .id = w->id,
						     .reach = PEER_BEYOND,
						     .has = PEER_HAS_PIECES,
						     .swaps = true };
	}
	return used;
}

unsigned node_peers(void *node, const uint8_t *btmh, struct peer *out,
		    unsigned max)
{
	struct node *n = node;
	const struct peer_job *job = node_peer_job(n, btmh);
	unsigned near = max > n->n_upstreams ? max - n->n_upstreams : 0;
	unsigned used = add_neighbours(n, job, btmh, out, near);

	used = add_upstreams(n, out, used, max);
	used = add_listed(n, out, used, max);
	if (job == NULL)
		return used;
	used = add_swappers(job, out, used, max);
	/* Those below ask us for what they lack; what they have got from
	 * elsewhere is asked for when nothing else brings it. */
	if (node_now(n) - job->moved_ms > STALLED_MS)
		used = node_swap_tellers(n, btmh, out, used, max);
	return used;
}
