/* What a drive really keeps, and how fast it is: sticks are sold that say 64 GB
 * and keep 8, and nobody notices until a village opens an empty lesson.
 *
 * Blocks of 1 MiB, each made from a random seed and its own number, are written
 * into what room there is, flushed, dropped from the page cache, read back and
 * compared. A stick that wraps around gives back another block's bytes, one
 * that drops writes gives back nothing: both show. After each GiB three blocks
 * are looked at early, so that a fake is known long before it is full.
 *
 * The blocks lie in .xiangtu/test/0000, 0001, … and are removed whatever
 * happens; what a killed program left is removed by the next.
 *
 * Threads: blocks its caller. */
#ifndef NODE_DRIVE_CAPACITY_H
#define NODE_DRIVE_CAPACITY_H

#include "node/drive/mount.h"

enum { CAPACITY_BLOCK = 1 << 20 };

/* Where blocks go; a test may stand in for it. */
struct capacity_disk {
	/* Write block `n`; they come in order from 0. STATUS_NO_ROOM: it is
	 * full. STATUS_UNREACHABLE: it is gone. */
	enum status (*write)(void *owner, uint64_t n, const uint8_t *block,
			     struct err *err);
	/* Make the written ones durable and forget every copy of them but the
	 * drive's own. */
	enum status (*flush)(void *owner, struct err *err);
	/* Read block `n`. STATUS_UNREACHABLE: it is gone. */
	enum status (*read)(void *owner, uint64_t n, uint8_t *block,
			    struct err *err);
	void *owner;
};

struct capacity_options {
	uint64_t first; /* test only so many bytes; 0: all the room */
	/* So many bytes of so many are written, or read back; at least after
	 * each block. May be NULL. False ends it as STATUS_CANCELLED. */
	bool (*progress)(void *owner, bool reading, uint64_t done,
			 uint64_t total);
	void *owner;
	unsigned look_every; /* blocks between early looks; 0: 1024 */
};

struct capacity_result {
	uint64_t written; /* bytes */
	uint64_t kept;	  /* of these, came back as they were written */
	uint64_t errors;  /* of these, the drive failed to read */
	double write_s, read_s;
	bool full;    /* there was no room for more */
	bool stopped; /* it was seen to be a fake, or failed, before that */
};

/*
 * Measure a disk of `room` bytes.
 *
 * `result` is filled whatever is returned.
 * Returns: STATUS_OK when every block came back; STATUS_DAMAGED when not;
 *          STATUS_CANCELLED; STATUS_UNREACHABLE; STATUS_NO_ROOM when there is
 *          no room for one block; STATUS_NO_MEMORY; STATUS_IO.
 */
enum status capacity_measure(const struct capacity_disk *disk, uint64_t room,
			     const struct capacity_options *options,
			     struct capacity_result *result, struct err *err);

/* The same for a drive, whose room it fills and gives back. As above, and
 * STATUS_READ_ONLY; STATUS_UNTRUSTED when something of another kind is in the
 * place of our files. */
enum status capacity_of_drive(struct mount *m,
			      const struct capacity_options *options,
			      struct capacity_result *result, struct err *err);

/* Remove what a measurement that was killed left. Nothing there is no
 * failure. */
enum status capacity_clean(struct mount *m, struct err *err);

#endif
