/* The code with which an office lets an operator set a new PIN, read out over
 * the telephone: no line is needed (docs/formats-page.md, 1).
 *
 * The station shows a challenge. Whoever has the secret key of an office and
 * the public key of the station, or the other way round, makes the same code
 * of it; nobody else does:
 *
 *     shared = X25519 between the two Ed25519 keys, as Montgomery points
 *     digest = BLAKE2b-256, keyed with `shared`, of
 *              "xiangtu-reset-pin/v1\n" || station's key || office's key ||
 *              challenge (5 bytes) || length of who (1 byte) || who
 *     code   = the first 8 bytes of digest, little-endian, modulo 10^8, in
 *              decimal, eight digits
 *
 * Eight digits are few: whoever takes codes counts the tries.
 *
 * Pure. Threads: any. */
#ifndef SIGNING_RESETCODE_H
#define SIGNING_RESETCODE_H

#include "signing/key.h"

enum {
	RESETCODE_CHALLENGE_SIZE = 5,
	RESETCODE_CHALLENGE_TEXT = 9, /* "K3F9-W2AA" */
	RESETCODE_DIGITS = 8,
	RESETCODE_WHO_MAX = 31
};

/* Write a challenge as people read it out, and a final zero. */
void resetcode_challenge_format(
	const uint8_t challenge[static RESETCODE_CHALLENGE_SIZE],
	char out[static RESETCODE_CHALLENGE_TEXT + 1]);
/* Read what was typed, with or without the dash; as base32_decode(). */
enum status resetcode_challenge_parse(
	const char *text, uint8_t challenge[static RESETCODE_CHALLENGE_SIZE]);

/* Which side has the secret key. */
enum resetcode_side { RESETCODE_STATION, RESETCODE_OFFICE };

/*
 * The code for `who`, by the secret key of one side and the public key of the
 * other.
 *
 * Returns: STATUS_MALFORMED when the other's key has no Montgomery point, or
 *          `who` is longer than RESETCODE_WHO_MAX; STATUS_OK.
 */
enum status
resetcode_make(enum resetcode_side side, const struct secret_key *own,
	       const uint8_t other[static PUBLIC_KEY_SIZE], const char *who,
	       const uint8_t challenge[static RESETCODE_CHALLENGE_SIZE],
	       char code[static RESETCODE_DIGITS + 1]);

/* Is what was typed this code? Spaces and dashes do not matter; takes as long
 * when it is not. */
bool resetcode_is(const char *typed,
		  const char code[static RESETCODE_DIGITS + 1]);

#endif
