/* Keys: who signed, as 32 bytes, as one line of text (C2SP signed-note,
 * "vkey"), as a secret in locked memory, and as a code that people type.
 *
 * A vkey is `<name>+<key id>+<base64(type || public key)>`; the key id is
 * 8 lower-case hex digits of SHA-256(name || "\n" || type || public key). It
 * is a hint which key to try, never a proof. A secret key as text is Go's
 * `PRIVATE+KEY+<name>+<key id>+<base64(type || seed)>`.
 *
 * Call signing_init() once before anything else of this folder. */
#ifndef SIGNING_KEY_H
#define SIGNING_KEY_H

#include "proto/bytes.h"

enum {
	KEY_NAME_MAX = 255, /* bytes of UTF-8 */
	PUBLIC_KEY_SIZE = 32,
	KEY_SEED_SIZE = 32,
	SIGNATURE_SIZE = 64, /* a raw Ed25519 signature */
	VKEY_MAX = 335,	     /* bytes of a vkey, without a final zero */
	SECRET_KEY_TEXT_MAX = 335,
	KEY_CODE_SIZE = 8
};

/* What a key is for; the type byte of C2SP signed-note. */
enum key_type {
	KEY_ED25519 = 0x01,  /* signs notes, statements, datagrams */
	KEY_COSIGNER = 0x04, /* cosigns checkpoints, with a time */
	/* X25519, records are sealed to it; the type is followed by
	 * "xiangtu-x25519", as C2SP wants of private types. */
	KEY_SEALING = 0xff
};

struct public_key {
	char name[KEY_NAME_MAX + 1];
	uint8_t type; /* enum key_type */
	uint32_t id;
	uint8_t bytes[PUBLIC_KEY_SIZE];
};

/* Make the library ready; safe to repeat. STATUS_IO when the system gives no
 * random numbers. */
enum status signing_init(void);
/* Fill with random bytes fit for keys. */
void signing_random(void *out, size_t size);
/* Overwrite a secret in the caller's own memory; not optimised away. */
void signing_wipe(void *secret, size_t size);
/* Overwrite what is in a buffer, and release it. */
void signing_wipe_buf(struct buf *secret);
/* Are these the same bytes? Takes as long when they are not. */
bool signing_same(const void *a, const void *b, size_t size);

/* A name is non-empty UTF-8 of at most KEY_NAME_MAX bytes without control
 * characters, Unicode spaces and '+'. */
enum status key_name_check(struct bytes name);

/*
 * Fill `key` from its parts; the id is computed.
 *
 * Returns: STATUS_MALFORMED for a bad name, an unknown type, or bytes that are
 *          no honest key (not a point of the curve, not canonical, of small
 *          order); `key` is then untouched.
 */
enum status public_key_init(struct public_key *key, const char *name,
			    enum key_type type,
			    const uint8_t bytes[static PUBLIC_KEY_SIZE]);
/* The same for bytes that are known to be an honest key, or with which nothing
 * but signatures is verified: key_verify() refuses what is none. Asking again
 * would take as long as the verifying. */
enum status public_key_init_kept(struct public_key *key, const char *name,
				 enum key_type type,
				 const uint8_t bytes[static PUBLIC_KEY_SIZE]);
/* Read a vkey; STATUS_MALFORMED as above, or for an id that does not follow
 * from the rest, or for base64 that is not strict. */
enum status public_key_parse(struct bytes vkey, struct public_key *key);
/* The same for what public_key_parse() has read before and this program has
 * kept: a good point it is not asked to be again, which takes fifty times as
 * long as all else. */
enum status public_key_parse_kept(struct bytes vkey, struct public_key *key);
/* Write the vkey and a final zero. */
void public_key_format(const struct public_key *key,
		       char out[static VKEY_MAX + 1]);
void buf_put_vkey(struct buf *b, const struct public_key *key);
/* The same 32 bytes? Names, ids and types do not matter: this is what
 * thresholds count. */
bool public_key_same(const struct public_key *a, const struct public_key *b);

/* Check a raw Ed25519 signature: STATUS_OK or STATUS_UNTRUSTED. Small-order
 * and non-canonical keys and signatures are untrusted. */
enum status key_verify(const uint8_t public_key[static PUBLIC_KEY_SIZE],
		       struct bytes message,
		       const uint8_t signature[static SIGNATURE_SIZE]);

/* The enrolment code: 8 base32 characters (proto/encoding.h) of the first 5
 * bytes of SHA-256(public key), and a final zero. */
void key_code(const uint8_t public_key[static PUBLIC_KEY_SIZE],
	      char out[static KEY_CODE_SIZE + 1]);

/* An Ed25519 secret key, of type KEY_ED25519 or KEY_COSIGNER. Lives in memory
 * that is locked, kept out of core dumps and wiped when freed. */
struct secret_key;

/* A new random key. STATUS_MALFORMED for a bad name or a type that does not
 * sign, STATUS_NO_MEMORY. */
enum status secret_key_new(struct secret_key **out, const char *name,
			   enum key_type type);
/* The key of a seed; the seed stays the caller's, to wipe. */
enum status secret_key_from_seed(struct secret_key **out, const char *name,
				 enum key_type type,
				 const uint8_t seed[static KEY_SEED_SIZE]);
/* Read `PRIVATE+KEY+…`, with or without one final '\n'. */
enum status secret_key_parse(struct secret_key **out, struct bytes text);
/* The same key under another name (a node's, as the origin of its record log:
 * proto/recordlog.h). STATUS_MALFORMED for a bad name, STATUS_NO_MEMORY. */
enum status secret_key_named(struct secret_key **out,
			     const struct secret_key *key, const char *name);
/* Write `PRIVATE+KEY+…` and a final zero, no newline; the caller wipes it with
 * signing_wipe(). */
void secret_key_format(const struct secret_key *key,
		       char out[static SECRET_KEY_TEXT_MAX + 1]);
/* The seed alone, as secret_key_from_seed() takes it; the caller wipes it. */
void secret_key_seed(const struct secret_key *key,
		     uint8_t seed[static KEY_SEED_SIZE]);
/* NULL is allowed. */
void secret_key_free(struct secret_key *key);

/* Who it is to the others; valid as long as `key`. */
const struct public_key *secret_key_public(const struct secret_key *key);
/* Sign bytes as they are. What is signed outside notes must begin with a line
 * of its own that no note begins with, so that one kind of message never
 * passes for another. */
void secret_key_sign(const struct secret_key *key, struct bytes message,
		     uint8_t signature[static SIGNATURE_SIZE]);

#endif
