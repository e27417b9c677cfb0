/* trust witness add, remove: whose cosignatures count. */
#include "node/cli/key_file.h"
#include "node/cli/trust_edit.h"
#include "node/cli/verbs.h"

static enum status edit_witness(struct cli *cli,
				enum status (*change)(struct trust *,
						      const struct public_key *),
				struct err *err)
{
	struct trust_edit edit;
	struct public_key key;
	enum status status = key_file_read_public(cli->words[0], &key, err);

	if (status != STATUS_OK)
		return status;
	if (key.type != KEY_COSIGNER)
		return err_set(err, STATUS_USAGE,
			       "'%.100s' is no key to cosign with; a node that "
			       "is to be a witness tells its own",
			       key.name);
	status = trust_edit_begin(cli, &edit, err);
	if (status == STATUS_OK)
		status = trust_edit_failed(change(&edit.trust, &key), key.name,
					   err);
	if (status == STATUS_OK)
		status = trust_edit_finish(cli, &edit, err);
	trust_edit_release(&edit);
	return status;
}

enum status cmd_trust_witness_add(struct cli *cli, struct err *err)
{
	return edit_witness(cli, trust_add_witness, err);
}

enum status cmd_trust_witness_remove(struct cli *cli, struct err *err)
{
	return edit_witness(cli, trust_remove_witness, err);
}
