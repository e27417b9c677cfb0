#include "proto/safename.h"
#include "tests/support/check.h"

#include <string.h>

static void ordinary_names_are_fine(void)
{
	static const char *const good[] = {
		"a",	      "黑山羊春季防疫.mp4", "a b.c",  ".hidden",
		"nullify.txt", "con1",		    "com10",  "lpt",
		"第一课 (上).mp4", "CONTENTS",	    "é",      "..a",
		"компас",     "a'b&c;d$e",	    "comx.y", "aux-1"
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		CHECK(safename_check(bytes_of(good[i])) == STATUS_OK);
}

static void names_that_harm_somewhere_are_refused(void)
{
	static const char *const bad[] = {
		"",	   ".",		"..",	      "a/b",	 "/",
		"a\\b",	   "a\n",	"\x1f",	      "\x7f",	 "\xc2\x85",
		"a.",	   "a ",	"con",	      "CON",	 "Prn.txt",
		"aux.tar.gz", "nul",	"NUL.txt.jpg", "com0",	 "COM9.x",
		"lpt1",	   "com\xc2\xb9", "LPT\xc2\xb3.txt",	 "con .txt",
		"CONIN$",  "conout$",	"clock$.a",   "a:b",	 "a?",
		"a*",	   "<a",	"a>",	      "a|b",	 "\"",
		"\xd8\x9c",		"\xe2\x80\x8b", "a\xe2\x80\x8e",
		"\xe2\x80\xae" "4pm.exe", "\xe2\x81\xa0", "\xe2\x81\xa6",
		"\xef\xbb\xbf" "a",	"\xe2\x80\xa8",
		"\xc0\xae\xc0\xae",	"\xff",	      "\xed\xa0\x80",
	};
	char name[SAFENAME_MAX + 2];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CHECK(safename_check(bytes_of(bad[i])) == STATUS_MALFORMED);
		CHECK(safename_why(bytes_of(bad[i])) != NULL);
	}
	CHECK(safename_check((struct bytes){ (const uint8_t *)"a\0b", 3 }) ==
	      STATUS_MALFORMED);
	memset(name, 'a', sizeof(name));
	name[SAFENAME_MAX] = 0;
	CHECK(safename_check(bytes_of(name)) == STATUS_OK);
	name[SAFENAME_MAX] = 'a';
	name[SAFENAME_MAX + 1] = 0;
	CHECK(safename_check(bytes_of(name)) == STATUS_MALFORMED);
}

static void paths_are_safe_names_joined(void)
{
	char path[SAFENAME_PATH_MAX + 2];

	CHECK(safename_path_check(bytes_of("a")) == STATUS_OK);
	CHECK(safename_path_check(bytes_of("a/b c/d.mp4")) == STATUS_OK);
	CHECK(safename_path_check(bytes_of("")) == STATUS_MALFORMED);
	CHECK(safename_path_check(bytes_of("/a")) == STATUS_MALFORMED);
	CHECK(safename_path_check(bytes_of("a/")) == STATUS_MALFORMED);
	CHECK(safename_path_check(bytes_of("a//b")) == STATUS_MALFORMED);
	CHECK(safename_path_check(bytes_of("a/../b")) == STATUS_MALFORMED);
	CHECK(safename_path_check(bytes_of("a/./b")) == STATUS_MALFORMED);
	CHECK(safename_path_check(bytes_of("a/nul.x/b")) == STATUS_MALFORMED);
	for (size_t i = 0; i < sizeof(path); i++)
		path[i] = i % 2 == 0 ? 'a' : '/';
	path[2 * SAFENAME_DEPTH_MAX - 1] = 0;
	CHECK(safename_path_check(bytes_of(path)) == STATUS_OK);
	path[2 * SAFENAME_DEPTH_MAX - 1] = '/';
	path[2 * SAFENAME_DEPTH_MAX + 1] = 0;
	CHECK(safename_path_check(bytes_of(path)) == STATUS_MALFORMED);
	for (size_t i = 0; i < sizeof(path); i++)
		path[i] = i % 200 == 199 ? '/' : 'a';
	path[SAFENAME_PATH_MAX] = 0;
	CHECK(safename_path_check(bytes_of(path)) == STATUS_OK);
	path[SAFENAME_PATH_MAX] = 'a';
	path[SAFENAME_PATH_MAX + 1] = 0;
	CHECK(safename_path_check(bytes_of(path)) == STATUS_MALFORMED);
}

static bool paths_collide(const char *a, const char *b)
{
	bool one = safename_path_collide(bytes_of(a), bytes_of(b));

	CHECK(one == safename_path_collide(bytes_of(b), bytes_of(a)));
	return one;
}

static void names_equal_but_for_case_collide(void)
{
	CHECK(safename_collide(bytes_of("ReadMe.TXT"), bytes_of("readme.txt")));
	CHECK(safename_collide(bytes_of("É"), bytes_of("é")));
	CHECK(safename_collide(bytes_of("Привет"), bytes_of("ПРИВЕТ")));
	CHECK(safename_collide(bytes_of("Ａ"), bytes_of("ａ")));
	CHECK(safename_collide(bytes_of("ŽŠ"), bytes_of("žš")));
	CHECK(!safename_collide(bytes_of("山羊"), bytes_of("山")));
	CHECK(!safename_collide(bytes_of("a"), bytes_of("á")));
	CHECK(paths_collide("A/x", "a/y"));
	CHECK(paths_collide("a", "A/y"));
	CHECK(paths_collide("a", "a/y"));
	CHECK(paths_collide("d/a.txt", "d/A.txt"));
	CHECK(!paths_collide("a/x", "a/y"));
	CHECK(!paths_collide("a/x", "b/x"));
}

static void paths_sort_as_a_file_tree_does(void)
{
	static const char *const sorted[] = { "a",     "a/b",	"a/b/c",
					      "a/c",   "a-b",	"a.txt",
					      "ab",    "b",	"山/a",
					      "山羊" };
	size_t count = sizeof(sorted) / sizeof(*sorted);

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++) {
			int order = safename_path_compare(bytes_of(sorted[i]),
							  bytes_of(sorted[j]));

			CHECK((order < 0) == (i < j));
			CHECK((order == 0) == (i == j));
		}
	}
	CHECK(safename_fold_compare(bytes_of("B/a"), bytes_of("b/A")) == 0);
	CHECK(safename_fold_compare(bytes_of("B"), bytes_of("a")) > 0);
}

static void any_title_becomes_a_name(void)
{
	static const char *const titles[][2] = {
		{ "黑山羊 春季防疫", "黑山羊 春季防疫" },
		{ "什么是 1/2?", "什么是 1_2_" },
		{ "..", "_" },
		{ "", "_" },
		{ "nul.txt", "_nul.txt" },
		{ "a\xff" "b\n ", "ab" },
		{ "\xe2\x80\xae" "abc. .", "abc" },
	};
	char name[SAFENAME_MAX + 1], title[1000];

	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++) {
		safename_make(bytes_of(titles[i][0]), name);
		CHECK(strcmp(name, titles[i][1]) == 0);
		CHECK(safename_check(bytes_of(name)) == STATUS_OK);
	}
	title[0] = 0;
	for (int i = 0; i < 200; i++)
		strcat(title, "山");
	safename_make(bytes_of(title), name);
	CHECK(safename_check(bytes_of(name)) == STATUS_OK);
	CHECK(strlen(name) == 237);
}

static void a_made_name_is_made_of_itself(void)
{
	char title[400], name[SAFENAME_MAX + 1], again[SAFENAME_MAX + 1];

	/* Long enough to be cut, and reserved. */
	for (size_t size = 230; size < 260; size++) {
		memset(title, 'x', size);
		memcpy(title, "CON.", 4);
		title[size] = 0;
		safename_make(bytes_of(title), name);
		CHECK(safename_check(bytes_of(name)) == STATUS_OK);
		safename_make(bytes_of(name), again);
		CHECK(strcmp(name, again) == 0);
	}
}

int main(void)
{
	ordinary_names_are_fine();
	names_that_harm_somewhere_are_refused();
	paths_are_safe_names_joined();
	names_equal_but_for_case_collide();
	paths_sort_as_a_file_tree_does();
	any_title_becomes_a_name();
	a_made_name_is_made_of_itself();
	return 0;
}
