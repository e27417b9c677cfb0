/* Twelve words as somebody types them: only the right ones are the right ones. */
#include "signing/words.h"
#include "tests/fuzz/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t fingerprint[SHA256_SIZE] = { 1, 2, 3, 4, 5, 6 };
	uint8_t other[SHA256_SIZE];
	char *typed = fuzz_string(data, size);

	memcpy(other, fingerprint, sizeof(other));
	other[0] ^= 0x80;
	if (words_match(fingerprint, typed))
		CHECK(!words_match(other, typed));
	free(typed);
	return 0;
}

void fuzz_seeds(void)
{
	static const uint8_t fingerprint[SHA256_SIZE] = { 1, 2, 3, 4, 5, 6 };
	char chinese[WORDS_CHINESE_MAX + 1], english[WORDS_ENGLISH_MAX + 1];

	words_chinese(fingerprint, chinese);
	words_english(fingerprint, english);
	CHECK(words_match(fingerprint, chinese) &&
	      words_match(fingerprint, english));
	fuzz_seed_text(chinese);
	fuzz_seed_text(english);
}
