/* What each stop will have after the run of a drive, and what not and why, if
 * the plan (node/drive/pack.h) is carried out and the drive comes by everybody.
 *
 * What nodes on the way may add from what they hold is not counted on.
 *
 * Threads: as the catalog. */
#ifndef NODE_DRIVE_OUTLOOK_H
#define NODE_DRIVE_OUTLOOK_H

#include "node/drive/load.h"

enum outlook_why {
	OUTLOOK_COMES,
	OUTLOOK_NO_ROOM,     /* does not fit on the drive this time */
	OUTLOOK_NOT_HERE,    /* neither the drive nor this node has it */
	OUTLOOK_STATION_FULL /* the stop says that it has no room for it */
};
/* "comes", "no_room", "not_here", "station_full". */
const char *outlook_why_name(enum outlook_why why);

/* A lesson the stop lacks now. */
struct outlook_line {
	size_t lesson; /* index in the load */
	enum outlook_why why;
	char due[LESSON_DATE_SIZE + 1];
};

struct outlook_stop {
	struct outlook_line *lines; /* in pack_order() */
	size_t count;
	size_t comes;	/* of them */
	uint64_t bytes; /* of those that come */
};

struct outlook {
	struct outlook_stop *stops; /* one for each of the stops */
	size_t count;
};

/*
 * Returns: STATUS_OK, `out` to be released; STATUS_NO_MEMORY; what SQLite
 *          failed with.
 */
enum status outlook_gather(struct outlook *out, struct catalog *c,
			   const struct load *load, const enum pack_act *acts,
			   const struct stops *stops, struct err *err);
void outlook_release(struct outlook *outlook);

#endif
