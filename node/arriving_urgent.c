/* What is urgent: the order of node/arriving.h, from where the readers are. */
#include <stdlib.h>
#include <string.h>

#include "node/arriving_inside.h"

enum { AHEAD_PIECES_MAX = 64 };

struct urgent {
	struct arriving *a;
	uint32_t *pieces;
	unsigned count, max;
};

/* True when it was added: it is missing, and not in the list yet. */
static bool add(struct urgent *u, uint32_t piece)
{
	if (u->count == u->max || havemap_has(u->a->have, piece) ||
	    havemap_has(u->a->marked, piece))
		return false;
	havemap_set(u->a->marked, piece);
	u->pieces[u->count++] = piece;
	return true;
}

/* Somebody on a way through the pieces from `at` to before `end`. */
struct way {
	bool viewer;
	bool dry;
	int64_t since_ms;
	uint32_t at, end;
};

static int by_wait(const void *left, const void *right)
{
	const struct way *a = left, *b = right;

	if (a->dry != b->dry)
		return a->dry ? -1 : 1;
	if (a->viewer != b->viewer)
		return a->viewer ? -1 : 1;
	return a->since_ms < b->since_ms ? -1 : a->since_ms > b->since_ms;
}

static uint32_t way_end(const struct arriving *a, uint32_t at, uint32_t end)
{
	uint32_t ahead = ARRIVING_AHEAD / a->piece_length + 1;

	if (ahead > AHEAD_PIECES_MAX)
		ahead = AHEAD_PIECES_MAX;
	return end - at < ahead ? end : at + ahead;
}

static unsigned ways_of(struct arriving *a, struct way *out)
{
	unsigned count = 0;

	for (struct reader *r = a->readers;
	     r != NULL && count < ARRIVING_READERS_MAX; r = r->next) {
		struct way *way = &out[count];

		if (r->file == NULL || r->at > r->last)
			continue;
		way->viewer = r->viewer;
		way->dry = r->dry;
		way->since_ms = r->since_ms;
		way->at = arriving_piece_at(a, r->file, r->at);
		way->end = way_end(a, way->at,
				   arriving_piece_at(a, r->file, r->last) + 1);
		count++;
	}
	if (a->trail != NO_PIECE && a->trail < a->trail_end &&
	    arriving_now() - a->trail_ms < ARRIVING_LINGER_MS)
		out[count++] = (struct way){
			.viewer = true,
			.at = a->trail,
			.end = way_end(a, a->trail, a->trail_end)
		};
	return count;
}

/* One more piece for each in turn, until nobody comes to any. */
static void add_ahead(struct urgent *u, struct way *ways, unsigned count,
		      bool viewers)
{
	bool added = true;

	while (added && u->count < u->max) {
		added = false;
		for (unsigned i = 0; i < count; i++) {
			struct way *way = &ways[i];
			bool one = false;

			if (way->viewer != viewers)
				continue;
			while (!one && way->at < way->end)
				one = add(u, way->at++);
			added |= one;
		}
	}
}

unsigned arriving_urgent(struct arriving *a, uint32_t *pieces, unsigned max)
{
	struct urgent u = { a, pieces, 0, max };
	struct way ways[ARRIVING_READERS_MAX + 1];
	unsigned count;

	if (u.max > ARRIVING_URGENT_MAX)
		u.max = ARRIVING_URGENT_MAX;
	(void)pthread_mutex_lock(&a->all->lock);
	count = ways_of(a, ways);
	qsort(ways, count, sizeof(*ways), by_wait);
	for (unsigned i = 0; i < count && ways[i].dry; i++)
		(void)add(&u, ways[i].at);
	add_ahead(&u, ways, count, true);
	add_ahead(&u, ways, count, false);
	for (unsigned i = 0; i < u.count; i++)
		havemap_unset(a->marked, pieces[i]);
	(void)pthread_mutex_unlock(&a->all->lock);
	return u.count;
}
