/* The earliest time it can be: what was proven, never what the machine's clock
 * says. It is the latest of
 *
 *   when this program was built;
 *   what offices have signed that acknowledged records;
 *   what a majority of the witnesses has reached: of the newest time each
 *   listed witness has signed, on whatever log, the largest that more than
 *   half of them are not below. Fewer cannot push it ahead, whatever their
 *   clocks say, and fewer cannot hold it back.
 *
 * It is kept, and grows. Only when a trust note names other witnesses is it
 * reckoned anew, by those it names, and may then go back: so the root keys can
 * undo what bad witnesses did (docs/decisions/0018).
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

/* What witnesses have signed on a log's newest checkpoint. */
enum status clock_floor_learn(struct catalog *c, const struct trust *trust,
			      int64_t log, struct err *err);

/* Reckon it anew, by the witnesses that the trust note names now. */
enum status clock_floor_settle(struct catalog *c, const struct trust *trust,
			       struct err *err);

#endif
