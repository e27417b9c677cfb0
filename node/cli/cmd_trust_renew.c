/* trust renew: the same trust, as a new version under the newest root. After a
 * change of the root the old one's signatures count for nobody who joins. */
#include "node/cli/trust_edit.h"
#include "node/cli/verbs.h"

enum status cmd_trust_renew(struct cli *cli, struct err *err)
{
	struct trust_edit edit;
	enum status status = trust_edit_begin(cli, &edit, err);

	if (status == STATUS_OK && trust_edit_held(&edit)->version == 0)
		status = err_set(err, STATUS_NOT_FOUND,
				 "there is no trust note to renew");
	if (status == STATUS_OK)
		status = trust_edit_finish(cli, &edit, err);
	trust_edit_release(&edit);
	return status;
}
