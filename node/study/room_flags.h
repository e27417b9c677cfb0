/* What is remarkable about a play or a study, and told with it instead of being
 * hidden (docs/formats-records.md, "How minutes are counted").
 *
 * Pure. */
#ifndef NODE_STUDY_ROOM_FLAGS_H
#define NODE_STUDY_ROOM_FLAGS_H

#include <jansson.h>

#include "catalog/moment.h"

enum room_flag {
	ROOM_TWO_SCREENS = 1 << 0,
	ROOM_EMPTY_ROOM = 1 << 1,
	ROOM_CLOCK_JUMP = 1 << 2,
	ROOM_INTERRUPTED = 1 << 3,
	ROOM_BY_HAND = 1 << 4
};

enum {
	ROOM_OVERLAP_MS = 15 * 1000, /* of two screens: a handing over */
	ROOM_JUMP_S = 600		    /* of the wall clock */
};

/* An array of names; a new reference, NULL when out of memory. */
json_t *room_flags_json(unsigned flags);
/* Of such an array; what is unknown or no array is left out. */
unsigned room_flags_read(const json_t *array);

/* Did the same minutes play on two screens, for so long that it is no handing
 * over from one to the other? */
bool room_two_screens(uint64_t overlap_ms);

/* Was the wall clock set between two moments of one life of the node? That the
 * kernel has just learnt the time, or that it was not set before, is none. */
bool room_clock_jumped(const struct when *before, const struct when *after);

#endif
