/* What a station's rows come to, month by month: the deltas of one entry are
 * gathered in memory and then put to sum_station, sum_lesson and, where a month
 * is closed, late (catalog/schema_imported.c).
 *
 * sum_station together with late is always what the rows of the station come
 * to; before a month is closed, sum_station alone is.
 *
 * Threads: as the catalog. */
#ifndef CATALOG_SUMS_H
#define CATALOG_SUMS_H

#include "catalog/catalog.h"

/* Of one month; what was taken back is negative. */
struct sums_part {
	int64_t own_open, own_collective, own_personal; /* ms */
	int64_t own_hand, doubtful; /* ms */
	int64_t collective, personal, people;
	int64_t flags; /* of what was added, together */
};

struct sums; /* of one station and one entry */

enum status sums_new(struct sums **out, int64_t station, struct err *err);
void sums_free(struct sums *s);

/* What one row counts for: how often it is put is 1, or -1 to take it out. */
struct sums_row {
	int month;
	struct sums_part part;
	int64_t lesson; /* of a play; else 0 */
	int64_t ms, own;
};
enum status sums_add(struct sums *s, const struct sums_row *row, int sign,
		     struct err *err);

/* Something uncertain was over by this second: it is in no month. */
void sums_see(struct sums *s, int64_t over_s);
/* Nothing that was added or seen was over before this second; INT64_MAX where
 * nothing was. It outlasts sums_put(). */
int64_t sums_earliest_s(const struct sums *s);

/* Put them; within the caller's transaction, in which the rows were changed
 * before. `today` is a day of proto/month.h. The sums are empty then. */
enum status sums_put(struct sums *s, struct catalog *c, int64_t today,
		     struct err *err);

#endif
