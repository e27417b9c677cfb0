/* withdraw, and who has obeyed: a line for each node that has not confirmed. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/cli/verbs.h"

static void print_missing(const json_t *missing)
{
	const json_t *node;
	size_t i;

	json_array_foreach(missing, i, node) {
		json_int_t ago = json_integer_value(
			json_object_get(node, "heard_ago_s"));
		char heard[64];

		if (ago < 0)
			(void)snprintf(heard, sizeof(heard), "%s",
				       tr("never"));
		else
			cli_age((uint64_t)ago, heard);
		printf("  %s: %s  %s  %s, %s %s\n", tr("not yet"),
		       cli_text(node, "name"), cli_text(node, "region"),
		       cli_text(node, "code"), tr("heard"), heard);
	}
}

void cli_print_confirmations(const json_t *withdrawal)
{
	if (withdrawal == NULL)
		return;
	printf("%s: %" PRIu64 " / %" PRIu64 " %s\n", tr("Withdrawal"),
	       cli_number(withdrawal, "confirmed"),
	       cli_number(withdrawal, "heard"),
	       tr("stations heard from have confirmed"));
	print_missing(json_object_get(withdrawal, "missing"));
}

static void print_withdrawals(const json_t *list)
{
	const json_t *withdrawal;
	size_t i;

	json_array_foreach(list, i, withdrawal) {
		const char *id = cli_text(withdrawal, "id");
		const char *hash = strchr(id, '#');

		printf("%s  %s  (%s)\n", hash == NULL ? id : hash + 1,
		       cli_text(withdrawal, "title"),
		       cli_text(withdrawal, "reason"));
		cli_print_confirmations(withdrawal);
	}
}

static enum status list(struct cli *cli, struct err *err)
{
	return cli_show_list(cli, json_pack("{s:s}", "verb", "withdrawals"),
			     tr("Nothing was withdrawn."), print_withdrawals,
			     err);
}

enum status cmd_withdraw(struct cli *cli, struct err *err)
{
	json_t *lesson;
	enum status status;

	if (cli_given(cli, "list"))
		return cli->n_words == 0 ?
			       list(cli, err) :
			       err_set(err, STATUS_USAGE,
				       "--list lists all: leave the ID away");
	if (cli->n_words == 0)
		return err_set(err, STATUS_USAGE, "which lesson? (or --list)");
	if (cli_value(cli, "reason") == NULL)
		return err_set(err, STATUS_USAGE,
			       "--reason is needed: people will ask why");
	status = cli_ask_to_sign(
		cli,
		json_pack("{s:s, s:s, s:s}", "verb", "withdraw", "id",
			  cli->words[0], "reason", cli_value(cli, "reason")),
		&lesson, err);
	if (status != STATUS_OK)
		return status;
	if (cli->json) {
		cli_print_json(lesson);
		return STATUS_OK;
	}
	printf("%s: %s\n", tr("withdrawn"), cli_text(lesson, "title"));
	json_decref(lesson);
	return STATUS_OK;
}
