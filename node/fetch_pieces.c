/* What to ask whom for next, and when to stop. Everything that happens to a
 * job in JOB_PIECES ends in pieces_go(): it looks at the world anew and asks
 * for what can be asked for (node/piece_plan.h). */
#include "node/fetch_pieces.h"

#include <stdlib.h>
#include <string.h>

enum {
	SLOTS = 2, /* requests at a peer: the next one before the last ends */
	UNKNOWN_NEAR = 4 << 20, /* bytes of a first request */
	LEAD_MS = 400,		/* the next is sent so long before */
	LEAD_NEAR = 1 << 20,
	LEAD_BEYOND = 32 << 10,
	MOVED_MS = 4000,
	LONELY_MS = 1000, /* without a byte: ask for ordinary clients */
	DROPPED_MS = 15 * 1000,
	DROPPED_MAX_MS = 10 * 60 * 1000,
	CURIOUS_MS = 1500, /* of silence, then one above is asked what it has */
	WAITING_MS = 30 * 1000 /* for one above who gets it, for carriers */
};

static int64_t now_of(const struct pieces *p)
{
	return fetcher_now(p->job->f);
}

/* --- begin and end --- */

static struct pieces *pieces_new(struct job *job)
{
	uint32_t pieces = job->tf->mi.pieces;
	struct pieces *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->job = job;
	p->pending = calloc(1, havemap_size(pieces));
	p->late = calloc(1, havemap_size(pieces));
	p->asked = calloc(1, pieces);
	p->near_failures = calloc(1, pieces);
	p->listed_ms = -1;
	p->moved_ms = p->fed_ms = p->synced_ms = p->ticked_ms = now_of(p);
	p->random = uv_hrtime() ^ job->f->o.own_id;
	return p;
}

static void pieces_free(struct pieces *p)
{
	pieces_free_peers(p);
	pieces_free_store(p);
	free(p->pending);
	free(p->late);
	free(p->asked);
	free(p->near_failures);
	p->job->pieces = NULL;
	free(p);
}

static bool is_complete(const struct job *job)
{
	return havemap_count(job->have, job->tf->mi.pieces) ==
	       job->tf->mi.pieces;
}

bool job_pieces_end(struct job *job)
{
	struct pieces *p = job->pieces;

	if (p == NULL)
		return true;
	while (p->requests != NULL)
		pieces_cancel(p->requests);
	for (unsigned i = 0; i < p->n_peers; i++)
		p->peers[i]->listed = false;
	pieces_free_peers(p);
	if (p->storing == 0 && p->dirty && !p->ending && !job->discard &&
	    !job->published)
		pieces_sync(p, true);
	p->ending = p->ending || p->storing == 0;
	if (p->storing > 0 || p->syncing)
		return false;
	pieces_free(p);
	/* What could not be flushed is hashed again another time. */
	memcpy(job->got, job->have, havemap_size(job->tf->mi.pieces));
	job->good = havemap_count(job->have, job->tf->mi.pieces);
	job->good_bytes = metainfo_bytes_of(&job->tf->mi, job->have);
	job->beyond = false;
	/* Though it is winding down: what is complete is held. */
	if (!job->discard && !job->published && is_complete(job))
		job_is_held(job);
	return true;
}

/* --- who may be asked for how much --- */

static const struct pieces_request *last_of(const struct pieces_peer *peer)
{
	/* The newest stands in front. */
	for (const struct pieces_request *r = peer->pieces->requests;
	     r != NULL; r = r->next)
		if (r->peer == peer)
			return r;
	return NULL;
}

/* The next request is sent a little before the last one ends. */
static bool wants_next(const struct pieces_peer *peer)
{
	const struct pieces_request *last = last_of(peer);
	uint64_t lead = peer->rate * LEAD_MS / 1000 +
			(peer->is.reach == PEER_NEAR ? LEAD_NEAR :
						       LEAD_BEYOND);

	/* Two connections on one thin line lose what they send too early, and
	 * for seconds neither fills it: after a long request the next one goes
	 * down the same connection. */
	if (last != NULL && last->count > 1 &&
	    peer->is.reach == PEER_BEYOND)
		lead = 0;
	return last == NULL ||
	       (peer->requests < SLOTS && !peer->no_ranges &&
		pieces_left(last) <= lead);
}

void pieces_soon(struct pieces_request *r)
{
	if (wants_next(r->peer))
		job_wake_at(r->pieces->job, now_of(r->pieces));
}

static bool has_urgent_request(const struct pieces_peer *peer)
{
	for (const struct pieces_request *r = peer->pieces->requests;
	     r != NULL; r = r->next)
		if (r->peer == peer && r->urgent)
			return true;
	return false;
}

/* Pieces it may be asked for in one request; 0: none now. */
static uint32_t room_of(const struct pieces_peer *peer, bool urgent)
{
	const struct pieces *p = peer->pieces;
	uint32_t length = p->job->tf->mi.piece_length;
	bool line = peer->is.reach == PEER_BEYOND && !peer->is.swaps;
	uint64_t bytes = peer->rate *
			 (line ? PIECES_LINE_MS : PIECES_RUN_MS) / 1000;

	if (p->n_requests >= PIECES_REQUESTS_MAX ||
	    (p->n_requests >= SLOTS &&
	     p->job->f->receiving_bytes + length > PIECES_BUFFERS_MAX))
		return 0;
	if (!wants_next(peer) && (!urgent || has_urgent_request(peer)))
		return 0;
	if (peer->no_ranges)
		return p->job->tf->mi.pieces;
	if (peer->rate == 0)
		bytes = peer->is.reach == PEER_NEAR && !urgent ? UNKNOWN_NEAR :
								 length;
	else if (urgent)
		bytes = peer->rate * PIECES_URGENT_MS / 1000;
	if (bytes > PIECES_RUN_MAX)
		bytes = PIECES_RUN_MAX;
	return bytes < length ? 1 : (uint32_t)(bytes / length);
}

static bool is_usable(const struct pieces_peer *peer)
{
	return pieces_is_fit(peer) &&
	       (peer->is.reach == PEER_NEAR || peer->pieces->may_beyond);
}

/* --- what is late --- */

/* Of what others were asked for, what `peer` would bring sooner. */
static bool is_late(const struct pieces_request *r, uint32_t piece,
		    const struct pieces_peer *peer)
{
	uint64_t rate = r->peer->rate;

	if (r->peer == peer || r->again || r->paused)
		return false;
	if (now_of(r->pieces) - r->heard_ms >= PIECES_LATE_MS)
		return true;
	return rate > 0 && peer->rate / 4 >= rate &&
	       pieces_until(r, piece) / rate >= PIECES_FAR_S;
}

/* NULL when nothing is. */
static const uint8_t *late_for(struct pieces *p,
			       const struct pieces_peer *peer)
{
	bool some = false;

	memset(p->late, 0, havemap_size(p->job->tf->mi.pieces));
	for (const struct pieces_request *r = p->requests; r != NULL;
	     r = r->next)
		for (uint32_t i = r->at; i < r->first + r->count; i++)
			if (p->asked[i] == 1 && is_late(r, i, peer)) {
				havemap_set(p->late, i);
				some = true;
			}
	return some ? p->late : NULL;
}

/* --- what somebody looks at --- */

/* What a peer is still to send of ranges that nobody waits for. */
static uint64_t in_the_way(const struct pieces *p,
			   const struct pieces_peer *peer)
{
	uint64_t bytes = 0;

	for (const struct pieces_request *r = p->requests; r != NULL;
	     r = r->next)
		if (r->peer == peer && !r->urgent)
			bytes += pieces_left(r);
	return bytes;
}

/* Its way must not lead through a long range that nobody waits for, nor through
 * what another viewer comes to much later. */
static void make_way(struct pieces *p, uint32_t urgent)
{
	struct pieces_request *r, *next;

	if (havemap_has(p->job->got, urgent))
		return;
	for (r = p->requests; r != NULL; r = next) {
		uint64_t second = r->peer->rate + p->job->tf->mi.piece_length;
		bool inside = urgent >= r->at && urgent < r->first + r->count;

		next = r->next;
		if (inside && !r->urgent &&
		    pieces_until(r, urgent) > 2 * second)
			pieces_cut(r, urgent);
		else if (!havemap_has(p->pending, urgent) &&
			 (r->peer->is.reach == PEER_BEYOND ||
			  r->peer->rate > 0) &&
			 (r->urgent ? pieces_left(r) :
				      in_the_way(p, r->peer)) > second / 2)
			pieces_cut(r, 0);
	}
}

static bool is_among(const uint32_t *pieces, unsigned count,
		     const struct piece_ask *ask)
{
	for (unsigned i = 0; i < count; i++)
		if (pieces[i] >= ask->first &&
		    pieces[i] < ask->first + ask->count)
			return true;
	return false;
}

/* --- asking --- */

struct round {
	struct pieces *p;
	uint32_t urgent[ARRIVING_URGENT_MAX];
	unsigned n_urgent;
	bool watched; /* by a viewer, not only by nodes */
	struct piece_peer peers[PEERS_MAX];
	struct pieces_peer *of[PEERS_MAX];
	struct piece_facts facts;
};

static bool is_starving(struct pieces *p)
{
	int64_t now = now_of(p);

	if (p->n_requests > 0 || p->storing > 0)
		p->fed_ms = now;
	return now - p->fed_ms >= PIECE_STARVING_MS &&
	       now - p->moved_ms >= PIECE_STARVING_MS;
}

static void look_around(struct round *w)
{
	struct pieces *p = w->p;
	struct job *job = p->job;

	w->n_urgent = job_urgent(job, w->urgent, ARRIVING_URGENT_MAX);
	w->watched = w->n_urgent > 0 && job_is_watched(job);
	if (w->watched)
		make_way(p, w->urgent[0]);
	w->facts = (struct piece_facts){
		.pieces = job->tf->mi.pieces,
		.have = job->got,
		.pending = p->pending,
		.near_failures = p->near_failures,
		.urgent = w->urgent,
		.n_urgent = w->n_urgent,
		.may_beyond = p->may_beyond,
		.early = now_of(p) - p->beyond_ms < PIECE_EARLY_MS,
		.starving = is_starving(p),
		.own_id = job->f->o.own_id,
		.peers = w->peers,
		.run_max = UINT32_MAX,
	};
	for (unsigned i = 0; i < p->n_peers; i++) {
		struct pieces_peer *peer = p->peers[i];

		if (!is_usable(peer))
			continue;
		w->of[w->facts.n_peers] = peer;
		w->peers[w->facts.n_peers++] = (struct piece_peer){
			.id = peer->is.id,
			.reach = peer->is.reach,
			/* Who tells what it has has not more. */
			.has = peer->is.has == PEER_MAY_HAVE &&
					       peer->map != NULL ?
				       PEER_HAS_PIECES :
				       peer->is.has,
			.swaps = peer->is.swaps,
			.map = peer->map,
			.rate = peer->rate,
		};
	}
}

static uint64_t next_random(struct pieces *p)
{
	p->random = p->random * 6364136223846793005u + 1442695040888963407u;
	return p->random ^ p->random >> 29;
}

static void ask_peer(struct round *w, unsigned i)
{
	struct pieces *p = w->p;
	struct pieces_peer *peer = w->of[i];
	struct piece_ask ask;

	for (;;) {
		w->peers[i].room = room_of(peer, w->watched);
		if (w->peers[i].room == 0)
			return;
		w->facts.late = late_for(p, peer);
		if (!piece_plan(&w->facts, i, next_random(p), &ask))
			return;
		/* The place beside a running request is for what is urgent. */
		if (!wants_next(peer) &&
		    !is_among(w->urgent, w->n_urgent, &ask))
			return;
		if (pieces_ask(p, peer, &ask,
			       w->watched && is_among(w->urgent, w->n_urgent,
						      &ask)) != STATUS_OK)
			return;
		if (peer->is.reach == PEER_BEYOND && !p->job->beyond) {
			p->job->beyond = true;
			job_tell(p->job);
		}
	}
}

/* Those who are known to have something come before those who may. */
static void ask_all(struct pieces *p)
{
	struct round *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return;
	w->p = p;
	look_around(w);
	for (int has = PEER_HAS_ALL; has <= PEER_MAY_HAVE; has++)
		for (unsigned i = 0; i < w->facts.n_peers; i++)
			if ((int)w->peers[i].has == has)
				ask_peer(w, i);
	free(w);
}

/* --- now and then --- */

static void look_who_is_there(struct pieces *p)
{
	struct pieces_request *next;
	bool some_beyond = false, before = p->may_beyond;

	if (p->listed_ms >= 0 && now_of(p) - p->listed_ms < PIECES_LIST_MS)
		return;
	pieces_list_peers(p);
	for (unsigned i = 0; i < p->n_peers; i++)
		some_beyond |= p->peers[i]->is.reach == PEER_BEYOND;
	p->may_beyond = some_beyond && job_may_beyond(p->job);
	if (p->may_beyond && !before)
		p->beyond_ms = now_of(p);
	if (p->may_beyond || !p->job->beyond)
		return;
	/* Another one carries it now. */
	for (struct pieces_request *r = p->requests; r != NULL; r = next) {
		next = r->next;
		if (r->peer->is.reach == PEER_BEYOND)
			pieces_cut(r, 0);
	}
	p->job->beyond = false;
	job_tell(p->job);
}

static bool another_has(const struct pieces_request *r)
{
	const struct pieces *p = r->pieces;

	for (unsigned i = 0; i < p->n_peers; i++) {
		const struct pieces_peer *peer = p->peers[i];

		if (peer != r->peer && is_usable(peer) &&
		    (peer->is.has == PEER_HAS_ALL ||
		     peer->is.has == PEER_CAN_GET ||
		     (peer->map != NULL && havemap_has(peer->map, r->at))))
			return true;
	}
	return false;
}

/* The longer, the more often it happened: what it says it has stands in the
 * way of others that do. */
static int64_t dropped_ms(struct pieces_peer *peer)
{
	int64_t ms = DROPPED_MS;

	for (unsigned i = 0; i < peer->failures && ms < DROPPED_MAX_MS; i++)
		ms *= 2;
	peer->failures++;
	return ms;
}

static void drop_silent(struct pieces *p)
{
	struct pieces_request *next;
	int64_t now = now_of(p);

	/* What our own limits hold back is not silence. */
	for (struct pieces_request *r = p->requests; r != NULL; r = r->next)
		if (http_fetch_waits(r->fetch))
			r->heard_ms = p->moved_ms = now;
	for (struct pieces_request *r = p->requests; r != NULL; r = next) {
		struct pieces_peer *peer = r->peer;
		int64_t silent = now - r->heard_ms;

		next = r->next;
		peer->curious |= peer->is.has == PEER_CAN_GET &&
				 silent > CURIOUS_MS;
		if (r->paused || silent < PIECES_SILENT_MS ||
		    (silent < PIECES_PATIENCE_MS && !another_has(r)))
			continue;
		if (peer->is.reach == PEER_NEAR &&
		    p->near_failures[r->at] < UINT8_MAX)
			p->near_failures[r->at]++;
		source_failed(peer->is.source, now, "sends nothing");
		job_peer_failed(p->job, peer->is.source);
		pieces_drop_peer(peer, dropped_ms(peer), true);
		pieces_cancel(r);
	}
}

void pieces_lied(struct pieces_peer *peer, uint32_t piece)
{
	struct pieces *p = peer->pieces;
	struct pieces_request *next;

	if (peer->is.reach == PEER_NEAR && p->near_failures[piece] < UINT8_MAX)
		p->near_failures[piece]++;
	peer->failures++;
	for (struct pieces_request *r = p->requests; r != NULL; r = next) {
		next = r->next;
		if (r->peer == peer)
			pieces_cancel(r);
	}
	p->listed_ms = -1; /* the source rests now */
}

void pieces_turn_to_known(struct pieces_peer *peer)
{
	struct pieces *p = peer->pieces;
	struct pieces_request *next;
	bool more = false;

	for (uint32_t i = 0; peer->map != NULL && i < p->job->tf->mi.pieces;
	     i++)
		more |= havemap_has(peer->map, i) &&
			!havemap_has(p->job->got, i);
	for (struct pieces_request *r = p->requests; r != NULL; r = next) {
		next = r->next;
		if (more && r->peer == peer && r->filled == 0 &&
		    now_of(p) - r->heard_ms > CURIOUS_MS &&
		    !havemap_has(peer->map, r->at))
			pieces_cancel(r);
	}
}

static bool waits_above(const struct pieces *p)
{
	for (const struct pieces_request *r = p->requests; r != NULL;
	     r = r->next)
		if (r->peer->is.has == PEER_CAN_GET)
			return true;
	return false;
}

/* With a way beyond the LAN a silence is the carriers' to end, one after the
 * other: each has its time (node/carrier.h). */
static bool waits_for_carriers(const struct pieces *p)
{
	for (unsigned i = 0; i < p->n_peers; i++)
		if (p->peers[i]->listed &&
		    p->peers[i]->is.reach == PEER_BEYOND)
			return true;
	return false;
}

/* Would the swarm do better? */
static bool should_give_way(struct pieces *p)
{
	struct job *job = p->job;
	int64_t silent = now_of(p) - p->moved_ms;
	struct piece_way_facts facts = {
		.moved = silent < MOVED_MS,
		.stalled = silent >
			   (waits_above(p) || waits_for_carriers(p) ?
				    WAITING_MS :
				    JOB_STALL_MS),
		.present = PIECE_WAY_HTTP,
	};

	for (unsigned i = 0; i < p->n_peers; i++)
		facts.peers += p->peers[i]->listed &&
			       (!p->peers[i]->absent || is_usable(p->peers[i]));
	if (facts.peers == 0)
		facts.moved = false;
	if (facts.peers == 0 || silent >= LONELY_MS)
		job_announce(job);
	facts.swarm_peers = job_swarm_peers(job);
	if (facts.peers == 0 && job->trouble[0] == 0)
		(void)strcpy(job->trouble, "nobody to ask is there");
	return piece_way(&facts) == PIECE_WAY_SWARM;
}

static void tick(struct pieces *p)
{
	if (now_of(p) - p->ticked_ms < JOB_TICK_MS / 2)
		return;
	p->ticked_ms = now_of(p);
	drop_silent(p);
	p->job->swarm_next = should_give_way(p);
}

void pieces_go(struct pieces *p)
{
	struct job *job = p->job;

	if (job->stopping || job->f->closing || p->ending || job->swarm_next) {
		job_step(job);
		return;
	}
	if (job->good == job->tf->mi.pieces) {
		while (p->requests != NULL)
			pieces_cancel(p->requests);
		pieces_sync(p, true);
		if (!p->syncing && p->storing == 0 && is_complete(job))
			(void)job_pieces_end(job), job_step(job);
		return;
	}
	if (now_of(p) < job->not_before_ms)
		return;
	look_who_is_there(p);
	ask_all(p);
	pieces_poll(p);
	pieces_sync(p, false);
}

void job_pieces(struct job *job)
{
	if (job->swarm_next) {
		if (!job_pieces_end(job))
			return;
		job->swarm_next = false;
		if (job->state == JOB_PIECES)
			job->state = JOB_SWARM;
		job_step(job);
		return;
	}
	if (job->pieces == NULL)
		job->pieces = pieces_new(job);
	if (job->pieces == NULL || job->pieces->near_failures == NULL ||
	    job->pieces->asked == NULL || job->pieces->late == NULL ||
	    job->pieces->pending == NULL) {
		if (job->pieces != NULL)
			pieces_free(job->pieces);
		job_pause(job, JOB_TRY_AGAIN_MS, "out of memory");
		return;
	}
	tick(job->pieces);
	pieces_go(job->pieces);
}

void job_pieces_peers_changed(struct job *job)
{
	if (job->pieces != NULL)
		job->pieces->listed_ms = -1;
}

void job_pieces_rate(const struct job *job, uint64_t *rate, unsigned *peers)
{
	*rate = 0;
	*peers = 0;
	for (unsigned i = 0; job->pieces != NULL && i < job->pieces->n_peers;
	     i++) {
		const struct pieces_peer *peer = job->pieces->peers[i];

		if (peer->requests == 0)
			continue;
		*rate += peer->rate;
		++*peers;
	}
}
