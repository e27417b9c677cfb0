#include "tests/sim/news.h"

#include <math.h>
#include <string.h>

#include "tests/sim/jobs.h"
#include "tests/support/check.h"

bool lesson_concerns(const struct world *w, uint32_t lesson, uint32_t county)
{
	return region_touches(w->lessons[lesson].region,
			      w->counties[county].region);
}

static bool hears_by_line(const struct node *n)
{
	return n->way != WAY_DRIVE;
}

static void hold(struct world *w, uint32_t node, uint32_t lesson)
{
	struct node *n = &w->nodes[node];
	struct stock *s;

	stock_know(w, node, lesson);
	s = stock_of(n, lesson);
	if (s == NULL)
		s = stock_ask(w, node, lesson);
	s->asked = false;
	if (n->used + w->lessons[lesson].bytes > 0.97 * n->quota)
		return;
	n->used += w->lessons[lesson].bytes;
	s->reserved = true;
	s->have = ALL_BLOCKS;
	s->held_at = (float)w->now;
	stock_reached(w, s);
}

static void hold_old(struct world *w, uint32_t node)
{
	const struct node *n = &w->nodes[node];

	for (uint32_t i = 0; i < w->n_lessons; i++) {
		if (w->lessons[i].published >= 0 ||
		    (node != 0 && !lesson_concerns(w, i, n->county)) ||
		    !(box_wants(w, n, i) || w->lessons[i].publisher == node))
			continue;
		if (node == 0 && w->lessons[i].publisher != 0)
			continue;
		hold(w, node, i);
		stock_of(n, i)->used_at =
			(float)chance_spread(&w->chance, -60 * DAY, 0);
	}
}

void news_begin(struct world *w)
{
	for (uint32_t i = 0; i < w->n_nodes; i++)
		hold_old(w, i);
	for (uint32_t i = 0; i < w->n_lessons; i++) {
		struct course *l = &w->lessons[i];

		l->timer = (struct timer){ .kind = AT_PUBLISHED,
					   .subject = i };
		if (l->published >= 0)
			timer_set(&w->timers, &l->timer, l->published);
	}
}

static void tell(struct world *w, uint32_t node, uint32_t lesson)
{
	struct node *n = &w->nodes[node];
	double at = w->now + chance_spread(&w->chance, 1, 30);

	stock_know(w, node, lesson);
	if (stock_of(n, lesson) != NULL && n->up &&
	    (n->look.place == 0 || n->look.at > at))
		timer_set(&w->timers, &n->look, at);
}

static void tell_all(struct world *w, uint32_t lesson)
{
	for (uint32_t i = 1; i < w->n_nodes; i++)
		if (hears_by_line(&w->nodes[i]) &&
		    lesson_concerns(w, lesson, w->nodes[i].county))
			tell(w, i, lesson);
}

void news_published(struct world *w, uint32_t lesson)
{
	struct course *l = &w->lessons[lesson];

	hold(w, l->publisher, lesson);
	tell_all(w, lesson);
	if (l->supersedes != NOBODY) {
		w->lessons[l->supersedes].named = false;
		tell_all(w, l->supersedes);
	}
	/* Now and then one is withdrawn. */
	if (chance_of(&w->chance, 0.02)) {
		uint32_t old = chance_below(&w->chance, lesson + 1);

		w->lessons[old].withdrawn = true;
		stock_know(w, w->lessons[old].publisher, old);
		tell_all(w, old);
	}
	jobs_run(w);
}

void news_by_drive(struct world *w, uint32_t node, double made)
{
	for (uint32_t i = 0; i < w->n_lessons; i++) {
		const struct course *l = &w->lessons[i];
		const struct stock *s = stock_of(&w->nodes[node], i);

		if (l->published <= made &&
		    lesson_concerns(w, i, w->nodes[node].county) &&
		    (s == NULL || l->withdrawn || !l->named))
			stock_know(w, node, i);
	}
}
