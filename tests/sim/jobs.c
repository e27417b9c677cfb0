#include "tests/sim/jobs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/payloads.h"
#include "node/fetcher.h"
#include "tests/sim/asking.h"
#include "tests/sim/elections.h"
#include "tests/sim/swarms.h"
#include "tests/support/check.h"

static const double STUCK_S = 60, REST_S = 30, REST_MAX_S = 3600;
static const double IDLE_LOOK_S = 300, NO_ROOM_S = 6 * 3600;

struct job *job_of(const struct node *n, uint32_t lesson)
{
	for (uint32_t i = 0; n->n_jobs > 0 && i < JOBS; i++)
		if (n->jobs[i].lesson == lesson)
			return &n->jobs[i];
	return NULL;
}

double job_bytes(const struct world *w, const struct node *n,
		 const struct job *job)
{
	const struct stock *s = stock_of(n, job->lesson);
	double size = block_size(w, job->lesson);
	double bytes = 0;

	if (s != NULL)
		bytes = size * (double)__builtin_popcount(s->have);
	for (uint32_t i = 0; s != NULL && i < JOB_FLOWS; i++)
		bytes += size * (double)s->part[i];
	for (uint32_t i = 0; i < job->n_flows; i++)
		bytes += flow_moved(flow_at(&w->lines, job->flows[i]), w->now);
	return bytes;
}

double job_rate(const struct world *w, const struct job *job)
{
	double rate = 0;

	for (uint32_t i = 0; i < job->n_flows; i++)
		rate += flow_at(&w->lines, job->flows[i])->rate;
	return rate;
}

uint32_t job_flow_of(const struct world *w, uint32_t node, uint32_t lesson,
		     uint8_t block)
{
	const struct job *job = job_of(&w->nodes[node], lesson);

	for (uint32_t i = 0; job != NULL && i < job->n_flows; i++)
		if (flow_at(&w->lines, job->flows[i])->block == block)
			return job->flows[i];
	return NO_FLOW;
}

/* --- waking --- */

void job_wake(struct world *w, uint32_t node, uint32_t lesson)
{
	struct job *job = job_of(&w->nodes[node], lesson);

	if (job == NULL || job->queued)
		return;
	if (w->n_ready == w->ready_room) {
		w->ready_room = w->ready_room == 0 ? 1024 : 2 * w->ready_room;
		w->ready = realloc(w->ready,
				   w->ready_room * sizeof(*w->ready));
		CHECK(w->ready != NULL);
	}
	job->queued = true;
	w->ready[w->n_ready].node = node;
	w->ready[w->n_ready++].lesson = lesson;
}

void job_nudge(struct world *w, uint32_t node, uint32_t lesson)
{
	const struct job *job = job_of(&w->nodes[node], lesson);

	if (job != NULL && job->n_flows == 0)
		job_wake(w, node, lesson);
}

void jobs_run(struct world *w)
{
	while (w->ready_at < w->n_ready) {
		uint32_t node = w->ready[w->ready_at].node;
		struct job *job = job_of(&w->nodes[node],
					 w->ready[w->ready_at++].lesson);

		if (job == NULL)
			continue;
		job->queued = false;
		job_ask(w, node, job, NOBODY);
	}
	w->n_ready = w->ready_at = 0;
}

static void wake_swarm(struct world *w, uint32_t upstream, uint32_t lesson,
		       uint32_t but)
{
	struct swarm *s = swarm_of(w->swarms, upstream, lesson);

	for (uint32_t i = 0; s != NULL && i < s->count; i++)
		if (s->list[i].node != but)
			job_nudge(w, s->list[i].node, lesson);
}

void jobs_tell(struct world *w, uint32_t node, uint32_t lesson)
{
	const struct lan *lan = &w->lans[w->nodes[node].lan];

	if (!w->o.without_carriers) {
		for (uint32_t i = lan->first; i < lan->first + lan->count; i++)
			if (i != node)
				job_nudge(w, i, lesson);
		if (w->nodes[node].upstream != NOBODY)
			wake_swarm(w, w->nodes[node].upstream, lesson, node);
	}
	wake_swarm(w, node, lesson, node);
}

/* --- beginning and ending --- */

static void end_flows(struct world *w, uint32_t node, struct job *job)
{
	while (job->n_flows > 0)
		job_end_flow(w, node, job, 0u + job->n_flows - 1);
}

void job_stop(struct world *w, uint32_t node, uint32_t lesson)
{
	struct node *n = &w->nodes[node];
	struct job *job = job_of(n, lesson);

	if (job == NULL)
		return;
	end_flows(w, node, job);
	if (n->carriers != NULL)
		(void)carriers_own(n->carriers, w->lessons[lesson].btmh, 0, 0,
				   (int64_t)(w->now * 1000));
	if (node_has_way(w, n))
		swarm_join(w->swarms, n->upstream, lesson, node,
			   w->now + SWARM_TOLD_S);
	job->lesson = NOBODY;
	n->n_jobs--;
}

void job_uncarry(struct world *w, uint32_t node, struct job *job)
{
	for (uint32_t i = job->n_flows; i-- > 0;)
		if (flow_at(&w->lines, job->flows[i])->beyond)
			job_end_flow(w, node, job, i);
}

static struct job *free_job(struct node *n)
{
	if (n->jobs == NULL) {
		n->jobs = calloc(JOBS, sizeof(*n->jobs));
		CHECK(n->jobs != NULL);
		for (uint32_t i = 0; i < JOBS; i++)
			n->jobs[i].lesson = NOBODY;
	}
	for (uint32_t i = 0; i < JOBS; i++)
		if (n->jobs[i].lesson == NOBODY)
			return &n->jobs[i];
	return NULL;
}

static bool begin(struct world *w, uint32_t node, uint32_t lesson)
{
	struct node *n = &w->nodes[node];
	struct stock *s = stock_of(n, lesson);
	struct job *job = free_job(n);

	if (job == NULL)
		return false;
	if (!stock_reserve(w, node, s)) {
		s->rest_until = (float)(w->now + NO_ROOM_S);
		n->no_room = true;
		return false;
	}
	*job = (struct job){ .lesson = lesson, .moved = w->now };
	n->n_jobs++;
	if (node_has_way(w, n))
		swarm_join(w->swarms, n->upstream, lesson, node, INFINITY);
	election_gone(w, n->lan); /* somebody came: look soon, too */
	job_wake(w, node, lesson);
	return true;
}

/* --- which --- */

struct candidate {
	struct fetch fetch;
	uint32_t lesson;
	bool for_others;
};

static int by_order(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->for_others != y->for_others)
		return x->for_others ? 1 : -1;
	return fetch_order(&x->fetch, &y->fetch);
}

static bool is_to_fetch(const struct world *w, const struct node *n,
			const struct stock *s)
{
	return ((s->wanted && !stock_over(w, n, s)) || s->asked) &&
	       !stock_held(s) &&
	       (double)s->rest_until <= w->now &&
	       !w->lessons[s->lesson].withdrawn &&
	       job_of(n, s->lesson) == NULL;
}

/* All that could begin, in its order; returns how many. */
static uint32_t candidates(const struct world *w, const struct node *n,
			   struct candidate *out, uint32_t max)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < n->n_stock && count < max; i++) {
		const struct stock *s = &n->stock[i];
		const struct course *l = &w->lessons[s->lesson];
		struct candidate *c = &out[count];

		if (!is_to_fetch(w, n, s))
			continue;
		*c = (struct candidate){ .lesson = s->lesson,
					 .for_others = !s->wanted };
		memcpy(c->fetch.btmh, l->btmh, sizeof(l->btmh));
		c->fetch.bytes = (uint64_t)l->bytes;
		strcpy(c->fetch.due, l->due);
		strcpy(c->fetch.date, l->date);
		c->fetch.pinned = s->pinned;
		count++;
	}
	qsort(out, count, sizeof(*out), by_order);
	return count;
}

/* A job on its place for nothing gives it to another; false: none does. */
static bool step_aside(struct world *w, uint32_t node)
{
	struct node *n = &w->nodes[node];

	for (uint32_t i = 0; n->jobs != NULL && i < JOBS; i++) {
		struct job *job = &n->jobs[i];
		struct stock *s;

		if (job->lesson == NOBODY || job->n_flows > 0 ||
		    w->now - job->moved <= STUCK_S)
			continue;
		s = stock_of(n, job->lesson);
		s->rest_until = (float)(w->now +
					fmin(REST_MAX_S,
					     ldexp(REST_S, s->rests)));
		s->rests = s->rests < 7 ? s->rests + 1 : 7;
		w->tally.rested++;
		job_stop(w, node, job->lesson);
		return true;
	}
	return false;
}

enum { CANDIDATES = 2048 };

static void wake_idle(struct world *w, uint32_t node)
{
	struct node *n = &w->nodes[node];

	for (uint32_t i = 0; n->n_jobs > 0 && i < JOBS; i++)
		if (n->jobs[i].lesson != NOBODY && n->jobs[i].n_flows == 0)
			job_wake(w, node, n->jobs[i].lesson);
}

/* A box that no line reaches and nobody stands beside waits for a drive. */
static bool can_get_anything(const struct world *w, const struct node *n)
{
	return w->lans[n->lan].count > 1 || node_has_way(w, n);
}

void jobs_look(struct world *w, uint32_t node)
{
	static struct candidate list[CANDIDATES];
	struct node *n = &w->nodes[node];
	uint32_t count, at = 0;

	if (!n->up || !can_get_anything(w, n))
		return;
	wake_idle(w, node);
	jobs_run(w);
	count = candidates(w, n, list, CANDIDATES);
	while (at < count && (n->n_jobs < FETCHER_JOBS_MAX ||
			      step_aside(w, node)))
		(void)begin(w, node, list[at++].lesson);
	jobs_run(w);
	if (at < count || n->n_jobs > 0)
		timer_set(&w->timers, &n->look,
			  w->now + (at < count ? STUCK_S + 1 : IDLE_LOOK_S));
	else
		jobs_sleep(w, node);
}

/* Nothing to do but for what rests: look when the first of them has. */
void jobs_sleep(struct world *w, uint32_t node)
{
	struct node *n = &w->nodes[node];
	double first = INFINITY;

	for (uint32_t i = 0; i < n->n_stock; i++) {
		const struct stock *s = &n->stock[i];

		if (((s->wanted && !stock_over(w, n, s)) || s->asked) &&
		    !stock_held(s) && (double)s->rest_until > w->now)
			first = fmin(first, (double)s->rest_until);
	}
	if (first < INFINITY)
		timer_set(&w->timers, &n->look, first + 1);
}

void jobs_hurry(struct world *w, uint32_t node)
{
	struct node *n = &w->nodes[node];

	if (n->look.place == 0 || n->look.at > w->now + 1)
		timer_set(&w->timers, &n->look, w->now + 1);
}

/* --- what came --- */

static void finished(struct world *w, uint32_t node, struct stock *s)
{
	const struct lan *lan = &w->lans[w->nodes[node].lan];

	s->held_at = (float)w->now;
	stock_reached(w, s);
	s->rests = 0;
	s->asked = false;
	for (uint32_t i = lan->first; i < lan->first + lan->count; i++) {
		struct stock *other = stock_of(&w->nodes[i], s->lesson);

		if (i != node && other != NULL && !stock_held(other)) {
			other->rest_until = 0;
			jobs_hurry(w, i);
		}
	}
	job_stop(w, node, s->lesson);
	jobs_hurry(w, node);
}

static void take_flow_out(struct world *w, struct job *job, uint32_t number)
{
	for (uint32_t i = 0; i < job->n_flows; i++)
		if (job->flows[i] == number) {
			job->flows[i] = job->flows[--job->n_flows];
			break;
		}
	job->pending = 0;
	for (uint32_t i = 0; i < job->n_flows; i++)
		job->pending |= block_bit(
			flow_at(&w->lines, job->flows[i])->block);
}

/* Others that bring the same block are broken off. */
static void end_twins(struct world *w, uint32_t node, struct job *job,
		      uint8_t block)
{
	for (uint32_t i = job->n_flows; i-- > 0;)
		if (flow_at(&w->lines, job->flows[i])->block == block) {
			w->tally.ended_twice++;
			job_end_flow(w, node, job, i);
		}
}

/* It follows a block that its sender has not got whole itself: it ends when
 * that does. True when it has to wait; when there is nothing to wait for, it is
 * given up. */
static bool waits_for_sender(struct world *w, uint32_t number, struct job *job)
{
	const struct flow *f = flow_at(&w->lines, number);
	uint32_t leader;

	if ((node_blocks(w, f->from, f->lesson) & block_bit(f->block)) != 0)
		return false;
	leader = job_flow_of(w, f->from, f->lesson, f->block);
	if (leader != NO_FLOW && flow_at(&w->lines, leader)->done.place != 0) {
		flow_wait(&w->lines, number,
			  fmax(w->now, flow_at(&w->lines, leader)->done.at) +
				  0.001);
		return true;
	}
	for (uint32_t i = job->n_flows; i-- > 0;)
		if (job->flows[i] == number) {
			job_wake(w, f->node, f->lesson);
			job_end_flow(w, f->node, job, i);
			break;
		}
	jobs_run(w);
	return true;
}

void flow_came(struct world *w, uint32_t number)
{
	struct flow f = *flow_at(&w->lines, number);
	struct node *n = &w->nodes[f.node];
	struct job *job = job_of(n, f.lesson);
	struct stock *s = stock_of(n, f.lesson);

	CHECK(job != NULL && s != NULL && n->up);
	if (waits_for_sender(w, number, job))
		return;
	take_flow_out(w, job, number);
	count_bytes(w, &f, f.size - f.begun);
	if (f.beyond)
		count_block(w, &f);
	if (f.beyond && n->budget != NULL)
		budget_spent(n->budget, BUDGET_DOWN,
			     (uint64_t)(f.size - f.begun),
			     (int64_t)(w->now * 1000));
	s->have |= block_bit(f.block);
	s->rests = 0;
	job->moved = w->now;
	end_twins(w, f.node, job, f.block);
	jobs_tell(w, f.node, f.lesson);
	if (!stock_held(s)) {
		job_ask(w, f.node, job, number);
	} else {
		finished(w, f.node, s);
		flow_end(&w->lines, number, w->now);
	}
	jobs_run(w);
}

void jobs_given(struct world *w, uint32_t node, uint32_t lesson,
		uint32_t blocks)
{
	struct node *n = &w->nodes[node];
	struct stock *s = stock_of(n, lesson);
	struct job *job = job_of(n, lesson);

	s->have |= blocks;
	for (uint32_t i = job == NULL ? 0 : job->n_flows; i-- > 0;)
		if ((blocks &
		     block_bit(flow_at(&w->lines, job->flows[i])->block)) != 0)
			job_end_flow(w, node, job, i);
	if (n->up)
		jobs_tell(w, node, lesson);
	if (stock_held(s))
		finished(w, node, s);
	jobs_run(w);
}

/* --- breaks --- */

static void break_own(struct world *w, uint32_t node, bool only_line)
{
	struct node *n = &w->nodes[node];

	for (uint32_t i = 0; n->n_jobs > 0 && i < JOBS; i++) {
		struct job *job = &n->jobs[i];

		for (uint32_t k = job->lesson == NOBODY ? 0 : job->n_flows;
		     k-- > 0;) {
			if (!only_line ||
			    flow_at(&w->lines, job->flows[k])->beyond)
				job_end_flow(w, node, job, k);
		}
	}
}

/* Flows of others that come from it. */
static void break_given(struct world *w, uint32_t node, uint32_t number)
{
	struct line *l = &w->lines.list[number];

	for (uint32_t i = l->count; i-- > 0;) {
		struct flow *f;
		struct job *job;

		if (i >= l->count)
			continue;
		f = flow_at(&w->lines, l->flows[i]);
		if (f->from != node)
			continue;
		job = job_of(&w->nodes[f->node], f->lesson);
		CHECK(job != NULL);
		for (uint32_t k = 0; k < job->n_flows; k++)
			if (job->flows[k] == l->flows[i]) {
				job_wake(w, f->node, f->lesson);
				job_end_flow(w, f->node, job, k);
				break;
			}
	}
}

void jobs_break(struct world *w, uint32_t node, bool only_line)
{
	uint32_t lan = w->nodes[node].lan;

	break_own(w, node, only_line);
	break_given(w, node, line_up(lan));
	if (!only_line)
		break_given(w, node, line_inside(lan));
}

void jobs_limit(struct world *w, uint32_t node)
{
	struct node *n = &w->nodes[node];
	double rate = node_beyond(w, n);
	uint32_t flows = 0;

	if (rate <= 0) {
		jobs_break(w, node, true);
		return;
	}
	for (uint32_t i = 0; n->n_jobs > 0 && i < JOBS; i++)
		if (n->jobs[i].lesson != NOBODY)
			flows += n->jobs[i].n_flows;
	for (uint32_t i = 0; n->n_jobs > 0 && i < JOBS; i++)
		for (uint32_t k = 0; n->jobs[i].lesson != NOBODY &&
				     k < n->jobs[i].n_flows;
		     k++)
			if (flow_at(&w->lines, n->jobs[i].flows[k])->beyond)
				flow_limit(&w->lines, n->jobs[i].flows[k],
					   rate / flows, w->now);
	wake_idle(w, node);
}
