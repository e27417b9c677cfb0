#include <string.h>

#include "catalog/search.h"
#include "tests/support/check.h"

static bool cut_into(const char *text, const char *tokens)
{
	struct buf out = BUF_INIT;
	bool same;

	CHECK(search_tokens(text, &out) == STATUS_OK);
	same = strcmp(buf_string(&out), tokens) == 0;
	if (!same)
		fprintf(stderr, "%s: '%s'\n", text, buf_string(&out));
	buf_release(&out);
	return same;
}

static void characters_stand_alone_and_words_stay_whole(void)
{
	CHECK(cut_into("黑山羊", "黑 山 羊 "));
	CHECK(cut_into("2024年Tilapia养殖", "2024 年 tilapia 养 殖 "));
	CHECK(cut_into("H264 4K-视频", "h264 4k 视 频 "));
	CHECK(cut_into("ひらガナ 한국", "ひ ら カ ナ 한 국 "));
	CHECK(cut_into("𠀀𪚥", "𠀀 𪚥 "));
	CHECK(cut_into("", ""));
	CHECK(cut_into("，。！—《》 ", ""));
}

static void writing_is_folded(void)
{
	CHECK(cut_into("ＵＳＢ１２", "usb12 "));
	CHECK(cut_into("Été ÉTÉ e\xcc\x81t\x65", "ete ete ete "));
	CHECK(cut_into("ÄÖÜ Привет", "aou привет "));
	CHECK(cut_into("㎏", "kg "));
	CHECK(cut_into("\xef\xa4\x80", "豈 ")); /* U+F900 */
}

static void other_bytes_separate(void)
{
	CHECK(cut_into("a\xff" "b\xe9", "a b "));
	CHECK(cut_into("a\"b'c*d(e)f:g^h", "a b c d e f g h "));
	CHECK(cut_into("\xee\x80\x80", ""));
}

static bool asks(const char *text, const char *all, const char *title)
{
	struct search s;
	bool same;

	CHECK(search_read(text, &s) == STATUS_OK);
	same = strcmp(buf_string(&s.all), all) == 0 &&
	       strcmp(buf_string(&s.title), title) == 0;
	if (!same)
		fprintf(stderr, "%s: %s\n %s\n", text, buf_string(&s.all),
			buf_string(&s.title));
	search_release(&s);
	return same;
}

static void terms_become_phrases(void)
{
	CHECK(asks("山羊", "({title rest} : \"山 羊\")",
		   "({title} : \"山 羊\")"));
	CHECK(asks("羊 tila",
		   "({title rest} : \"羊\") AND ({title rest} : \"tila\" *"
		   " OR {initials} : \"t i l a \")",
		   "({title} : \"羊\") AND ({title} : \"tila\" *"
		   " OR {initials} : \"t i l a \")"));
	CHECK(asks("　山羊\t", "({title rest} : \"山 羊\")",
		   "({title} : \"山 羊\")"));
	CHECK(asks("USB导入", "({title rest} : \"usb 导 入\")",
		   "({title} : \"usb 导 入\")"));
}

static void nothing_typed_is_syntax(void)
{
	CHECK(asks("\"山\" OR*", "({title rest} : \"山\") AND"
		   " ({title rest} : \"or\" * OR {initials} : \"o r \")",
		   "({title} : \"山\") AND"
		   " ({title} : \"or\" * OR {initials} : \"o r \")"));
}

static void topics_are_told_by_their_slash(void)
{
	struct search s;

	CHECK(search_read("产业/养殖/ 羊", &s) == STATUS_OK);
	CHECK(s.path_count == 1);
	CHECK(strcmp(s.paths[0].topic, "产业/养殖") == 0);
	CHECK(strcmp(buf_string(&s.paths[0].tokens),
		     "({title rest} : \"产 业 养 殖\")") == 0);
	CHECK(strcmp(buf_string(&s.all), "({title rest} : \"羊\")") == 0);
	search_release(&s);
	CHECK(search_read("产业/", &s) == STATUS_OK);
	CHECK(s.path_count == 1 && strcmp(s.paths[0].topic, "产业") == 0);
	search_release(&s);
	CHECK(search_read("a/../b", &s) == STATUS_OK);
	CHECK(s.path_count == 0 && s.all.size > 0);
	search_release(&s);
}

static void nothing_to_look_for_is_said(void)
{
	static const char *const empty[] = { "", "  ", "，。", "\"\"", "/",
					     "\xff" };
	struct search s;

	for (size_t i = 0; i < sizeof(empty) / sizeof(*empty); i++) {
		CHECK(search_read(empty[i], &s) == STATUS_NOT_FOUND);
		search_release(&s);
	}
}

static void long_questions_are_cut(void)
{
	struct search s;
	char text[4000];

	for (size_t i = 0; i + 3 < sizeof(text); i += 3)
		memcpy(text + i, "\xe7\xbe\x8a", 4);
	CHECK(search_read(text, &s) == STATUS_OK);
	CHECK(s.all.size < 4 * SEARCH_TEXT_MAX);
	search_release(&s);
	memset(text, 0, sizeof(text));
	for (size_t i = 0; i < 40; i++)
		strcpy(text + 2 * i, "a ");
	CHECK(search_read(text, &s) == STATUS_OK);
	search_release(&s);
	memset(text, '/', 399);
	for (size_t i = 0; i < 100; i++)
		memcpy(text + 4 * i, "a/b ", 4);
	text[400] = 0;
	CHECK(search_read(text, &s) == STATUS_OK);
	CHECK(s.path_count == SEARCH_TERMS_MAX);
	search_release(&s);
}

int main(void)
{
	characters_stand_alone_and_words_stay_whole();
	writing_is_folded();
	other_bytes_separate();
	terms_become_phrases();
	nothing_typed_is_syntax();
	topics_are_told_by_their_slash();
	nothing_to_look_for_is_said();
	long_questions_are_cut();
	return 0;
}
