/* The earliest time it can be: what was proven, never what the machine's clock
 * says. It is the latest of
 *
 *   when this program was built;
 *   what a majority of the witnesses has reached: of the newest time each
 *   listed witness has signed, on whatever log, the largest that more than
 *   half of them are not below. Fewer cannot push it ahead, whatever their
 *   clocks say, and fewer cannot hold it back.
 *
 * Only where no majority of them was ever heard, as in a system without
 * witnesses, the office that acknowledges this node's records counts by itself:
 * the newest time it has signed. There one key can push time ahead.
 *
 * It is kept, and grows. Only when a trust note names other witnesses or
 * offices, or the first majority is heard, is it reckoned anew and may then go
 * back: so the root keys can undo what bad ones did (docs/decisions/0018).
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

/* The office of this node's region has acknowledged records at that time, with
 * the key `ack` that the trust note names. */
enum status clock_floor_acked(struct catalog *c, const struct trust *trust,
			      const struct public_key *ack, uint64_t time_s,
			      struct err *err);

/* What witnesses have signed on a log's newest checkpoint. */
enum status clock_floor_learn(struct catalog *c, const struct trust *trust,
			      int64_t log, struct err *err);

/* Reckon it anew, by those that the trust note names now. */
enum status clock_floor_settle(struct catalog *c, const struct trust *trust,
			       struct err *err);

#endif
