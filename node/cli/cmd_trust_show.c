/* trust show: roots, publishers and how far each one's word goes, ended logs,
 * recipients, witnesses. */
#include <stdio.h>
#include <string.h>

#include "node/cli/verbs.h"
#include "proto/text.h"

/* "  regions   431081 4310": nothing where the list is empty. */
static void print_list(const char *title, const json_t *list)
{
	struct buf line = BUF_INIT;
	const json_t *item;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	buf_put_column(&line, title, 12);
	json_array_foreach(list, i, item)
		buf_printf(&line, " %s", json_string_value(item));
	(void)puts(buf_string(&line));
	buf_release(&line);
}

/* Keys are long: one a line. */
static void print_keys(const char *title, const json_t *list)
{
	struct buf line = BUF_INIT;
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		buf_clear(&line);
		buf_put_column(&line, i == 0 ? title : "", 12);
		buf_printf(&line, " %s", json_string_value(item));
		(void)puts(buf_string(&line));
	}
	buf_release(&line);
}

/* What stands about an origin in "publishers" or "cutoffs"; or NULL. */
static const json_t *find(const json_t *trust, const char *list,
			  const char *origin)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(trust, list), i, row)
		if (strcmp(cli_text(row, "origin"), origin) == 0)
			return row;
	return NULL;
}

static void print_limits(const json_t *publisher)
{
	uint64_t entries = cli_number(publisher, "entries"),
		 entry = cli_number(publisher, "entry_bytes"),
		 lesson = cli_number(publisher, "lesson_bytes");
	struct buf line = BUF_INIT;
	char size[16];

	if (entries + entry + lesson == 0)
		return;
	buf_put_column(&line, tr("  at most"), 12);
	if (entries > 0)
		buf_printf(&line, tr(" %llu entries"),
			   (unsigned long long)entries);
	if (entry > 0) {
		text_size(entry, size);
		buf_printf(&line, tr(" %s an entry"), size);
	}
	if (lesson > 0) {
		text_size(lesson, size);
		buf_printf(&line, tr(" %s a lesson"), size);
	}
	(void)puts(buf_string(&line));
	buf_release(&line);
}

static void print_cutoff(const json_t *cutoff)
{
	if (cutoff == NULL)
		return;
	printf(tr("  ENDED after %llu entries"),
	       (unsigned long long)cli_number(cutoff, "size"));
	if (cli_text(cutoff, "successor")[0] != 0)
		printf(tr("; %s goes on in its place"),
		       cli_text(cutoff, "successor"));
	puts("");
}

static void print_publisher(const json_t *trust, const json_t *publisher)
{
	const char *origin = cli_text(publisher, "origin");

	printf("\n%s\n", origin);
	print_cutoff(find(trust, "cutoffs", origin));
	print_list(tr("  regions"), json_object_get(publisher, "regions"));
	print_list(tr("  topics"), json_object_get(publisher, "topics"));
	print_limits(publisher);
	if (json_is_true(json_object_get(publisher, "delegate")))
		puts(tr("  may let others publish parts of this"));
	print_keys(tr("  keys"), json_object_get(publisher, "keys"));
}

/* Ends of logs that no publisher of the note writes. */
static void print_other_cutoffs(const json_t *trust)
{
	const json_t *cutoff;
	size_t i;

	json_array_foreach(json_object_get(trust, "cutoffs"), i, cutoff) {
		if (find(trust, "publishers", cli_text(cutoff, "origin")))
			continue;
		printf("\n%s\n", cli_text(cutoff, "origin"));
		print_cutoff(cutoff);
	}
}

static void print_recipients(const json_t *trust)
{
	const json_t *r, *list = json_object_get(trust, "recipients");
	size_t i;

	if (json_array_size(list) > 0)
		printf("\n%s\n", tr("Records are sealed to"));
	json_array_foreach(list, i, r) {
		printf("  %-12s %s\n", cli_text(r, "region"),
		       cli_text(r, "key"));
		if (cli_text(r, "ack")[0] != 0)
			printf("  %-12s %s\n", "", cli_text(r, "ack"));
	}
}

static void print_witnesses(const json_t *trust)
{
	const json_t *list = json_object_get(trust, "witnesses"), *item;
	size_t i;

	if (json_array_size(list) > 0)
		printf("\n%s\n", tr("Witnesses"));
	json_array_foreach(list, i, item)
		printf("  %s\n", json_string_value(item));
}

static void print_roots(const json_t *trust)
{
	const json_t *keys = json_object_get(trust, "root_keys"), *key;
	size_t i;

	printf("%s %llu  %s\n    %s\n", tr("Root"),
	       (unsigned long long)cli_number(trust, "root"),
	       cli_text(trust, "words_zh"), cli_text(trust, "words_en"));
	printf(tr("  %llu of these %zu keys must sign:\n"),
	       (unsigned long long)cli_number(trust, "threshold"),
	       json_array_size(keys));
	json_array_foreach(keys, i, key)
		printf("    %s\n", json_string_value(key));
}

static void print_note(const json_t *trust)
{
	if (cli_number(trust, "trust") == 0) {
		puts(tr("There is no trust note yet: those who hold the root "
			"sign one, 'xiangtu trust accept' takes it in."));
		return;
	}
	printf("%s %llu\n", tr("Trust note"),
	       (unsigned long long)cli_number(trust, "trust"));
	if (cli_number(trust, "trust_root") < cli_number(trust, "root"))
		printf(tr("  still signed under root %llu: to be made anew "
			  "with 'xiangtu trust renew'\n"),
		       (unsigned long long)cli_number(trust, "trust_root"));
}

static void print_trust(const json_t *trust)
{
	const json_t *publisher;
	size_t i;

	print_roots(trust);
	print_note(trust);
	json_array_foreach(json_object_get(trust, "publishers"), i, publisher)
		print_publisher(trust, publisher);
	cli_print_delegations(trust);
	print_other_cutoffs(trust);
	print_recipients(trust);
	print_witnesses(trust);
	if (cli_number(trust, "unknown_statements") > 0)
		printf(tr("\n%llu statements are of a later version of this "
			  "program\n"),
		       (unsigned long long)cli_number(trust,
						      "unknown_statements"));
}

enum status cmd_trust_show(struct cli *cli, struct err *err)
{
	json_t *trust;
	enum status status = cli_ask(cli, json_pack("{s:s}", "verb", "trust"),
				     &trust, err);

	if (status != STATUS_OK)
		return status;
	if (cli->json) {
		cli_print_json(trust);
		return STATUS_OK;
	}
	print_trust(trust);
	json_decref(trust);
	return STATUS_OK;
}
