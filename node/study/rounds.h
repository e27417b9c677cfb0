/* When a station sends what it has to tell. Pure; times are monotonic
 * milliseconds of the caller's.
 *
 * A round goes once a day whatever there is to tell, so that silence means
 * something: at a minute of the day drawn with each start, or five minutes
 * after the start when the last is 20 hours ago, as where a station runs in the
 * evenings only; at once when a drive comes then, or somebody sends by hand, for
 * a box may be switched on only as long as that takes. Between them one goes
 * within a minute after something was nudged, ten minutes after the last at the
 * earliest. */
#ifndef NODE_STUDY_ROUNDS_H
#define NODE_STUDY_ROUNDS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	ROUNDS_DAY_MS = 24 * 3600 * 1000,
	ROUNDS_START_MS = 5 * 60 * 1000,
	ROUNDS_LATE_S = 20 * 3600,
	ROUNDS_SETTLE_MS = 30 * 1000, /* more may come of what was nudged */
	ROUNDS_APART_MS = 10 * 60 * 1000,
	ROUNDS_MORE_MS = 60 * 1000 /* while a round left something */
};

struct rounds {
	int64_t daily_ms; /* when the next daily one is due */
	int64_t last_ms;  /* the last, of any kind; INT64_MIN: none yet */
	int64_t nudged_ms; /* since when something presses; -1: nothing */
	int64_t more_ms;   /* when what was left is to go; -1: nothing was */
};

/* How long ago the last round was, as far as anybody can tell. */
struct rounds_past {
	uint64_t wall_s; /* seconds since 1970; 0: the clock is not set */
	uint64_t last_s; /* when it went, by that clock; 0 never */
	/* The computer was not started again since: then so many seconds have
	 * passed, of a clock that nobody sets. */
	bool same_boot;
	uint64_t since_s;
};
/* Is it so long ago that the day's should not be waited for? Where the clock is
 * not set nobody knows how long the computer was off: then each of its starts
 * is a day of its own, and its days are counted while it runs. */
bool rounds_late(const struct rounds_past *past);

/* What is known at a start. */
struct rounds_start {
	int64_t now_ms;
	struct rounds_past past;
	unsigned minute; /* of the day at UTC+8, drawn at random: 0 .. 1439 */
};
void rounds_init(struct rounds *r, const struct rounds_start *start);

/* Something is to go soon. */
void rounds_nudge(struct rounds *r, int64_t now_ms);

enum round {
	ROUND_NONE,
	ROUND_SOON, /* what waits, if anything does */
	ROUND_DAILY /* whatever waits, and what the machine is like */
};
enum round rounds_due(const struct rounds *r, int64_t now_ms);

/* It went; `more`: it could not take everything. */
void rounds_went(struct rounds *r, enum round round, bool more,
		 int64_t now_ms);
/* Somebody else than the rounds has sent: with a drive, by hand. `day`: what
 * the day's was to tell, too. */
void rounds_sent(struct rounds *r, bool day, bool more, int64_t now_ms);
/* What pressed had gone already, and nothing waits: that was no round. */
void rounds_idle(struct rounds *r);
/* It could not go; it is due again in ROUNDS_APART_MS. */
void rounds_failed(struct rounds *r, enum round round, int64_t now_ms);

#endif
