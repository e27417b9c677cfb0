#include "tests/sim/why.h"

#include <math.h>

#include "tests/sim/jobs.h"
#include "tests/sim/power.h"

const char *why_text(enum why why)
{
	static const char *const texts[WHYS] = {
		[WHY_NEW] = "published less than a day before the end",
		[WHY_BROKEN] = "the box is broken and not replaced yet, or was "
			       "within the last day",
		[WHY_DARK] = "no power there, or back for less than two hours",
		[WHY_EVENINGS] = "the box is switched on in the evenings only",
		[WHY_NO_ROOM] = "no room: the quota is full of what is wanted",
		[WHY_EVICTED] = "a part was deleted to make room",
		[WHY_LINE_DOWN] = "the line is down",
		[WHY_LIMITS] = "hours or the monthly cap allow nothing or little",
		[WHY_NO_CLOCK] = "the clock is not known: the slowest rule of "
				 "hours counts, and a monthly cap may be spent",
		[WHY_UPSTREAM] = "its township's machine is off or broken",
		[WHY_UPSTREAM_LACKS] = "its township has not got it (whole) yet",
		[WHY_COMING] = "it is coming",
		[WHY_BEHIND] = "other lessons come first on its line",
		[WHY_WAITS] = "a job for it waits for pieces",
		[WHY_NO_STOP] = "no drive was there since it was loaded on one",
		[WHY_DRIVE_LACKS] = "the drive that came had it not, or no time "
				    "for it",
	};

	return texts[why];
}

static enum why by_drive(const struct world *w, const struct node *n,
			 const struct course *l)
{
	const struct lan *lan = &w->lans[n->lan];

	if (lan->stops == 0 || lan->last_stop < l->published)
		return WHY_NO_STOP;
	return WHY_DRIVE_LACKS;
}

static bool limits_hurt(const struct node *n)
{
	return n->plan != NULL;
}

static enum why by_line(const struct world *w, const struct node *n,
			uint32_t lesson)
{
	const struct node *up = &w->nodes[n->upstream];
	const struct job *job = job_of(n, lesson);
	const struct lan *lan = &w->lans[n->lan];

	if (limits_hurt(n) && !n->clock_known)
		return WHY_NO_CLOCK;
	if (limits_hurt(n))
		return WHY_LIMITS;
	if (!lan->line_up && lan->has_line)
		return WHY_LINE_DOWN;
	if (!up->up)
		return WHY_UPSTREAM;
	if (!node_holds(w, n->upstream, lesson))
		return WHY_UPSTREAM_LACKS;
	if (job != NULL && job_rate(w, job) > 0)
		return WHY_COMING;
	return job != NULL ? WHY_WAITS : WHY_BEHIND;
}

enum why why_lacking(const struct world *w, uint32_t node, uint32_t lesson)
{
	const struct node *n = &w->nodes[node];
	const struct course *l = &w->lessons[lesson];
	const struct stock *s = stock_of(n, lesson);

	if (w->now - l->published < DAY)
		return WHY_NEW;
	if (n->dead || (w->now - n->box.at < DAY && n->box.at > 0 &&
			!n->evenings))
		return WHY_BROKEN;
	if (!w->lans[n->lan].power)
		return WHY_DARK;
	if (n->evenings)
		return WHY_EVENINGS;
	if (s != NULL && s->evicted)
		return WHY_EVICTED;
	if (s != NULL && !s->reserved && n->no_room)
		return WHY_NO_ROOM;
	if (n->way == WAY_DRIVE)
		return by_drive(w, n, l);
	if (w->now - n->up_since < 2 * HOUR && n->up_since > 0)
		return WHY_DARK;
	return by_line(w, n, lesson);
}
