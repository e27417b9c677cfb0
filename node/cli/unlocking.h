/* What opens the locked keys of the data directory: a passphrase is asked for,
 * and becomes the keys of their boxes, which takes a while, here and not in the
 * node. For the files of this folder. */
#ifndef NODE_CLI_UNLOCKING_H
#define NODE_CLI_UNLOCKING_H

#include "node/cli/cli.h"
#include "node/house.h"

/* The keys of boxes, in locked memory. */
struct unlocking;

/*
 * Ask for the passphrase of those keys of the directory in `wanted` (bits
 * 1 << enum house_key) that are behind one. At a terminal, those that it does
 * not open are asked for one by one.
 *
 * Owns:    `*out` is the caller's until unlocking_free().
 * Returns: STATUS_OK when at least one opens; STATUS_UNTRUSTED when none does;
 *          STATUS_NOT_FOUND when there is none, or nobody and no file to ask;
 *          as passphrase_ask(), house_read_box().
 */
enum status unlocking_ask(const struct cli *cli, unsigned wanted,
			  struct unlocking **out, struct err *err);
/* The key of that box, or NULL: it was not wanted, is none, or stays shut. */
const uint8_t *unlocking_key(const struct unlocking *u, enum house_key k);
/* NULL is allowed. */
void unlocking_free(struct unlocking *u);

/* Open the locked keys of a directory that no node runs on, asking once in the
 * life of the program. STATUS_LOCKED when there is nobody to ask; as
 * unlocking_ask(), house_unlock(). */
enum status unlocking_house(const struct cli *cli, struct house *house,
			    struct err *err);

#endif
