/* What is remembered for the election: what neighbours say of payloads, this
 * node's own payloads with who is elected for each, and failures of nodes.
 * Plain arrays, searched in turn; a full one forgets what is oldest. */
#include "node/carrier.h"

#include <stdlib.h>
#include <string.h>

#include "node/carrier_rank.h"
#include "proto/datagram.h"

enum { NEVER = INT32_MIN, FAILURES_COUNTED = 1000 };

/* What one node says of one payload, and how that came to be. */
struct saying {
	uint8_t key[CARRIER_KEY_SIZE];
	uint8_t name[CARRIER_NAME_SIZE];
	unsigned says;
	uint32_t pieces;
	int64_t heard_ms;
	int64_t began_ms; /* to carry */
	int64_t moved_ms; /* had one piece more; NEVER */
	bool delivers;	  /* since it began */
	bool gave_up;	  /* carried, does not any more, and still wants it */
	bool out;
	bool withholds; /* what it says it has: out for this job */
	bool ranked; /* `rank` is worked out */
	uint8_t rank[CARRIER_RANK_SIZE];
};

struct own {
	struct saying me;
	uint8_t btmh[32];
	bool has_elected;
	uint8_t elected[CARRIER_KEY_SIZE];
	int64_t elected_ms;
	int64_t asked_ms; /* our role; 0 never */
	uint32_t most;	 /* pieces anybody had then */
	unsigned failed; /* of those elected, without a piece in between */
	unsigned rounds; /* of giving everybody another chance */
	bool alone;	 /* fetches by itself, whoever is elected */
	int64_t alone_ms;
	bool fed;	  /* bytes came lately */
	int64_t hungry_ms; /* since when no piece came, though others say they
			    * have more; NEVER */
	unsigned withheld; /* carriers that were out for that */
};

struct failure {
	uint8_t key[CARRIER_KEY_SIZE];
	unsigned count;
	int64_t last_ms;
};

struct carriers {
	uint8_t key[CARRIER_KEY_SIZE];
	bool changed;
	size_t n_sayings, n_own, n_failures;
	struct own own[CARRIERS_OWN_MAX];
	struct failure failures[CARRIERS_FAILURES_MAX];
	struct saying sayings[CARRIERS_SAYINGS_MAX];
};

struct carriers *carriers_new(const uint8_t key[static CARRIER_KEY_SIZE])
{
	struct carriers *c = calloc(1, sizeof(*c));

	if (c != NULL)
		memcpy(c->key, key, sizeof(c->key));
	return c;
}

void carriers_free(struct carriers *c)
{
	free(c);
}

static bool is_key(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, CARRIER_KEY_SIZE) == 0;
}

static bool is_name(const struct saying *s, const uint8_t *name)
{
	return memcmp(s->name, name, CARRIER_NAME_SIZE) == 0;
}

static struct own *own_of(struct carriers *c, const uint8_t *btmh)
{
	for (size_t i = 0; i < c->n_own; i++)
		if (memcmp(c->own[i].btmh, btmh, 32) == 0)
			return &c->own[i];
	return NULL;
}

/* --- failures --- */

static struct failure *failure_of(struct carriers *c, const uint8_t *key)
{
	for (size_t i = 0; i < c->n_failures; i++)
		if (is_key(c->failures[i].key, key))
			return &c->failures[i];
	return NULL;
}

static unsigned failures_of(struct carriers *c, const uint8_t *key,
			    int64_t now)
{
	const struct failure *f = failure_of(c, key);

	return f == NULL || now - f->last_ms >= CARRIER_MEMORY_MS ? 0 :
								    f->count;
}

static struct failure *failure_put(struct carriers *c, const uint8_t *key)
{
	struct failure *f = &c->failures[0];

	if (c->n_failures < CARRIERS_FAILURES_MAX) {
		f = &c->failures[c->n_failures++];
	} else {
		for (size_t i = 1; i < c->n_failures; i++)
			if (c->failures[i].last_ms < f->last_ms)
				f = &c->failures[i];
	}
	*f = (struct failure){ .count = 0 };
	memcpy(f->key, key, sizeof(f->key));
	return f;
}

static void note_failure(struct carriers *c, const uint8_t *key, int64_t now)
{
	unsigned before = failures_of(c, key, now);
	struct failure *f = failure_of(c, key);

	if (f == NULL)
		f = failure_put(c, key);
	f->count = before < FAILURES_COUNTED ? before + 1 : before;
	f->last_ms = now;
}

static void forgive(struct carriers *c, const uint8_t *key)
{
	struct failure *f = failure_of(c, key);

	if (f != NULL)
		*f = c->failures[--c->n_failures];
}

/* --- what is said --- */

static struct saying *saying_of(struct carriers *c, const uint8_t *key,
				const uint8_t *name)
{
	for (size_t i = 0; i < c->n_sayings; i++)
		if (is_name(&c->sayings[i], name) &&
		    is_key(c->sayings[i].key, key))
			return &c->sayings[i];
	return NULL;
}

static void saying_init(struct saying *s, const uint8_t *key,
			const uint8_t *name, uint32_t pieces)
{
	*s = (struct saying){ .pieces = pieces, .moved_ms = NEVER };
	memcpy(s->key, key, sizeof(s->key));
	memcpy(s->name, name, sizeof(s->name));
}

static struct saying *saying_put(struct carriers *c, const uint8_t *key,
				 const uint8_t *name, uint32_t pieces)
{
	struct saying *s = &c->sayings[0];

	if (c->n_sayings < CARRIERS_SAYINGS_MAX) {
		s = &c->sayings[c->n_sayings++];
	} else {
		for (size_t i = 1; i < c->n_sayings; i++)
			if (c->sayings[i].heard_ms < s->heard_ms)
				s = &c->sayings[i];
	}
	saying_init(s, key, name, pieces);
	return s;
}

static void saying_cut(struct carriers *c, struct saying *s)
{
	*s = c->sayings[--c->n_sayings];
}

static void observe(struct saying *s, unsigned says, uint32_t pieces,
		    int64_t now)
{
	if ((says & CARRIER_CARRIES) && !(s->says & CARRIER_CARRIES)) {
		s->began_ms = now;
		s->delivers = false;
	}
	s->gave_up = !(says & CARRIER_CARRIES) && (says & CARRIER_WANTS) &&
		     (s->gave_up || (s->says & CARRIER_CARRIES));
	if (pieces > s->pieces) {
		s->moved_ms = now;
		s->out = false;
		s->delivers |= (says & CARRIER_CARRIES) != 0;
	}
	s->says = says;
	s->pieces = pieces;
	s->heard_ms = now;
}

void carriers_heard(struct carriers *c,
		    const uint8_t key[static CARRIER_KEY_SIZE],
		    const uint8_t name[static CARRIER_NAME_SIZE],
		    unsigned saying, uint32_t pieces, int64_t now)
{
	struct saying *s;

	if (is_key(key, c->key))
		return;
	s = saying_of(c, key, name);
	if (saying == 0) {
		if (s != NULL)
			saying_cut(c, s);
		return;
	}
	if (s == NULL)
		s = saying_put(c, key, name, pieces);
	observe(s, saying, pieces, now);
}

static bool is_listed(const struct saying *s,
		      const struct datagram_fetch *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_name(s, list[i].name))
			return true;
	return false;
}

void carriers_heard_list(struct carriers *c,
			 const uint8_t key[static CARRIER_KEY_SIZE],
			 const struct datagram_fetch *list, size_t count,
			 int64_t now)
{
	for (size_t i = c->n_sayings;
	     i > 0 && count < DATAGRAM_FETCHES_MAX; i--) {
		struct saying *s = &c->sayings[i - 1];

		if (is_key(s->key, key) && !is_listed(s, list, count))
			saying_cut(c, s);
	}
	for (size_t i = 0; i < count; i++)
		carriers_heard(c, key, list[i].name, list[i].saying,
			       list[i].pieces, now);
}

void carriers_gone(struct carriers *c,
		   const uint8_t key[static CARRIER_KEY_SIZE])
{
	for (size_t i = c->n_sayings; i > 0; i--)
		if (is_key(c->sayings[i - 1].key, key))
			saying_cut(c, &c->sayings[i - 1]);
	for (size_t i = 0; i < c->n_own; i++)
		if (is_key(c->own[i].elected, key))
			c->own[i].has_elected = false;
}

static bool counts(const struct saying *s, int64_t now)
{
	return now - s->heard_ms <= CARRIER_HEARD_MS;
}

unsigned carriers_said(const struct carriers *c,
		       const uint8_t key[static CARRIER_KEY_SIZE],
		       const uint8_t btmh[static 32], int64_t now,
		       uint32_t *pieces)
{
	for (size_t i = 0; i < c->n_sayings; i++) {
		const struct saying *s = &c->sayings[i];

		if (!is_name(s, btmh) || !is_key(s->key, key) ||
		    !counts(s, now))
			continue;
		if (pieces != NULL)
			*pieces = s->pieces;
		return s->says;
	}
	return 0;
}

size_t carriers_sayers(const struct carriers *c, const uint8_t btmh[static 32],
		       int64_t now, struct carrier_sayer *out, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < c->n_sayings && count < max; i++) {
		const struct saying *s = &c->sayings[i];

		if (!is_name(s, btmh) || !counts(s, now))
			continue;
		out[count] = (struct carrier_sayer){ .saying = s->says,
						     .pieces = s->pieces };
		memcpy(out[count++].key, s->key, sizeof(s->key));
	}
	return count;
}

/* --- this node's own --- */

static bool is_past(const struct own *o, int64_t now)
{
	return o->me.says == CARRIER_HOLDS && !counts(&o->me, now);
}

static struct own *own_put(struct carriers *c, const uint8_t *btmh,
			   uint32_t pieces, int64_t now)
{
	struct own *o;

	for (size_t i = c->n_own; i > 0; i--)
		if (is_past(&c->own[i - 1], now))
			c->own[i - 1] = c->own[--c->n_own];
	if (c->n_own == CARRIERS_OWN_MAX)
		return NULL;
	o = &c->own[c->n_own++];
	*o = (struct own){ .hungry_ms = NEVER };
	memcpy(o->btmh, btmh, sizeof(o->btmh));
	saying_init(&o->me, c->key, btmh, pieces);
	/* Names are short: what was worked out for another payload of this
	 * name is not to stand. */
	for (size_t i = 0; i < c->n_sayings; i++)
		if (is_name(&c->sayings[i], btmh))
			c->sayings[i].ranked = false;
	return o;
}

/* A job begins, perhaps not the first for this payload. */
static void begin_anew(struct own *o, uint32_t pieces)
{
	struct own fresh = { .me = { .pieces = pieces, .moved_ms = NEVER },
			     .hungry_ms = NEVER };

	memcpy(fresh.btmh, o->btmh, sizeof(fresh.btmh));
	memcpy(fresh.me.key, o->me.key, sizeof(fresh.me.key));
	memcpy(fresh.me.name, o->me.name, sizeof(fresh.me.name));
	*o = fresh;
}

/* All but what is said in passing. */
static unsigned lasting(unsigned says)
{
	return says & ~(unsigned)CARRIER_MOVES;
}

bool carriers_own(struct carriers *c, const uint8_t btmh[static 32],
		  unsigned saying, uint32_t pieces, int64_t now)
{
	struct own *o = own_of(c, btmh);
	unsigned before;

	if (saying == 0) {
		c->changed |= o != NULL;
		if (o != NULL)
			*o = c->own[--c->n_own];
		return true;
	}
	if (o == NULL)
		o = own_put(c, btmh, pieces, now);
	if (o == NULL)
		return false;
	before = o->me.says;
	if ((saying & CARRIER_WANTS) && !(before & CARRIER_WANTS))
		begin_anew(o, pieces);
	o->fed = (saying & CARRIER_MOVES) != 0;
	if (pieces > o->me.pieces)
		o->hungry_ms = NEVER;
	saying &= ~(unsigned)CARRIER_CARRIES;
	if (saying & CARRIER_WANTS)
		saying |= before & CARRIER_CARRIES;
	if (!(saying & CARRIER_CARRIES))
		saying &= ~(unsigned)CARRIER_MOVES;
	/* It holds since the first time it says so. */
	if (saying != CARRIER_HOLDS || before != CARRIER_HOLDS)
		observe(&o->me, saying, pieces, now);
	c->changed |= lasting(before) != lasting(saying);
	return true;
}

size_t carriers_to_say(const struct carriers *c, int64_t now,
		       struct datagram_fetch *out, size_t max)
{
	static const unsigned order[] = { CARRIER_CARRIES, CARRIER_WANTS,
					  CARRIER_HOLDS };
	size_t count = 0;

	for (size_t turn = 0; turn < sizeof(order) / sizeof(*order); turn++)
		for (size_t i = c->n_own; i > 0 && count < max; i--) {
			const struct own *o = &c->own[i - 1];
			unsigned says = o->me.says;

			if (!(says & order[turn]) || is_past(o, now) ||
			    (turn > 0 && (says & order[turn - 1])))
				continue;
			out[count] = (struct datagram_fetch){
				.saying = (uint8_t)says,
				.pieces = o->me.pieces
			};
			memcpy(out[count++].name, o->btmh, DATAGRAM_NAME_SIZE);
		}
	return count;
}

bool carriers_take_change(struct carriers *c)
{
	bool changed = c->changed;

	c->changed = false;
	return changed;
}

/* --- electing --- */

static int64_t patience_of(const struct own *o)
{
	int64_t patience = CARRIER_PATIENCE_MS;

	for (unsigned i = 0; i < o->rounds && patience < CARRIER_SLOW_MS; i++)
		patience *= 2;
	return patience < CARRIER_SLOW_MS ? patience : CARRIER_SLOW_MS;
}

/* Is it out of time, when it is to have shown a piece since `from`? */
static bool is_late(const struct own *o, const struct saying *s, int64_t from,
		    int64_t now)
{
	int64_t limit = s->says & CARRIER_MOVES ? CARRIER_MOVING_MS :
						  patience_of(o);

	if (s->moved_ms > from)
		from = s->moved_ms;
	return now - from >= limit || now - s->heard_ms >= CARRIER_SILENT_MS;
}

static struct carrier_ranked ranked(struct carriers *c, const struct own *o,
				    struct saying *s, int64_t now)
{
	struct carrier_ranked it = { .is = {
		.beyond = (s->says & CARRIER_WANTS) &&
			  (s->says & CARRIER_BEYOND),
		.carries = (s->says & CARRIER_CARRIES) &&
			   !is_late(o, s, s->began_ms, now),
		.delivers = s->delivers,
		.out = s->out || s->withholds,
	} };

	if (!s->ranked)
		carrier_rank(s->key, o->btmh, s->rank);
	s->ranked = true;
	memcpy(it.rank, s->rank, sizeof(it.rank));
	memcpy(it.is.key, s->key, sizeof(it.is.key));
	it.is.failures = failures_of(c, s->key, now);
	return it;
}

struct election {
	struct saying *elected; /* NULL: nobody */
	struct carrier_ranked best;
	bool some_out; /* somebody could, but is out */
};

static void consider(struct election *e, const struct carrier_ranked *it,
		     struct saying *s)
{
	e->some_out = e->some_out || (it->is.beyond && it->is.out);
	if (!carrier_beats(it, e->elected == NULL ? NULL : &e->best))
		return;
	e->elected = s;
	e->best = *it;
}

static struct election elect(struct carriers *c, struct own *o, int64_t now)
{
	struct election e = { .elected = NULL };
	struct carrier_ranked it = ranked(c, o, &o->me, now);

	consider(&e, &it, &o->me);
	for (size_t i = 0; i < c->n_sayings; i++) {
		struct saying *s = &c->sayings[i];

		/* The silent are not elected; it takes longer until they
		 * are forgotten. */
		if (!is_name(s, o->btmh) ||
		    now - s->heard_ms >= CARRIER_SILENT_MS)
			continue;
		it = ranked(c, o, s, now);
		consider(&e, &it, s);
	}
	return e;
}

/* Everybody gets another chance, and more time. */
static void new_round(struct carriers *c, struct own *o)
{
	for (size_t i = 0; i < c->n_sayings; i++)
		if (is_name(&c->sayings[i], o->btmh))
			c->sayings[i].out = c->sayings[i].withholds = false;
	o->hungry_ms = NEVER;
	o->withheld = 0;
	o->me.out = false;
	o->has_elected = false;
	o->failed = 0;
	o->alone = false;
	o->rounds++;
}

static struct saying *elected_of(struct carriers *c, struct own *o)
{
	if (!o->has_elected)
		return NULL;
	if (is_key(o->elected, c->key))
		return &o->me;
	return saying_of(c, o->elected, o->btmh);
}

static void fail_elected(struct carriers *c, struct own *o, struct saying *s,
			 int64_t now)
{
	s->out = true;
	o->has_elected = false;
	o->failed++;
	note_failure(c, s->key, now);
}

/* How many pieces has who has most? */
static uint32_t most_pieces(const struct carriers *c, const struct own *o)
{
	uint32_t most = o->me.pieces;

	for (size_t i = 0; i < c->n_sayings; i++)
		if (is_name(&c->sayings[i], o->btmh) &&
		    c->sayings[i].pieces > most)
			most = c->sayings[i].pieces;
	return most;
}

/* Can what it has now have come from beyond only? More than anybody had when
 * it was elected, and nobody else brings any. */
static bool came_from_beyond(const struct carriers *c, const struct own *o,
			     const struct saying *of, int64_t now)
{
	enum { BRINGS = CARRIER_HOLDS | CARRIER_CARRIES };

	if (of->pieces <= o->most || (&o->me != of && (o->me.says & BRINGS)))
		return false;
	for (size_t i = 0; i < c->n_sayings; i++) {
		const struct saying *s = &c->sayings[i];

		if (s != of && is_name(s, o->btmh) && counts(s, now) &&
		    (s->says & BRINGS))
			return false;
	}
	return true;
}

/* It knows best itself, and first. One that makes way for another gives
 * nothing up. */
static bool has_given_up(const struct carriers *c, const struct own *o,
			 const struct saying *of, int64_t now)
{
	if (&o->me == of || !of->gave_up ||
	    (o->me.says & CARRIER_CARRIES))
		return false;
	for (size_t i = 0; i < c->n_sayings; i++) {
		const struct saying *s = &c->sayings[i];

		if (is_name(s, o->btmh) && counts(s, now) &&
		    (s->says & CARRIER_CARRIES))
			return false;
	}
	return true;
}

/* What it says it has is to come here, too: saying costs nothing, and one that
 * only says would be waited for for ever. */
static bool is_withholding(struct own *o, const struct saying *of, int64_t now)
{
	int64_t limit = o->fed ? CARRIER_MOVING_MS : CARRIER_SLOW_MS;

	if (of == &o->me || of->pieces <= o->me.pieces)
		return false;
	if (o->hungry_ms == NEVER)
		o->hungry_ms = now;
	return now - o->hungry_ms >= limit;
}

/* What has come of who was elected? */
static void judge_elected(struct carriers *c, struct own *o, int64_t now)
{
	struct saying *s = elected_of(c, o);

	if (s == NULL || !(s->says & CARRIER_WANTS))
		return;
	if (s->moved_ms > o->elected_ms && s->delivers) {
		o->failed = 0;
		o->rounds = 0;
		if (came_from_beyond(c, o, s, now))
			forgive(c, s->key);
	}
	if (is_withholding(o, s, now)) {
		s->withholds = true;
		o->withheld++;
		o->hungry_ms = NEVER;
		fail_elected(c, o, s, now);
	} else if (is_late(o, s, o->elected_ms, now) ||
		   has_given_up(c, o, s, now)) {
		fail_elected(c, o, s, now);
	}
}

/* Stood this node still (asleep, stopped) while it was to carry? Then others
 * count that as a failure of it, and it has to agree. */
static void notice_absence(struct carriers *c, struct own *o, int64_t now)
{
	int64_t since = now - o->asked_ms;

	if (o->asked_ms != 0 && since >= CARRIER_SILENT_MS) {
		o->hungry_ms = NEVER; /* that was our own doing */
		if (elected_of(c, o) == &o->me)
			fail_elected(c, o, &o->me, now);
	}
	o->asked_ms = now;
}

/* After too many failures: fetch by itself, until somebody else delivers. Who
 * was lied to so often believes nobody any more. */
static bool goes_alone(struct own *o, const struct election *e, int64_t now)
{
	bool wary = o->withheld >= CARRIER_FAILURES_MAX;
	bool others_deliver = e->elected != &o->me && e->best.is.carries &&
			      e->best.is.delivers;

	if (others_deliver)
		o->failed = 0;
	if ((o->failed < CARRIER_FAILURES_MAX && !wary) || o->me.out ||
	    !(o->me.says & CARRIER_BEYOND)) {
		o->alone = false;
	} else if (!o->alone) {
		o->alone = true;
		o->alone_ms = now;
	}
	return o->alone;
}

static void set_carrying(struct carriers *c, struct own *o, bool carrying,
			 int64_t now)
{
	unsigned says = o->me.says & ~(unsigned)CARRIER_CARRIES;

	if (carrying)
		says |= CARRIER_CARRIES;
	if (says == o->me.says)
		return;
	observe(&o->me, says, o->me.pieces, now);
	c->changed = true;
}

enum carrier_role carriers_role(struct carriers *c,
				const uint8_t btmh[static 32], int64_t now,
				uint8_t carrier[CARRIER_KEY_SIZE])
{
	struct own *o = own_of(c, btmh);
	struct election e;
	bool mine;

	if (o == NULL || !(o->me.says & CARRIER_WANTS))
		return CARRIER_CARRY;
	o->me.heard_ms = now;
	notice_absence(c, o, now);
	judge_elected(c, o, now);
	if (o->alone && is_late(o, &o->me, o->alone_ms, now))
		new_round(c, o);
	e = elect(c, o, now);
	if (e.elected == NULL && e.some_out) {
		new_round(c, o);
		e = elect(c, o, now);
	}
	if (e.elected == NULL) {
		o->has_elected = false;
		set_carrying(c, o, false, now);
		return CARRIER_NOBODY;
	}
	if (!o->has_elected || !is_key(o->elected, e.elected->key)) {
		o->has_elected = true;
		memcpy(o->elected, e.elected->key, sizeof(o->elected));
		o->elected_ms = now;
		o->most = most_pieces(c, o);
	}
	mine = goes_alone(o, &e, now) || e.elected == &o->me;
	set_carrying(c, o, mine, now);
	if (!mine && carrier != NULL)
		memcpy(carrier, e.elected->key, CARRIER_KEY_SIZE);
	return mine ? CARRIER_CARRY : CARRIER_WAIT;
}

void carriers_failed(struct carriers *c,
		     const uint8_t key[static CARRIER_KEY_SIZE],
		     const uint8_t btmh[static 32], int64_t now)
{
	struct saying *s = saying_of(c, key, btmh);
	struct own *o = own_of(c, btmh);

	if (s == NULL || s->out)
		return;
	if (o != NULL && o->has_elected && is_key(o->elected, key))
		fail_elected(c, o, s, now);
	s->out = true;
}
