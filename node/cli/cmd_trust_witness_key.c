/* trust witness key: this node's key to cosign with. */
#include <stdio.h>

#include "node/cli/verbs.h"
#include "node/durable.h"

enum status cmd_trust_witness_key(struct cli *cli, struct err *err)
{
	const char *to = cli_value(cli, "to");
	struct buf line = BUF_INIT;
	json_t *answer;
	enum status status = cli_ask(
		cli, json_pack("{s:s}", "verb", "witness-key"), &answer, err);

	if (status != STATUS_OK)
		return status;
	if (to != NULL) {
		buf_printf(&line, "%s\n", cli_text(answer, "key"));
		status = buf_status(&line) == STATUS_OK ?
				 durable_write(to, buf_bytes(&line), 0644,
					       err) :
				 err_set(err, STATUS_NO_MEMORY, "a key");
		buf_release(&line);
	}
	if (status == STATUS_OK && cli->json) {
		cli_print_json(answer);
		return STATUS_OK;
	}
	if (status == STATUS_OK) {
		puts(cli_text(answer, "key"));
		puts(json_is_true(json_object_get(answer, "listed")) ?
			     tr("The trust note names it: this node "
				"cosigns.") :
			     tr("Give it to the county, which names it in "
				"the trust note: xiangtu trust witness add "
				"VKEY"));
	}
	json_decref(answer);
	return status;
}
