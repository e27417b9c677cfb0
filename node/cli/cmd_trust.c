/* trust join-file, station accept, list, end. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "node/cli/verbs.h"
#include "node/durable.h"
#include "proto/bytes.h"

enum status cmd_trust_join_file(struct cli *cli, struct err *err)
{
	const char *text;
	json_t *answer;
	enum status status = cli_ask(
		cli, json_pack("{s:s}", "verb", "join-file"), &answer, err);

	if (status != STATUS_OK)
		return status;
	text = cli_text(answer, "text");
	if (cli->n_words == 0) {
		(void)fputs(text, stdout);
	} else {
		status = durable_write(cli->words[0], bytes_of(text), 0644,
				       err);
		if (status == STATUS_OK && cli->json)
			cli_print_json(json_pack("{s:s}", "file",
						 cli->words[0]));
		else if (status == STATUS_OK)
			printf("%s: %s\n", tr("Written"), cli->words[0]);
	}
	json_decref(answer);
	return status;
}

static enum status add_group(void *owner, const char *value, struct err *err)
{
	(void)err;
	(void)json_array_append_new(owner, json_string(value));
	return STATUS_OK;
}

static enum status print_station(const struct cli *cli, json_t *answer,
				 const char *said)
{
	if (cli->json) {
		cli_print_json(answer);
		return STATUS_OK;
	}
	printf("%s: %s (%s)\n", tr(said), cli_text(answer, "name"),
	       cli_text(answer, "region"));
	json_decref(answer);
	return STATUS_OK;
}

enum status cmd_station_accept(struct cli *cli, struct err *err)
{
	json_t *groups = json_array(), *answer;
	enum status status;

	(void)cli_each_value(cli, "group", add_group, groups, err);
	status = cli_ask_to_sign(
		cli,
		json_pack("{s:s, s:s, s:s*, s:s*, s:o}", "verb",
			  "station-accept", "code", cli->words[0], "name",
			  cli_value(cli, "name"), "replaces",
			  cli_value(cli, "replaces"), "groups", groups),
		&answer, err);
	if (status != STATUS_OK)
		return status;
	return print_station(cli, answer, "enrolled");
}

enum status cmd_station_end(struct cli *cli, struct err *err)
{
	json_t *answer;
	enum status status = cli_ask_to_sign(
		cli,
		json_pack("{s:s, s:s}", "verb", "station-end", "code",
			  cli->words[0]),
		&answer, err);

	if (status != STATUS_OK)
		return status;
	return print_station(cli, answer, "retired");
}

static void print_stations(const json_t *list)
{
	const char *titles[] = { tr("Code"), tr("Name"), tr("Region"),
				 tr("State") };
	struct table *table;
	const json_t *station;
	size_t i;

	table = table_new(4, titles);
	json_array_foreach(list, i, station) {
		const char *cells[] = { cli_text(station, "code"),
					cli_text(station, "name"),
					cli_text(station, "region"),
					tr(cli_text(station, "state")) };

		table_row(table, cells);
	}
	table_print(table);
}

enum status cmd_station_list(struct cli *cli, struct err *err)
{
	return cli_show_list(cli, json_pack("{s:s}", "verb", "station-list"),
			     NULL, print_stations, err);
}
