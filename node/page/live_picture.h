/* What the operator's live picture is made of (docs/formats-page.md, "event:
 * desk"), where that is more than passing on what is known. Pure.
 *
 * What changes all the time is told coarsely, so that a desk where nothing
 * happens is told nothing. */
#ifndef NODE_PAGE_LIVE_PICTURE_H
#define NODE_PAGE_LIVE_PICTURE_H

#include <jansson.h>

#include "node/page/health.h"
#include "node/provenance.h"

/* --- rates --- */

/* Bytes since the start, or a second. */
struct live_bytes {
	uint64_t uplink_down, uplink_up, lan_down, lan_up;
};

enum {
	LIVE_SAMPLES = 6, /* one a second: over five seconds */
	LIVE_GAP_MS = 10 * 1000 /* longer apart they say nothing */
};

struct live_rates {
	struct {
		int64_t at_ms;
		struct live_bytes bytes;
	} sample[LIVE_SAMPLES]; /* the oldest first */
	unsigned count;
};

/* Zeros are empty. What becomes less began anew. */
void live_rates_take(struct live_rates *r, int64_t now_ms,
		     const struct live_bytes *bytes);
struct live_bytes live_rates_now(const struct live_rates *r);

/* --- coarse numbers --- */

/* Of an age in seconds: 0 below half a minute, then half minutes, minutes, ten
 * minutes from an hour on, hours from a day on. */
uint64_t live_age(uint64_t seconds);
/* Down to a multiple of `step`. */
uint64_t live_coarse(uint64_t value, uint64_t step);

/* --- how often --- */

/* The least time between two looks at what would be deleted next, where so many
 * lessons are held: the loop finds it anew, which takes some microseconds of
 * each of them. */
int64_t live_next_ms(uint64_t held);

/* --- parts of the picture: new references, NULL when out of memory --- */

/* {"uplink", "neighbour", "drive", "cache"}. */
json_t *live_from_json(const uint64_t bytes[static FROM_WAYS]);
json_t *live_rates_json(const struct live_bytes *rates);

/* Why a wanted lesson does not come: what is known of its trouble, else what
 * is to be expected. */
struct live_lack {
	const char *trouble; /* "" when nothing is known */
	bool lent;	     /* a drive's visit writes it */
	bool begun;	     /* a job works on it */
};
const char *live_why(const struct live_lack *lack);

/* A visit's report with lists that are not too long: those of more than
 * LIVE_LIST_MAX are told by their length. Takes over `report`; NULL is null. */
enum { LIVE_LIST_MAX = 50 };
json_t *live_report(json_t *report);

/* What the node adds to what the machine says. */
struct live_machine {
	uint64_t uptime_s;
	bool clock_good;
	const char *version;
	double lag_worst_ms;
	unsigned wrong_tries; /* at the desks, in a day */
	json_t *engine; /* as in `status`, with its cage; taken over */
};
json_t *live_health_json(const struct health *health,
			 const struct live_machine *machine);

#endif
