/* What is kept of a PIN or a password that opens a desk: an Argon2id hash as
 * text (libsodium's crypto_pwhash_str, "$argon2id$v=19$m=65536,t=2,p=1$…"),
 * with a salt of its own.
 *
 * A PIN has few digits: who has the hash finds it in minutes. The hash keeps
 * passwords from who reads a disk; PINs are kept by who may read the file, and
 * by how many tries there are (node/page/lockout.h).
 *
 * Threads: any. Making and checking take 64 MiB and a good part of a second:
 * one at a time, and not on a loop. */
#ifndef SIGNING_PASSHASH_H
#define SIGNING_PASSHASH_H

#include "proto/bytes.h"

enum { PASSHASH_MAX = 127 /* characters of the text */ };

/* Hash with a fresh salt; STATUS_NO_MEMORY when the machine cannot. */
enum status passhash_make(struct bytes secret,
			  char out[static PASSHASH_MAX + 1]);
/* Is this such a text, and no dearer to check than ours are? */
bool passhash_is(const char *hash);
/* Before:  passhash_is(hash).
 * Returns: STATUS_OK; STATUS_UNTRUSTED for another secret; out of memory looks
 *          the same. */
enum status passhash_check(const char *hash, struct bytes secret);

#endif
