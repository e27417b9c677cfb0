/* Sealing records to an office: what a courier sees of them is their size
 * class and their number.
 *
 * The inner bytes are padded (ISO/IEC 7816-4: 0x80, zeros) to 1, 4, 16 or 60
 * KiB, then sealed with libsodium's crypto_box_seal (X25519, XSalsa20-
 * Poly1305). docs/formats-records.md. Memory only. */
#ifndef SIGNING_SEAL_H
#define SIGNING_SEAL_H

#include "signing/key.h"

enum {
	SEAL_OVERHEAD = 48,
	SEAL_INNER_MAX = 60 * 1024 - 1 /* bytes before padding */
};

/* The office's secret, in locked memory. */
struct seal_key;

enum status seal_key_new(struct seal_key **out, const char *name);
/* Text form "PRIVATE+SEAL+<name>+<base64 secret>"; the caller wipes it. */
enum status seal_key_parse(struct seal_key **out, struct bytes text);
void seal_key_format(const struct seal_key *key,
		     char out[static SECRET_KEY_TEXT_MAX + 1]);
/* The 32 secret bytes alone, which the caller wipes, and the key of them.
 * STATUS_MALFORMED for a bad name or bytes that are no secret,
 * STATUS_NO_MEMORY. */
void seal_key_secret(const struct seal_key *key,
		     uint8_t secret[static KEY_SEED_SIZE]);
enum status seal_key_from_secret(struct seal_key **out, const char *name,
				 const uint8_t secret[static KEY_SEED_SIZE]);
void seal_key_free(struct seal_key *key);
/* KEY_SEALING; valid as long as `key`. */
const struct public_key *seal_key_public(const struct seal_key *key);

/* Append the sealed entry. STATUS_NO_ROOM beyond SEAL_INNER_MAX;
 * STATUS_MALFORMED when `to` is no KEY_SEALING; STATUS_NO_MEMORY. */
enum status seal(struct bytes inner, const struct public_key *to,
		 struct buf *out);
/* Append what was sealed. STATUS_UNTRUSTED when it was sealed to another or
 * changed; STATUS_MALFORMED when it is no sealed entry of ours. */
enum status seal_open(struct bytes sealed, const struct seal_key *key,
		      struct buf *out);

#endif
