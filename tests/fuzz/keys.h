/* Keys for fuzz targets: the same in every run, so that what was signed in a
 * corpus of yesterday verifies today. */
#ifndef TESTS_FUZZ_KEYS_H
#define TESTS_FUZZ_KEYS_H

#include "signing/note.h"
#include "tests/fuzz/fuzz.h"

FUZZ_UNUSED static struct secret_key *fuzz_key(const char *name,
					       enum key_type type,
					       uint8_t number)
{
	uint8_t seed[KEY_SEED_SIZE];
	struct secret_key *key;

	CHECK(signing_init() == STATUS_OK);
	memset(seed, number, sizeof(seed));
	CHECK(secret_key_from_seed(&key, name, type, seed) == STATUS_OK);
	return key;
}

/* The input as the text of a note signed by `key`: what is behind the signature
 * is reached. False where it cannot be a text. */
FUZZ_UNUSED static bool fuzz_sign(const uint8_t *data, size_t size,
				  const struct secret_key *key,
				  struct buf *note)
{
	struct bytes text = { data, size };

	return note_sign(text, key, note) == STATUS_OK;
}

#endif
