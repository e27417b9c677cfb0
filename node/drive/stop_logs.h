/* What the statement of a stop says about the logs this node knows: which
 * lessons it wants, holds, and waits for by a day.
 *
 * Only the bits of entries that are known here are kept, since only these are
 * asked for. A bad bitmap is none, as docs/formats-neighbourhood.md says. */
#ifndef NODE_DRIVE_STOP_LOGS_H
#define NODE_DRIVE_STOP_LOGS_H

#include "catalog/log.h"
#include "node/drive/stops.h"

struct known_log {
	int64_t id;
	char origin[ORIGIN_MAX + 1];
	uint64_t size;
};

/*
 * Read the lists of an opened statement. `budget` is the memory that may still
 * be used for bitmaps and days; it is reduced by what was. Of a log for which
 * it does not suffice nothing is kept but its size.
 *
 * Returns: STATUS_OK, `*out` to be freed with stop_logs_free();
 *          STATUS_NO_MEMORY.
 */
enum status stop_logs_read(struct stop_logs **out, const struct statement *st,
			   const struct known_log *known, size_t known_count,
			   size_t *budget);
void stop_logs_free(struct stop_logs *logs);

#endif
