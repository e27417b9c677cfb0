/* drive sync: one visit of a drive, from a prompt or by being plugged in. */
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/verbs.h"
#include "node/drive/route.h"
#include "node/drive/sync.h"
#include "proto/text.h"

enum { LABEL_COLUMNS = 34, LIST_MAX = 20 };

/* --- progress --- */

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

static const char *doing(enum sync_step step)
{
	switch (step) {
	case SYNC_LOOKING:
		return tr("looking at the drive");
	case SYNC_LOGS_IN:
		return tr("reading catalogs");
	case SYNC_SMALL_OUT:
		return tr("writing catalogs and records");
	case SYNC_PAYLOAD_IN:
		return tr("from the drive");
	case SYNC_PAYLOAD_OUT:
		return tr("to the drive");
	case SYNC_FLUSHING:
		break;
	}
	return tr("finishing: do not pull it out yet");
}

struct showing {
	struct cli *cli;
	struct progress bar;
	struct buf label;
	enum sync_step step;
	bool begun;
	bool quiet; /* the journal wants no bars */
};

static bool show(void *owner, const struct sync_progress *p)
{
	struct showing *s = owner;

	if (s->quiet)
		return !interrupted;
	if (!s->begun || s->step != p->step) {
		progress_end(&s->bar);
		progress_begin(&s->bar, s->cli, "");
		/* It has no length, but is waited for all the same. */
		if (p->step == SYNC_FLUSHING && s->bar.terminal)
			(void)fprintf(stderr, "%s\r", doing(p->step));
	}
	s->begun = true;
	s->step = p->step;
	buf_clear(&s->label);
	if (p->title[0] == 0) {
		buf_puts(&s->label, doing(p->step));
	} else {
		struct buf text = BUF_INIT;

		buf_printf(&text, "%s %s", doing(p->step), p->title);
		buf_put_column(&s->label, buf_string(&text), LABEL_COLUMNS);
		buf_release(&text);
	}
	s->bar.doing = buf_string(&s->label);
	progress_show(&s->bar, p->done, p->total);
	return !interrupted;
}

/* --- the report --- */

static const char *why_text(const char *why)
{
	static const struct {
		const char *why, *text;
	} texts[] = {
		{ "no_room", "no room" },
		{ "time", "no time" },
		{ "stopped", "stopped" },
		{ "pulled", "the drive was pulled out" },
		{ "damaged", "damaged; it is fetched from elsewhere" },
		{ "missing", "only a part of it is on the drive" },
		{ "busy", "in use just now" },
		{ "not_here", "not here yet" },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (strcmp(texts[i].why, why) == 0)
			return tr(texts[i].text);
	return why;
}

static void print_lessons(const char *heading, const json_t *list,
			  uint64_t bytes)
{
	const json_t *lesson;
	char size[16];
	size_t i;

	if (json_array_size(list) == 0)
		return;
	text_size(bytes, size);
	printf("%s: %zu  %s\n", heading, json_array_size(list), size);
	json_array_foreach(list, i, lesson) {
		struct buf line = BUF_INIT;

		if (i == LIST_MAX) {
			printf("  … %zu\n", json_array_size(list) - i);
			break;
		}
		text_size(cli_number(lesson, "bytes"), size);
		buf_put_column(&line, cli_text(lesson, "title"), 40);
		printf("  %s %8s%s%s\n", buf_string(&line), size,
		       strcmp(cli_text(lesson, "state"), "partial") == 0 ?
			       "  " : "",
		       strcmp(cli_text(lesson, "state"), "partial") == 0 ?
			       tr("in part") : "");
		buf_release(&line);
	}
}

static void print_removed(const json_t *list)
{
	const json_t *lesson;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	printf("%s: %zu\n", tr("Taken off the drive"), json_array_size(list));
	json_array_foreach(list, i, lesson) {
		/* Of an earlier revision nobody knows the title any more. */
		const char *title = cli_text(lesson, "title");

		if (i == LIST_MAX) {
			printf("  … %zu\n", json_array_size(list) - i);
			break;
		}
		printf("  %s%s%s\n", title,
		       title[0] != 0 && cli_number(lesson, "bytes") == 0 ?
			       "  " : "",
		       cli_number(lesson, "bytes") == 0 ?
			       tr("an earlier version") : "");
	}
}

static void print_left(const json_t *list)
{
	const json_t *lesson;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	printf("%s: %zu\n", tr("Left for another time"),
	       json_array_size(list));
	json_array_foreach(list, i, lesson) {
		struct buf line = BUF_INIT;

		if (i == LIST_MAX) {
			printf("  … %zu\n", json_array_size(list) - i);
			break;
		}
		buf_put_column(&line, cli_text(lesson, "title"), 40);
		printf("  %s %s  %s\n", buf_string(&line),
		       strcmp(cli_text(lesson, "way"), "in") == 0 ?
			       tr("to here") : tr("to the drive"),
		       why_text(cli_text(lesson, "why")));
		buf_release(&line);
	}
}

static void print_small(const json_t *report)
{
	uint64_t entries = cli_number(report, "entries"),
		 in = cli_number(report, "records_in"),
		 out = cli_number(report, "records_out"),
		 acks = cli_number(report, "acks");

	if (cli_number(report, "trust") > 0)
		printf("%s\n", tr("Newer trust notes came in."));
	if (entries > 0)
		printf("%s: %" PRIu64 "\n", tr("New in the catalog"), entries);
	if (in + out + acks > 0)
		printf("%s: %s %" PRIu64 ", %s %" PRIu64 ", %s %" PRIu64 "\n",
		       tr("Records"), tr("from the drive"), in,
		       tr("to the drive"), out, tr("acknowledged"), acks);
}

static const char *last_word(const char *state)
{
	if (strcmp(state, "pulled") == 0)
		return tr("The drive was pulled out early. What was copied "
			  "counts; plug it in again for the rest.");
	if (strcmp(state, "failed") == 0)
		return tr("Not finished. What was copied counts; try again "
			  "for the rest.");
	return tr("Done. It is safe to pull the drive out.");
}

static void print_report(const json_t *report)
{
	const json_t *trouble = json_object_get(report, "trouble"), *text;
	size_t i;

	print_lessons(tr("Came in"), json_object_get(report, "in"),
		      cli_number(report, "in_bytes"));
	print_lessons(tr("Went out"), json_object_get(report, "out"),
		      cli_number(report, "out_bytes"));
	print_removed(json_object_get(report, "removed"));
	print_small(report);
	print_left(json_object_get(report, "left"));
	json_array_foreach(trouble, i, text)
		printf("! %s\n", tr(json_string_value(text)));
	puts(last_word(cli_text(report, "state")));
}

/* --- the verb --- */

static enum status read_minutes(const struct cli *cli, double *seconds,
				struct err *err)
{
	const char *text = cli_value(cli, "minutes");
	char *end;
	double minutes;

	if (text == NULL)
		return STATUS_OK;
	minutes = strtod(text, &end);
	if (end == text || *end != 0 || !(minutes > 0 && minutes <= 24 * 60))
		return err_set(err, STATUS_USAGE,
			       "--minutes wants a number above 0, up to 1440");
	*seconds = 60 * minutes;
	return STATUS_OK;
}

static enum status read_route(const struct cli *cli, struct door *door,
			      struct drive_stop *stops, size_t *count,
			      struct err *err)
{
	const char *names = cli_value(cli, "route");

	*count = 0;
	return names == NULL ?
		       STATUS_OK :
		       route_resolve(door_house(door)->catalog, names, stops,
				     DRIVE_ROUTE_STOPS_MAX, count, err);
}

static enum status visit(struct cli *cli, struct door *door, struct mount *m,
			 struct sync_options *options, struct err *err)
{
	struct showing s = { .cli = cli, .quiet = cli_given(cli, "plugged") };
	struct sigaction act = { .sa_handler = on_signal };
	json_t *report = NULL;
	enum status status;

	/* What is under way is finished: both sides stay as they should. */
	(void)sigaction(SIGINT, &act, NULL);
	(void)sigaction(SIGTERM, &act, NULL);
	(void)sigaction(SIGHUP, &act, NULL);
	options->progress = show;
	options->owner = &s;
	status = sync_visit(door, m, options, &report, err);
	progress_end(&s.bar);
	buf_release(&s.label);
	if (report != NULL && cli->json) {
		(void)json_object_set_new(report, "error",
					  json_string(err->text));
		(void)json_object_set_new(
			report, "status", json_string(status_name(status)));
		cli_print_json(json_incref(report));
		cli->answered = true;
	} else if (report != NULL) {
		print_report(report);
		/* For whoever started it: share/xiangtu/plugged. */
		if (s.quiet)
			puts(cli_text(report, "state"));
	}
	json_decref(report);
	return status;
}

enum status cmd_drive_sync(struct cli *cli, struct err *err)
{
	struct drive_stop *stops = calloc(DRIVE_ROUTE_STOPS_MAX,
					  sizeof(*stops));
	struct sync_options options = { .route = stops,
					.only_in = cli_given(cli, "only-in"),
					.repair = cli_given(cli, "repair") };
	struct door *door = NULL;
	struct mount *m = NULL;
	enum status status = stops == NULL ?
				     err_set(err, STATUS_NO_MEMORY, "drive") :
				     read_minutes(cli, &options.seconds, err);

	if (status == STATUS_OK)
		status = mount_open(&m, cli->words[0], err);
	if (status == STATUS_OK)
		status = mount_lock(m, err);
	if (status == STATUS_OK)
		status = door_open(&door, cli->dir, err);
	if (status == STATUS_OK)
		status = read_route(cli, door, stops, &options.route_count,
				    err);
	if (status == STATUS_OK)
		status = visit(cli, door, m, &options, err);
	door_close(door);
	mount_free(m);
	free(stops);
	return status;
}
