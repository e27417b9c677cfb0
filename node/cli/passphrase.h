/* Passphrases, asked of a person or read from a file, in memory that is locked
 * and wiped. For the files of this folder. */
#ifndef NODE_CLI_PASSPHRASE_H
#define NODE_CLI_PASSPHRASE_H

#include "node/cli/cli.h"
#include "proto/err.h"

enum { PASSPHRASE_MAX = 1024 /* bytes */ };

struct passphrase;

enum passphrase_kind {
	PASSPHRASE_OPEN, /* of something there is: asked once */
	PASSPHRASE_NEW,	 /* a new one: asked twice, and must not be too short */
	/* A new PIN or password of a desk: asked twice, and whether it is good
	 * the caller sees (node/page/secret_rules.h). */
	PASSPHRASE_PIN,
	PASSPHRASE_PASSWORD
};

/*
 * The passphrase for `what` ("the key root-1"): the first line of the file
 * that --passphrase-file names (`option`, when another option is meant), else
 * asked on the terminal without echo.
 *
 * Owns:    `*out` is the caller's until passphrase_free().
 * Returns: STATUS_OK; STATUS_NOT_FOUND when there is neither terminal nor
 *          file, or a new one was left empty: whoever may make keys without
 *          one does, and says so; STATUS_USAGE for one that is too short or
 *          typed differently the second time; STATUS_IO.
 */
enum status passphrase_ask(const struct cli *cli, enum passphrase_kind kind,
			   const char *what, const char *option,
			   struct passphrase **out, struct err *err);
/* A new one, or none: NULL in `*out` when --unprotected was given. STATUS_USAGE
 * when both were; else as passphrase_ask(). */
enum status passphrase_ask_new(const struct cli *cli, const char *what,
			       const char *option, struct passphrase **out,
			       struct err *err);
struct bytes passphrase_bytes(const struct passphrase *p);
/* NULL is allowed. */
void passphrase_free(struct passphrase *p);

#endif
