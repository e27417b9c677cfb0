/* What carriers.c and carriers_elect.c share: all that is remembered for the
 * election. */
#ifndef NODE_CARRIERS_INSIDE_H
#define NODE_CARRIERS_INSIDE_H

#include <string.h>

#include "node/carrier.h"
#include "node/carrier_rank.h"

enum { NEVER = INT32_MIN };

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

static inline bool is_key(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, CARRIER_KEY_SIZE) == 0;
}

static inline bool is_name(const struct saying *s, const uint8_t *name)
{
	return memcmp(s->name, name, CARRIER_NAME_SIZE) == 0;
}

static inline bool saying_counts(const struct saying *s, int64_t now)
{
	return now - s->heard_ms <= CARRIER_HEARD_MS;
}

/* --- carriers.c --- */
struct own *carriers_own_of(struct carriers *c, const uint8_t *btmh);
/* What that node says of that payload; NULL: nothing. */
struct saying *carriers_saying_of(struct carriers *c, const uint8_t *key,
				  const uint8_t *name);
/* It says something, perhaps what it said before. */
void saying_observe(struct saying *s, unsigned says, uint32_t pieces,
		    int64_t now);
unsigned carriers_failures_of(struct carriers *c, const uint8_t *key,
			      int64_t now);
void carriers_note_failure(struct carriers *c, const uint8_t *key, int64_t now);
void carriers_forgive(struct carriers *c, const uint8_t *key);

#endif
