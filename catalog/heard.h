/* When something was last heard: of witnesses and offices the newest time they
 * signed, of logs and of the trust note when they last brought something new.
 * What the times mean is their writers' affair (node/clock_floor.h,
 * node/staleness.h).
 *
 * Threads: as the catalog they are in. Errors are SQLite's, as
 * catalog/catalog.h tells them. */
#ifndef CATALOG_HEARD_H
#define CATALOG_HEARD_H

#include "catalog/catalog.h"

enum heard {
	HEARD_WITNESS, /* by the 32 bytes of its key */
	HEARD_ACK,     /* likewise, of an office that acknowledges records */
	HEARD_LOG,     /* by its origin */
	HEARD_TRUST    /* by its version in decimal; the last one only */
};

/* The time at `name`, or 0. */
enum status heard_get(struct catalog *c, enum heard what, struct bytes name,
		      uint64_t *time_s, struct err *err);
/* Put a time there, whatever was there before. */
enum status heard_set(struct catalog *c, enum heard what, struct bytes name,
		      uint64_t time_s, struct err *err);
/* Put it there unless a later one is. */
enum status heard_raise(struct catalog *c, enum heard what, struct bytes name,
			uint64_t time_s, struct err *err);
/* Forget all of one kind. */
enum status heard_clear(struct catalog *c, enum heard what, struct err *err);

#endif
