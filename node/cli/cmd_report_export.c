/* report export: all tables, into files or into a database. */
#include <stdio.h>
#include <string.h>

#include "node/cli/report_words.h"
#include "node/office/report_export.h"
#include "signing/key.h"

/* Under which name its rows stand beside those of other offices. */
static void office_name(const struct house *house, char out[static 256])
{
	if (house->conf.origin[0] != 0)
		(void)snprintf(out, 256, "%s", house->conf.origin);
	else
		key_code(house_node_public(house), out);
}

static enum status to_database(const struct report_export *x,
			       const struct house *house, const char *url,
			       struct err *err)
{
	struct buf sql = BUF_INIT;
	char office[256];
	enum status status;

	office_name(house, office);
	status = report_export_sql(x, office, &sql, err);
	if (status == STATUS_OK)
		status = report_export_run(url, buf_bytes(&sql), err);
	buf_release(&sql);
	if (status == STATUS_OK)
		printf(tr("The tables of %s are in the database.\n"), office);
	return status;
}

enum status cmd_report_export(struct cli *cli, struct err *err)
{
	const char *dir = cli_value(cli, "to");
	const char *url = cli_value(cli, "postgres");
	const char *month = cli_value(cli, "month");
	struct report_export x;
	struct reporting r;
	enum status status;

	if ((dir == NULL) == (url == NULL))
		return err_set(err, STATUS_USAGE,
			       "where to? say --to DIR or --postgres URL");
	status = reporting_open(&r, cli, month, err);
	if (status != STATUS_OK)
		return status;
	x = (struct report_export){ .node = r.house.catalog,
				    .records = r.records,
				    .query = &r.asked.query,
				    .all_months = month == NULL };
	if (url != NULL) {
		status = to_database(&x, &r.house, url, err);
	} else {
		status = report_export_files(&x, dir, err);
		if (status == STATUS_OK)
			printf(tr("The tables are in %s.\n"), dir);
	}
	reporting_close(&r);
	return status;
}
