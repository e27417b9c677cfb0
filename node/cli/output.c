#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/cli/cli.h"
#include "proto/text.h"

void cli_print_json(json_t *value)
{
	(void)json_dumpf(value, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
	(void)fputc('\n', stdout);
	json_decref(value);
}

struct table {
	unsigned columns;
	char **cells;
	size_t rows, room;
};

struct table *table_new(unsigned columns, const char *const *titles)
{
	struct table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		abort();
	t->columns = columns;
	table_row(t, titles);
	return t;
}

void table_row(struct table *t, const char *const *cells)
{
	if (t->rows == t->room) {
		t->room = t->room == 0 ? 16 : 2 * t->room;
		t->cells = realloc(t->cells,
				   t->room * t->columns * sizeof(*t->cells));
		if (t->cells == NULL)
			abort();
	}
	for (unsigned c = 0; c < t->columns; c++) {
		char *copy = strdup(cells[c] == NULL ? "" : cells[c]);

		if (copy == NULL)
			abort();
		t->cells[t->rows * t->columns + c] = copy;
	}
	t->rows++;
}

static size_t column_width(const struct table *t, unsigned column)
{
	size_t widest = 0;

	for (size_t r = 0; r < t->rows; r++) {
		size_t width = text_width(t->cells[r * t->columns + column]);

		widest = width > widest ? width : widest;
	}
	return widest > 40 ? 40 : widest;
}

void table_print(struct table *t)
{
	size_t *widths = calloc(t->columns, sizeof(*widths));
	struct buf line = BUF_INIT;

	if (widths == NULL)
		abort();
	/* Once: a drive may have a hundred thousand rows. */
	for (unsigned c = 0; c + 1 < t->columns; c++)
		widths[c] = column_width(t, c);
	for (size_t r = 0; r < t->rows; r++) {
		buf_clear(&line);
		for (unsigned c = 0; c < t->columns; c++) {
			const char *cell = t->cells[r * t->columns + c];

			if (c + 1 == t->columns) {
				buf_puts(&line, cell);
				break;
			}
			buf_put_column(&line, cell, widths[c]);
			buf_puts(&line, "  ");
		}
		(void)puts(buf_string(&line));
	}
	buf_release(&line);
	free(widths);
	table_drop(t);
}

void table_drop(struct table *t)
{
	for (size_t i = 0; i < t->rows * t->columns; i++)
		free(t->cells[i]);
	free(t->cells);
	free(t);
}

double cli_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void progress_begin(struct progress *p, const struct cli *cli,
		    const char *doing)
{
	*p = (struct progress){ .doing = doing,
				.terminal = cli->terminal,
				.started = cli_now() };
	p->shown = p->started;
}

static void draw_bar(struct buf *line, uint64_t done, uint64_t total)
{
	static const unsigned cells = 24;
	unsigned full = total == 0 ? 0 :
				     (unsigned)((double)done / (double)total *
						cells);

	buf_puts(line, " [");
	for (unsigned i = 0; i < cells; i++)
		buf_puts(line, i < full ? "█" : "·");
	buf_printf(line, "] %3.0f%%",
		   total == 0 ? 0 : 100 * (double)done / (double)total);
}

/* Of things, what takes less than two seconds in all has no bar: how long it
 * will take is known by then. */
static bool is_short(const struct progress *p, double spent, double rate,
		     uint64_t left)
{
	return p->counted && spent < 2 &&
	       (rate <= 0 || spent + (double)left / rate < 2);
}

static void put_numbers(struct buf *line, const struct progress *p,
			uint64_t done, uint64_t total, double rate)
{
	char did[16], of[16], speed[16];

	text_size(done, did);
	text_size(total, of);
	text_size((uint64_t)rate, speed);
	if (p->counted)
		buf_printf(line, "  %llu / %llu", (unsigned long long)done,
			   (unsigned long long)total);
	else
		buf_printf(line, "  %s / %s  %s/s", did, of, speed);
}

void progress_show(struct progress *p, uint64_t done, uint64_t total)
{
	double now = cli_now(), spent = now - p->started;
	char left[24] = "";
	struct buf line = BUF_INIT;
	double rate;

	if (!p->begun) {
		p->begun = true;
		p->first = done; /* what was there before does not count */
	}
	/* Short work needs no bar, and what is not bytes has none. */
	if (total <= 1 || now - p->shown < (p->terminal ? 0.1 : 10) ||
	    (p->terminal && spent < 0.5))
		return;
	rate = done > p->first ? (double)(done - p->first) / spent : 0;
	if (total >= done && is_short(p, spent, rate, total - done))
		return;
	p->shown = now;
	p->drawn = true;
	if (rate > (p->counted ? 0 : 1) && total >= done)
		text_duration((uint64_t)((double)(total - done) / rate), left);
	buf_puts(&line, p->doing);
	if (p->terminal)
		draw_bar(&line, done, total);
	put_numbers(&line, p, done, total, rate);
	buf_printf(&line, "  %s", left);
	(void)fprintf(stderr, p->terminal ? "\r%s\x1b[K" : "%s\n",
		      buf_string(&line));
	buf_release(&line);
}

void progress_end(struct progress *p)
{
	if (p->drawn && p->terminal)
		(void)fputs("\r\x1b[K", stderr);
	p->drawn = false;
}
