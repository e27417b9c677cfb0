/* A key backup in a file, as it was printed or typed in again. For the files of
 * this folder. */
#ifndef NODE_CLI_BACKUP_FILE_H
#define NODE_CLI_BACKUP_FILE_H

#include "node/cli/cli.h"
#include "signing/backup.h"

/*
 * Read it.
 *
 * Returns: STATUS_MALFORMED, with the line that is mistyped or missing, or that
 *          it is no backup at all; as durable_read().
 */
enum status backup_file_read(const char *path, struct backup *out,
			     struct err *err);

/*
 * Open its boxes, asking for the passphrase (--passphrase-file), and, for a
 * root key it does not open, for another (--root-passphrase-file).
 *
 * Owns:    `keys` is to be released, also after a failure.
 * Returns: STATUS_UNTRUSTED for a wrong passphrase, or when what is in clear on
 *          it was changed; STATUS_USAGE when there is nobody to ask; as
 *          passphrase_ask(), backup_open().
 */
enum status backup_file_open(const struct cli *cli,
			     const struct backup *backup,
			     struct backup_keys *keys, struct err *err);

#endif
