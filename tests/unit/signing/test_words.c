#include "signing/words.h"

#include <string.h>

#include "tests/support/check.h"

/* SHA-256("abc"); the words computed apart from the npm lists. */
static uint8_t fingerprint[SHA256_SIZE];

static const char chinese[] = "牵伐缝几 她掷同身 吐撒丁费";
static const char english[] =
	"risk scheme quiz bulk brother vivid agree chimney "
	"tattoo uniform mass electric";

static void a_fingerprint_has_its_words(void)
{
	char zh[WORDS_CHINESE_MAX + 1], en[WORDS_ENGLISH_MAX + 1];

	words_chinese(fingerprint, zh);
	words_english(fingerprint, en);
	CHECK(strcmp(zh, chinese) == 0);
	CHECK(strcmp(en, english) == 0);
}

static void the_ends_of_the_lists_fit(void)
{
	char zh[WORDS_CHINESE_MAX + 1], en[WORDS_ENGLISH_MAX + 1];
	uint8_t all[SHA256_SIZE];

	memset(all, 0xff, sizeof(all));
	words_chinese(all, zh);
	words_english(all, en);
	CHECK(strcmp(zh, "歇歇歇歇 歇歇歇歇 歇歇歇歇") == 0);
	CHECK(strcmp(en, "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo") ==
	      0);
	memset(all, 0, sizeof(all));
	words_chinese(all, zh);
	CHECK(strcmp(zh, "的的的的 的的的的 的的的的") == 0);
}

static void typed_words_match_with_any_spacing_and_case(void)
{
	char text[256];

	CHECK(words_match(fingerprint, chinese));
	CHECK(words_match(fingerprint, english));
	(void)snprintf(text, sizeof(text), " \t%s\r\n", english);
	for (char *at = text; *at != 0; at++)
		if (*at >= 'a' && *at <= 'm')
			*at = (char)(*at - 'a' + 'A');
		else if (*at == ' ')
			*at = '-';
	CHECK(words_match(fingerprint, text));
	(void)snprintf(text, sizeof(text), "%.6s、%.6s　%s", chinese,
		       chinese + 6, chinese + 12);
	CHECK(words_match(fingerprint, text));
}

static void other_words_do_not_match(void)
{
	char text[256];

	CHECK(!words_match(fingerprint, ""));
	CHECK(!words_match(fingerprint, "   "));
	CHECK(!words_match(fingerprint, "\xff"));
	strcpy(text, english);
	text[strlen(text) - 1]++;
	CHECK(!words_match(fingerprint, text));
	strcpy(text, english);
	*strrchr(text, ' ') = 0;
	CHECK(!words_match(fingerprint, text));
	(void)snprintf(text, sizeof(text), "%s zoo", english);
	CHECK(!words_match(fingerprint, text));
	(void)snprintf(text, sizeof(text), "%s\xff", chinese);
	CHECK(!words_match(fingerprint, text));
}

int main(void)
{
	sha256("abc", 3, fingerprint);
	a_fingerprint_has_its_words();
	the_ends_of_the_lists_fit();
	typed_words_match_with_any_spacing_and_case();
	other_words_do_not_match();
	return 0;
}
