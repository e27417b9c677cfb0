/* drive check: read all of a drive and verify it; or find out how much a new
 * one really keeps, and how fast it is. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "node/cli/drive_words.h"
#include "node/drive/capacity.h"
#include "node/drive/inspect.h"
#include "proto/text.h"

/* Ctrl-C ends a test like any other end: our files are removed. */
static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

static void heed_interrupts(void)
{
	struct sigaction action = { .sa_handler = interrupt };

	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGHUP, &action, NULL);
}

/* --- capacity --- */

struct measuring {
	struct cli *cli;
	struct progress bar;
	bool begun, reading;
};

static bool measured(void *owner, bool reading, uint64_t done, uint64_t total)
{
	struct measuring *w = owner;

	if (!w->begun || w->reading != reading) {
		if (w->begun)
			progress_end(&w->bar);
		progress_begin(&w->bar, w->cli,
			       reading ? tr("reading back") : tr("filling"));
		w->begun = true;
		w->reading = reading;
	}
	progress_show(&w->bar, done, total);
	return !interrupted;
}

static uint64_t rate(uint64_t bytes, double seconds)
{
	return seconds > 0 ? (uint64_t)((double)bytes / seconds) : 0;
}

/* All it would keep, by what of the test came back: what lies there already
 * is taken as kept. */
static uint64_t kept_in_all(const struct mount_facts *facts,
			    const struct capacity_result *r)
{
	return facts->size - facts->room + r->kept;
}

static void print_capacity_json(const struct mount_facts *facts,
				const struct capacity_result *r, bool good)
{
	cli_print_json(json_pack(
		"{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:b, s:b}", "size",
		(json_int_t)facts->size, "room", (json_int_t)facts->room,
		"written", (json_int_t)r->written, "kept",
		(json_int_t)r->kept, "errors", (json_int_t)r->errors,
		"write_rate", (json_int_t)rate(r->written, r->write_s),
		"read_rate", (json_int_t)rate(r->written, r->read_s), "full",
		r->full, "stopped", r->stopped, "good", good));
}

static void print_capacity(const struct mount_facts *facts,
			   const struct capacity_result *r, bool good)
{
	char written[16], kept[16], speed[16], text[96];

	text_size(r->written, written);
	text_size(r->kept, kept);
	(void)snprintf(text, sizeof(text), "%s %s", written, tr("tested"));
	drive_line(tr("Written"), text);
	drive_line(tr("Came back"), kept);
	text_size(rate(r->written, r->write_s), speed);
	(void)snprintf(text, sizeof(text), "%s/s", speed);
	drive_line(tr("Writes at"), text);
	text_size(rate(r->written, r->read_s), speed);
	(void)snprintf(text, sizeof(text), "%s/s", speed);
	drive_line(tr("Reads at"), text);
	if (good) {
		puts(tr("All of it came back as it was written."));
		return;
	}
	text_size(facts->size, written);
	drive_line(tr("It says"), written);
	text_size(kept_in_all(facts, r), kept);
	(void)snprintf(text, sizeof(text), "%s %s", tr("about"), kept);
	drive_line(tr("It keeps"), text);
	puts(tr("It is a fake, or broken: do not carry lessons on it."));
}

static enum status measure(struct cli *cli, struct mount *m, struct err *err)
{
	const char *first = cli_value(cli, "first");
	struct measuring w = { .cli = cli };
	struct capacity_options options = { .progress = measured, .owner = &w };
	struct capacity_result result;
	struct mount_facts facts;
	enum status status = STATUS_OK;

	if (first != NULL)
		status = drive_size("first", first, &options.first, err);
	if (status == STATUS_OK)
		status = mount_lock(m, err);
	if (status == STATUS_OK)
		status = mount_look(m, &facts, err);
	if (status != STATUS_OK)
		return status;
	status = capacity_of_drive(m, &options, &result, err);
	if (w.begun)
		progress_end(&w.bar);
	if (status != STATUS_OK && status != STATUS_DAMAGED)
		return status;
	cli->answered = true;
	if (cli->json)
		print_capacity_json(&facts, &result, status == STATUS_OK);
	else
		print_capacity(&facts, &result, status == STATUS_OK);
	return status;
}

/* --- what is on it --- */

static bool inspected(void *owner, const char *title, uint64_t done,
		      uint64_t total)
{
	(void)title;
	progress_show(owner, done, total);
	return !interrupted;
}

static void print_lessons(const json_t *lessons)
{
	const char *titles[] = { tr("Lesson"), tr("Size"), tr("Good"), "" };
	struct table *table = table_new(4, titles);
	const json_t *lesson;
	size_t i;

	json_array_foreach(lessons, i, lesson) {
		uint64_t bad = cli_number(lesson, "damaged") +
			       cli_number(lesson, "unread");
		char size[16], good[16], state[96];
		const char *title = cli_text(lesson, "title");
		char hash[16];
		const char *cells[] = { title[0] != 0 ? title : hash, size,
					good, state };

		(void)snprintf(hash, sizeof(hash), "%.12s",
			       cli_text(lesson, "btmh"));
		text_size(cli_number(lesson, "bytes"), size);
		text_size(cli_number(lesson, "good"), good);
		(void)snprintf(state, sizeof(state), "%s",
			       tr(cli_text(lesson, "state")));
		if (bad > 0)
			(void)snprintf(state, sizeof(state),
				       "%s (%" PRIu64 " %s)", tr("damaged"),
				       bad, tr("pieces"));
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
		const char *trouble = cli_text(log, "trouble");
		char entries[24];
		const char *cells[] = { cli_text(log, "origin"), entries,
					trouble[0] != 0 ?
						trouble :
						tr(cli_text(log, "state")) };

		(void)snprintf(entries, sizeof(entries), "%" PRIu64,
			       cli_number(log, "entries"));
		table_row(table, cells);
	}
	table_print(table);
}

static void print_records(const json_t *records)
{
	const char *titles[] = { tr("Records of"), tr("Entries"),
				 tr("Acknowledged"), "" };
	struct table *table = table_new(4, titles);
	const json_t *log;
	size_t i;

	json_array_foreach(records, i, log) {
		const char *trouble = cli_text(log, "trouble");
		const char *name = cli_text(log, "name");
		char entries[24], acked[24];
		const char *cells[] = { name[0] != 0 ? name :
						       cli_text(log, "origin"),
					entries, acked,
					trouble[0] != 0 ?
						trouble :
						tr(cli_text(log, "state")) };

		(void)snprintf(entries, sizeof(entries), "%" PRIu64,
			       cli_number(log, "entries"));
		(void)snprintf(acked, sizeof(acked), "%" PRIu64,
			       cli_number(log, "acked"));
		table_row(table, cells);
	}
	table_print(table);
}

static void print_report(struct cli *cli, json_t *report, bool good)
{
	cli->answered = true;
	if (cli->json) {
		cli_print_json(report);
		return;
	}
	print_lessons(json_object_get(report, "lessons"));
	if (json_array_size(json_object_get(report, "logs")) > 0) {
		puts("");
		print_logs(json_object_get(report, "logs"));
	}
	if (json_array_size(json_object_get(report, "records")) > 0) {
		puts("");
		print_records(json_object_get(report, "records"));
	}
	if (good)
		printf("\n%s\n", tr("All of it is as it was signed."));
	json_decref(report);
}

static enum status inspect(struct cli *cli, struct mount *m,
			   struct house *house, struct err *err)
{
	struct progress bar;
	struct inspect_options options = {
		.survey = { .m = m,
			    .house = house,
			    .now_s = (uint64_t)time(NULL) },
		.progress = inspected,
		.owner = &bar,
	};
	struct err ignored = ERR_INIT;
	json_t *report;
	enum status status;

	/* What a test of capacity left when it was killed is room lost. */
	(void)capacity_clean(m, &ignored);
	progress_begin(&bar, cli, tr("verifying"));
	status = inspect_drive(&options, &report, err);
	progress_end(&bar);
	if (status == STATUS_OK || status == STATUS_DAMAGED)
		print_report(cli, report, status == STATUS_OK);
	return status;
}

enum status cmd_drive_check(struct cli *cli, struct err *err)
{
	struct house house;
	bool has_house = false;
	struct mount *m;
	enum status status;

	if (cli_given(cli, "first") && !cli_given(cli, "capacity"))
		return err_set(err, STATUS_USAGE,
			       "--first goes with --capacity");
	status = mount_open(&m, cli->words[0], err);
	if (status != STATUS_OK)
		return status;
	heed_interrupts();
	if (cli_given(cli, "capacity")) {
		status = measure(cli, m, err);
		mount_free(m);
		return status;
	}
	status = house_open(&house, cli->dir, HOUSE_READ, err);
	has_house = status == STATUS_OK;
	if (status == STATUS_NOT_FOUND)
		*err = (struct err)ERR_INIT;
	if (has_house || status == STATUS_NOT_FOUND)
		status = inspect(cli, m, has_house ? &house : NULL, err);
	if (has_house)
		house_close(&house);
	mount_free(m);
	return status;
}
