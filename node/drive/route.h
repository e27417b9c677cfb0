/* The villages of a route, as people name them.
 *
 * A name is a station's as its office enrolled it or as it says itself, a
 * region code of 2 to 12 digits, or the code of a station. Names are taken
 * whole; several are divided by ',' (or '，' and '、').
 *
 * Threads: as the catalog. */
#ifndef NODE_DRIVE_ROUTE_H
#define NODE_DRIVE_ROUTE_H

#include "catalog/catalog.h"
#include "proto/drive.h"

/*
 * Resolve `names` to places, in their order, each place once. `*count` is how
 * many `out` holds already: the new ones go behind.
 *
 * A region code need not be known: a new village has told nobody of itself.
 * Its name is then the code.
 *
 * Returns: STATUS_OK; STATUS_NOT_FOUND for a name nobody has, with names like
 *          it in `err`; STATUS_EXISTS when several places have it, with their
 *          codes in `err`; STATUS_USAGE when there is no name at all;
 *          STATUS_NO_ROOM beyond `max`; what SQLite failed with. `*count` is
 *          untouched on failure.
 */
enum status route_resolve(struct catalog *c, const char *names,
			  struct drive_stop *out, size_t max, size_t *count,
			  struct err *err);

#endif
