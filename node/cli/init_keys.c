#include "node/cli/init_keys.h"

#include <string.h>
#include <unistd.h>

#include "node/house.h"

enum status init_keys_ask(const struct cli *cli, struct init_keys *keys,
			  struct err *err)
{
	const bool for_root = cli_value(cli, "root-passphrase-file") != NULL;
	char conf[HOUSE_PATH_MAX + 16];
	enum status status = STATUS_OK;

	/* Nobody types one for a node that there is already. */
	if (strlen(cli->dir) < HOUSE_PATH_MAX) {
		house_path(cli->dir, "node.conf", conf);
		if (access(conf, F_OK) == 0)
			return STATUS_OK;
	}
	if (cli_given(cli, "unprotected"))
		return cli_value(cli, "passphrase-file") == NULL && !for_root ?
			       STATUS_OK :
			       err_set(err, STATUS_USAGE,
				       "--unprotected or a passphrase, not "
				       "both");
	if (for_root && cli_value(cli, "passphrase-file") == NULL)
		return err_set(err, STATUS_USAGE,
			       "--root-passphrase-file goes with "
			       "--passphrase-file");
	status = passphrase_ask(cli, PASSPHRASE_NEW, tr("keys of this office"),
				NULL, &keys->office, err);
	if (status == STATUS_OK && for_root)
		status = passphrase_ask(cli, PASSPHRASE_NEW, tr("root key"),
					"root-passphrase-file", &keys->root,
					err);
	if (status == STATUS_NOT_FOUND) {
		*err = (struct err)ERR_INIT;
		status = STATUS_OK;
	}
	return status;
}

struct bytes init_keys_office(const struct init_keys *keys)
{
	return keys->office == NULL ? (struct bytes){ NULL, 0 } :
				      passphrase_bytes(keys->office);
}

struct bytes init_keys_root(const struct init_keys *keys)
{
	return keys->root == NULL ? init_keys_office(keys) :
				    passphrase_bytes(keys->root);
}

void init_keys_release(struct init_keys *keys)
{
	passphrase_free(keys->office);
	passphrase_free(keys->root);
	keys->office = keys->root = NULL;
}
