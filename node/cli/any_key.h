/* A secret key that signs or one that opens records, in clear or behind a
 * passphrase: what a key file holds. For the files of this folder. */
#ifndef NODE_CLI_ANY_KEY_H
#define NODE_CLI_ANY_KEY_H

#include "node/cli/passphrase.h"
#include "signing/keybox.h"

/* One of the two, or neither. */
struct any_key {
	struct secret_key *sign;
	struct seal_key *seal;
};

void any_key_release(struct any_key *key);
bool any_key_is(const struct any_key *key);
const struct public_key *any_key_public(const struct any_key *key);

/* A key file as it was read, with a key in it once it was opened. */
struct key_text {
	const char *path; /* the caller's */
	struct buf text;
	bool boxed;
	struct keybox box; /* where it is boxed */
	struct any_key key;
};

/*
 * Read the file at `path`; what is not behind a passphrase is open at once.
 *
 * Returns: STATUS_NOT_FOUND; STATUS_MALFORMED when it is no key file;
 *          STATUS_IO. To be released, also after a failure.
 */
enum status key_text_read(struct key_text *k, const char *path,
			  struct err *err);
/* Does what was read begin as a key file does? */
bool key_text_is(const struct key_text *k);
/* Open it with a passphrase, if that opens it; else it stays as it was.
 * STATUS_UNTRUSTED when it does not; STATUS_MALFORMED; STATUS_NO_MEMORY. */
enum status key_text_open(struct key_text *k, struct bytes passphrase,
			  struct err *err);
void key_text_release(struct key_text *k);

/* Append the text of a key file, behind the passphrase unless its size is 0.
 * The caller wipes it. STATUS_NO_MEMORY. */
enum status any_key_write(const struct any_key *key, struct bytes passphrase,
			  struct buf *out);

#endif
