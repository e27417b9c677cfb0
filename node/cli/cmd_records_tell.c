/* records tell, records told: what people at a station tell their office. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/verbs.h"

/* --- records tell --- */

static void put_text(json_t *request, const char *key, const char *text)
{
	if (text != NULL)
		(void)json_object_set_new(request, key, json_string(text));
}

static void print_written(const json_t *answer)
{
	printf(tr("Written down as %s. It goes to the office with the next "
		  "round (at once: xiangtu records send).\n"),
	       cli_text(answer, "id"));
}

static enum status send_it(struct cli *cli, json_t *request, struct err *err)
{
	json_t *answer;
	enum status status = cli_ask(cli, request, &answer, err);

	if (status == STATUS_OK)
		cli_show(cli, answer, print_written);
	return status;
}

static json_t *begin(const char *kind)
{
	return json_pack("{s:s, s:s}", "verb", "tell", "kind", kind);
}

enum status cmd_records_tell_wish(struct cli *cli, struct err *err)
{
	json_t *request = begin("wish");

	put_text(request, "text", cli->words[0]);
	return send_it(cli, request, err);
}

enum status cmd_records_tell_fault(struct cli *cli, struct err *err)
{
	json_t *request = begin("fault");

	put_text(request, "what", cli->n_words > 0 ? cli->words[0] : NULL);
	put_text(request, "text", cli->n_words > 1 ? cli->words[1] : NULL);
	put_text(request, "id", cli_value(cli, "id"));
	if (cli_given(cli, "fixed"))
		(void)json_object_set_new(request, "fixed", json_integer(1));
	return send_it(cli, request, err);
}

enum status cmd_records_tell_equipment(struct cli *cli, struct err *err)
{
	const char *count = cli_value(cli, "count");
	const char *state = cli_value(cli, "state");
	bool is_new = cli_value(cli, "id") == NULL;
	json_t *request;
	uint64_t number = 1;

	if (count != NULL &&
	    decimal_parse(bytes_of(count), &number) != STATUS_OK)
		return err_set(err, STATUS_USAGE, "'%s' is no number", count);
	request = begin("equipment");
	put_text(request, "name", cli->n_words > 0 ? cli->words[0] : NULL);
	put_text(request, "state",
		 state == NULL && is_new ? "good" : state);
	put_text(request, "since", cli_value(cli, "since"));
	put_text(request, "note", cli_value(cli, "note"));
	put_text(request, "id", cli_value(cli, "id"));
	if (count != NULL || is_new)
		(void)json_object_set_new(request, "count",
					  json_integer((json_int_t)number));
	return send_it(cli, request, err);
}

/* --- records told --- */

static void print_equipment(const json_t *list)
{
	const char *titles[] = { tr("Equipment"), tr("Count"), tr("State"),
				 tr("Since"),	  tr("Note"),  "" };
	struct table *table = table_new(6, titles);
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		char count[24];
		const char *cells[] = { cli_text(item, "name"),
					count,
					tr(cli_text(item, "state")),
					cli_text(item, "since"),
					cli_text(item, "note"),
					cli_text(item, "id") };

		(void)snprintf(count, sizeof(count), "%" PRIu64,
			       cli_number(item, "count"));
		table_row(table, cells);
	}
	table_print(table);
}

static void print_faults(const json_t *list)
{
	const char *titles[] = { tr("Fault"), tr("What"), tr("State"),
				 tr("Told"), "" };
	struct table *table = table_new(5, titles);
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		char ago[64];
		const char *cells[] = { cli_text(item, "text"),
					tr(cli_text(item, "what")),
					cli_number(item, "fixed") == 1 ?
						tr("mended") :
						tr("broken"),
					ago, cli_text(item, "id") };

		cli_ago(cli_number(item, "at_s"), ago);
		table_row(table, cells);
	}
	table_print(table);
}

static void print_wishes(const json_t *list)
{
	const char *titles[] = { tr("Wish"), tr("Told") };
	struct table *table = table_new(2, titles);
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		char ago[64];
		const char *cells[] = { cli_text(item, "text"), ago };

		cli_ago(cli_number(item, "at_s"), ago);
		table_row(table, cells);
	}
	table_print(table);
}

void cli_print_sent(const json_t *sent)
{
	char ago[64];

	cli_ago(cli_number(sent, "last_s"), ago);
	printf("%s: %" PRIu64 "; %s: %s%s\n", tr("Records that wait"),
	       cli_number(sent, "pending"), tr("last sent"), ago,
	       json_is_true(json_object_get(sent, "acked")) ?
		       tr(", the office has them") :
		       "");
	if (cli_text(sent, "trouble")[0] != 0)
		printf("  %s\n", cli_text(sent, "trouble"));
}

static void print_told(const json_t *answer)
{
	print_equipment(json_object_get(answer, "equipment"));
	printf("\n");
	print_faults(json_object_get(answer, "faults"));
	printf("\n");
	print_wishes(json_object_get(answer, "wishes"));
	printf("\n");
	cli_print_sent(json_object_get(answer, "sent"));
}

enum status cmd_records_told(struct cli *cli, struct err *err)
{
	json_t *answer;
	enum status status = cli_ask(cli, json_pack("{s:s}", "verb", "told"),
				     &answer, err);

	if (status == STATUS_OK)
		cli_show(cli, answer, print_told);
	return status;
}
