/* records import. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "node/cli/records_waiting.h"
#include "node/cli/verbs.h"

enum { LOOK_MS = 200, QUIET_MS = 1000 };

static enum status ask_import(const struct cli *cli, bool look,
			      json_t **answer, struct err *err)
{
	return cli_ask(cli,
		       json_pack("{s:s, s:b, s:b}", "verb", "records-import",
				 "look", look, "again",
				 !look && cli_given(cli, "again")),
		       answer, err);
}

static bool says(const json_t *answer, const char *key)
{
	return json_is_true(json_object_get(answer, key));
}

/* A running node does it beside; what it says at last is the answer. */
static enum status wait_for(const struct cli *cli, json_t **answer,
			    struct err *err)
{
	const struct timespec a_while = { .tv_nsec = LOOK_MS * 1000000L };
	bool told = isatty(STDERR_FILENO) != 0 && !cli->json;
	unsigned turns = 0;

	while (says(*answer, "busy") && cli_text(*answer, "trouble")[0] == 0) {
		json_t *newer;
		enum status status;

		(void)nanosleep(&a_while, NULL);
		status = ask_import(cli, true, &newer, err);
		if (status != STATUS_OK)
			return status;
		json_decref(*answer);
		*answer = newer;
		if (told && ++turns % (QUIET_MS / LOOK_MS) == 0)
			(void)fprintf(stderr, "%s: %llu\n",
				      tr("Entries that wait"),
				      (unsigned long long)cli_number(
					      newer, "waiting"));
	}
	return STATUS_OK;
}

static void print_answer(const json_t *answer)
{
	printf("%s: %llu\n", tr("Entries taken in"),
	       (unsigned long long)cli_number(answer, "imported"));
	if (cli_number(answer, "odd_now") > 0)
		printf("%s: %llu\n", tr("Could not be read"),
		       (unsigned long long)cli_number(answer, "odd_now"));
	records_print_unnamed(answer);
}

static enum status judge(const json_t *answer, struct err *err)
{
	if (!says(answer, "office"))
		return err_set(err, STATUS_NOT_FOUND,
			       "only the office that has records.key can read "
			       "records");
	if (says(answer, "locked"))
		return err_set(err, STATUS_LOCKED,
			       "%llu entries wait: the records key is locked "
			       "(xiangtu unlock)",
			       (unsigned long long)cli_number(answer,
							      "waiting"));
	if (cli_text(answer, "trouble")[0] != 0)
		return err_set(err, STATUS_IO, "%s",
			       cli_text(answer, "trouble"));
	return STATUS_OK;
}

enum status cmd_records_import(struct cli *cli, struct err *err)
{
	json_t *answer;
	enum status status = ask_import(cli, false, &answer, err);

	if (status != STATUS_OK)
		return status;
	status = wait_for(cli, &answer, err);
	if (status == STATUS_OK)
		status = judge(answer, err);
	if (status == STATUS_OK && cli->json)
		cli_print_json(json_incref(answer));
	else if (status == STATUS_OK)
		print_answer(answer);
	json_decref(answer);
	return status;
}
