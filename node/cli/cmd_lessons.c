/* lessons, show, pin, drop, subscribe: questions and choices about
 * lessons that are answered at once. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/cli/verbs.h"
#include "proto/text.h"

static const char *short_id(const json_t *lesson)
{
	const char *id = cli_text(lesson, "id"), *hash = strchr(id, '#');

	return hash == NULL ? id : hash + 1;
}

/* "held", "fetching 41%". */
static void state_text(const json_t *lesson, char out[static 64])
{
	const char *state = cli_text(lesson, "state");
	double progress =
		json_number_value(json_object_get(lesson, "progress"));

	if (strcmp(state, "fetching") == 0)
		(void)snprintf(out, 64, "%s %.0f%%", tr(state),
			       100 * progress);
	else
		(void)snprintf(out, 64, "%s", tr(state));
}

static void print_lessons(const json_t *list)
{
	const char *titles[] = { tr("ID"),     tr("Title"), tr("Topic"),
				 tr("Office"), tr("Size"),  tr("Date"),
				 tr("State") };
	struct table *table = table_new(7, titles);
	const json_t *lesson;
	size_t i;

	json_array_foreach(list, i, lesson) {
		char size[16], state[64];
		const char *cells[] = { short_id(lesson),
					cli_text(lesson, "title"),
					cli_text(lesson, "topic"),
					cli_text(lesson, "office"),
					size,
					cli_text(lesson, "date"),
					state };

		text_size(cli_number(lesson, "bytes"), size);
		state_text(lesson, state);
		table_row(table, cells);
	}
	table_print(table);
}

static void join_words(const struct cli *cli, char *out, size_t room)
{
	size_t used = 0;

	out[0] = 0;
	for (unsigned i = 0; i < cli->n_words && used < room; i++) {
		int n = snprintf(out + used, room - used, "%s%s",
				 i == 0 ? "" : " ", cli->words[i]);

		used += n < 0 ? 0 : (size_t)n;
	}
}

enum status cmd_lessons(struct cli *cli, struct err *err)
{
	char query[1024];
	const char *limit = cli_value(cli, "limit");
	uint64_t most = 1000;

	if (limit != NULL &&
	    (decimal_parse(bytes_of(limit), &most) != STATUS_OK || most == 0))
		return err_set(err, STATUS_USAGE, "--limit wants a number");
	join_words(cli, query, sizeof(query));
	return cli_show_list(
		cli,
		json_pack("{s:s, s:b, s:s, s:s*, s:s*, s:s*, s:I}", "verb",
			  "lessons", "all", cli->json, "query", query, "topic",
			  cli_value(cli, "topic"), "region",
			  cli_value(cli, "region"), "state",
			  cli_value(cli, "state"), "limit", (json_int_t)most),
		tr("No lesson found."), print_lessons, err);
}

static void print_field(const char *name, const char *value)
{
	struct buf line = BUF_INIT;

	if (value[0] == 0)
		return;
	buf_put_column(&line, tr(name), 12);
	printf("%s %s\n", buf_string(&line), value);
	buf_release(&line);
}

static void print_lesson(const json_t *lesson)
{
	static const char *const fields[][2] = {
		{ "Title", "title" },	{ "Topic", "topic" },
		{ "Region", "region" }, { "Language", "lang" },
		{ "Date", "date" },	{ "Expires", "expires" },
		{ "Office", "office" }, { "Log", "origin" },
		{ "Initials", "initials" },
		{ "Summary", "summary" }, { "Wanted by", "due" },
	};
	const json_t *series = json_object_get(lesson, "series");
	char text[512], size[16], length[24], state[64];
	char trouble[CLI_TROUBLE_ROOM];

	print_field("ID", cli_text(lesson, "id"));
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		print_field(fields[i][0], cli_text(lesson, fields[i][1]));
	if (series != NULL) {
		(void)snprintf(text, sizeof(text), "%s (%" PRIu64 ")",
			       cli_text(series, "title"),
			       cli_number(series, "n"));
		print_field("Series", text);
	}
	if (cli_number(lesson, "seconds") > 0) {
		text_duration(cli_number(lesson, "seconds"), length);
		print_field("Length", length);
	}
	text_size(cli_number(lesson, "bytes"), size);
	(void)snprintf(text, sizeof(text), "%s, %" PRIu64 " %s", size,
		       cli_number(lesson, "files"), tr("file(s)"));
	print_field("Size", text);
	(void)snprintf(text, sizeof(text), "%" PRIu64,
		       cli_number(lesson, "rev"));
	print_field("Revision", text);
	state_text(lesson, state);
	print_field("State", state);
	print_field("Why", tr(cli_text(lesson, "why")));
	cli_trouble(cli_text(lesson, "trouble"), trouble);
	print_field("Trouble", trouble);
	print_field("Payload", cli_text(lesson, "btmh"));
	print_field("Files", cli_text(lesson, "path"));
	cli_print_confirmations(json_object_get(lesson, "withdrawal"));
}

enum status cmd_show(struct cli *cli, struct err *err)
{
	json_t *lesson;
	enum status status = cli_ask(cli,
				     json_pack("{s:s, s:s}", "verb", "show",
					       "id", cli->words[0]),
				     &lesson, err);

	if (status != STATUS_OK)
		return status;
	if (cli->json) {
		cli_print_json(lesson);
		return STATUS_OK;
	}
	print_lesson(lesson);
	json_decref(lesson);
	return STATUS_OK;
}

/* Ask, and say in one line what became of it. */
static enum status ask_and_say(struct cli *cli, json_t *request,
			       const char *said, struct err *err)
{
	json_t *result;
	enum status status = cli_ask(cli, request, &result, err);

	if (status != STATUS_OK)
		return status;
	if (cli->json) {
		cli_print_json(result);
		return STATUS_OK;
	}
	printf("%s: %s\n", tr(said), cli_text(result, "title"));
	json_decref(result);
	return STATUS_OK;
}

enum status cmd_pin(struct cli *cli, struct err *err)
{
	bool off = cli_given(cli, "off");

	if (off && cli_given(cli, "by"))
		return err_set(err, STATUS_USAGE,
			       "--off takes the day off, too: leave --by away");
	return ask_and_say(cli,
			   json_pack("{s:s, s:s, s:b, s:s*}", "verb", "pin",
				     "id", cli->words[0], "off", off, "by",
				     cli_value(cli, "by")),
			   off ? "no longer pinned" : "pinned", err);
}

enum status cmd_drop(struct cli *cli, struct err *err)
{
	return ask_and_say(cli,
			   json_pack("{s:s, s:s}", "verb", "drop", "id",
				     cli->words[0]),
			   "dropped", err);
}

static void print_rules(const json_t *rules)
{
	const char *titles[] = { "N", tr("Topic"), tr("Region"), tr("Rule") };
	struct table *table;
	const json_t *rule;
	size_t i;

	if (json_array_size(rules) == 0) {
		puts(tr("No rules: everything for this place is fetched."));
		return;
	}
	table = table_new(4, titles);
	json_array_foreach(rules, i, rule) {
		char number[24];
		const char *cells[] = { number, cli_text(rule, "topic"),
					cli_text(rule, "region"),
					json_is_true(json_object_get(
						rule, "exclude")) ?
						tr("never") :
						tr("fetch") };

		(void)snprintf(number, sizeof(number), "%" PRIu64,
			       cli_number(rule, "n"));
		table_row(table, cells);
	}
	table_print(table);
}

enum status cmd_subscribe(struct cli *cli, struct err *err)
{
	const char *remove = cli_value(cli, "remove");
	uint64_t number = 0;
	json_t *rules;
	enum status status;

	if (remove != NULL &&
	    decimal_parse(bytes_of(remove), &number) != STATUS_OK)
		return err_set(err, STATUS_USAGE, "--remove wants a number");
	status = cli_ask(cli,
			 json_pack("{s:s, s:s*, s:s*, s:b, s:I}", "verb",
				   "subscribe", "topic",
				   cli_value(cli, "topic"), "region",
				   cli_value(cli, "region"), "exclude",
				   cli_given(cli, "exclude"), "remove",
				   (json_int_t)number),
			 &rules, err);
	if (status != STATUS_OK)
		return status;
	if (cli->json) {
		cli_print_json(rules);
		return STATUS_OK;
	}
	print_rules(rules);
	json_decref(rules);
	return STATUS_OK;
}
