/* What lessons a drive says are on it, and how much of each: for plans, and
 * for people. From the list of places, the place files and the sizes of files;
 * no byte of a lesson is read, nothing is believed.
 *
 * Threads: one at a time. */
#ifndef NODE_DRIVE_ABOARD_H
#define NODE_DRIVE_ABOARD_H

#include "node/drive/load.h"
#include "node/drive/mount.h"

/*
 * Gather, for a minute at most and as many files as a large drive has: what
 * then was not looked at is not told, what was not measured has 0 bytes.
 * `*items` is the caller's to free(); NULL when there are none, which
 * an unprepared folder has.
 *
 * Returns: STATUS_OK, also when what is there reads as nothing;
 *          STATUS_NO_MEMORY; STATUS_IO, STATUS_UNREACHABLE when the list
 *          cannot be read.
 */
enum status aboard_read(struct mount *m, struct load_item **items,
			size_t *count, struct err *err);

#endif
