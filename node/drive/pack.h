/* What to put on a drive, and what to take off it for that. A decision, made
 * from facts alone.
 *
 * The rules:
 *
 *   what was withdrawn or superseded goes, whatever room there is
 *   what nobody here knows (another county's) stays, and is in nobody's way
 *   what a stop ahead lacks stays, whatever else is wanted
 *   lessons are loaded in pack_order(): wanted ones by due date, then by how
 *   many stops want them, then newest first; then this place's own lessons
 *   nobody asked for, newest first
 *   a lesson may take the place of those behind it in that order which no stop
 *   lacks, the last of them first, and no more of them than need be;
 *   otherwise it waits for the next trip, and smaller ones behind it may still
 *   go
 */
#ifndef NODE_DRIVE_PACK_H
#define NODE_DRIVE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pack_lesson {
	uint8_t btmh[32];
	uint64_t bytes;	  /* room its files take on the drive */
	uint64_t there;	  /* of these, already on the drive in part */
	char date[11];	  /* YYYY-MM-DD */
	char due[11];	  /* the soonest a stop wants it by; "" none */
	uint32_t wanters; /* stops ahead that want it and have it not */
	bool local;	  /* of this place: worth carrying unasked */
	bool here;	  /* held by this node: it could be loaded */
	bool on_drive;	  /* whole, in its place */
	bool gone;	  /* withdrawn or superseded: nobody should get it */
	bool foreign;	  /* on the drive, and not known here: never removed */
};

enum pack_act {
	PACK_NOTHING, /* not on the drive, and not to be: nobody asks */
	PACK_KEEP,    /* on the drive, stays */
	PACK_LOAD,
	PACK_REMOVE,
	PACK_NO_ROOM, /* wanted, but does not fit this time */
	PACK_NOT_HERE /* wanted, but this node has it not */
};

/* Negative when `a` is to be loaded before `b`. A total order of lessons with
 * different hashes. */
int pack_order(const struct pack_lesson *a, const struct pack_lesson *b);

/*
 * Decide about each of `count` lessons: acts[i] for lessons[i]. Each hash is
 * there once; which lesson stands where makes no difference.
 *
 * `room` is what may still be written, `reserve` what must be left of it (for
 * records, logs and what the file system rounds up). `order` (room for
 * `count`) gets the indices to go through, removals first, then loads in
 * pack_order(); `*steps` how many there are.
 * Returns: false when out of memory; nothing is written then.
 */
bool pack_plan(const struct pack_lesson *lessons, size_t count, uint64_t room,
	       uint64_t reserve, enum pack_act *acts, size_t *order,
	       size_t *steps);

#endif
