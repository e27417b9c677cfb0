/* Why a box has not got a lesson it wants. */
#ifndef TESTS_SIM_WHY_H
#define TESTS_SIM_WHY_H

#include "tests/sim/world.h"

enum why {
	WHY_NEW,	/* out for less than a day */
	WHY_BROKEN,	/* the box waits for another */
	WHY_DARK,	/* no power there now, or lately */
	WHY_EVENINGS,	/* it is on in the evenings only */
	WHY_NO_ROOM,
	WHY_EVICTED,
	WHY_LINE_DOWN,
	WHY_LIMITS,	/* hours or a cap let nothing through */
	WHY_NO_CLOCK,	/* the slowest rule counts, for it knows no time */
	WHY_UPSTREAM,	/* the township is off or broken */
	WHY_UPSTREAM_LACKS,
	WHY_COMING,	/* pieces come */
	WHY_BEHIND,	/* others come first */
	WHY_WAITS,	/* a job for it gets nothing */
	WHY_NO_STOP,	/* no drive was there since it came out */
	WHY_DRIVE_LACKS, /* a drive was, without it or in a hurry */
	WHYS
};
const char *why_text(enum why why);

/* Before: the node wants it and has it not. */
enum why why_lacking(const struct world *w, uint32_t node, uint32_t lesson);

#endif
