#include "tests/sim/power.h"

#include <math.h>

#include "tests/sim/elections.h"
#include "tests/sim/jobs.h"
#include "tests/support/check.h"

bool is_evening(const struct world *w)
{
	double hour = fmod(w->now, DAY) / HOUR;

	return hour >= 18 && hour < 22.5;
}

static double next_turn_of_evening(const struct world *w)
{
	double midnight = w->now - fmod(w->now, DAY);
	double hour = fmod(w->now, DAY) / HOUR;

	return midnight + (hour < 18 ? 18 : hour < 22.5 ? 22.5 : 42) * HOUR;
}

/* --- on and off --- */

static void goes_down(struct world *w, uint32_t node)
{
	struct node *n = &w->nodes[node];

	jobs_break(w, node, false);
	for (uint32_t i = 0; n->n_jobs > 0 && i < JOBS; i++)
		if (n->jobs[i].lesson != NOBODY)
			job_stop(w, node, n->jobs[i].lesson);
	n->up = false;
	n->down_since = w->now;
	carriers_free(n->carriers);
	n->carriers = NULL;
	timer_stop(&w->timers, &n->look);
	election_gone(w, n->lan);
}

static void comes_up(struct world *w, uint32_t node)
{
	struct node *n = &w->nodes[node];

	n->up = true;
	n->up_since = w->now;
	/* The floor of time is kept (node/clock_floor.h). */
	if (n->clock_known)
		n->proven = n->down_since > 0 ? n->down_since : w->now;
	n->clock_known = n->has_clock;
	if (!n->has_clock && n->learns_clock && node_has_way(w, n))
		timer_set(&w->timers, &n->clock, w->now + 10 * MINUTE);
	for (uint32_t i = 0; i < n->n_stock; i++)
		if (n->stock[i].have != 0)
			jobs_tell(w, node, n->stock[i].lesson);
	/* A box takes a while to start. */
	timer_set(&w->timers, &n->look,
		  w->now + chance_spread(&w->chance, 40, 120));
}

static void refresh(struct world *w, uint32_t node)
{
	struct node *n = &w->nodes[node];
	bool up = w->lans[n->lan].power && !n->dead &&
		  (!n->evenings || is_evening(w));

	if (up && !n->up)
		comes_up(w, node);
	else if (!up && n->up)
		goes_down(w, node);
}

/* --- power and lines of a LAN --- */

static double between_cuts(const struct world *w, const struct lan *lan)
{
	return lan->township == NOBODY || lan->first == 0 ? 60 * DAY :
	       w->nodes[lan->first].level == LEVEL_TOWNSHIP ? 12 * DAY :
							      4 * DAY;
}

void power_turns(struct world *w, uint32_t number)
{
	struct lan *lan = &w->lans[number];

	lan->power = !lan->power;
	w->tally.power_cuts += !lan->power;
	for (uint32_t i = lan->first; i < lan->first + lan->count; i++)
		refresh(w, i);
	jobs_run(w);
	timer_set(&w->timers, &lan->power_timer,
		  w->now + (lan->power ?
				    chance_gap(&w->chance,
					       between_cuts(w, lan)) :
				    10 * MINUTE + chance_gap(&w->chance,
							     1.5 * HOUR)));
}

void line_turns(struct world *w, uint32_t number)
{
	struct lan *lan = &w->lans[number];

	lan->line_up = !lan->line_up;
	w->tally.line_cuts += !lan->line_up;
	for (uint32_t i = lan->first; i < lan->first + lan->count; i++) {
		if (!lan->line_up)
			jobs_break(w, i, true);
		else if (w->nodes[i].up)
			jobs_hurry(w, i);
		for (uint32_t k = 0; lan->line_up && k < w->nodes[i].n_stock;
		     k++)
			if (w->nodes[i].stock[k].have != 0)
				jobs_tell(w, i, w->nodes[i].stock[k].lesson);
	}
	jobs_run(w);
	timer_set(&w->timers, &lan->line_timer,
		  w->now + (lan->line_up ? chance_gap(&w->chance, 10 * DAY) :
					   10 * MINUTE + chance_gap(&w->chance,
								    3 * HOUR)));
}

/* --- boxes --- */

static void replace(struct world *w, uint32_t node)
{
	struct node *n = &w->nodes[node];

	n->dead = false;
	n->heard_at = -1;
	chance_fill(&w->chance, n->key, sizeof(n->key));
	w->tally.replaced++;
}

void box_turns(struct world *w, uint32_t node)
{
	struct node *n = &w->nodes[node];

	if (n->dead)
		replace(w, node);
	refresh(w, node);
	jobs_run(w);
	if (n->evenings)
		timer_set(&w->timers, &n->box, next_turn_of_evening(w));
}

void box_dies(struct world *w, uint32_t node)
{
	struct node *n = &w->nodes[node];

	n->dead = true;
	w->tally.deaths++;
	if (n->up)
		goes_down(w, node);
	stock_lose(w, node);
	jobs_run(w);
	timer_set(&w->timers, &n->box,
		  w->now + chance_spread(&w->chance, 1, 4) * DAY);
}

void clock_known(struct world *w, uint32_t node)
{
	struct node *n = &w->nodes[node];

	n->clock_known = n->up;
	if (n->plan != NULL && n->up)
		jobs_limit(w, node);
	jobs_run(w);
}

void hours_turn(struct world *w)
{
	for (uint32_t i = 0; i < w->n_nodes; i++)
		if (w->nodes[i].plan != NULL && w->nodes[i].up) {
			jobs_limit(w, i);
			jobs_hurry(w, i);
			w->tally.no_clock_hours += !w->nodes[i].clock_known;
		}
	jobs_run(w);
	timer_set(&w->timers, &w->hours, w->now + HOUR);
}

/* --- the beginning --- */

static void begin_node(struct world *w, uint32_t number)
{
	struct node *n = &w->nodes[number];
	double death = chance_gap(&w->chance, 140 * 7 * DAY);

	n->look = (struct timer){ .kind = AT_NODE, .subject = number };
	n->box = (struct timer){ .kind = AT_BOX, .subject = number };
	n->death = (struct timer){ .kind = AT_DEATH, .subject = number };
	n->clock = (struct timer){ .kind = AT_CLOCK, .subject = number };
	n->clock_known = n->has_clock || n->learns_clock;
	if (n->level != LEVEL_COUNTY && death < w->end)
		timer_set(&w->timers, &n->death, death);
	if (n->evenings) {
		n->up = false;
		timer_set(&w->timers, &n->box, 18 * HOUR);
	}
	if (n->plan != NULL && n->plan->cap > 0) {
		n->budget = budget_new(n->plan);
		CHECK(n->budget != NULL);
		budget_restore(n->budget, 2026 * 12 + 2,
			       (uint64_t)((double)n->plan->cap *
					  chance_spread(&w->chance, 0, 0.7)));
	}
}

void power_begin(struct world *w)
{
	for (uint32_t i = 0; i < w->n_nodes; i++)
		begin_node(w, i);
	for (uint32_t i = 1; i < w->n_lans; i++) {
		struct lan *lan = &w->lans[i];

		lan->look = (struct timer){ .kind = AT_LAN, .subject = i };
		lan->power_timer =
			(struct timer){ .kind = AT_POWER, .subject = i };
		lan->line_timer =
			(struct timer){ .kind = AT_LINE, .subject = i };
		timer_set(&w->timers, &lan->power_timer,
			  chance_gap(&w->chance, between_cuts(w, lan)));
		if (lan->has_line)
			timer_set(&w->timers, &lan->line_timer,
				  chance_gap(&w->chance, 10 * DAY));
	}
	w->hours = (struct timer){ .kind = AT_HOURS };
	timer_set(&w->timers, &w->hours, 0);
}
