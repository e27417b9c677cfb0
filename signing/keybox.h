/* Secret keys behind a passphrase: how they lie on disks, on sticks and on
 * paper (docs/formats-trust.md, "Protected keys").
 *
 * A protected key is text of five lines:
 *
 *     xiangtu-key/v1
 *     <vkey>                      whose secret it is, in clear
 *     argon2id <passes> <KiB>
 *     salt <base64 of 16 bytes>
 *     box <base64 of 24 bytes nonce || crypto_secretbox of the secret's text>
 *
 * The box is keyed by Argon2id (RFC 9106) of the passphrase; the secret's text
 * is `PRIVATE+KEY+…` (signing/key.h) or `PRIVATE+SEAL+…` (signing/seal.h).
 * What comes out is checked against the vkey, so that lines of two keys do not
 * mix.
 *
 * Threads: any. Opening and closing take as long and as much memory as the
 * costs say: not for the loop. */
#ifndef SIGNING_KEYBOX_H
#define SIGNING_KEYBOX_H

#include "signing/seal.h"

enum {
	KEYBOX_TEXT_MAX = 2048,
	KEYBOX_KEY_SIZE = 32, /* what a passphrase becomes */
	KEYBOX_SALT_SIZE = 16,
	/* Bounds of what is read: a file must not cost more than this. */
	KEYBOX_PASSES_MAX = 16,
	KEYBOX_KIB_MIN = 8,
	KEYBOX_KIB_MAX = 1 << 20,
	/* What is written: a box of 1 GB can do this in well under a second. */
	KEYBOX_PASSES = 3,
	KEYBOX_KIB = 64 << 10
};

/* The head of a protected key, which needs no passphrase. */
struct keybox {
	struct public_key public; /* whose it is */
	uint32_t passes;
	uint32_t kib;
	uint8_t salt[KEYBOX_SALT_SIZE];
	struct bytes box; /* base64, within the text read */
};

/* Does this text begin as a protected key does? */
bool keybox_is(struct bytes text);
/* Read the head. STATUS_MALFORMED also for costs beyond the bounds; `box` is
 * then untouched. */
enum status keybox_parse(struct bytes text, struct keybox *box);

/*
 * What the passphrase becomes, for this box. The caller wipes it.
 *
 * Returns: STATUS_NO_MEMORY when the machine cannot do so many KiB.
 */
enum status keybox_derive(const struct keybox *box, struct bytes passphrase,
			  uint8_t key[static KEYBOX_KEY_SIZE]);

/* Open with a derived key, which is quick. STATUS_UNTRUSTED for a wrong
 * passphrase or changed bytes, STATUS_MALFORMED when what is in it is no such
 * key or another's than the head says, STATUS_NO_MEMORY. */
enum status keybox_open_key(const struct keybox *box,
			    const uint8_t key[static KEYBOX_KEY_SIZE],
			    struct secret_key **out);
enum status keybox_open_seal_key(const struct keybox *box,
				 const uint8_t key[static KEYBOX_KEY_SIZE],
				 struct seal_key **out);

/* Append the protected text of a key, with a fresh salt. `kib` of memory and
 * `passes`, within the bounds. STATUS_NO_MEMORY. */
enum status keybox_close_key(const struct secret_key *key,
			     struct bytes passphrase, uint32_t passes,
			     uint32_t kib, struct buf *out);
enum status keybox_close_seal_key(const struct seal_key *key,
				  struct bytes passphrase, uint32_t passes,
				  uint32_t kib, struct buf *out);

/* Append what stands in a key file: the protected text at the usual costs, or
 * the plain one, a line, for a passphrase of size 0. `out` is empty, and the
 * caller wipes it (signing_wipe_buf). STATUS_NO_MEMORY. */
enum status keybox_put_key(const struct secret_key *key,
			   struct bytes passphrase, struct buf *out);
enum status keybox_put_seal_key(const struct seal_key *key,
				struct bytes passphrase, struct buf *out);

#endif
