#include "tests/sim/stock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/want.h"
#include "node/evict.h"
#include "tests/sim/jobs.h"
#include "tests/support/check.h"

double block_size(const struct world *w, uint32_t lesson)
{
	return w->lessons[lesson].bytes / BLOCKS;
}

static uint32_t place_of(const struct node *n, uint32_t lesson)
{
	uint32_t low = 0, high = n->n_stock;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (n->stock[middle].lesson < lesson)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct stock *stock_of(const struct node *n, uint32_t lesson)
{
	uint32_t at = place_of(n, lesson);

	return at < n->n_stock && n->stock[at].lesson == lesson ?
		       &n->stock[at] :
		       NULL;
}

uint32_t node_blocks(const struct world *w, uint32_t node, uint32_t lesson)
{
	const struct stock *s = stock_of(&w->nodes[node], lesson);

	return s == NULL ? 0 : s->have;
}

bool node_reached(const struct world *w, uint32_t node, uint32_t lesson)
{
	const struct stock *s = stock_of(&w->nodes[node], lesson);

	return s != NULL && s->reached_at >= 0;
}

void stock_reached(const struct world *w, struct stock *s)
{
	if (s->wanted && s->reached_at < 0)
		s->reached_at = (float)w->now;
}

static void day_of(const struct node *n, double at, char today[static 11])
{
	today[0] = 0;
	if (n->clock_known || n->proven > 0)
		world_date(n->clock_known ? at : fmin(at, n->proven), today);
}

static bool is_due(const struct course *l, const char *today)
{
	return l->due[0] != 0 && strcmp(l->due, today) >= 0;
}

bool lesson_over(const struct world *w, const struct node *n, uint32_t lesson,
		 double at)
{
	const struct course *l = &w->lessons[lesson];
	char today[11];

	day_of(n, at, today);
	return l->expires[0] != 0 && strcmp(l->expires, today) < 0 &&
	       !is_due(l, today);
}

bool stock_over(const struct world *w, const struct node *n,
		const struct stock *s)
{
	return !s->pinned && lesson_over(w, n, s->lesson, w->now);
}

bool node_holds(const struct world *w, uint32_t node, uint32_t lesson)
{
	return node_blocks(w, node, lesson) == ALL_BLOCKS;
}

static struct stock *insert(struct world *w, struct node *n, uint32_t lesson)
{
	uint32_t at = place_of(n, lesson);
	struct stock *s;

	if (n->n_stock == n->stock_room) {
		n->stock_room = n->stock_room == 0 ? 16 : 2 * n->stock_room;
		n->stock = realloc(n->stock,
				   n->stock_room * sizeof(*n->stock));
		CHECK(n->stock != NULL);
	}
	s = &n->stock[at];
	memmove(s + 1, s, (n->n_stock - at) * sizeof(*s));
	n->n_stock++;
	*s = (struct stock){ .lesson = lesson, .known = (float)w->now,
			     .held_at = -1, .reached_at = -1,
			     .added = (float)w->now };
	return s;
}

bool box_wants(const struct world *w, const struct node *n, uint32_t lesson)
{
	static const struct subscription no_opera = { .topic = "文艺",
						      .exclude = true };
	const struct course *l = &w->lessons[lesson];
	struct want_place place = { .level = n->level,
				    .subscriptions = &no_opera,
				    .subscription_count = n->excludes };
	struct want_facts facts = { .topic = l->topic, .region = l->region,
				    .withdrawn = l->withdrawn };
	enum want_reason why;

	memcpy(place.region, n->region, sizeof(place.region));
	return l->named && want_decide(&place, &facts, &why);
}

void stock_know(struct world *w, uint32_t node, uint32_t lesson)
{
	struct node *n = &w->nodes[node];
	const struct course *l = &w->lessons[lesson];
	struct stock *s = stock_of(n, lesson);
	bool wanted = box_wants(w, n, lesson);

	if (s == NULL && !wanted)
		return;
	if (s == NULL) {
		s = insert(w, n, lesson);
		s->pinned = n->level == LEVEL_STATION &&
			    (l->btmh[0] ^ n->key[0]) % 64 == 0;
	}
	s->wanted = wanted;
	if (l->withdrawn)
		stock_delete(w, node, s);
}

struct stock *stock_ask(struct world *w, uint32_t node, uint32_t lesson)
{
	struct node *n = &w->nodes[node];
	struct stock *s = stock_of(n, lesson);

	if (s == NULL)
		s = insert(w, n, lesson);
	s->asked = true;
	return s;
}

static unsigned neighbours_that(const struct world *w, uint32_t node,
				uint32_t lesson, bool hold)
{
	const struct lan *lan = &w->lans[w->nodes[node].lan];
	unsigned count = 0;

	for (uint32_t i = lan->first; i < lan->first + lan->count; i++) {
		const struct stock *s = stock_of(&w->nodes[i], lesson);

		if (i == node || s == NULL || !w->nodes[i].up)
			continue;
		count += hold ? stock_held(s) : s->wanted && !stock_held(s);
	}
	return count;
}

static struct evict_age age_of(const struct world *w, uint32_t lesson)
{
	struct evict_age age = { .row = lesson };

	strcpy(age.date, w->lessons[lesson].date);
	return age;
}

static struct evict_facts facts_of(const struct world *w, uint32_t node,
				   const struct stock *s)
{
	const struct course *l = &w->lessons[s->lesson];
	char today[11];
	struct evict_facts f = {
		.bytes = (uint64_t)l->bytes,
		.withdrawn = l->withdrawn,
		.named = l->named,
		.wanted = s->wanted,
		.pinned = s->pinned,
		.busy = job_of(&w->nodes[node], s->lesson) != NULL,
		.used_s = s->used_at > 0 ? (uint64_t)s->used_at : 0,
		.added_s = (uint64_t)(s->added > 0 ? s->added : 0),
		.copies = neighbours_that(w, node, s->lesson, true),
		.others = neighbours_that(w, node, s->lesson, false),
	};

	day_of(&w->nodes[node], w->now, today);
	f.due = s->wanted && is_due(l, today);
	memcpy(f.btmh, l->btmh, sizeof(f.btmh));
	strcpy(f.expires, l->expires);
	if (s->wanted)
		f.age = age_of(w, s->lesson);
	return f;
}

/* What the decision promises, whatever the world looks like. */
static void check_eviction(const struct evict_facts *f,
			   enum evict_reason reason,
			   const struct evict_for *what)
{
	CHECK(reason != EVICT_KEEP && !f->busy);
	if (f->withdrawn)
		return;
	CHECK(!f->pinned && !f->due);
	CHECK(f->copies > 0 || f->others == 0);
	CHECK(reason != EVICT_LEAST_USEFUL || what->first ||
	      evict_older(&f->age, &what->age));
}

void stock_delete(struct world *w, uint32_t node, struct stock *s)
{
	struct node *n = &w->nodes[node];

	job_stop(w, node, s->lesson);
	if (s->reserved)
		n->used -= w->lessons[s->lesson].bytes;
	s->reserved = false;
	s->have = 0;
	s->held_at = -1;
	memset(s->part, 0, sizeof(s->part));
}

static bool make_room(struct world *w, uint32_t node, double need,
		      const struct evict_for *what)
{
	struct node *n = &w->nodes[node];
	struct evict_facts *facts = calloc(n->n_stock + 1, sizeof(*facts));
	uint32_t *which = calloc(n->n_stock + 1, sizeof(*which));
	size_t *chosen = calloc(n->n_stock + 1, sizeof(*chosen));
	enum evict_reason *why = calloc(n->n_stock + 1, sizeof(*why));
	size_t count = 0, go;
	uint64_t freed = 0;
	char today[11];

	CHECK(facts != NULL && which != NULL && chosen != NULL && why != NULL);
	day_of(n, w->now, today);
	for (uint32_t i = 0; i < n->n_stock; i++)
		if (n->stock[i].reserved) {
			facts[count] = facts_of(w, node, &n->stock[i]);
			which[count++] = i;
		}
	go = evict_choose(facts, count, (uint64_t)need + 1, what, today,
			  chosen, why, &freed);
	if ((double)freed < need)
		go = 0;
	for (size_t i = 0; i < go; i++) {
		struct stock *s = &n->stock[which[chosen[i]]];

		check_eviction(&facts[chosen[i]], why[i], what);
		w->tally.evictions++;
		w->tally.evicted_why[why[i]]++;
		s->evicted = true;
		n->deletions++;
		stock_delete(w, node, s);
	}
	free(facts);
	free(which);
	free(chosen);
	free(why);
	return (double)freed >= need;
}

bool stock_reserve(struct world *w, uint32_t node, struct stock *s)
{
	struct node *n = &w->nodes[node];
	const struct course *l = &w->lessons[s->lesson];
	struct evict_for what = { .first = s->pinned };
	char today[11];
	double lacks;

	if (s->reserved)
		return true;
	lacks = n->used + l->bytes - n->quota;
	day_of(n, w->now, today);
	what.first |= is_due(l, today);
	if (s->wanted)
		what.age = age_of(w, s->lesson);
	if (lacks > 0 && !make_room(w, node, lacks, &what))
		return false;
	n->used += l->bytes;
	s->reserved = true;
	s->added = (float)w->now;
	if (s->evicted)
		w->tally.refetched_after_eviction++;
	s->evicted = false;
	CHECK(n->used <= n->quota + 1);
	return true;
}

void stock_lose(struct world *w, uint32_t node)
{
	struct node *n = &w->nodes[node];

	for (uint32_t i = 0; i < n->n_stock; i++) {
		stock_delete(w, node, &n->stock[i]);
		n->stock[i].reached_at = -1;
	}
	n->used = 0;
}

void stock_keep_part(struct stock *s, uint8_t block, double part)
{
	unsigned slot = 0;

	for (unsigned i = 1; i < JOB_FLOWS; i++)
		if (s->part[i] < s->part[slot])
			slot = i;
	for (unsigned i = 0; i < JOB_FLOWS; i++)
		if (s->part[i] > 0 && s->part_block[i] == block)
			slot = i;
	if (part <= (double)s->part[slot])
		return;
	s->part_block[slot] = block;
	s->part[slot] = (float)part;
}

double stock_take_part(struct stock *s, uint8_t block)
{
	for (unsigned i = 0; i < JOB_FLOWS; i++)
		if (s->part[i] > 0 && s->part_block[i] == block) {
			double part = s->part[i];

			s->part[i] = 0;
			return part;
		}
	return 0;
}
