/* Reports of this node's own office, for its pages and its command line.
 *
 * Threads: reports_query() where the house is; the rest anywhere. */
#ifndef NODE_OFFICE_REPORTS_H
#define NODE_OFFICE_REPORTS_H

#include "catalog/report.h"
#include "node/house.h"

/* What is asked of a report, with room for its words. */
struct report_asked {
	struct report_query query; /* of the strings below */
	char region[REGION_MAX + 1];
	char group[ENTRY_NAME_MAX + 1];
};

/*
 * A question about a month: "YYYY-MM"; "" or NULL is the one that runs. The
 * region is within this office's own, which it is when "" or NULL; the norm is
 * that of node.conf. `group` may be NULL.
 *
 * Returns: STATUS_OK; STATUS_USAGE with what to write instead; STATUS_NOT_FOUND
 *          for a region elsewhere.
 */
enum status reports_query(const struct house *house, const char *month,
			  const char *region, const char *group,
			  struct report_asked *out, struct err *err);

/* Records of a data directory for reading; `*out` is NULL where nothing was
 * ever written there. */
enum status reports_open_records(const char *dir, struct catalog **out,
				 struct err *err);

#endif
