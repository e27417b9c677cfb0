/* publish: make fit, copy, hash and flush here, then have the node say so in
 * its log. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "node/cli/publish_list.h"
#include "node/cli/publish_prepare.h"
#include "node/cli/publishing.h"
#include "node/cli/verbs.h"
#include "proto/text.h"

/* What the options say; NULL when one of them is not UTF-8 text. */
static json_t *fields_of(const struct cli *cli, uint64_t number)
{
	static const char *const texts[] = { "title",	"topic",   "region",
					     "lang",	"summary", "date",
					     "expires", "revises", "initials" };
	json_t *fields = json_object();
	int failed = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (cli_value(cli, texts[i]) != NULL)
			failed |= json_object_set_new(
				fields, texts[i],
				json_string(cli_value(cli, texts[i])));
	if (cli_value(cli, "series") != NULL)
		failed |= json_object_set_new(
			fields, "series",
			json_pack("{s:s, s:I}", "title",
				  cli_value(cli, "series"), "n",
				  (json_int_t)number));
	if (cli_given(cli, "no-save"))
		failed |= json_object_set_new(fields, "keep", json_true());
	if (failed == 0)
		return fields;
	json_decref(fields);
	return NULL;
}

static void print_published(const struct publishing *p)
{
	const struct prepared *made = &p->made;
	const char *id = cli_text(p->answer, "id"), *hash = strchr(id, '#');
	char size[16], length[24];
	const json_t *one;
	size_t i;

	text_size(made->bytes, size);
	text_duration(made->seconds, length);
	printf("%s: %s\n", tr("published"), cli_text(p->answer, "title"));
	printf("  %s  %s  %s, %" PRIu32 " %s%s%s\n", tr("ID"),
	       hash == NULL ? id : hash + 1, size, made->files,
	       tr("file(s)"), made->has_seconds ? ", " : "",
	       made->has_seconds ? length : "");
	if (cli_number(p->answer, "rev") > 1)
		printf("  %s %" PRIu64 "\n", tr("Revision"),
		       cli_number(p->answer, "rev"));
	json_array_foreach(p->also, i, one) {
		text_size(cli_number(one, "bytes"), size);
		printf("  %s %s  %s\n", tr("also as"), cli_text(one, "as"),
		       size);
	}
	publishing_print_checks(p->checks, stdout);
	if (made->notes[0] != 0)
		(void)fprintf(stderr, "%s%s", made->notes,
			      made->notes[strlen(made->notes) - 1] == '\n' ?
				      "" :
				      "\n");
}

static enum status show(struct publishing *p)
{
	if (p->cli->json) {
		(void)json_object_set_new(p->answer, "notes",
					  json_string(p->made.notes));
		(void)json_object_set(p->answer, "checks", p->checks);
		cli_print_json(json_incref(p->answer));
	} else {
		print_published(p);
	}
	return STATUS_OK;
}

static enum status publish_one(struct cli *cli, json_t *fields,
			       struct err *err)
{
	struct publishing p = { .cli = cli,
				.source = cli->words[0],
				.fields = fields };
	/* Before a gigabyte is copied: may it be said at all? */
	enum status status = publishing_options(&p, err);

	if (status == STATUS_OK)
		status = publishing_try(&p, err);
	if (status == STATUS_OK)
		status = publishing_run(&p, err);
	if (status == STATUS_OK) {
		publishing_forget(&p);
		status = show(&p);
	}
	publishing_release(&p);
	return status;
}

static enum status check_options(const struct cli *cli, uint64_t *number,
				 struct err *err)
{
	struct stat st;

	if (cli->n_words == 0)
		return err_set(err, STATUS_USAGE,
			       "which file or folder? Or --list FILE.csv");
	if (cli_value(cli, "title") == NULL || cli_value(cli, "topic") == NULL)
		return err_set(err, STATUS_USAGE,
			       "--title and --topic are needed");
	if (cli_value(cli, "number") != NULL &&
	    cli_value(cli, "series") == NULL)
		return err_set(err, STATUS_USAGE, "--number goes with "
						  "--series");
	if (cli_value(cli, "number") != NULL &&
	    (decimal_parse(bytes_of(cli_value(cli, "number")), number) !=
		     STATUS_OK ||
	     *number > UINT32_MAX))
		return err_set(err, STATUS_USAGE, "--number wants a number");
	if (stat(cli->words[0], &st) != 0)
		return err_set(err, STATUS_NOT_FOUND, "there is no '%s'",
			       cli->words[0]);
	return STATUS_OK;
}

enum status cmd_publish(struct cli *cli, struct err *err)
{
	uint64_t number = 0;
	json_t *fields;
	enum status status;

	if (cli_given(cli, "list-template"))
		return publish_list_template(cli, err);
	if (cli_value(cli, "list") != NULL)
		return publish_list(cli, err);
	if (cli_given(cli, "prepare"))
		return publish_prepare(cli, err);
	status = check_options(cli, &number, err);
	if (status != STATUS_OK)
		return status;
	fields = fields_of(cli, number);
	if (fields == NULL)
		return err_set(err, STATUS_USAGE,
			       "what was typed is not UTF-8 text");
	status = publish_one(cli, fields, err);
	json_decref(fields);
	return status;
}
