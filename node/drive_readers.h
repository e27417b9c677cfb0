/* Drives that are being read just now: their visit has begun and has not shown
 * yet what the drive has of this node's own records. Until then nothing is
 * added to them (node/study/asking.h).
 *
 * A visit that hangs, or is one too many, holds up nobody for ever. Times are
 * monotonic milliseconds.
 *
 * Threads: one. */
#ifndef NODE_DRIVE_READERS_H
#define NODE_DRIVE_READERS_H

#include <stdint.h>

#include "node/alive.h"

enum { DRIVE_READERS_MAX = 8, DRIVE_READER_MS = 15 * 60 * 1000 };

struct drive_readers {
	/* private */
	struct drive_reader {
		struct alive visitor;
		int64_t since_ms;
	} list[DRIVE_READERS_MAX];
	unsigned count;
};

/* The process `pid` is at that: it reads, or has come further. */
void drive_readers_tell(struct drive_readers *r, pid_t pid, bool reads,
			int64_t now_ms);
/* Does anybody read? Who has ended does not. */
bool drive_readers_any(struct drive_readers *r, int64_t now_ms);
void drive_readers_release(struct drive_readers *r);

#endif
