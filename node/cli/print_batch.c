#include "node/cli/print_batch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/cli/verbs.h"
#include "proto/text.h"

enum { MINUTE_MS = 60 * 1000, BEIJING_S = 8 * 3600 };

/* On one line. Texts come from elsewhere: of a line that would command a
 * terminal only that there is one is told. */
static void print_plain(const char *text)
{
	for (;;) {
		struct bytes line = { (const uint8_t *)text,
				      strcspn(text, "\n") };

		if (text_is_plain(line))
			(void)fwrite(line.data, 1, line.size, stdout);
		else
			(void)fputs("?", stdout);
		if (text[line.size] == 0)
			return;
		(void)fputs(" / ", stdout);
		text += line.size + 1;
	}
}

static void print_text(const json_t *item, const char *key)
{
	const char *text = cli_text(item, key);

	if (text[0] == 0)
		return;
	(void)fputs("  ", stdout);
	print_plain(text);
}

/* By Beijing time, as its clock told. */
static void moment_text(const json_t *w, char out[static 32])
{
	struct when when;
	time_t at;
	struct tm tm;

	(void)snprintf(out, 32, "?");
	if (when_read(w, &when) != STATUS_OK || when.s == 0)
		return;
	at = (time_t)when.s + BEIJING_S;
	if (gmtime_r(&at, &tm) != NULL)
		(void)strftime(out, 32, "%Y-%m-%d %H:%M", &tm);
}

static void print_minutes(const json_t *item)
{
	printf("  %" PRIu64 " %s", cli_number(item, "ms") / MINUTE_MS,
	       tr("min"));
}

static void print_play(const json_t *item)
{
	printf("  %s", tr("a play"));
	print_text(item, "lesson");
	print_minutes(item);
}

static void print_study(const json_t *item)
{
	printf("  %s  %s: %" PRIu64, tr("a collective study"), tr("people"),
	       cli_number(item, "heads"));
	print_minutes(item);
	print_text(item, "note");
}

static void print_personal(const json_t *item)
{
	printf("  %s", tr("a personal study"));
	print_minutes(item);
}

static void print_told(const json_t *item)
{
	const char *kind = cli_text(item, "k");

	if (strcmp(kind, "wish") == 0)
		printf("  %s", tr("a wish"));
	else if (strcmp(kind, "fault") == 0)
		printf("  %s", cli_number(item, "fixed") == 1 ?
				       tr("a fault, mended") :
				       tr("a fault"));
	else
		printf("  %s", tr("equipment"));
	print_text(item, "what");
	print_text(item, "name");
	if (json_object_get(item, "count") != NULL)
		printf(" × %" PRIu64, cli_number(item, "count"));
	print_text(item, "state");
	print_text(item, "text");
	print_text(item, "note");
}

static void print_machine(const json_t *item)
{
	char free[16], total[16];
	const json_t *flag;
	size_t i;

	text_size(cli_number(item, "disk_free"), free);
	text_size(cli_number(item, "disk_total"), total);
	printf("  %s  %s %s %s", tr("the machine"), free, tr("free of"),
	       total);
	print_text(item, "version");
	json_array_foreach(json_object_get(item, "flags"), i, flag) {
		const char *text = json_string_value(flag);

		(void)fputs("  ", stdout);
		print_plain(text == NULL ? "" : text);
	}
}

static void print_item(const json_t *item)
{
	static const struct {
		const char *kind;
		void (*print)(const json_t *item);
	} kinds[] = { { "play", print_play },
		      { "study", print_study },
		      { "personal", print_personal },
		      { "machine", print_machine },
		      { "wish", print_told },
		      { "fault", print_told },
		      { "equipment", print_told } };
	const char *kind = cli_text(item, "k");
	char at[32];

	moment_text(json_object_get(item, "w"), at);
	printf("  %-16s", at);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kinds[i].kind, kind) == 0) {
			kinds[i].print(item);
			printf("\n");
			return;
		}
	printf("  %s\n", kind);
}

void cli_print_batch(const struct batch *batch)
{
	json_t *w = when_json(&batch->head.when), *item;
	char at[32];
	size_t i;

	moment_text(w, at);
	json_decref(w);
	printf("%" PRIu64 "  %s", batch->head.seq, at);
	if (batch->head.parts > 1)
		printf("  (%u/%u)", batch->head.part, batch->head.parts);
	printf("\n");
	json_array_foreach(batch->items, i, item)
		print_item(item);
}

json_t *cli_batch_json(const struct batch *batch)
{
	return json_pack("{s:I, s:o, s:[i, i], s:O}", "seq",
			 (json_int_t)batch->head.seq, "w",
			 when_json(&batch->head.when), "part",
			 (int)batch->head.part, (int)batch->head.parts,
			 "items", batch->items);
}
