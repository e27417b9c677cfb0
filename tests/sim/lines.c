/* Each line has a share: what a flow may have of it at most, so that all of
 * them fill the line, given what each is limited to elsewhere. When the share
 * of a line changes, the lines at the other ends of its flows are settled,
 * too, until nothing changes by more than a hundredth. */
#include "tests/sim/lines.h"

#include <math.h>
#include <stdlib.h>

#include "tests/support/check.h"

enum { PAGE = 4096, ROUNDS = 6, SETTLE_MAX = 200 };

void lines_init(struct lines *all, uint32_t count, struct timers *timers,
		uint8_t kind)
{
	*all = (struct lines){ .count = count, .timers = timers,
			       .kind = kind };
	all->list = calloc(count, sizeof(*all->list));
	CHECK(all->list != NULL);
}

void lines_release(struct lines *all)
{
	for (uint32_t i = 0; i < all->count; i++)
		free(all->list[i].flows);
	for (uint32_t i = 0; i < all->pages; i++)
		free(all->flows[i]);
	free(all->flows);
	free(all->free);
	free(all->waiting);
	free(all->list);
}

struct flow *flow_at(const struct lines *all, uint32_t number)
{
	return &all->flows[number / PAGE][number % PAGE];
}

static void add_page(struct lines *all)
{
	uint32_t first = all->pages * PAGE;

	all->flows = realloc(all->flows,
			     (all->pages + 1) * sizeof(struct flow *));
	CHECK(all->flows != NULL);
	all->flows[all->pages++] = calloc(PAGE, sizeof(struct flow));
	CHECK(all->flows[all->pages - 1] != NULL);
	all->free_room = all->pages * PAGE;
	all->free = realloc(all->free, all->free_room * sizeof(uint32_t));
	CHECK(all->free != NULL);
	for (uint32_t i = PAGE; i > 0; i--)
		all->free[all->free_count++] = first + i - 1;
}

static struct line *line_of(const struct lines *all, uint32_t line)
{
	return line == NO_LINE ? NULL : &all->list[line];
}

static void join(struct lines *all, struct flow *f, uint32_t number,
		 unsigned end)
{
	struct line *l = line_of(all, f->line[end]);

	if (l == NULL)
		return;
	if (l->count == l->room) {
		l->room = l->room == 0 ? 4 : 2 * l->room;
		l->flows = realloc(l->flows, l->room * sizeof(uint32_t));
		CHECK(l->flows != NULL);
	}
	f->place[end] = l->count;
	l->flows[l->count++] = number;
}

static unsigned end_of(const struct flow *f, uint32_t line)
{
	return f->line[0] == line ? 0 : 1;
}

static void leave(struct lines *all, struct flow *f, unsigned end)
{
	struct line *l = line_of(all, f->line[end]);
	uint32_t last;

	if (l == NULL)
		return;
	last = l->flows[--l->count];
	l->flows[f->place[end]] = last;
	flow_at(all, last)->place[end_of(flow_at(all, last),
					 f->line[end])] = f->place[end];
}

double flow_moved(const struct flow *f, double now)
{
	return fmin(f->size, f->moved + f->rate * (now - f->since));
}

static void set_end(struct lines *all, struct flow *f)
{
	if (f->rate > 0)
		timer_set(all->timers, &f->done,
			  f->since + (f->size - f->moved) / f->rate);
	else
		timer_stop(all->timers, &f->done);
}

/* The most it can have, whatever the lines give. */
static double most_of(const struct lines *all, const struct flow *f)
{
	return f->leader == NO_FLOW ?
		       f->most :
		       fmin(f->most, flow_at(all, f->leader)->rate);
}

static void wait(struct lines *all, uint32_t line);

static void set_rate(struct lines *all, struct flow *f, double now)
{
	double rate = most_of(all, f);

	for (unsigned end = 0; end < 2; end++)
		if (line_of(all, f->line[end]) != NULL)
			rate = fmin(rate, line_of(all, f->line[end])->share);
	if (rate == f->rate)
		return;
	f->moved = flow_moved(f, now);
	f->since = now;
	f->rate = rate;
	set_end(all, f);
	for (uint32_t k = f->follower; k != NO_FLOW;
	     k = flow_at(all, k)->next)
		wait(all, flow_at(all, k)->line[0]);
}

static void follow(struct lines *all, uint32_t number, uint32_t leader)
{
	struct flow *f = flow_at(all, number);

	f->leader = leader;
	f->next = NO_FLOW;
	if (leader == NO_FLOW)
		return;
	f->next = flow_at(all, leader)->follower;
	flow_at(all, leader)->follower = number;
}

static void stop_following(struct lines *all, uint32_t number)
{
	struct flow *f = flow_at(all, number);
	uint32_t *at;

	if (f->leader == NO_FLOW)
		return;
	at = &flow_at(all, f->leader)->follower;
	while (*at != number)
		at = &flow_at(all, *at)->next;
	*at = f->next;
	f->leader = f->next = NO_FLOW;
}

/* They go on at their own pace. */
static void leave_followers(struct lines *all, uint32_t number)
{
	struct flow *f = flow_at(all, number);

	while (f->follower != NO_FLOW) {
		wait(all, flow_at(all, f->follower)->line[0]);
		stop_following(all, f->follower);
	}
}

/* What the flow could have were it not for this line. */
static double elsewhere(const struct lines *all, const struct flow *f,
			uint32_t line)
{
	const struct line *other = line_of(all, f->line[1 - end_of(f, line)]);

	return other == NULL ? most_of(all, f) :
			       fmin(most_of(all, f), other->share);
}

/* Fill the line: who is limited elsewhere leaves the rest to the others. */
static double fair_share(const struct lines *all, uint32_t number)
{
	const struct line *l = &all->list[number];
	double share = l->count == 0 ? l->rate : l->rate / l->count;

	for (unsigned round = 0; round < ROUNDS && l->count > 1; round++) {
		double taken = 0, next;
		uint32_t less = 0;

		for (uint32_t i = 0; i < l->count; i++) {
			double most = elsewhere(all, flow_at(all, l->flows[i]),
						number);

			if (most < share) {
				taken += most;
				less++;
			}
		}
		if (less == l->count)
			return l->rate;
		next = (l->rate - taken) / (l->count - less);
		if (next <= share * 1.005)
			break;
		share = next;
	}
	return share;
}

static void wait(struct lines *all, uint32_t line)
{
	if (line == NO_LINE || all->list[line].waits)
		return;
	if (all->n_waiting == all->waiting_room) {
		all->waiting_room = all->waiting_room == 0 ?
					    64 :
					    2 * all->waiting_room;
		all->waiting = realloc(all->waiting,
				       all->waiting_room * sizeof(uint32_t));
		CHECK(all->waiting != NULL);
	}
	all->list[line].waits = true;
	all->waiting[all->n_waiting++] = line;
}

static void settle(struct lines *all, double now)
{
	for (uint32_t i = 0; i < all->n_waiting; i++) {
		uint32_t number = all->waiting[i];
		struct line *l = &all->list[number];
		double share = fair_share(all, number);
		bool moved = fabs(share - l->share) > 0.01 * l->share;

		l->waits = false;
		if (moved || share < l->share)
			l->share = share;
		for (uint32_t k = 0; k < l->count; k++) {
			struct flow *f = flow_at(all, l->flows[k]);

			set_rate(all, f, now);
			if (moved && i < SETTLE_MAX)
				wait(all, f->line[1 - end_of(f, number)]);
		}
	}
	all->n_waiting = 0;
}

uint32_t flow_start(struct lines *all, const struct flow *what, uint32_t a,
		    uint32_t b, double now)
{
	uint32_t number;
	struct flow *f;

	if (all->free_count == 0)
		add_page(all);
	number = all->free[--all->free_count];
	f = flow_at(all, number);
	CHECK(!f->used);
	*f = *what;
	f->line[0] = a;
	f->line[1] = b;
	f->rate = 0;
	f->moved = f->begun;
	f->since = now;
	f->used = true;
	f->done = (struct timer){ .kind = all->kind, .subject = number };
	f->follower = NO_FLOW;
	follow(all, number, what->leader);
	join(all, f, number, 0);
	join(all, f, number, 1);
	wait(all, a);
	wait(all, b);
	settle(all, now);
	return number;
}

void flow_renew(struct lines *all, uint32_t number, uint8_t block,
		uint32_t leader, double begun, double now)
{
	struct flow *f = flow_at(all, number);

	leave_followers(all, number);
	stop_following(all, number);
	f->block = block;
	f->begun = f->moved = begun;
	f->since = now;
	follow(all, number, leader);
	set_end(all, f);
	wait(all, f->line[0]);
	settle(all, now);
}

void flow_wait(struct lines *all, uint32_t number, double at)
{
	timer_set(all->timers, &flow_at(all, number)->done, at);
}

void flow_end(struct lines *all, uint32_t number, double now)
{
	struct flow *f = flow_at(all, number);

	CHECK(f->used);
	leave_followers(all, number);
	stop_following(all, number);
	timer_stop(all->timers, &f->done);
	leave(all, f, 0);
	leave(all, f, 1);
	f->used = false;
	wait(all, f->line[0]);
	wait(all, f->line[1]);
	settle(all, now);
	all->free[all->free_count++] = number;
}

void line_change(struct lines *all, uint32_t line, double rate, double now)
{
	all->list[line].rate = rate;
	if (all->list[line].count == 0)
		all->list[line].share = rate;
	wait(all, line);
	settle(all, now);
}

void flow_limit(struct lines *all, uint32_t number, double most, double now)
{
	struct flow *f = flow_at(all, number);

	if (f->most == most)
		return;
	f->most = most;
	set_rate(all, f, now);
	wait(all, f->line[0]);
	wait(all, f->line[1]);
	settle(all, now);
}
