/* A moment as a station writes it down: not only what its clock says, but what
 * is needed to tell later how far that may be believed
 * (docs/formats-records.md, "Moments"). In JSON an array of five integers:
 * [wall clock, life, seconds of it, floor, synchronised].
 *
 * Pure. What places moments on the calendar is catalog/placing.h. */
#ifndef CATALOG_MOMENT_H
#define CATALOG_MOMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "proto/err.h"

struct when {
	uint64_t s;    /* seconds since 1970 by the wall clock; 0: not set */
	/* Which life of the node, counted with each of its starts; 0: none
	 * ran, and `mono` says nothing. */
	uint64_t boot;
	uint64_t mono; /* monotonic seconds since that start */
	uint64_t floor; /* the earliest it can be (node/clock_floor.h) */
	bool sync; /* the kernel says that the clock is synchronised */
};

/* A new reference; NULL when out of memory. */
json_t *when_json(const struct when *when);
/* Read what when_json() writes: five integers from 0 to 2^53, the last 0 or 1;
 * more of them, from later versions, are passed over. STATUS_MALFORMED leaves
 * `when` untouched. */
enum status when_read(const json_t *value, struct when *when);

#endif
