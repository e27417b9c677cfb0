/* records send: what waits for the offices goes now. */
#include <stdio.h>

#include "node/cli/verbs.h"

static void print_sealed(const json_t *answer)
{
	bool machine = json_is_true(json_object_get(answer, "machine"));

	if (cli_number(answer, "items") == 0 && !machine)
		printf("%s\n", tr("Nothing waits for the office."));
	else if (cli_number(answer, "items") == 0)
		printf("%s\n", tr("Nothing else waits: how this machine is was "
				  "sealed. It goes up by itself, or with the "
				  "next drive."));
	else
		printf(tr("Sealed: %llu items in %llu entries. They go up by "
			  "themselves, or with the next drive.\n"),
		       (unsigned long long)cli_number(answer, "items"),
		       (unsigned long long)cli_number(answer, "entries"));
	if (json_is_true(json_object_get(answer, "more")))
		printf("%s\n", tr("The rest follows within minutes."));
}

enum status cmd_records_send(struct cli *cli, struct err *err)
{
	json_t *answer;
	enum status status = cli_ask_to_sign(cli,
					     json_pack("{s:s}", "verb",
						       "records-send"),
					     &answer, err);

	if (status == STATUS_OK)
		cli_show(cli, answer, print_sealed);
	return status;
}
