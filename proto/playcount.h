/* How the minutes of one play are counted (docs/formats-records.md, "How
 * minutes are counted"): from what a page says of its player, and from the
 * time that passed here.
 *
 * A page sends samples: where its player stands, how fast it runs, what it
 * does, each with the time of a clock of the page's own that never goes back.
 * Between two samples that follow one another counts
 *
 *   of film and sound: the time in which it advanced, played and could be
 *     seen, as far as what was shown had not been shown before in this play;
 *     at most the time that passed, and at most the length of what was shown.
 *     An advance that is more than the speed allows is a jump, and counts
 *     nothing.
 *   of documents and pictures: the time on a page; at most PLAYCOUNT_DWELL_MS
 *     without a key or a touch.
 *
 * The page's time is laid on this node's: by the least difference that was seen
 * between when samples were made and when they came. What would be before the
 * play began here, before what was counted already, or in the future, counts
 * nothing: so a play never has more than passed here since it began.
 *
 * Pure: `now_ms` is monotonic and handed in. */
#ifndef PROTO_PLAYCOUNT_H
#define PROTO_PLAYCOUNT_H

#include <stdbool.h>

#include "proto/spans.h"

enum {
	PLAYCOUNT_SAMPLES_MAX = 120,	/* at a time */
	PLAYCOUNT_GAP_MS = 60 * 1000,	/* longer between samples is nothing */
	PLAYCOUNT_GRACE_MS = 2000,	/* before the first samples came */
	PLAYCOUNT_DWELL_MS = 3 * 60 * 1000,
	PLAYCOUNT_GLANCE_MS = 1000,	/* a page shown for less is not */
	PLAYCOUNT_RATE_MAX = 4000,	/* faster is not studying */
	PLAYCOUNT_SLACK_MS = 1500,	/* of a player that says where it is */
	PLAYCOUNT_JUMP_MS = 60 * 1000	/* of a page's clock against ours */
};

enum playcount_kind { PLAYCOUNT_MEDIA, PLAYCOUNT_PAGES };

struct playcount_sample {
	uint64_t t_ms; /* of the page's clock */
	uint64_t at;   /* ms of media; the page, the first is 1 */
	uint32_t rate; /* thousandths: 1000 is the usual speed */
	bool running;  /* plays, or is read, and can be seen */
};

/* All zero but `kind` and `of`: a play that begins. */
struct playcount {
	enum playcount_kind kind;
	uint64_t of; /* ms of media, or pages; 0: not known */

	/* What came of it. */
	uint64_t ms;
	struct spans shown; /* ms of media, or pages */
	bool clock_jump;    /* the page's clock went ahead of ours */

	/* private */
	bool begun;
	struct playcount_sample last;
	int64_t offset_ms; /* ours less the page's, the least seen */
	int64_t first_offset_ms;
	uint64_t until_ms; /* ours: nothing before it counts any more */
	uint64_t page_ms;  /* on this page */
	uint64_t dwell_ms; /* counted on it since the last key */
};

/*
 * Take samples as they came at `now_ms`; those before the last one taken are
 * passed over, one of the same time takes its place. `touched`: there was a key
 * or a touch since the last call.
 *
 * `credits` has room for PLAYCOUNT_SAMPLES_MAX spans of this node's time, of
 * which each is counted, in order and disjoint also from those of earlier
 * calls: their sum is what `ms` has grown by.
 *
 * Before:   count is PLAYCOUNT_SAMPLES_MAX at most; now_ms does not go back.
 * Returns:  how many credits there are.
 */
size_t playcount_take(struct playcount *p,
		      const struct playcount_sample *samples, size_t count,
		      bool touched, uint64_t now_ms, struct span *credits);

#endif
