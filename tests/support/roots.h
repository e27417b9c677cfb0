/* Root and trust notes made of known keys, for tests of who must sign. */
#ifndef TESTS_SUPPORT_ROOTS_H
#define TESTS_SUPPORT_ROOTS_H

#include <string.h>

#include "signing/root.h"
#include "signing/trust.h"
#include "tests/support/check.h"

/* The key of a number, under a name. */
static inline struct secret_key *roots_key(uint8_t number, const char *name)
{
	uint8_t seed[KEY_SEED_SIZE];
	struct secret_key *key;

	memset(seed, number, sizeof(seed));
	CHECK(secret_key_from_seed(&key, name, KEY_ED25519, seed) ==
	      STATUS_OK);
	return key;
}

static inline void roots_add_key(struct root *root, uint8_t number,
				 const char *name)
{
	struct secret_key *key = roots_key(number, name);

	root->keys[root->key_count++] = *secret_key_public(key);
	secret_key_free(key);
}

/* A root whose keys are numbers first … last, each named "k<number>". */
static inline struct root roots_make(uint32_t version, uint32_t threshold,
				     uint8_t first, uint8_t last)
{
	struct root root = { .version = version, .threshold = threshold };

	for (uint8_t n = first; n <= last; n++) {
		char name[8];

		(void)snprintf(name, sizeof(name), "k%u", n);
		roots_add_key(&root, n, name);
	}
	return root;
}

/* Add the line of key `number`, under its usual name, to a note or text. */
static inline void roots_sign(struct buf *note, uint8_t number)
{
	struct secret_key *key;
	struct buf made = BUF_INIT;
	struct note parsed;
	char name[8];

	(void)snprintf(name, sizeof(name), "k%u", number);
	key = roots_key(number, name);
	if (note_parse(buf_bytes(note), NOTE_MAX, &parsed) == STATUS_OK)
		CHECK(note_add_signature(&parsed, key, &made) == STATUS_OK);
	else
		CHECK(note_sign(buf_bytes(note), key, &made) == STATUS_OK);
	secret_key_free(key);
	buf_release(note);
	*note = made;
}

/* Append the note of `root`, signed by the keys first … last. */
static inline void roots_note(const struct root *root, uint8_t first,
			      uint8_t last, struct buf *out)
{
	CHECK(root_format(root, out) == STATUS_OK);
	for (uint8_t n = first; n <= last; n++)
		roots_sign(out, n);
}

#endif
