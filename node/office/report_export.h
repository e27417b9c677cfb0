/* All tables of an office at once: as files, or into a database where a
 * province joins those of many counties. Nobody is named in them: no names, no
 * numbers of cards, no notes (catalog/tables.h).
 *
 * Threads: as catalog/tables.h. */
#ifndef NODE_OFFICE_REPORT_EXPORT_H
#define NODE_OFFICE_REPORT_EXPORT_H

#include "catalog/tables.h"

struct report_export {
	struct catalog *node, *records;
	const struct report_query *query; /* its month unless `all_months` */
	bool all_months; /* of which anything is known */
};

/* Write DIR/stations.csv and the others (node/office/report_csv.h), each in
 * place of the one before. DIR is made. As table_rows(), STATUS_IO. */
enum status report_export_files(const struct report_export *x,
				const char *dir, struct err *err);

/*
 * Append the SQL, for psql, that puts all tables into the schema `xiangtu` of a
 * PostgreSQL database, in one transaction: schema and tables are made where
 * they are missing, and the rows of this `office` (of these months) replaced.
 */
enum status report_export_sql(const struct report_export *x,
			      const char *office, struct buf *out,
			      struct err *err);

/*
 * Have psql run that SQL at a database ("postgres://…").
 *
 * Returns: STATUS_OK; STATUS_NOT_FOUND when there is no psql here;
 *          STATUS_UNREACHABLE with what it said; STATUS_IO.
 */
enum status report_export_run(const char *url, struct bytes sql,
			      struct err *err);

#endif
