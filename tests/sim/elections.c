/* Announcements are not events here: nodes that live have announced within the
 * last three seconds, so what a node knows of them is what they do now. What
 * matters is fed to the decision with the time at which it became so, and the
 * decision is asked for whenever something changes, and regularly while a
 * carrier is slow. */
#include "tests/sim/elections.h"

#include <math.h>
#include <stdlib.h>

#include "tests/support/check.h"

enum { NOTICED_S = 13, SOON_S = 4, STALLED_S = 6, ASKED_S = 8, LOOK_S = 60,
       TWO_S = 30 };

struct crossing *lan_crossing(struct lan *lan, uint32_t lesson)
{
	for (uint32_t i = lan->n_crossings; i-- > 0;)
		if (lan->crossings[i].lesson == lesson)
			return &lan->crossings[i];
	if (lan->n_crossings == lan->crossings_room) {
		lan->crossings_room = lan->crossings_room == 0 ?
					      8 :
					      2 * lan->crossings_room;
		lan->crossings = realloc(lan->crossings,
					 lan->crossings_room *
						 sizeof(*lan->crossings));
		CHECK(lan->crossings != NULL);
	}
	lan->crossings[lan->n_crossings] =
		(struct crossing){ .lesson = lesson, .carrier = NOBODY };
	return &lan->crossings[lan->n_crossings++];
}

static double piece_size(const struct world *w, uint32_t lesson)
{
	return w->lessons[lesson].bytes / w->lessons[lesson].pieces;
}

/* Verified pieces, and when the last of them came. */
static uint32_t pieces_of(const struct world *w, const struct node *n,
			  const struct job *job, double *last)
{
	double bytes = job_bytes(w, n, job), rate = job_rate(w, job);
	double size = piece_size(w, job->lesson);
	double whole = floor(bytes / size);

	*last = rate > 0 ? w->now - (bytes - whole * size) / rate : job->moved;
	return (uint32_t)whole;
}

static unsigned saying_of(const struct world *w, const struct node *n,
			  uint32_t lesson, struct job **job)
{
	const struct stock *s = stock_of(n, lesson);
	unsigned saying = 0;

	*job = job_of(n, lesson);
	if (*job != NULL) {
		saying = CARRIER_WANTS;
		if ((*job)->carries)
			saying |= CARRIER_CARRIES;
		if ((*job)->carries && job_rate(w, *job) > 0)
			saying |= CARRIER_MOVES;
		if (node_beyond(w, n) > 0)
			saying |= CARRIER_BEYOND;
	} else if (stock_held(s) && w->now - (double)s->held_at < MINUTE) {
		saying = CARRIER_HOLDS;
	}
	return saying;
}

static int64_t ms(double s)
{
	return (int64_t)(s * 1000);
}

static void hear(struct world *w, struct node *n, struct job *job,
		 const struct node *other)
{
	const uint8_t *name = w->lessons[job->lesson].btmh;
	struct job *of_other;
	unsigned saying = saying_of(w, other, job->lesson, &of_other);
	double last = w->now;
	uint32_t pieces = w->lessons[job->lesson].pieces;

	/* Who does not name it any more is silent, and soon forgotten. */
	if (saying == 0)
		return;
	if (of_other != NULL)
		pieces = pieces_of(w, other, of_other, &last);
	if (last > job->last_told && last < w->now)
		carriers_heard(n->carriers, other->key, name, saying, pieces,
			       ms(last));
	carriers_heard(n->carriers, other->key, name, saying, pieces,
		       ms(w->now));
}

static void note_carrier(struct world *w, uint32_t node, struct job *job)
{
	struct lan *lan = &w->lans[w->nodes[node].lan];
	struct crossing *c = lan_crossing(lan, job->lesson);

	if (c->carrier != NOBODY && c->carrier != node)
		w->tally.takeovers++;
	c->carrier = node;
}

/* What it is at itself, told at the moment its last piece came and in between
 * as often as a node asks for its role: who does not ask for long has stood
 * still. */
static void tell_own(struct world *w, struct node *n, struct job *job)
{
	const uint8_t *btmh = w->lessons[job->lesson].btmh;
	struct job *own;
	unsigned saying = saying_of(w, n, job->lesson, &own);
	double last, at = job->last_told + ASKED_S;
	uint32_t pieces = pieces_of(w, n, job, &last);
	bool awake = job->carries && job->last_told > 0;

	for (; awake && at < w->now; at += ASKED_S) {
		CHECK(carriers_own(n->carriers, btmh, saying,
				   at < last ? job->told_pieces : pieces,
				   ms(at)));
		(void)carriers_role(n->carriers, btmh, ms(at), NULL);
	}
	if (!awake && last > job->last_told && last < w->now)
		CHECK(carriers_own(n->carriers, btmh, saying, pieces,
				   ms(last)));
	CHECK(carriers_own(n->carriers, btmh, saying, pieces, ms(w->now)));
	job->told_pieces = pieces;
	job->last_told = w->now;
}

static enum carrier_role elect(struct world *w, uint32_t node,
			       struct job *job)
{
	struct node *n = &w->nodes[node];
	const struct lan *lan = &w->lans[n->lan];
	const uint8_t *btmh = w->lessons[job->lesson].btmh;

	if (n->carriers == NULL)
		n->carriers = carriers_new(n->key);
	CHECK(n->carriers != NULL);
	for (uint32_t i = lan->first; i < lan->first + lan->count; i++)
		if (i != node && w->nodes[i].up)
			hear(w, n, job, &w->nodes[i]);
	tell_own(w, n, job);
	w->tally.elections++;
	return carriers_role(n->carriers, btmh, ms(w->now), NULL);
}

enum carrier_role election_role(struct world *w, uint32_t node,
				struct job *job)
{
	const struct node *n = &w->nodes[node];
	bool alone = w->lans[n->lan].count == 1 || w->o.without_carriers;
	bool carried = job->carries;
	enum carrier_role role;

	if (alone)
		role = node_beyond(w, n) > 0 ? CARRIER_CARRY : CARRIER_NOBODY;
	else
		role = elect(w, node, job);
	/* Limits count whatever the election says. */
	job->carries = role == CARRIER_CARRY && node_beyond(w, n) > 0;
	if (job->carries && !carried)
		note_carrier(w, node, job);
	if (!job->carries && carried)
		job_uncarry(w, node, job);
	return job->carries ? CARRIER_CARRY :
	       role == CARRIER_CARRY ? CARRIER_NOBODY : role;
}

/* When the others may lose patience with this carrier. */
static double look_at_carrier(const struct world *w, const struct job *job)
{
	bool stalled = job_rate(w, job) <= 0;

	return stalled && w->now - job->moved < 5 * MINUTE ? STALLED_S : LOOK_S;
}

static bool fetches_beyond(const struct world *w, const struct job *job)
{
	for (uint32_t i = 0; job != NULL && i < job->n_flows; i++)
		if (flow_at(&w->lines, job->flows[i])->beyond)
			return true;
	return false;
}

static unsigned carriers_of(const struct world *w, const struct lan *lan,
			    uint32_t lesson)
{
	unsigned count = 0;

	for (uint32_t i = lan->first; i < lan->first + lan->count; i++)
		count += fetches_beyond(w, job_of(&w->nodes[i], lesson));
	return count;
}

/* Once all of them have been asked, knowing the same, one of a LAN fetches a
 * lesson from beyond; two may do so while they find out. True when it is so
 * now; it is counted when it lasts. */
static bool two_carry(struct world *w, struct lan *lan)
{
	bool any = false;

	for (uint32_t i = 0; i < lan->n_crossings; i++) {
		struct crossing *c = &lan->crossings[i];

		if (c->blocks == ALL_BLOCKS)
			continue;
		if (carriers_of(w, lan, c->lesson) < 2) {
			c->two_since = 0;
			continue;
		}
		any = true;
		if (c->two_since == 0)
			c->two_since = w->now;
		else if (w->now - c->two_since > TWO_S)
			w->tally.two_carriers++;
	}
	return any;
}

static void look_at_role(struct world *w, uint32_t node, struct job *job)
{
	bool carried = job->carries;

	(void)election_role(w, node, job);
	if (job->carries != carried || job->n_flows == 0)
		job_wake(w, node, job->lesson);
}

/* Where one at most can fetch from beyond there is nothing to elect. */
static bool has_choice(const struct world *w, const struct lan *lan)
{
	return lan->count >= 2 && lan->has_line && !w->o.without_carriers &&
	       w->nodes[lan->first].level == LEVEL_STATION;
}

void election_look(struct world *w, uint32_t number)
{
	struct lan *lan = &w->lans[number];
	double next = INFINITY;
	bool two;

	if (!has_choice(w, lan))
		return;
	for (uint32_t i = lan->first; i < lan->first + lan->count; i++) {
		struct node *n = &w->nodes[i];

		for (uint32_t k = 0; n->up && n->jobs != NULL && k < JOBS; k++)
			if (n->jobs[k].lesson != NOBODY) {
				next = fmin(next,
					    n->jobs[k].carries ?
						    look_at_carrier(
							    w, &n->jobs[k]) :
						    LOOK_S);
				look_at_role(w, i, &n->jobs[k]);
			}
	}
	jobs_run(w);
	two = two_carry(w, lan);
	if (next < INFINITY)
		timer_set(&w->timers, &lan->look,
			  w->now + (two ? SOON_S : next));
}

void election_gone(struct world *w, uint32_t number)
{
	struct lan *lan = &w->lans[number];

	if (has_choice(w, lan) &&
	    (lan->look.place == 0 || lan->look.at > w->now + NOTICED_S))
		timer_set(&w->timers, &lan->look, w->now + NOTICED_S);
}
