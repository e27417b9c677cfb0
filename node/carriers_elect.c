/* Who is elected for each of this node's own payloads, what comes of it, and
 * this node's part in that. */
#include <string.h>

#include "node/carriers_inside.h"

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
	it.is.failures = carriers_failures_of(c, s->key, now);
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
	return carriers_saying_of(c, o->elected, o->btmh);
}

static void fail_elected(struct carriers *c, struct own *o, struct saying *s,
			 int64_t now)
{
	s->out = true;
	o->has_elected = false;
	o->failed++;
	carriers_note_failure(c, s->key, now);
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

		if (s != of && is_name(s, o->btmh) && saying_counts(s, now) &&
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

		if (is_name(s, o->btmh) && saying_counts(s, now) &&
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
			carriers_forgive(c, s->key);
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
	saying_observe(&o->me, says, o->me.pieces, now);
	c->changed = true;
}

enum carrier_role carriers_role(struct carriers *c,
				const uint8_t btmh[static 32], int64_t now,
				uint8_t carrier[CARRIER_KEY_SIZE])
{
	struct own *o = carriers_own_of(c, btmh);
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
	struct saying *s = carriers_saying_of(c, key, btmh);
	struct own *o = carriers_own_of(c, btmh);

	if (s == NULL || s->out)
		return;
	if (o != NULL && o->has_elected && is_key(o->elected, key))
		fail_elected(c, o, s, now);
	s->out = true;
}
