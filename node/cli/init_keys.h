/* What the keys of a new office are kept behind. For the files of this
 * folder. */
#ifndef NODE_CLI_INIT_KEYS_H
#define NODE_CLI_INIT_KEYS_H

#include "node/cli/passphrase.h"

/* NULL: nothing. */
struct init_keys {
	struct passphrase *office;
	struct passphrase *root; /* where the root key has another one */
};

/*
 * Ask for new passphrases: --passphrase-file, --root-passphrase-file, the
 * terminal. Without a terminal and without a file, or with --unprotected, there
 * are none: keys are made unprotected then, which the caller says.
 *
 * Owns:    to be released, also after a failure.
 * Returns: STATUS_USAGE for options that do not go together; as
 *          passphrase_ask().
 */
enum status init_keys_ask(const struct cli *cli, struct init_keys *keys,
			  struct err *err);
/* As create_node() takes them; of size 0 when there is none. */
struct bytes init_keys_office(const struct init_keys *keys);
struct bytes init_keys_root(const struct init_keys *keys);
void init_keys_release(struct init_keys *keys);

#endif
