#include "signing/words.h"

#include <string.h>

#include "proto/text.h"
#include "signing/words_lists.h"

enum { INDEX_BITS = 11 };

/* The `n`-th run of 11 bits, the first bit of the first byte first. */
static unsigned word_index(const uint8_t *fingerprint, size_t n)
{
	unsigned index = 0;

	for (size_t bit = n * INDEX_BITS; bit < (n + 1) * INDEX_BITS; bit++) {
		unsigned byte = fingerprint[bit / 8];

		index = index << 1 | (byte >> (7 - bit % 8) & 1);
	}
	return index;
}

void words_chinese(const uint8_t fingerprint[static SHA256_SIZE],
		   char out[static WORDS_CHINESE_MAX + 1])
{
	char *at = out;

	for (size_t i = 0; i < WORDS_COUNT; i++) {
		if (i > 0 && i % 4 == 0)
			*at++ = ' ';
		at = stpcpy(at, words_zh[word_index(fingerprint, i)]);
	}
}

void words_english(const uint8_t fingerprint[static SHA256_SIZE],
		   char out[static WORDS_ENGLISH_MAX + 1])
{
	char *at = out;

	for (size_t i = 0; i < WORDS_COUNT; i++) {
		if (i > 0)
			*at++ = ' ';
		at = stpcpy(at, words_en[word_index(fingerprint, i)]);
	}
}

static bool is_between(uint32_t c)
{
	return c <= ' ' || c == '-' || c == ',' || c == 0xa0 || c == 0x3000 ||
	       c == 0x3001 /* 、 */ || c == 0xff0c /* ， */;
}

/* The next character that counts, in lower case; 0 at the end; what is no
 * UTF-8 equals nothing. */
static uint32_t next_letter(struct bytes_reader *r)
{
	uint32_t code;

	while (text_next(r, &code))
		if (!is_between(code))
			return code >= 'A' && code <= 'Z' ? code - 'A' + 'a' :
							    code;
	return r->left == 0 ? 0 : UINT32_MAX;
}

static bool same_letters(const char *words, const char *typed)
{
	struct bytes_reader a, b;
	uint32_t letter;

	bytes_reader_init(&a, bytes_of(words));
	bytes_reader_init(&b, bytes_of(typed));
	do {
		letter = next_letter(&a);
		if (next_letter(&b) != letter)
			return false;
	} while (letter != 0);
	return true;
}

bool words_match(const uint8_t fingerprint[static SHA256_SIZE],
		 const char *typed)
{
	char chinese[WORDS_CHINESE_MAX + 1], english[WORDS_ENGLISH_MAX + 1];

	words_chinese(fingerprint, chinese);
	words_english(fingerprint, english);
	return same_letters(chinese, typed) || same_letters(english, typed);
}
