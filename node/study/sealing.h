/* One round of records: what waits in the outbox becomes signed and sealed
 * entries of this node's own log (docs/formats-records.md, "Batches"), once for
 * each office that reads the records of its region.
 *
 *     1. entries into the log: durable, in node.db
 *     2. the items are marked as sent: durable, in records.db
 *
 * A power cut between the two has the items sent again, in other entries; who
 * reads them knows them by id and version. A log that comes back shorter than
 * it was (a restored disk) gives its items back to the outbox, once it is known
 * that nobody above has more of it.
 *
 * Threads: as the house. */
#ifndef NODE_STUDY_SEALING_H
#define NODE_STUDY_SEALING_H

#include <jansson.h>

#include "node/house.h"

enum {
	/* Entries of one round, all recipients together: what the loop can
	 * spare at a time. More waits for the next. */
	SEALING_ENTRIES_MAX = 16,
	/* Of a log that no office knows yet there is room for so many entries
	 * and so large ones elsewhere (node/records.h): some is kept. */
	SEALING_STRANGER_ENTRIES = 200
};

struct sealed {
	unsigned items;	  /* that went, that of the machine not counted */
	bool machine;	  /* that went, too */
	unsigned entries; /* into which */
	bool more;	  /* something is left that could go at once */
	int64_t log;	  /* our record log; 0: nothing was appended */
};

/*
 * Do a round. `extra` (borrowed, NULL: nothing) is put into the outbox first,
 * under its "k" and the id `machine`: so the newest that was not sent replaces
 * those before. Without anything that waits nothing is done, and nothing for
 * that alone before an office has enrolled the node.
 *
 * Returns: STATUS_OK, also when there was nothing; STATUS_NOT_FOUND when the
 *          trust note names no office that reads the records of this region;
 *          STATUS_OLD when our log is behind what others have of it;
 *          STATUS_FORKED; STATUS_OUT_OF_SCOPE when no office has enrolled this
 *          node and its log is long; STATUS_NO_MEMORY; STATUS_NO_ROOM;
 *          STATUS_IO. What waits goes on waiting then.
 */
enum status sealing_round(struct house *h, const json_t *extra,
			  struct sealed *out, struct err *err);

/*
 * Look what became of what was sent: forget what was acknowledged, put back
 * what our log has lost. sealing_round() does it first.
 */
enum status sealing_settle(struct house *h, struct err *err);

/* For people: {pending: items that wait, unacknowledged: items that were sent,
 * last_s: when the last were, 0 never, acked: the office has those, too}. NULL
 * where there is no records.db or it cannot be read. A new reference. */
json_t *sealing_facts(struct house *h);

#endif
