/* The root of trust: numbered notes that say which keys, and how many of them,
 * speak for the whole system (docs/formats-trust.md, "Root notes").
 *
 * Root 1 is believed because a person compared its fingerprint. Root N+1 is
 * believed when the thresholds of root N and of itself signed it; every
 * version is kept for ever, and no clock ends the walk. What is counted are
 * distinct public keys, never lines or names. */
#ifndef SIGNING_ROOT_H
#define SIGNING_ROOT_H

#include "signing/digest.h"
#include "signing/note.h"

enum {
	ROOT_KEYS_MAX = 16,
	ROOT_VERSION_MAX = 1024,
	ROOT_NOTE_MAX = 65536 /* bytes of a whole note */
};

struct root {
	uint32_t version;   /* from 1 */
	uint32_t threshold; /* 1 … key_count */
	size_t key_count;
	struct public_key keys[ROOT_KEYS_MAX]; /* KEY_ED25519, all different */
};

/* Read the text of a root note; STATUS_MALFORMED leaves `root` untouched. */
enum status root_parse(struct bytes text, struct root *root);
/* Append the text, to be signed with note_sign() and note_add_signature().
 * STATUS_MALFORMED when root_parse() would not take it, STATUS_NO_MEMORY. */
enum status root_format(const struct root *root, struct buf *out);

/* Do the signatures of `note` meet the threshold? STATUS_OK or
 * STATUS_UNTRUSTED. Whose text it is does not matter here. */
enum status root_verify(const struct root *root, const struct note *note);

/*
 * Read root 1, signed by its own threshold.
 *
 * Returns: STATUS_MALFORMED, also for another version than 1;
 *          STATUS_UNTRUSTED; `root` is then untouched.
 */
enum status root_open_first(struct bytes whole, struct root *root);
/*
 * Read the root that follows `now`; `next` may be the same struct.
 *
 * Returns: STATUS_OLD for a version that is not newer; STATUS_NOT_FOUND when
 *          versions between the two are missing; STATUS_MALFORMED;
 *          STATUS_UNTRUSTED. `next` is then untouched.
 */
enum status root_open_next(const struct root *now, struct bytes whole,
			   struct root *next);

/* What people compare (words.h): SHA-256 of the text of root note 1, without
 * its signatures. STATUS_MALFORMED when `whole` is no note. */
enum status root_fingerprint(struct bytes whole,
			     uint8_t out[static SHA256_SIZE]);

#endif
