#include "node/cli/publish_prepare.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/child.h"
#include "node/cli/publishing.h"
#include "proto/encoding.h"

/* Who reads it takes no longer line, and need not be told more often. */
static const double step_pause_s = 0.5;

static atomic_bool told_to_end;

static void end_told(int number)
{
	(void)number;
	atomic_store(&told_to_end, true);
}

/* A line that does not fit is left out: it is a file name of a kilobyte. */
static void print_line(json_t *line)
{
	char *text = line == NULL ? NULL : json_dumps(line, JSON_COMPACT);

	if (text != NULL && strlen(text) < CHILD_LINE_MAX) {
		(void)puts(text);
		(void)fflush(stdout);
	}
	free(text);
	json_decref(line);
}

static void print_step(const struct publishing *p, const char *step,
		       uint64_t done, uint64_t total)
{
	static char last_step[32], last_file[PREPARE_FILE_MAX];
	static const char *last_as;
	static double last_s;
	double now = cli_now();
	json_t *line;

	if (strcmp(step, last_step) == 0 && strcmp(p->file, last_file) == 0 &&
	    p->as == last_as && now - last_s < step_pause_s)
		return;
	(void)snprintf(last_step, sizeof(last_step), "%s", step);
	(void)snprintf(last_file, sizeof(last_file), "%s", p->file);
	last_as = p->as;
	last_s = now;
	line = json_pack("{s:s, s:s, s:I, s:I}", "step", step, "file", p->file,
			 "done", (json_int_t)done, "total", (json_int_t)total);
	if (line != NULL && p->as != NULL)
		(void)json_object_set_new(line, "rendition",
					  json_string(p->as));
	print_line(line);
}

static void print_check(const struct publishing *p, const json_t *check)
{
	(void)p;
	print_line(json_pack("{s:O}", "check", check));
}

static json_t *hex_of(const uint8_t hash[static 32])
{
	char hex[65];

	hex_encode((struct bytes){ hash, 32 }, hex);
	return json_string(hex);
}

static void print_prepared(const struct publishing *p)
{
	const struct prepared *made = &p->made;
	json_t *all = json_pack("{s:o, s:I, s:I, s:O}", "btmh",
				hex_of(made->btmh), "bytes",
				(json_int_t)made->bytes, "files",
				(json_int_t)made->files, "also", p->also);

	if (all != NULL && made->has_seconds)
		(void)json_object_set_new(
			all, "seconds",
			json_integer((json_int_t)made->seconds));
	if (all != NULL && made->has_poster)
		(void)json_object_set_new(all, "poster",
					  hex_of(made->poster));
	print_line(json_pack("{s:o}", "prepared", all));
}

enum status publish_prepare(struct cli *cli, struct err *err)
{
	struct publishing p = { .cli = cli,
				.source = cli->words[0],
				.name = cli_value(cli, "name"),
				.cancel = &told_to_end,
				.step = print_step,
				.check = print_check };
	struct sigaction on_term = { .sa_handler = end_told };
	enum status status;

	if (cli->n_words == 0)
		return err_set(err, STATUS_USAGE, "which file or folder?");
	(void)sigaction(SIGTERM, &on_term, NULL);
	status = publishing_options(&p, err);
	if (status == STATUS_OK)
		status = publishing_prepare(&p, err);
	if (status == STATUS_OK) {
		publishing_forget(&p);
		print_prepared(&p);
	} else {
		print_line(json_pack("{s:{s:s, s:s}}", "failed", "status",
				     status_name(status), "text", err->text));
	}
	cli->answered = true;
	publishing_release(&p);
	return status;
}
