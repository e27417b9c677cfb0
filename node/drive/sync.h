/* One visit of a drive: what `xiangtu drive sync` does, whoever starts it.
 *
 * The order (docs/drive.md, "A visit"):
 *
 *   trust in       roots and trust note from the drive
 *   logs in        catalogs, then record logs on their way up
 *   small things out   trust, logs, records, acknowledgements, statements
 *   payload in     what this node wants, soonest due first, by pieces
 *   payload out    what the stops ahead want (node/drive/pack.h)
 *   statement out  again, for now it holds more
 *   flush          then it is safe to remove
 *
 * Small things go out before payload comes in, so that a drive pulled early
 * has carried the records. Every step leaves both sides valid; what fails is
 * reported and the rest goes on, unless the drive is gone.
 *
 * Threads: blocks its caller. */
#ifndef NODE_DRIVE_SYNC_H
#define NODE_DRIVE_SYNC_H

#include <jansson.h>

#include "node/drive/door.h"
#include "node/drive/mount.h"

enum sync_step {
	SYNC_LOOKING,	 /* at the drive */
	SYNC_LOGS_IN,
	SYNC_SMALL_OUT,
	SYNC_PAYLOAD_IN, /* `title` says which */
	SYNC_PAYLOAD_OUT,
	SYNC_FLUSHING
};

struct sync_progress {
	enum sync_step step;
	const char *title;    /* of the lesson under way, or "" */
	uint64_t done, total; /* bytes of this step; total 0: not known */
};

struct sync_options {
	double seconds; /* 0: as long as it takes */
	/* Save this route on the drive; count 0 keeps the one it has. */
	const struct drive_stop *route;
	size_t route_count;
	bool only_in; /* write nothing to the drive */
	bool repair;  /* read all of the drive's that is held here, mend it */
	/* May be NULL; at least twice a second. False: stop soon (what is done
	 * is kept). */
	bool (*progress)(void *owner, const struct sync_progress *progress);
	void *owner;
};

/*
 * Do the visit.
 *
 * `*report` (a new reference, also after a failure) says what came in, what
 * went out, what did not and why: docs/architecture.md, "drive sync".
 * Returns: STATUS_OK when all that could be done was done (the report may list
 *          what was left); STATUS_CANCELLED; STATUS_UNREACHABLE when the drive
 *          was pulled out; STATUS_NO_ROOM when it ended early; STATUS_IO when
 *          it did, or something could not be read or written; the first
 *          damage or distrust as STATUS_DAMAGED, STATUS_UNTRUSTED, after
 *          everything else was done.
 */
enum status sync_visit(struct door *door, struct mount *m,
		       const struct sync_options *options, json_t **report,
		       struct err *err);

#endif
