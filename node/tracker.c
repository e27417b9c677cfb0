/* Swarms stand in an array of slots; free ones form a list. Hashes find their
 * slot through an open-addressed table of slot numbers, linear probing, at most
 * half full, deletion by shifting back. Used slots form a list by last use, so
 * that making room takes no search. */
#include "node/tracker.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "node/tracker_swarm.h"

enum {
	NONE = UINT32_MAX,
	TABLE_SIZE = 1 << 17, /* two hashes a swarm, less than half full */
	EXPIRE_SLICE = 256    /* swarms looked at in one tracker_expire() */
};

struct swarm {
	uint8_t v2[TRACKER_HASH_SIZE];
	uint8_t v1[TRACKER_HASH_SIZE];
	bool has_v1;
	uint32_t newer; /* by last use; in a free slot: the next free one */
	uint32_t older;
	struct swarm_peers peers;
};

struct tracker {
	uint64_t seed;
	struct swarm *swarms;
	size_t room; /* slots that have memory */
	size_t count;
	size_t peers;
	struct share share; /* whose they are */
	uint32_t first_free;
	uint32_t newest, oldest;
	uint32_t sweep; /* where tracker_expire() goes on */
	uint32_t turn;  /* where the next reply starts among the peers */
	uint32_t *table; /* slot * 2 + (1 for v1), or NONE */
};

static_assert(TRACKER_SWARMS_MAX * 2 * 2 <= TABLE_SIZE, "half full at most");

struct tracker *tracker_new(uint64_t seed)
{
	struct tracker *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->table = malloc(TABLE_SIZE * sizeof(*t->table));
	if (t->table == NULL) {
		free(t);
		return NULL;
	}
	for (size_t i = 0; i < TABLE_SIZE; i++)
		t->table[i] = NONE;
	t->seed = seed;
	share_init(&t->share, seed, TRACKER_PEERS_TOTAL);
	t->first_free = t->newest = t->oldest = NONE;
	return t;
}

void tracker_free(struct tracker *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->room; i++)
		swarm_peers_release(&t->swarms[i].peers);
	free(t->swarms);
	free(t->table);
	free(t);
}

/* --- from a hash to its swarm --- */

static const uint8_t *hash_at(const struct tracker *t, uint32_t entry)
{
	const struct swarm *s = &t->swarms[entry / 2];

	return entry % 2 != 0 ? s->v1 : s->v2;
}

static size_t home_of(const struct tracker *t,
		      const uint8_t hash[static TRACKER_HASH_SIZE])
{
	uint64_t a;

	/* Hashes are random where honest; the seed is for the rest. */
	memcpy(&a, hash, sizeof(a));
	a = (a ^ t->seed) * 0xff51afd7ed558ccd;
	a = (a ^ a >> 32) * 0xc4ceb9fe1a85ec53;
	return (size_t)(a >> 32) % TABLE_SIZE;
}

/* Where the hash is, or the empty place where it would go. */
static size_t place_of(const struct tracker *t,
		       const uint8_t hash[static TRACKER_HASH_SIZE])
{
	size_t at = home_of(t, hash);

	while (t->table[at] != NONE &&
	       memcmp(hash_at(t, t->table[at]), hash, TRACKER_HASH_SIZE) != 0)
		at = (at + 1) % TABLE_SIZE;
	return at;
}

static struct swarm *find(const struct tracker *t,
			  const uint8_t hash[static TRACKER_HASH_SIZE])
{
	uint32_t entry = t->table[place_of(t, hash)];

	return entry == NONE ? NULL : &t->swarms[entry / 2];
}

static void forget_hash(struct tracker *t,
			const uint8_t hash[static TRACKER_HASH_SIZE])
{
	size_t hole = place_of(t, hash);

	for (size_t at = (hole + 1) % TABLE_SIZE; t->table[at] != NONE;
	     at = (at + 1) % TABLE_SIZE) {
		size_t home = home_of(t, hash_at(t, t->table[at]));

		/* May it move back to the hole, that is, is its home not
		 * within (hole, at]? */
		if ((at - home) % TABLE_SIZE >= (at - hole) % TABLE_SIZE) {
			t->table[hole] = t->table[at];
			hole = at;
		}
	}
	t->table[hole] = NONE;
}

/* --- the list by last use --- */

static uint32_t slot_of(const struct tracker *t, const struct swarm *s)
{
	return (uint32_t)(s - t->swarms);
}

static void unlink_swarm(struct tracker *t, struct swarm *s)
{
	if (s->newer != NONE)
		t->swarms[s->newer].older = s->older;
	else
		t->newest = s->older;
	if (s->older != NONE)
		t->swarms[s->older].newer = s->newer;
	else
		t->oldest = s->newer;
}

static void link_newest(struct tracker *t, struct swarm *s)
{
	s->newer = NONE;
	s->older = t->newest;
	if (t->newest != NONE)
		t->swarms[t->newest].newer = slot_of(t, s);
	else
		t->oldest = slot_of(t, s);
	t->newest = slot_of(t, s);
}

/* --- swarms in and out --- */

static void drop(struct tracker *t, struct swarm *s)
{
	forget_hash(t, s->v2);
	if (s->has_v1)
		forget_hash(t, s->v1);
	unlink_swarm(t, s);
	t->peers -= s->peers.count;
	swarm_peers_release(&s->peers);
	*s = (struct swarm){ .newer = t->first_free };
	t->first_free = slot_of(t, s);
	t->count--;
}

static bool grow(struct tracker *t)
{
	size_t room = t->room == 0 ? 64 : t->room * 2;
	struct swarm *swarms;

	if (room > TRACKER_SWARMS_MAX)
		room = TRACKER_SWARMS_MAX;
	swarms = realloc(t->swarms, room * sizeof(*swarms));
	if (swarms == NULL)
		return false;
	t->swarms = swarms;
	for (size_t i = room; i > t->room; i--) {
		swarms[i - 1] = (struct swarm){ .newer = t->first_free };
		t->first_free = (uint32_t)(i - 1);
	}
	t->room = room;
	return true;
}

static struct swarm *put(struct tracker *t,
			 const uint8_t v2[static TRACKER_HASH_SIZE])
{
	struct swarm *s;

	if (t->count == TRACKER_SWARMS_MAX)
		drop(t, &t->swarms[t->oldest]);
	if (t->first_free == NONE && !grow(t))
		return NULL;
	s = &t->swarms[t->first_free];
	t->first_free = s->newer;
	*s = (struct swarm){ .peers = { .share = &t->share } };
	memcpy(s->v2, v2, sizeof(s->v2));
	t->table[place_of(t, v2)] = slot_of(t, s) * 2;
	link_newest(t, s);
	t->count++;
	return s;
}

bool tracker_knows(const struct tracker *t,
		   const uint8_t hash[static TRACKER_HASH_SIZE])
{
	return find(t, hash) != NULL;
}

enum status tracker_add(struct tracker *t,
			const uint8_t v2[static TRACKER_HASH_SIZE],
			const uint8_t *v1)
{
	struct swarm *s = find(t, v2);
	const struct swarm *other = v1 == NULL ? NULL : find(t, v1);

	if (other != NULL && other != s)
		return STATUS_EXISTS;
	if (s == NULL)
		s = put(t, v2);
	if (s == NULL)
		return STATUS_NO_MEMORY;
	if (v1 == NULL || other == s)
		return STATUS_OK;
	if (s->has_v1)
		return STATUS_EXISTS;
	s->has_v1 = true;
	memcpy(s->v1, v1, sizeof(s->v1));
	t->table[place_of(t, v1)] = slot_of(t, s) * 2 + 1;
	return STATUS_OK;
}

enum status tracker_alias(struct tracker *t,
			  const uint8_t v1[static TRACKER_HASH_SIZE],
			  const uint8_t v2[static TRACKER_HASH_SIZE])
{
	return tracker_add(t, v2, v1);
}

void tracker_remove(struct tracker *t,
		    const uint8_t hash[static TRACKER_HASH_SIZE])
{
	struct swarm *s = find(t, hash);

	if (s != NULL)
		drop(t, s);
}

size_t tracker_nodes(const struct tracker *t,
		     const uint8_t hash[static TRACKER_HASH_SIZE],
		     struct tracker_node *out, size_t max)
{
	const struct swarm *s = find(t, hash);

	return s == NULL ? 0 : swarm_peers_nodes(&s->peers, out, max);
}

struct tracker_counts tracker_count(const struct tracker *t)
{
	return (struct tracker_counts){ .swarms = t->count,
					.peers = t->peers };
}

/* --- answering --- */

/* Make room for one more peer: forget the swarms used longest ago. */
static void bound_peers(struct tracker *t, const struct swarm *keep)
{
	while (t->peers >= TRACKER_PEERS_TOTAL &&
	       &t->swarms[t->oldest] != keep)
		drop(t, &t->swarms[t->oldest]);
}

static enum status take_peer(struct tracker *t, struct swarm *s,
			     const struct tracker_request *rq,
			     const struct tracker_context *at, int64_t now)
{
	size_t before = s->peers.count;
	enum status status = STATUS_OK;

	if (rq->event == TRACKER_STOPPED) {
		swarm_peers_remove(&s->peers, rq, &at->from);
	} else {
		bound_peers(t, s);
		status = swarm_peers_hear(&s->peers, rq, &at->from, now);
	}
	t->peers += s->peers.count - before;
	return status;
}

enum status tracker_answer(struct tracker *t, const struct tracker_request *rq,
			   const struct tracker_context *at, int64_t now,
			   struct buf *reply)
{
	struct swarm *s = find(t, rq->hash);
	struct tracker_context with = *at;
	size_t before;
	enum status status;

	if (s == NULL) {
		tracker_refuse(reply, "this node knows no such lesson");
		return STATUS_NOT_FOUND;
	}
	unlink_swarm(t, s);
	link_newest(t, s);
	before = s->peers.count;
	swarm_peers_expire(&s->peers, now);
	t->peers -= before - s->peers.count;
	status = take_peer(t, s, rq, at, now);
	if (status == STATUS_NO_ROOM)
		with.warning = "too many peers of your address: others are "
			       "not told of this one";
	else if (status != STATUS_OK)
		return status;
	swarm_peers_reply(&s->peers, rq, &with, t->turn++, reply);
	return buf_status(reply);
}

void tracker_refuse(struct buf *reply, const char *reason)
{
	buf_printf(reply, "d14:failure reason%zu:%se", strlen(reason), reason);
}

void tracker_expire(struct tracker *t, int64_t now)
{
	for (size_t i = 0; i < EXPIRE_SLICE && i < t->room; i++) {
		struct swarm *s = &t->swarms[t->sweep++ % t->room];
		size_t before = s->peers.count;

		swarm_peers_expire(&s->peers, now);
		t->peers -= before - s->peers.count;
	}
}
