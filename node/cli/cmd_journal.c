/* journal, and what status says of the cache: what was deleted here and why. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "node/cli/verbs.h"
#include "proto/text.h"

static void when_text(uint64_t at_s, char out[static 24])
{
	time_t at = (time_t)at_s;
	struct tm day;

	if (localtime_r(&at, &day) == NULL ||
	    strftime(out, 24, "%Y-%m-%d %H:%M", &day) == 0)
		out[0] = 0;
}

static void print_journal(const json_t *list)
{
	const char *titles[] = { tr("When"), tr("What"), tr("Title"),
				 tr("Size"), tr("Why") };
	struct table *table = table_new(5, titles);
	const json_t *row;
	size_t i;

	json_array_foreach(list, i, row) {
		char when[24], size[16], name[16];
		const char *title = cli_text(row, "title");
		const char *cells[] = { when, tr(cli_text(row, "what")),
					title[0] == 0 ? name : title, size,
					tr(cli_text(row, "why")) };

		when_text(cli_number(row, "at"), when);
		text_size(cli_number(row, "bytes"), size);
		(void)snprintf(name, sizeof(name), "%.12s",
			       cli_text(row, "btmh"));
		table_row(table, cells);
	}
	table_print(table);
}

enum status cmd_journal(struct cli *cli, struct err *err)
{
	const char *limit = cli_value(cli, "limit");
	uint64_t most = 50;

	if (limit != NULL &&
	    (decimal_parse(bytes_of(limit), &most) != STATUS_OK || most == 0))
		return err_set(err, STATUS_USAGE, "--limit wants a number");
	return cli_show_list(cli,
			     json_pack("{s:s, s:I}", "verb", "journal", "limit",
				       (json_int_t)most),
			     tr("Nothing was deleted or found damaged."),
			     print_journal, err);
}

static void print_deletion(const char *name, const json_t *row)
{
	const char *title = cli_text(row, "title");
	char size[16];

	text_size(cli_number(row, "bytes"), size);
	printf("  %s: %.60s (%s), %s\n", name,
	       title[0] == 0 ? cli_text(row, "btmh") : title, size,
	       tr(cli_text(row, "why")));
}

void cli_print_cache(const json_t *cache)
{
	const json_t *next = json_array_get(json_object_get(cache, "next"), 0);
	const json_t *last = json_object_get(cache, "last");
	char used[16], quota[16], reserved[16], room[16], floor[16], over[16];

	if (cache == NULL)
		return;
	text_size(cli_number(cache, "used"), used);
	text_size(cli_number(cache, "quota"), quota);
	text_size(cli_number(cache, "reserved"), reserved);
	text_size(cli_number(cache, "free"), room);
	text_size(cli_number(cache, "floor"), floor);
	printf("%s: %s %s", tr("Storage"), used, tr("used"));
	if (cli_number(cache, "quota") > 0)
		printf(" %s %s", tr("of"), quota);
	if (cli_number(cache, "reserved") > 0)
		printf(", %s %s", reserved, tr("reserved"));
	printf("; %s %s, %s %s\n", tr("free on the disk"), room,
	       tr("of which stay free"), floor);
	if (cli_number(cache, "over") > 0) {
		text_size(cli_number(cache, "over"), over);
		printf("  %s %s\n", over,
		       tr("are above the quota, and nothing of it may go"));
	}
	if (last != NULL)
		print_deletion(tr("last deleted"), last);
	if (next != NULL)
		print_deletion(tr("would go next"), next);
}
