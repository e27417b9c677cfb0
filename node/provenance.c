#include "node/provenance.h"

#include <stdlib.h>
#include <string.h>

struct known {
	uint8_t btmh[32];
	uint32_t pieces;
	uint64_t used;
	uint8_t *ways; /* of each piece; FROM_CACHE: not known */
};

struct provenance {
	struct known known[PROVENANCE_PAYLOADS];
	unsigned count;
	uint64_t uses, pieces;
};

struct provenance *provenance_new(void)
{
	return calloc(1, sizeof(struct provenance));
}

void provenance_free(struct provenance *p)
{
	if (p == NULL)
		return;
	while (p->count > 0)
		free(p->known[--p->count].ways);
	free(p);
}

static struct known *find(const struct provenance *p, const uint8_t *btmh)
{
	for (unsigned i = 0; i < p->count; i++)
		if (memcmp(p->known[i].btmh, btmh, 32) == 0)
			return (struct known *)(uintptr_t)&p->known[i];
	return NULL;
}

static void forget(struct provenance *p, struct known *k)
{
	p->pieces -= k->pieces;
	free(k->ways);
	*k = p->known[--p->count];
}

static void make_room(struct provenance *p, uint32_t pieces)
{
	while (p->count > 0 && (p->count == PROVENANCE_PAYLOADS ||
				p->pieces + pieces > PROVENANCE_PIECES)) {
		struct known *oldest = &p->known[0];

		for (unsigned i = 1; i < p->count; i++)
			if (p->known[i].used < oldest->used)
				oldest = &p->known[i];
		forget(p, oldest);
	}
}

/* NULL: out of memory. */
static struct known *get(struct provenance *p, const uint8_t *btmh,
			 uint32_t pieces)
{
	struct known *k = find(p, btmh);
	uint8_t *ways;

	if (k != NULL && k->pieces != pieces) {
		forget(p, k);
		k = NULL;
	}
	if (k == NULL) {
		ways = calloc(pieces, 1);
		if (ways == NULL)
			return NULL;
		make_room(p, pieces);
		k = &p->known[p->count++];
		*k = (struct known){ .pieces = pieces, .ways = ways };
		memcpy(k->btmh, btmh, 32);
		p->pieces += pieces;
	}
	k->used = ++p->uses;
	return k;
}

void provenance_piece(struct provenance *p, const uint8_t btmh[static 32],
		      uint32_t pieces, uint32_t piece,
		      enum provenance_way way)
{
	struct known *k = get(p, btmh, pieces);

	if (k != NULL && piece < pieces)
		k->ways[piece] = (uint8_t)way;
}

static bool is_gained(const uint8_t *before, const uint8_t *after, uint32_t i)
{
	return havemap_has(after, i) && !havemap_has(before, i);
}

void provenance_mixed(struct provenance *p, const uint8_t btmh[static 32],
		      uint32_t pieces, const uint8_t *before,
		      const uint8_t *after, uint64_t uplink,
		      uint64_t neighbour)
{
	struct known *k = get(p, btmh, pieces);
	double part = (double)uplink / ((double)uplink + (double)neighbour);
	double owed = part / 2;

	for (uint32_t i = 0; k != NULL && i < pieces; i++) {
		if (!is_gained(before, after, i) || k->ways[i] != FROM_CACHE)
			continue;
		owed += part;
		k->ways[i] = owed >= 1 ? FROM_UPLINK : FROM_NEIGHBOUR;
		owed -= owed >= 1;
	}
}

void provenance_gained(struct provenance *p, const uint8_t btmh[static 32],
		       uint32_t pieces, const uint8_t *before,
		       const uint8_t *after, enum provenance_way way)
{
	struct known *k = get(p, btmh, pieces);

	for (uint32_t i = 0; k != NULL && i < pieces; i++)
		if (is_gained(before, after, i) && k->ways[i] == FROM_CACHE)
			k->ways[i] = (uint8_t)way;
}

/* What is known of it, NULL when nothing is. */
static const struct known *look_up(const struct provenance *p,
				   const uint8_t *btmh, uint32_t pieces)
{
	const struct known *k = find(p, btmh);

	return k != NULL && k->pieces == pieces ? k : NULL;
}

void provenance_sum(const struct provenance *p,
		    const uint8_t btmh[static 32], const struct metainfo *mi,
		    const uint8_t *have, uint64_t bytes[static FROM_WAYS])
{
	const struct known *k = look_up(p, btmh, mi->pieces);

	memset(bytes, 0, FROM_WAYS * sizeof(*bytes));
	for (uint32_t i = 0; i < mi->pieces; i++)
		if (havemap_has(have, i))
			bytes[k == NULL ? FROM_CACHE : k->ways[i]] +=
				metainfo_piece(mi, i).length;
}

void provenance_share(const struct provenance *p,
		      const uint8_t btmh[static 32], uint32_t pieces,
		      const uint8_t *have, uint64_t total,
		      uint64_t bytes[static FROM_WAYS])
{
	const struct known *k = look_up(p, btmh, pieces);
	uint32_t count[FROM_WAYS] = { 0 };

	for (uint32_t i = 0; i < pieces; i++)
		if (havemap_has(have, i))
			count[k == NULL ? FROM_CACHE : k->ways[i]]++;
	for (int i = 0; i < FROM_WAYS; i++)
		bytes[i] = (uint64_t)((double)total * count[i] /
				      (pieces == 0 ? 1 : pieces));
}
