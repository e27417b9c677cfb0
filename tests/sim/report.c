#include "tests/sim/report.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "node/evict.h"
#include "tests/sim/measures.h"
#include "tests/sim/news.h"
#include "tests/sim/stock.h"
#include "tests/support/check.h"

bool is_pair(const struct world *w, const struct node *n, uint32_t lesson)
{
	const struct course *l = &w->lessons[lesson];

	if (l->published < 0 || l->published > w->now || l->withdrawn ||
	    !l->named || !region_contains(l->region, n->region))
		return false;
	return box_wants(w, n, lesson);
}

void report_day(struct world *w)
{
	struct coverage *c = &w->report->days[w->report->n_days];

	CHECK(w->report->n_days < REPORT_DAYS);
	w->report->n_days++;
	for (uint32_t i = 0; i < w->n_nodes; i++) {
		const struct node *n = &w->nodes[i];
		unsigned which = n->way == WAY_DRIVE;

		for (uint32_t l = 0;
		     n->level == LEVEL_STATION && l < w->n_lessons; l++) {
			bool old, reached;

			if (!is_pair(w, n, l))
				continue;
			old = w->now - w->lessons[l].published >= DAY;
			reached = node_reached(w, i, l);
			c->pairs[which]++;
			c->reached[which] += reached;
			c->held[which] += node_holds(w, i, l);
			c->old_pairs[which] += old;
			c->old_reached[which] += old && reached;
		}
	}
}

static double share(uint64_t part, uint64_t all)
{
	return all == 0 ? 1 : (double)part / (double)all;
}

double report_connected(const struct coverage *c, bool old)
{
	return old ? share(c->old_reached[0], c->old_pairs[0]) :
		     share(c->reached[0], c->pairs[0]);
}

/* --- what is lacking, pair by pair --- */

/* Every lesson of the week that a connected box wants and never had. */
static void each_lack(const struct world *w,
		      void (*each)(void *owner, const struct world *w,
				   uint32_t node, uint32_t lesson),
		      void *owner)
{
	for (uint32_t i = 0; i < w->n_nodes; i++) {
		const struct node *n = &w->nodes[i];

		for (uint32_t l = 0;
		     n->level == LEVEL_STATION && n->way != WAY_DRIVE &&
		     l < w->n_lessons;
		     l++)
			if (is_pair(w, n, l) && !node_reached(w, i, l))
				each(owner, w, i, l);
	}
}

static double waited(const struct world *w, uint32_t lesson)
{
	return (w->now - w->lessons[lesson].published) / HOUR;
}

static void lack_to_json(void *owner, const struct world *w, uint32_t node,
			 uint32_t lesson)
{
	const struct course *l = &w->lessons[lesson];
	char name[2 * NAME_SIZE];

	world_name(w, node, name, sizeof(name));
	json_array_append_new(
		owner,
		json_pack("{s:s,s:s,s:s,s:f,s:f,s:i,s:s}", "station", name,
			  "line", way_name(w->nodes[node].way), "lesson",
			  l->title, "bytes", l->bytes, "hours",
			  waited(w, lesson), "blocks",
			  __builtin_popcount(node_blocks(w, node, lesson)),
			  "why", why_text(why_lacking(w, node, lesson))));
}

static void print_lack(void *owner, const struct world *w, uint32_t node,
		       uint32_t lesson)
{
	const struct course *l = &w->lessons[lesson];
	char name[2 * NAME_SIZE];

	(void)owner;
	world_name(w, node, name, sizeof(name));
	printf("  %s (%s): '%s', %.2f GB, out for %.0f hours, %d of %d blocks: "
	       "%s\n",
	       name, way_name(w->nodes[node].way), l->title, l->bytes / GB,
	       waited(w, lesson),
	       __builtin_popcount(node_blocks(w, node, lesson)), BLOCKS,
	       why_text(why_lacking(w, node, lesson)));
}

/* --- JSON --- */

static json_t *json_of_days(const struct report *r)
{
	json_t *days = json_array();

	for (unsigned i = 0; i < r->n_days; i++) {
		const struct coverage *c = &r->days[i];

		json_array_append_new(
			days,
			json_pack("{s:i,s:I,s:f,s:f,s:f,s:I,s:f,s:f,s:f}", "day",
				  i + 1,
				  "connected_pairs", (json_int_t)c->pairs[0],
				  "connected", report_connected(c, false),
				  "connected_after_a_day",
				  report_connected(c, true),
				  "connected_held_now",
				  share(c->held[0], c->pairs[0]), "drive_pairs",
				  (json_int_t)c->pairs[1], "drive",
				  share(c->reached[1], c->pairs[1]),
				  "drive_after_a_day",
				  share(c->old_reached[1], c->old_pairs[1]),
				  "drive_held_now",
				  share(c->held[1], c->pairs[1])));
	}
	return days;
}

static json_t *json_of_spread(const struct spread *s)
{
	return json_pack("{s:f,s:f,s:f,s:f,s:I}", "min", s->min, "median",
			 s->median, "p95", s->p95, "max", s->max, "count",
			 (json_int_t)s->count);
}

static json_t *json_of_reasons(const struct measures *m)
{
	json_t *reasons = json_object();

	for (unsigned i = 0; i < WHYS; i++)
		if (m->why[0][i] + m->why[1][i] > 0)
			json_object_set_new(
				reasons, why_text(i),
				json_pack("{s:I,s:I}", "connected",
					  (json_int_t)m->why[0][i], "drive",
					  (json_int_t)m->why[1][i]));
	return reasons;
}

/* Never is null. */
static json_t *json_of_hours(double seconds)
{
	return isinf(seconds) ? json_null() : json_real(seconds / HOUR);
}

static json_t *json_of_times(const struct measures *m)
{
	json_t *times = json_object();

	for (unsigned i = 0; i < WAYS; i++)
		json_object_set_new(
			times, way_name(i),
			json_pack("{s:I,s:o,s:o,s:o}", "lessons",
				  (json_int_t)m->times[i].lessons, "h50",
				  json_of_hours(m->times[i].p50), "h90",
				  json_of_hours(m->times[i].p90), "h99",
				  json_of_hours(m->times[i].p99)));
	return times;
}

static void print_json(const struct world *w, const struct measures *m)
{
	const struct tally *t = &w->tally;
	json_t *all = json_pack(
		"{s:I,s:b,s:I,s:I,s:I,s:f,s:f,s:f,s:f,s:f,s:f,s:I,s:I,s:I,s:I,"
		"s:I,s:I}",
		"seed", (json_int_t)w->o.seed, "carriers",
		!w->o.without_carriers, "stations", (json_int_t)w->n_stations,
		"townships", (json_int_t)w->n_townships, "counties",
		(json_int_t)w->n_counties, "days", w->o.days, "after",
		w->o.after, "line_bytes", t->line_bytes, "lan_bytes",
		t->lan_bytes, "drive_bytes", t->drive_bytes, "wasted_bytes",
		t->wasted, "evictions", (json_int_t)t->evictions, "takeovers",
		(json_int_t)t->takeovers, "power_cuts",
		(json_int_t)t->power_cuts, "deaths", (json_int_t)t->deaths,
		"two_carriers", (json_int_t)t->two_carriers, "events",
		(json_int_t)t->events);

	json_t *lacks = json_array();

	CHECK(all != NULL && lacks != NULL);
	json_object_set_new(all, "coverage", json_of_days(w->report));
	json_object_set_new(all, "lacking", json_of_reasons(m));
	each_lack(w, lack_to_json, lacks);
	json_object_set_new(all, "lacks", lacks);
	json_object_set_new(all, "township_copies",
			    json_of_spread(&m->township));
	json_object_set_new(all, "village_copies", json_of_spread(&m->village));
	json_object_set_new(all, "county_copies", json_of_spread(&m->county));
	json_object_set_new(all, "near_bytes", json_real(m->near));
	json_object_set_new(all, "again_bytes", json_real(m->again));
	json_object_set_new(all, "hours_until", json_of_times(m));
	json_object_set_new(all, "worst_village", json_string(m->worst));
	CHECK(json_dumpf(all, stdout, JSON_INDENT(1)) == 0);
	putchar('\n');
	json_decref(all);
}

/* --- for people --- */

static void print_days(const struct report *r)
{
	puts("coverage: boxes that hold, or have held, a lesson of the week "
	     "they want\n"
	     "  day   connected           out for a day  held now   drive only"
	     "          out for a day  held now");
	for (unsigned i = 0; i < r->n_days; i++) {
		const struct coverage *c = &r->days[i];

		printf("  %3u  %7.3f %% of %-8llu %7.3f %%  %7.3f %%  %7.3f %% "
		       "of %-8llu %7.3f %%  %7.3f %%\n",
		       i + 1, 100 * report_connected(c, false),
		       (unsigned long long)c->pairs[0],
		       100 * report_connected(c, true),
		       100 * share(c->held[0], c->pairs[0]),
		       100 * share(c->reached[1], c->pairs[1]),
		       (unsigned long long)c->pairs[1],
		       100 * share(c->old_reached[1], c->old_pairs[1]),
		       100 * share(c->held[1], c->pairs[1]));
	}
}

static void print_reasons(const struct measures *m)
{
	for (unsigned which = 0; which < 2; which++) {
		printf("what is lacking at the end, %s:\n",
		       which == 0 ? "connected" : "drive only");
		for (unsigned i = 0; i < WHYS; i++)
			if (m->why[which][i] > 0)
				printf("  %8llu  %s\n",
				       (unsigned long long)m->why[which][i],
				       why_text(i));
	}
}

static void print_spread(const char *what, const struct spread *s)
{
	printf("  %-46s min %.3f  median %.3f  p95 %.3f  max %.3f  (%u)\n",
	       what, s->min, s->median, s->p95, s->max, s->count);
}

static void print_traffic(const struct world *w, const struct measures *m)
{
	const struct tally *t = &w->tally;

	puts("copies: bytes over the line / bytes of one copy of what came by "
	     "it");
	print_spread("a township's line, down", &m->township);
	print_spread("a village's line, down", &m->village);
	print_spread("a county's line, up (all that left / once)", &m->county);
	printf("bytes: lines %.0f GB, inside LANs %.0f GB, by drive %.0f GB "
	       "(loaded %.0f GB), broken off and lost %.2f GB\n",
	       t->line_bytes / GB, t->lan_bytes / GB, t->drive_bytes / GB,
	       t->drive_loaded / GB, t->wasted / GB);
	printf("duplicates: %.2f GB crossed a line again, %.2f GB while a "
	       "living neighbour had them (%.4f %% of all)\n",
	       m->again / GB, m->near / GB,
	       100 * m->near / fmax(1, t->line_bytes));
}

static void print_times(const struct measures *m)
{
	puts("hours until a lesson is at so many of the boxes that want it "
	     "(median of the lessons)");
	for (unsigned i = 0; i < WAYS; i++)
		printf("  %-18s 50 %%: %6.2f   90 %%: %6.2f   99 %%: %6.2f"
		       "   (%u lessons)\n",
		       way_name(i), m->times[i].p50 / HOUR,
		       m->times[i].p90 / HOUR, m->times[i].p99 / HOUR,
		       m->times[i].lessons);
}

static void print_happened(const struct world *w)
{
	const struct tally *t = &w->tally;

	printf("what happened: %llu power cuts, %llu cuts of lines, %llu boxes "
	       "broken (%llu replaced), %llu visits of drives (%llu without "
	       "power there, %llu cut short)\n",
	       (unsigned long long)t->power_cuts,
	       (unsigned long long)t->line_cuts, (unsigned long long)t->deaths,
	       (unsigned long long)t->replaced, (unsigned long long)t->stops,
	       (unsigned long long)t->stops_dark,
	       (unsigned long long)t->pulled_early);
	printf("  %llu takeovers, %llu jobs put aside, %llu looks at two "
	       "carriers of one LAN that lasted\n",
	       (unsigned long long)t->takeovers, (unsigned long long)t->rested,
	       (unsigned long long)t->two_carriers);
	printf("  %llu evictions:", (unsigned long long)t->evictions);
	for (unsigned i = EVICT_WITHDRAWN; i <= EVICT_LEAST_USEFUL; i++)
		printf(" %s %llu,", evict_reason_text(i),
		       (unsigned long long)t->evicted_why[i]);
	printf(" fetched again %llu\n",
	       (unsigned long long)t->refetched_after_eviction);
	printf("decisions: %llu piece plans, %llu elections, %llu events\n",
	       (unsigned long long)t->plans, (unsigned long long)t->elections,
	       (unsigned long long)t->events);
}

static void print_world(const struct world *w)
{
	uint32_t ways[WAYS] = { 0 };

	for (uint32_t i = 0; i < w->n_nodes; i++)
		if (w->nodes[i].level == LEVEL_STATION)
			ways[w->nodes[i].way]++;
	printf("seed %llu%s: %u stations in %u townships of %u counties, %u "
	       "lessons in %.0f days, %.0f quiet days after\n ",
	       (unsigned long long)w->o.seed,
	       w->o.without_carriers ? ", without carriers" : "",
	       w->n_stations, w->n_townships, w->n_counties,
	       (unsigned)(w->o.days * (w->o.small ? 2 : LESSONS_A_DAY)),
	       w->o.days, w->o.after);
	for (unsigned i = 0; i < WAYS; i++)
		printf(" %s: %u;", way_name(i), ways[i]);
	putchar('\n');
}

void report_print(struct world *w)
{
	struct measures m;

	measures_take(&m, w);
	if (w->o.json) {
		print_json(w, &m);
		return;
	}
	print_world(w);
	print_days(w->report);
	print_reasons(&m);
	if (w->o.lacks) {
		puts("connected boxes that never had what they want:");
		each_lack(w, print_lack, NULL);
	}
	printf("the worst village: %s\n", m.worst);
	print_traffic(w, &m);
	print_times(&m);
	print_happened(w);
}
