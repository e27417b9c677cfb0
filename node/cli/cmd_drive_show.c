/* drive show: what is on a drive, for whom, how old. Nothing is written. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "node/cli/drive_words.h"
#include "node/drive/survey.h"
#include "proto/text.h"

/* "village, village …". */
static void join_names(const json_t *names, char *out, size_t room)
{
	const json_t *name;
	size_t i, used = 0;

	out[0] = 0;
	json_array_foreach(names, i, name) {
		int n = snprintf(out + used, room - used, "%s%s",
				 i == 0 ? "" : ", ", json_string_value(name));

		used += n < 0 ? 0 : (size_t)n;
		if (used + 1 >= room)
			return;
	}
}

/* "whole", "partly 41%". */
static void state_text(const json_t *lesson, char *out, size_t room)
{
	const char *state = cli_text(lesson, "state");
	uint64_t bytes = cli_number(lesson, "bytes"),
		 there = cli_number(lesson, "there");

	if (strcmp(state, "partly") == 0 && bytes > 0)
		(void)snprintf(out, room, "%s %.0f%%", tr(state),
			       100 * (double)there / (double)bytes);
	else
		(void)snprintf(out, room, "%s", tr(state));
}

static const char *here_text(const json_t *lesson)
{
	if (json_is_true(json_object_get(lesson, "withdrawn")))
		return tr("withdrawn");
	if (json_is_true(json_object_get(lesson, "held")))
		return tr("held");
	return json_is_true(json_object_get(lesson, "wanted")) ? tr("wanted") :
								 "";
}

static void print_lessons(const json_t *lessons)
{
	const char *titles[] = { tr("Title"),	 tr("Topic"), tr("Size"),
				 tr("On drive"), tr("Here"),  tr("Lacking") };
	struct table *table;
	const json_t *lesson;
	size_t i;

	if (json_array_size(lessons) == 0) {
		puts(tr("There is no lesson on it."));
		return;
	}
	table = table_new(6, titles);
	json_array_foreach(lessons, i, lesson) {
		char size[16], state[64], lacking[256];
		const char *cells[] = { cli_text(lesson, "title"),
					cli_text(lesson, "topic"),
					size,
					state,
					here_text(lesson),
					lacking };

		text_size(cli_number(lesson, "bytes"), size);
		state_text(lesson, state, sizeof(state));
		join_names(json_object_get(lesson, "lacking"), lacking,
			   sizeof(lacking));
		table_row(table, cells);
	}
	table_print(table);
}

static void print_logs(const json_t *logs)
{
	const char *titles[] = { tr("Log"), tr("Entries"), "" };
	struct table *table = table_new(3, titles);
	const json_t *log;
	size_t i;

	json_array_foreach(logs, i, log) {
		uint64_t size = cli_number(log, "size"),
			 ours = cli_number(log, "ours");
		const char *state = cli_text(log, "state");
		char entries[24], text[96];
		const char *cells[] = { cli_text(log, "origin"), entries,
					text };

		(void)snprintf(entries, sizeof(entries), "%" PRIu64, size);
		(void)snprintf(text, sizeof(text), "%s", tr(state));
		if (strcmp(state, "newer") == 0)
			(void)snprintf(text, sizeof(text), "%s (+%" PRIu64 ")",
				       tr(state), size - ours);
		if (strcmp(state, "older") == 0)
			(void)snprintf(text, sizeof(text), "%s (-%" PRIu64 ")",
				       tr(state), ours - size);
		table_row(table, cells);
	}
	table_print(table);
}

static void print_records(const json_t *records)
{
	const char *titles[] = { tr("Records of"), tr("Entries"),
				 tr("Not acknowledged") };
	struct table *table = table_new(3, titles);
	const json_t *log;
	size_t i;

	json_array_foreach(records, i, log) {
		uint64_t size = cli_number(log, "size"),
			 acked = cli_number(log, "acked");
		const char *name = cli_text(log, "name");
		bool good = strcmp(cli_text(log, "state"), "ok") == 0;
		char entries[24], waiting[64];
		const char *cells[] = { name[0] != 0 ? name :
						       cli_text(log, "origin"),
					entries, waiting };

		(void)snprintf(entries, sizeof(entries), "%" PRIu64, size);
		(void)snprintf(waiting, sizeof(waiting), "%" PRIu64,
			       size > acked ? size - acked : 0);
		if (!good)
			(void)snprintf(waiting, sizeof(waiting), "%s",
				       tr("damaged"));
		table_row(table, cells);
	}
	table_print(table);
}

static void print_statements(const json_t *statements)
{
	const char *titles[] = { tr("Spoke last"), tr("Region"), tr("When"),
				 "" };
	struct table *table = table_new(4, titles);
	const json_t *row;
	size_t i;

	json_array_foreach(statements, i, row) {
		const char *name = cli_text(row, "name");
		char ago[64], key[20];
		const char *cells[] = { name[0] != 0 ? name : key,
					cli_text(row, "region"), ago,
					tr(cli_text(row, "state")) };

		(void)snprintf(key, sizeof(key), "%.16s",
			       cli_text(row, "key"));
		cli_age(cli_number(row, "age_s"), ago);
		table_row(table, cells);
	}
	table_print(table);
}

static void print_facts(const json_t *drive)
{
	const char *by = cli_text(drive, "made_by");
	char text[256], size[16], room[16], part[16];

	(void)snprintf(text, sizeof(text), "%.8s%s%s", cli_text(drive, "id"),
		       by[0] != 0 ? "  " : "", by);
	if (cli_text(drive, "id")[0] == 0)
		(void)snprintf(text, sizeof(text), "%s",
			       tr("not prepared: xiangtu drive prepare"));
	drive_line(tr("Drive"), text);
	text_size(cli_number(drive, "size"), size);
	text_size(cli_number(drive, "room"), room);
	(void)snprintf(text, sizeof(text), "%s, %s, %s %s%s%s",
		       tr(cli_text(drive, "file_system")), size, room,
		       tr("free"),
		       json_is_true(json_object_get(drive, "read_only")) ?
			       ", " :
			       "",
		       json_is_true(json_object_get(drive, "read_only")) ?
			       tr("write-protected") :
			       "");
	drive_line(tr("File system"), text);
	if (cli_number(drive, "parts") > 0) {
		text_size(cli_number(drive, "parts"), part);
		drive_line(tr("Parts of"), part);
	}
	if (json_is_true(json_object_get(drive, "others")))
		puts(tr("Other files on it stay untouched."));
}

static void print_route(const json_t *route)
{
	char text[1024] = "";
	const json_t *stop;
	size_t i, used = 0;

	json_array_foreach(route, i, stop) {
		const char *name = cli_text(stop, "name");
		int n = snprintf(text + used, sizeof(text) - used, "%s%s",
				 i == 0 ? "" : " → ",
				 name[0] != 0 ? name :
						cli_text(stop, "region"));

		used += n < 0 ? 0 : (size_t)n;
		if (used >= sizeof(text))
			break;
	}
	drive_line(tr("Route"), text);
}

static void print_drive(const json_t *drive)
{
	static const struct {
		const char *name;
		void (*print)(const json_t *list);
	} tables[] = { { "logs", print_logs },
		       { "records", print_records },
		       { "statements", print_statements } };

	print_facts(drive);
	if (json_array_size(json_object_get(drive, "route")) > 0)
		print_route(json_object_get(drive, "route"));
	puts("");
	print_lessons(json_object_get(drive, "lessons"));
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		const json_t *list = json_object_get(drive, tables[i].name);

		if (json_array_size(list) == 0)
			continue;
		puts("");
		tables[i].print(list);
	}
}

enum status cmd_drive_show(struct cli *cli, struct err *err)
{
	struct survey survey = { .now_s = (uint64_t)time(NULL) };
	struct house house;
	json_t *drive;
	enum status status = mount_open(&survey.m, cli->words[0], err);

	if (status != STATUS_OK)
		return status;
	/* A drive can be looked at where there is no node. */
	status = house_open(&house, cli->dir, HOUSE_READ, err);
	if (status == STATUS_OK)
		survey.house = &house;
	else if (status == STATUS_NOT_FOUND)
		*err = (struct err)ERR_INIT;
	if (status == STATUS_OK || status == STATUS_NOT_FOUND)
		status = survey_drive(&survey, &drive, err);
	if (survey.house != NULL)
		house_close(&house);
	mount_free(survey.m);
	if (status != STATUS_OK)
		return status;
	if (cli->json) {
		cli_print_json(drive);
		return STATUS_OK;
	}
	print_drive(drive);
	json_decref(drive);
	return STATUS_OK;
}
