/* A checked body on its way into an intake. Private to catalog/intake*.c. */
#ifndef CATALOG_INTAKE_PART_H
#define CATALOG_INTAKE_PART_H

#include "catalog/intake.h"

/* As intake_check() leaves it, a part has what the body had. After
 * intake_part_complete() it is the whole resource at the width that is needed:
 * a tile's hashes in `raw`, or a bundle with its entries in `raw`, their leaf
 * hashes in `leaves`, and, when full, its hash and its zstd frame. */
struct intake_part {
	struct tile_path path; /* as it was asked for */
	unsigned generation;
	size_t job;
	unsigned need;
	unsigned width; /* hashes or entries in `raw` */
	bool whole;	/* `raw` begins with the first of them */
	struct buf raw;
	struct buf leaves;
	struct buf frame;
	uint8_t hash[SHA256_SIZE];
};

/*
 * Put `head`, the entries that were here already, in front of a part that
 * began behind them, and cut what a wider resource brought too much.
 *
 * Returns: STATUS_OK; STATUS_NO_MEMORY.
 */
enum status intake_part_complete(struct intake_part *part, struct bytes head);

#endif
