#include "node/office/report_csv.h"

#include <string.h>

#include "node/csv.h"

enum { EXACT_DIGITS = 11 /* so many are shown as they are */ };

struct writing {
	const struct table_wish *wish;
	struct buf *out;
	bool titles;
};

/* What begins a formula, also behind white space that office software cuts
 * off. */
static bool may_be_formula(const char *cell)
{
	cell += strspn(cell, " \t\r\n");
	return *cell != 0 && strchr("=+-@", *cell) != NULL;
}

/* A code that office software would show as another number: it rounds from 12
 * digits on (431081101203 is 4.31081E+11), drops a zero in front, and reads
 * 12e34567 as a power of ten. */
static bool may_be_number(const char *cell)
{
	size_t digits = strspn(cell, "0123456789");
	const char *rest = cell + digits;

	if (digits == 0)
		return false;
	if (*rest == 0)
		return digits > EXACT_DIGITS || (digits > 1 && *cell == '0');
	return (*rest == 'e' || *rest == 'E') && rest[1] != 0 &&
	       rest[1 + strspn(rest + 1, "0123456789")] == 0;
}

void report_csv_cell(struct buf *out, const char *cell, bool number)
{
	struct buf guarded = BUF_INIT;

	if (cell == NULL)
		return;
	if (!number && may_be_number(cell)) {
		buf_printf(out, "\"%s\t\"", cell);
		return;
	}
	if (number || !may_be_formula(cell)) {
		csv_put(out, cell);
		return;
	}
	buf_puts(&guarded, "'");
	buf_puts(&guarded, cell);
	if (buf_status(&guarded) == STATUS_OK)
		csv_put(out, buf_string(&guarded));
	else
		out->failed = true;
	buf_release(&guarded);
}

enum status report_csv_row(struct buf *out, const struct table_wish *wish,
			   const char *const *cells, unsigned count,
			   struct err *err)
{
	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			buf_puts(out, ",");
		report_csv_cell(out, cells[i],
				wish != NULL && table_is_number(wish, i));
	}
	buf_puts(out, "\r\n");
	return buf_status(out) == STATUS_OK ?
		       STATUS_OK :
		       err_set(err, STATUS_NO_MEMORY, "a table");
}

static enum status put_row(void *owner, const char *const *cells,
			   unsigned count, struct err *err)
{
	struct writing *w = owner;

	return report_csv_row(w->out, w->titles ? NULL : w->wish, cells, count,
			      err);
}

enum status report_csv(const struct table_wish *wish, struct catalog *node,
		       struct catalog *records, struct buf *out,
		       struct err *err)
{
	struct writing w = { .wish = wish, .out = out, .titles = true };
	enum status status;

	buf_puts(out, "\xef\xbb\xbf");
	status = table_titles(wish, false, put_row, &w, err);
	w.titles = false;
	return status == STATUS_OK ? table_rows(wish, node, records, put_row,
						&w, err) :
				     status;
}
