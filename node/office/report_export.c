#include "node/office/report_export.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/child.h"
#include "node/durable.h"
#include "node/office/report_csv.h"
#include "proto/month.h"

enum { PSQL_TIMEOUT_S = 3600, PATH_ROOM = 4200 };

static struct table_wish wish_of(const struct report_export *x,
				 enum table_name table,
				 const struct report_query *query)
{
	(void)x;
	return (struct table_wish){ .table = table, .query = query };
}

/* Call `each` for every month to be told; once for a table of all times. */
static enum status each_month(const struct report_export *x,
			      enum table_name table,
			      enum status (*each)(void *owner,
						  const struct table_wish *w,
						  struct err *err),
			      void *owner, struct err *err)
{
	struct report_query query = *x->query;
	struct table_wish wish = wish_of(x, table, &query);
	enum status status = STATUS_OK;
	int month = 0;

	if (!x->all_months || !table_is_monthly(table) || x->records == NULL)
		return each(owner, &wish, err);
	while (status == STATUS_OK) {
		status = report_next_month(x->records, month, &month, err);
		if (status == STATUS_NOT_FOUND)
			return STATUS_OK;
		query.month = month;
		if (status == STATUS_OK)
			status = each(owner, &wish, err);
	}
	return status;
}

/* --- files --- */

struct writing {
	const struct report_export *x;
	const struct table_wish *wish;
	struct buf *out;
	bool titles;
};

static enum status put_csv(void *owner, const char *const *cells,
			   unsigned count, struct err *err)
{
	struct writing *w = owner;

	return report_csv_row(w->out, w->titles ? NULL : w->wish, cells, count,
			      err);
}

static enum status csv_month(void *owner, const struct table_wish *wish,
			     struct err *err)
{
	struct writing *w = owner;

	w->wish = wish;
	return table_rows(wish, w->x->node, w->x->records, put_csv, w, err);
}

static enum status write_file(const struct report_export *x,
			      enum table_name table, const char *dir,
			      struct err *err)
{
	const struct table_wish wish = wish_of(x, table, x->query);
	struct buf out = BUF_INIT;
	struct writing w = { .x = x, .out = &out, .titles = true };
	char path[PATH_ROOM];
	enum status status;

	if (snprintf(path, sizeof(path), "%s/%s.csv", dir,
		     table_text(table)) >= (int)sizeof(path))
		return err_set(err, STATUS_USAGE, "path too long");
	buf_puts(&out, "\xef\xbb\xbf");
	status = table_titles(&wish, true, put_csv, &w, err);
	w.titles = false;
	if (status == STATUS_OK)
		status = each_month(x, table, csv_month, &w, err);
	if (status == STATUS_OK)
		status = durable_write(path, buf_bytes(&out), 0644, err);
	buf_release(&out);
	return status;
}

enum status report_export_files(const struct report_export *x,
				const char *dir, struct err *err)
{
	enum status status = STATUS_OK;

	if (mkdir(dir, 0755) != 0 && errno != EEXIST)
		return err_set(err, STATUS_IO, "cannot make '%s': %s", dir,
			       strerror(errno));
	for (int table = 0; table < TABLE_NAMES && status == STATUS_OK;
	     table++)
		status = write_file(x, (enum table_name)table, dir, err);
	return status;
}

/* --- SQL --- */

/* As COPY reads it in its text format. */
static void put_copy(struct buf *out, const char *cell)
{
	if (cell == NULL) {
		buf_puts(out, "\\N");
		return;
	}
	for (; *cell != 0; cell++)
		switch (*cell) {
		case '\\':
			buf_puts(out, "\\\\");
			break;
		case '\t':
			buf_puts(out, "\\t");
			break;
		case '\n':
			buf_puts(out, "\\n");
			break;
		case '\r':
			buf_puts(out, "\\r");
			break;
		default:
			buf_put_u8(out, (uint8_t)*cell);
		}
}

static void put_literal(struct buf *out, const char *text)
{
	buf_puts(out, "'");
	for (; *text != 0; text++) {
		if (*text == '\'')
			buf_puts(out, "'");
		buf_put_u8(out, (uint8_t)*text);
	}
	buf_puts(out, "'");
}

struct making {
	const struct report_export *x;
	const struct table_wish *wish;
	const char *office;
	struct buf *out;
};

/* Columns that a later version of this program tells are added. */
static enum status make_table(void *owner, const char *const *keys,
			      unsigned count, struct err *err)
{
	struct making *m = owner;
	const char *table = table_text(m->wish->table);

	(void)err;
	buf_printf(m->out,
		   "CREATE TABLE IF NOT EXISTS xiangtu.%s (\n"
		   " office text NOT NULL);\n", table);
	for (unsigned i = 0; i < count; i++)
		buf_printf(m->out,
			   "ALTER TABLE xiangtu.%s ADD COLUMN IF NOT EXISTS"
			   " \"%s\" %s;\n",
			   table, keys[i],
			   table_is_number(m->wish, i) ? "bigint" : "text");
	return STATUS_OK;
}

static enum status begin_copy(void *owner, const char *const *keys,
			      unsigned count, struct err *err)
{
	struct making *m = owner;

	(void)err;
	buf_printf(m->out, "COPY xiangtu.%s (office",
		   table_text(m->wish->table));
	for (unsigned i = 0; i < count; i++)
		buf_printf(m->out, ", \"%s\"", keys[i]);
	buf_puts(m->out, ") FROM STDIN;\n");
	return STATUS_OK;
}

static enum status copy_row(void *owner, const char *const *cells,
			    unsigned count, struct err *err)
{
	struct making *m = owner;

	put_copy(m->out, m->office);
	for (unsigned i = 0; i < count; i++) {
		buf_puts(m->out, "\t");
		put_copy(m->out, cells[i]);
	}
	buf_puts(m->out, "\n");
	return buf_status(m->out) == STATUS_OK ?
		       STATUS_OK :
		       err_set(err, STATUS_NO_MEMORY, "a table");
}

static enum status copy_month(void *owner, const struct table_wish *wish,
			      struct err *err)
{
	struct making *m = owner;

	return table_rows(wish, m->x->node, m->x->records, copy_row, m, err);
}

static void delete_rows(struct making *m, enum table_name table)
{
	char month[8];

	buf_printf(m->out, "DELETE FROM xiangtu.%s WHERE office = ",
		   table_text(table));
	put_literal(m->out, m->office);
	if (!m->x->all_months && table_is_monthly(table)) {
		month_format(m->x->query->month, month);
		buf_printf(m->out, " AND month = '%s'", month);
	}
	buf_puts(m->out, ";\n");
}

static enum status put_table(struct making *m, enum table_name table,
			     struct err *err)
{
	const struct table_wish wish = wish_of(m->x, table, m->x->query);
	enum status status;

	m->wish = &wish;
	status = table_titles(&wish, true, make_table, m, err);
	delete_rows(m, table);
	if (status == STATUS_OK)
		status = table_titles(&wish, true, begin_copy, m, err);
	if (status == STATUS_OK)
		status = each_month(m->x, table, copy_month, m, err);
	buf_puts(m->out, "\\.\n");
	return status;
}

enum status report_export_sql(const struct report_export *x,
			      const char *office, struct buf *out,
			      struct err *err)
{
	struct making m = { .x = x, .office = office, .out = out };
	enum status status = STATUS_OK;

	buf_puts(out, "SET client_encoding TO 'UTF8';\n"
		      "SET client_min_messages TO warning;\n"
		      "BEGIN;\n"
		      "CREATE SCHEMA IF NOT EXISTS xiangtu;\n");
	for (int table = 0; table < TABLE_NAMES && status == STATUS_OK;
	     table++)
		status = put_table(&m, (enum table_name)table, err);
	buf_puts(out, "COMMIT;\n");
	if (status == STATUS_OK && buf_status(out) != STATUS_OK)
		status = err_set(err, STATUS_NO_MEMORY, "tables");
	return status;
}

/* --- psql --- */

static enum status write_all(int fd, struct bytes data, struct err *err)
{
	while (data.size > 0) {
		ssize_t n = write(fd, data.data, data.size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, STATUS_IO, "write the tables: %s",
				       strerror(errno));
		data.data += n;
		data.size -= (size_t)n;
	}
	return STATUS_OK;
}

static enum status run_psql(const char *url, const char *script,
			    struct err *err)
{
	const char *argv[] = { "psql", "--no-psqlrc", "--quiet",
			       "--no-password", "-v", "ON_ERROR_STOP=1", "-f",
			       script, "-d", url, NULL };
	struct buf said = BUF_INIT, output = BUF_INIT;
	const struct child_options options = { .argv = argv,
					       .timeout_s = PSQL_TIMEOUT_S,
					       .output_max = 1 << 20,
					       .errors = &said };
	enum status status = child_run(&options, &output, err);

	if (status == STATUS_NOT_FOUND)
		(void)err_set(err, status,
			      "there is no program 'psql' here: install "
			      "postgresql-client");
	else if (status == STATUS_MALFORMED)
		status = err_set(err, STATUS_UNREACHABLE,
				 "the database did not take it: %.400s",
				 buf_string(&said));
	buf_release(&said);
	buf_release(&output);
	return status;
}

enum status report_export_run(const char *url, struct bytes sql,
			      struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	char path[PATH_ROOM];
	enum status status;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/xiangtu-export-XXXXXX",
		       tmp == NULL || tmp[0] == 0 ? "/tmp" : tmp);
	fd = mkstemp(path); /* mode 0600 */
	if (fd < 0)
		return err_set(err, STATUS_IO, "cannot make '%s': %s", path,
			       strerror(errno));
	status = write_all(fd, sql, err);
	if (close(fd) != 0 && status == STATUS_OK)
		status = err_set(err, STATUS_IO, "'%s': %s", path,
				 strerror(errno));
	if (status == STATUS_OK)
		status = run_psql(url, path, err);
	(void)unlink(path);
	return status;
}
