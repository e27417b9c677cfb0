#include "node/study/rounds.h"

enum { BEIJING_S = 8 * 3600, DAY_S = 24 * 3600 };

/* Until that minute of the day comes next; at least a moment. */
static int64_t until_minute(const struct rounds_start *start)
{
	int64_t now_s = (int64_t)((start->past.wall_s + BEIJING_S) % DAY_S);
	int64_t left_s = (int64_t)start->minute * 60 - now_s;

	return (left_s <= 0 ? left_s + DAY_S : left_s) * 1000;
}

bool rounds_late(const struct rounds_past *past)
{
	if (past->last_s == 0 ||
	    (past->same_boot && past->since_s >= ROUNDS_LATE_S))
		return true;
	if (past->wall_s == 0)
		return !past->same_boot;
	return past->wall_s < past->last_s ||
	       past->wall_s - past->last_s >= ROUNDS_LATE_S;
}

void rounds_init(struct rounds *r, const struct rounds_start *start)
{
	int64_t wait_ms = rounds_late(&start->past) ? ROUNDS_START_MS :
						      until_minute(start);

	*r = (struct rounds){ .daily_ms = start->now_ms + wait_ms,
			      .last_ms = INT64_MIN,
			      .nudged_ms = -1,
			      .more_ms = -1 };
}

void rounds_nudge(struct rounds *r, int64_t now_ms)
{
	if (r->nudged_ms < 0)
		r->nudged_ms = now_ms;
}

enum round rounds_due(const struct rounds *r, int64_t now_ms)
{
	bool apart = r->last_ms == INT64_MIN ||
		     now_ms - r->last_ms >= ROUNDS_APART_MS;

	if (now_ms >= r->daily_ms)
		return ROUND_DAILY;
	if (r->more_ms >= 0 && now_ms >= r->more_ms)
		return ROUND_SOON;
	if (r->nudged_ms >= 0 && apart &&
	    now_ms - r->nudged_ms >= ROUNDS_SETTLE_MS)
		return ROUND_SOON;
	return ROUND_NONE;
}

void rounds_went(struct rounds *r, enum round round, bool more,
		 int64_t now_ms)
{
	if (round == ROUND_DAILY)
		r->daily_ms = now_ms + ROUNDS_DAY_MS;
	r->last_ms = now_ms;
	r->nudged_ms = -1;
	r->more_ms = more ? now_ms + ROUNDS_MORE_MS : -1;
}

void rounds_sent(struct rounds *r, bool day, bool more, int64_t now_ms)
{
	if (day)
		r->daily_ms = now_ms + ROUNDS_DAY_MS;
	if (more)
		r->more_ms = now_ms + ROUNDS_MORE_MS;
}

void rounds_idle(struct rounds *r)
{
	r->nudged_ms = -1;
	r->more_ms = -1;
}

void rounds_failed(struct rounds *r, enum round round, int64_t now_ms)
{
	if (round == ROUND_DAILY)
		r->daily_ms = now_ms + ROUNDS_APART_MS;
	if (r->more_ms >= 0)
		r->more_ms = now_ms + ROUNDS_APART_MS;
	r->last_ms = now_ms;
}
