/* A fingerprint as words that two people compare over a telephone: 12 Chinese
 * characters or 12 English words, 11 bits each, of its first 132 bits.
 *
 * The lists are those of BIP-39; only the lists are, this is no BIP-39
 * mnemonic (there is no checksum). */
#ifndef SIGNING_WORDS_H
#define SIGNING_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "signing/digest.h"

enum {
	WORDS_COUNT = 12,
	/* Bytes of text without the final zero. */
	WORDS_CHINESE_MAX = 3 * WORDS_COUNT + 2,
	WORDS_ENGLISH_MAX = 9 * WORDS_COUNT - 1
};

/* Three groups of four characters, a space between groups. */
void words_chinese(const uint8_t fingerprint[static SHA256_SIZE],
		   char out[static WORDS_CHINESE_MAX + 1]);
/* Lower case, a space between words. */
void words_english(const uint8_t fingerprint[static SHA256_SIZE],
		   char out[static WORDS_ENGLISH_MAX + 1]);

/* Is what a person typed this fingerprint, in either list? Case, spaces (wide
 * ones too), line ends, '-', ',' and '、' do not matter. */
bool words_match(const uint8_t fingerprint[static SHA256_SIZE],
		 const char *typed);

#endif
