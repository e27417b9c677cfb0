/* What is remembered for the election: what neighbours say of payloads, this
 * node's own payloads with who is elected for each, and failures of nodes.
 * Plain arrays, searched in turn; a full one forgets what is oldest. The
 * election is in carriers_elect.c. */
#include <stdlib.h>
#include <string.h>

#include "node/carriers_inside.h"
#include "proto/datagram.h"

enum { FAILURES_COUNTED = 1000 };

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

struct own *carriers_own_of(struct carriers *c, const uint8_t *btmh)
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

unsigned carriers_failures_of(struct carriers *c, const uint8_t *key,
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

void carriers_note_failure(struct carriers *c, const uint8_t *key, int64_t now)
{
	unsigned before = carriers_failures_of(c, key, now);
	struct failure *f = failure_of(c, key);

	if (f == NULL)
		f = failure_put(c, key);
	f->count = before < FAILURES_COUNTED ? before + 1 : before;
	f->last_ms = now;
}

void carriers_forgive(struct carriers *c, const uint8_t *key)
{
	struct failure *f = failure_of(c, key);

	if (f != NULL)
		*f = c->failures[--c->n_failures];
}

/* --- what is said --- */

struct saying *carriers_saying_of(struct carriers *c, const uint8_t *key,
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

void saying_observe(struct saying *s, unsigned says, uint32_t pieces,
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
	s = carriers_saying_of(c, key, name);
	if (saying == 0) {
		if (s != NULL)
			saying_cut(c, s);
		return;
	}
	if (s == NULL)
		s = saying_put(c, key, name, pieces);
	saying_observe(s, saying, pieces, now);
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

unsigned carriers_said(const struct carriers *c,
		       const uint8_t key[static CARRIER_KEY_SIZE],
		       const uint8_t btmh[static 32], int64_t now,
		       uint32_t *pieces)
{
	for (size_t i = 0; i < c->n_sayings; i++) {
		const struct saying *s = &c->sayings[i];

		if (!is_name(s, btmh) || !is_key(s->key, key) ||
		    !saying_counts(s, now))
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

		if (!is_name(s, btmh) || !saying_counts(s, now))
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
	return o->me.says == CARRIER_HOLDS && !saying_counts(&o->me, now);
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
	struct own *o = carriers_own_of(c, btmh);
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
		saying_observe(&o->me, saying, pieces, now);
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
