/* Signed notes (C2SP signed-note v1.0.0): text that ends in a newline, an
 * empty line, then lines of `— <key name> <base64(key id || signature)>`.
 *
 * Reading is strict: UTF-8, no control character but '\n', at most
 * NOTE_SIGNATURES_MAX signature lines, strict base64. Lines are never
 * re-encoded: whoever relays a note relays its bytes.
 *
 * Pure memory; reading and verifying allocate nothing. */
#ifndef SIGNING_NOTE_H
#define SIGNING_NOTE_H

#include "signing/key.h"

enum {
	NOTE_MAX = 1000000,	  /* bytes of the longest note */
	NOTE_SIGNATURES_MAX = 100, /* lines */
	NOTE_KEYS_MAX = 64	  /* keys to verify against at once */
};

/* A well-formed note; nothing in it is believed yet. All of it points into
 * the bytes it was parsed from. */
struct note {
	struct bytes whole;
	struct bytes text;	 /* what is signed; ends in '\n' */
	struct bytes signatures; /* the lines, each with its '\n' */
	size_t count;		 /* of those lines */
};

/* One signature line. */
struct note_signature {
	struct bytes line; /* without '\n' */
	struct bytes name;
	uint32_t key_id;
	struct bytes base64; /* of the key id and the signature */
};

/* Read `whole`, of at most `max` (itself at most NOTE_MAX) bytes.
 * STATUS_MALFORMED leaves `note` untouched. */
enum status note_parse(struct bytes whole, size_t max, struct note *note);

/* Step through the lines: start with `*rest = note->signatures`; false at the
 * end. */
bool note_next(struct bytes *rest, struct note_signature *signature);
/* Decode what follows the key id, which must be exactly `size` bytes. */
enum status note_signature_bytes(const struct note_signature *signature,
				 uint8_t *out, size_t size);
/* Is this line meant to be verified with `key`? (Name and id; a hint.) */
bool note_signature_is_by(const struct note_signature *signature,
			  const struct public_key *key);

/* Which of the keys signed. */
struct note_verified {
	uint64_t keys;	 /* bit i: keys[i] signed */
	size_t distinct; /* how many different public keys these are */
};

/*
 * Verify the lines of the given keys; keys that are not KEY_ED25519 are passed
 * over (cosignatures: checkpoint.h).
 *
 * Lines of other keys are ignored. A line of a given key must verify, unless
 * an earlier line of the same key did.
 *
 * Before:   count <= NOTE_KEYS_MAX
 * Returns:  STATUS_UNTRUSTED when a line of a given key does not verify, or no
 *           given key signed. Another copy of the note may be better: blame the
 *           source, not the signer. `verified` is then untouched.
 */
enum status note_verify(const struct note *note, const struct public_key *keys,
			size_t count, struct note_verified *verified);

/*
 * Append the note of `text` signed by `key` to `out`.
 *
 * Returns: STATUS_MALFORMED when `text` cannot be a note's (not UTF-8, control
 *          characters, no final newline, too long); STATUS_NO_MEMORY. `out`
 *          then holds what it held.
 */
enum status note_sign(struct bytes text, const struct secret_key *key,
		      struct buf *out);

/*
 * Append to `out` the same note with a line of `key` behind its lines, which
 * are kept byte for byte.
 *
 * Returns: STATUS_EXISTS when the note has a line of this key that verifies (a
 *          bad one is left out); STATUS_NO_ROOM at NOTE_SIGNATURES_MAX lines;
 *          STATUS_NO_MEMORY. `out` then holds what it held.
 */
enum status note_add_signature(const struct note *note,
			       const struct secret_key *key, struct buf *out);

/* As note_add_signature(), with the payload made by the caller (it goes behind
 * the key id); an older line of the same key is left out. */
enum status note_put_line(const struct note *note, const struct public_key *key,
			  struct bytes payload, struct buf *out);

/* How many different public keys are among the keys whose bit is set. */
size_t note_distinct(const struct public_key *keys, size_t count,
		     uint64_t among);

/* Append to `out` the note `a` with the lines of `b` that it lacks. `b` must
 * have the same text, else STATUS_MALFORMED; STATUS_NO_ROOM, STATUS_NO_MEMORY
 * as above. Verify both first: a bad line of a known key spoils the sum. */
enum status note_merge(const struct note *a, const struct note *b,
		       struct buf *out);

/* Append to `out` the text with the first line of each of `keys`, and no other
 * line: what strangers have put below it on its way is left behind. `*kept`
 * says how many lines that is; without one it is no note. Not verified here.
 * STATUS_NO_MEMORY. */
enum status note_put_first_lines(const struct note *note,
				 const struct public_key *keys, size_t count,
				 struct buf *out, size_t *kept);

#endif
