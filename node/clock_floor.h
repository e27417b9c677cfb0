/* The earliest time it can be: what was proven, never what the machine's clock
 * says. When this program was built, and the times that others have signed:
 * witnesses of logs, offices that acknowledged records. It is kept, and only
 * grows.
 *
 * Expiry is judged by it: boxes without a battery, and clocks that were set
 * wrongly, delete nothing. What expired is not fetched either
 * (catalog/expiry.h). */
#ifndef NODE_CLOCK_FLOOR_H
#define NODE_CLOCK_FLOOR_H

#include "catalog/catalog.h"
#include "signing/trust.h"

/* Seconds since 1970. */
uint64_t clock_floor_s(struct catalog *c);
/* Its day, as YYYY-MM-DD, in UTC: east of it no day is earlier. */
void clock_floor_today(struct catalog *c, char out[static 11]);

/* Put the time this program was built into the catalog, whose questions know of
 * no other floor (catalog/expiry.h). With each start. */
enum status clock_floor_keep(struct catalog *c, struct err *err);

/* It was proven to be this late. An earlier time changes nothing. */
enum status clock_floor_raise(struct catalog *c, uint64_t time_s,
			      struct err *err);

/* What the cosignatures of a log's newest checkpoint prove: of several
 * witnesses, the earliest time. Nobody's: nothing. */
enum status clock_floor_learn(struct catalog *c, const struct trust *trust,
			      int64_t log, struct err *err);

#endif
