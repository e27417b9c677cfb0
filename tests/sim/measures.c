#include "tests/sim/measures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/report.h"
#include "tests/sim/stock.h"
#include "tests/support/check.h"

/* --- numbers in a row --- */

struct row {
	double *list;
	uint32_t count, room;
};

static void row_add(struct row *r, double value)
{
	if (r->count == r->room) {
		r->room = r->room == 0 ? 256 : 2 * r->room;
		r->list = realloc(r->list, r->room * sizeof(double));
		CHECK(r->list != NULL);
	}
	r->list[r->count++] = value;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double row_at(const struct row *r, double part)
{
	uint32_t at = (uint32_t)ceil(part * r->count);

	return r->count == 0 ? 0 : r->list[at == 0 ? 0 : at - 1];
}

static void row_sort(struct row *r)
{
	if (r->count > 0)
		qsort(r->list, r->count, sizeof(double), by_value);
}

static struct spread row_spread(struct row *r)
{
	struct spread s;

	row_sort(r);
	s = (struct spread){ row_at(r, 0), row_at(r, 0.5), row_at(r, 0.95),
			     row_at(r, 1), r->count };
	free(r->list);
	return s;
}

/* --- copies --- */

static void take_copies(struct measures *m, const struct world *w)
{
	struct row township = { 0 }, village = { 0 }, county = { 0 };

	for (uint32_t i = 1; i < w->n_lans; i++) {
		const struct lan *lan = &w->lans[i];
		enum level level = w->nodes[lan->first].level;

		m->near += lan->near;
		m->again += lan->again;
		if (lan->copies <= 0)
			continue;
		if (level == LEVEL_TOWNSHIP)
			row_add(&township, lan->bytes_down / lan->copies);
		else if (level == LEVEL_STATION)
			row_add(&village, lan->bytes_down / lan->copies);
	}
	for (uint32_t i = 0; i < w->n_counties; i++)
		if (w->counties[i].sent_once > 0)
			row_add(&county,
				w->lans[w->nodes[w->counties[i].node].lan]
						.bytes_up /
					w->counties[i].sent_once);
	m->township = row_spread(&township);
	m->village = row_spread(&village);
	m->county = row_spread(&county);
}

/* --- times --- */

static void one_lesson(struct row rows[WAYS][3], const struct world *w,
		       uint32_t lesson)
{
	struct row times[WAYS] = { 0 };
	static const double parts[] = { 0.5, 0.9, 0.99 };

	for (uint32_t i = 0; i < w->n_nodes; i++) {
		const struct node *n = &w->nodes[i];

		if (n->level != LEVEL_STATION || !is_pair(w, n, lesson))
			continue;
		row_add(&times[n->way],
			node_reached(w, i, lesson) ?
				(double)stock_of(n, lesson)->reached_at -
					w->lessons[lesson].published :
				INFINITY);
	}
	for (unsigned way = 0; way < WAYS; way++) {
		row_sort(&times[way]);
		for (unsigned k = 0; k < 3 && times[way].count >= 5; k++)
			row_add(&rows[way][k], row_at(&times[way], parts[k]));
		free(times[way].list);
	}
}

static void take_times(struct measures *m, const struct world *w)
{
	struct row rows[WAYS][3] = { 0 };

	for (uint32_t i = 0; i < w->n_lessons; i++)
		if (w->lessons[i].published >= 0)
			one_lesson(rows, w, i);
	for (unsigned way = 0; way < WAYS; way++) {
		m->times[way].lessons = rows[way][0].count;
		m->times[way].p50 = row_spread(&rows[way][0]).median;
		m->times[way].p90 = row_spread(&rows[way][1]).median;
		m->times[way].p99 = row_spread(&rows[way][2]).median;
	}
}

/* --- what is lacking --- */

struct village {
	uint32_t pairs, lacks;
	uint32_t why[WHYS];
	double bytes;
};

static void look_at_box(struct measures *m, struct village *v,
			const struct world *w, uint32_t node)
{
	const struct node *n = &w->nodes[node];

	for (uint32_t i = 0; i < w->n_lessons; i++) {
		enum why why;

		if (!is_pair(w, n, i))
			continue;
		v->pairs++;
		if (node_reached(w, node, i))
			continue;
		why = why_lacking(w, node, i);
		m->why[n->way == WAY_DRIVE][why]++;
		v->why[why]++;
		v->lacks++;
		v->bytes += w->lessons[i].bytes;
	}
}

static bool worse(const struct village *a, const struct village *b)
{
	double x = a->pairs == 0 ? 0 : (double)a->lacks / a->pairs;
	double y = b->pairs == 0 ? 0 : (double)b->lacks / b->pairs;

	return x > y || (x == y && a->bytes > b->bytes);
}

static void tell_story(char *out, size_t size, const struct world *w,
		       uint32_t number, const struct village *v)
{
	const struct lan *lan = &w->lans[number];
	const struct node *n = &w->nodes[lan->first];
	char name[2 * NAME_SIZE];
	int at;

	world_name(w, lan->first, name, sizeof(name));
	at = snprintf(out, size,
		      "%s (%u box%s, line %s): lacks %u of %u, %.1f GB; came "
		      "over its line %.1f GB",
		      name, lan->count, lan->count == 1 ? "" : "es",
		      way_name(n->way), v->lacks, v->pairs, v->bytes / GB,
		      lan->bytes_down / GB);
	for (unsigned i = 0; i < WHYS && at > 0 && (size_t)at < size; i++)
		if (v->why[i] > 0)
			at += snprintf(out + at, size - (size_t)at,
				       "; %u: %s", v->why[i], why_text(i));
}

static void take_lacks(struct measures *m, const struct world *w)
{
	struct village worst = { 0 };

	for (uint32_t i = 1; i < w->n_lans; i++) {
		const struct lan *lan = &w->lans[i];
		struct village v = { 0 };

		for (uint32_t k = lan->first; k < lan->first + lan->count; k++)
			if (w->nodes[k].level == LEVEL_STATION)
				look_at_box(m, &v, w, k);
		if (v.lacks > 0 && lan->has_line && worse(&v, &worst)) {
			worst = v;
			tell_story(m->worst, sizeof(m->worst), w, i, &v);
		}
	}
	if (worst.lacks == 0)
		(void)snprintf(m->worst, sizeof(m->worst),
			       "none: every connected village has everything");
}

void measures_take(struct measures *m, const struct world *w)
{
	*m = (struct measures){ 0 };
	take_copies(m, w);
	take_times(m, w);
	take_lacks(m, w);
}
