/* Key files by their names: a secret that is typed a passphrase for, or a
 * public key as somebody hands it over. For the files of this folder. */
#ifndef NODE_CLI_KEY_FILE_H
#define NODE_CLI_KEY_FILE_H

#include "node/cli/passphrase.h"
#include "signing/key.h"

/*
 * Read the secret key in `path`; one behind a passphrase is opened with what
 * --passphrase-file says or somebody types.
 *
 * Returns: STATUS_NOT_FOUND when there is no such file; STATUS_MALFORMED when
 *          it is no secret key; STATUS_UNTRUSTED for a wrong passphrase; as
 *          passphrase_ask(), where STATUS_NOT_FOUND becomes STATUS_USAGE.
 */
enum status key_file_read(const struct cli *cli, const char *path,
			  struct secret_key **out, struct err *err);

/* Write `key` to a new file of mode 0600, behind the passphrase unless that is
 * NULL. STATUS_EXISTS when there is something of that name, which stays. */
enum status key_file_write(const char *path, const struct secret_key *key,
			   const struct passphrase *passphrase,
			   struct err *err);

/* Read a public key: `given` is a vkey, or the name of a file with one in its
 * first line, or of a secret key's file that is not behind a passphrase or is
 * (its vkey stands in clear). STATUS_MALFORMED; as durable_read(). */
enum status key_file_read_public(const char *given, struct public_key *out,
				 struct err *err);

/* Write the vkey and '\n' to a new file; STATUS_EXISTS as above. */
enum status key_file_write_public(const char *path,
				  const struct public_key *key,
				  struct err *err);

#endif
