/* report register, report ledger: the books of a station. */
#include <stdio.h>
#include <string.h>

#include "catalog/books.h"
#include "node/cli/report_words.h"
#include "proto/month.h"

/* The books as JSON; `one` of them, or all. */
static enum status print_json(struct reporting *r, const char *code,
			      const char *one, struct err *err)
{
	json_t *books;
	enum status status = books_read(&books, r->house.catalog, r->records,
					&r->asked.query, code, err);

	if (status != STATUS_OK)
		return status;
	cli_print_json(one == NULL ? json_incref(books) :
				     json_incref(json_object_get(books, one)));
	json_decref(books);
	return STATUS_OK;
}

/* The code by which tables call the station that is asked for: that of the box
 * that stands, where another one took the place of `code`. */
static enum status find_station(struct reporting *r,
				char code[static REPORT_CODE_ROOM],
				struct err *err)
{
	char month[MONTH_TEXT];
	enum status status;
	json_t *books;

	if (r->records == NULL)
		return STATUS_OK;
	status = books_read(&books, r->house.catalog, r->records,
			    &r->asked.query, code, err);
	month_format(r->asked.query.month, month);
	if (status == STATUS_NOT_FOUND)
		return err_set(err, status,
			       "no station with the code '%s' stood in %s; see "
			       "xiangtu station list",
			       code, month);
	if (status != STATUS_OK)
		return status;
	(void)snprintf(code, REPORT_CODE_ROOM, "%s",
		       cli_text(json_object_get(books, "station"), "code"));
	json_decref(books);
	return STATUS_OK;
}

/* --- report register --- */

static enum status show_register(struct cli *cli, struct reporting *r,
				 const char *code, struct err *err)
{
	const char *csv = cli_value(cli, "csv");
	struct table_wish wish = { .table = cli_given(cli, "personal") ?
						    TABLE_PERSONALS :
						    TABLE_STUDIES,
				   .query = &r->asked.query,
				   .code = code,
				   .personal = true,
				   .chinese = reporting_chinese() };
	enum status status;

	if (cli->json)
		return print_json(r, code, NULL, err);
	if (csv != NULL)
		return reporting_csv(r, &wish, csv, err);
	if (wish.table == TABLE_PERSONALS)
		return reporting_print(r, &wish, tr("No personal study."), err);
	printf("%s\n", tr("Collective study"));
	status = reporting_print(r, &wish, tr("No collective study."), err);
	if (status != STATUS_OK)
		return status;
	printf("\n%s\n", tr("Personal study"));
	wish.table = TABLE_PERSONALS;
	return reporting_print(r, &wish, tr("No personal study."), err);
}

enum status cmd_report_register(struct cli *cli, struct err *err)
{
	char code[REPORT_CODE_ROOM];
	struct reporting r;
	enum status status = reporting_code(cli->words[0], code, err);

	if (status == STATUS_OK)
		status = reporting_open(&r, cli, cli->words[1], err);
	if (status != STATUS_OK)
		return status;
	status = find_station(&r, code, err);
	if (status == STATUS_OK)
		status = show_register(cli, &r, code, err);
	reporting_close(&r);
	return status;
}

/* --- report ledger --- */

static enum status show_ledger(struct cli *cli, struct reporting *r,
			       const char *code, struct err *err)
{
	const char *csv = cli_value(cli, "csv");
	struct table_wish wish = { .table = cli_given(cli, "machines") ?
						    TABLE_MACHINES :
					    cli_given(cli, "faults") ?
						    TABLE_FAULTS :
						    TABLE_EQUIPMENT,
				   .query = &r->asked.query,
				   .code = code,
				   .personal = true,
				   .chinese = reporting_chinese() };

	if (cli->json && code == NULL)
		return err_set(err, STATUS_USAGE,
			       "of which station? say its code; for all of "
			       "them there is --csv FILE");
	if (cli->json)
		return print_json(r, code,
				  wish.table == TABLE_MACHINES ?
					  "machine" :
					  table_text(wish.table),
				  err);
	if (csv != NULL)
		return reporting_csv(r, &wish, csv, err);
	return reporting_print(r, &wish, tr("Nothing is in it."), err);
}

enum status cmd_report_ledger(struct cli *cli, struct err *err)
{
	char code[REPORT_CODE_ROOM];
	struct reporting r;
	enum status status = STATUS_OK;

	if (cli->n_words > 0)
		status = reporting_code(cli->words[0], code, err);
	if (status == STATUS_OK)
		status = reporting_open(&r, cli, NULL, err);
	if (status != STATUS_OK)
		return status;
	/* One that was retired long ago has its ledger all the same. */
	if (cli->n_words > 0)
		status = find_station(&r, code, err);
	if (status == STATUS_OK || status == STATUS_NOT_FOUND)
		status = show_ledger(cli, &r, cli->n_words > 0 ? code : NULL,
				     err);
	reporting_close(&r);
	return status;
}
