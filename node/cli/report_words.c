#include "node/cli/report_words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "node/durable.h"
#include "node/office/report_csv.h"
#include "proto/encoding.h"
#include "signing/key.h"

enum status reporting_open(struct reporting *r, const struct cli *cli,
			   const char *month, struct err *err)
{
	enum status status = house_open(&r->house, cli->dir, HOUSE_READ, err);

	if (status != STATUS_OK)
		return status;
	r->records = NULL;
	status = reports_query(&r->house, month, cli_value(cli, "region"),
			       cli_value(cli, "group"), &r->asked, err);
	if (status == STATUS_OK)
		status = reports_open_records(r->house.dir, &r->records, err);
	if (status != STATUS_OK)
		house_close(&r->house);
	return status;
}

void reporting_close(struct reporting *r)
{
	catalog_free(r->records);
	house_close(&r->house);
}

enum status reporting_code(const char *typed, char out[static REPORT_CODE_ROOM],
			   struct err *err)
{
	uint8_t code[5];

	if (base32_decode(bytes_of(typed), code, sizeof(code)) != STATUS_OK)
		return err_set(err, STATUS_USAGE,
			       "'%s' is no code of a station", typed);
	base32_encode((struct bytes){ code, sizeof(code) }, out);
	return STATUS_OK;
}

bool reporting_chinese(void)
{
	return strcmp(tr("Station"), "Station") != 0;
}

enum status reporting_csv(struct reporting *r, const struct table_wish *wish,
			  const char *path, struct err *err)
{
	struct buf out = BUF_INIT;
	enum status status = report_csv(wish, r->house.catalog, r->records,
					&out, err);

	if (status == STATUS_OK && strcmp(path, "-") == 0)
		(void)fwrite(out.data, 1, out.size, stdout);
	else if (status == STATUS_OK)
		status = durable_write(path, buf_bytes(&out),
				       wish->personal ? 0600 : 0644, err);
	buf_release(&out);
	return status;
}

/* --- on a terminal --- */

struct printing {
	struct table *table;
	unsigned rows;
};

static enum status begin_table(void *owner, const char *const *cells,
			       unsigned count, struct err *err)
{
	struct printing *p = owner;

	(void)err;
	p->table = table_new(count, cells);
	return STATUS_OK;
}

/* What people wrote may have lines; a table has not. */
static enum status add_row(void *owner, const char *const *cells,
			   unsigned count, struct err *err)
{
	struct printing *p = owner;
	const char *shown[TABLE_COLUMNS_MAX] = { NULL };
	struct buf lines[TABLE_COLUMNS_MAX] = { BUF_INIT };

	(void)err;
	for (unsigned i = 0; i < count; i++) {
		buf_puts(&lines[i], cells[i] == NULL ? "" : cells[i]);
		for (size_t c = 0; c < lines[i].size; c++)
			if (lines[i].data[c] < ' ' || lines[i].data[c] == 127)
				lines[i].data[c] = ' ';
		shown[i] = buf_string(&lines[i]);
	}
	table_row(p->table, shown);
	p->rows++;
	for (unsigned i = 0; i < count; i++)
		buf_release(&lines[i]);
	return STATUS_OK;
}

enum status reporting_print(struct reporting *r,
			    const struct table_wish *wish, const char *none,
			    struct err *err)
{
	struct printing p = { .rows = 0 };
	enum status status = table_titles(wish, false, begin_table, &p, err);

	if (status == STATUS_OK)
		status = table_rows(wish, r->house.catalog, r->records,
				    add_row, &p, err);
	if (p.rows == 0 && status == STATUS_OK)
		printf("%s\n", none);
	if (p.table != NULL && p.rows > 0 && status == STATUS_OK)
		table_print(p.table);
	else if (p.table != NULL)
		table_drop(p.table);
	return status;
}
