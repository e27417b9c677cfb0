#include "catalog/initials.h"

#include <string.h>

#include "tests/support/check.h"

static bool reads(const char *title, const char *initials)
{
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	bool same;

	CHECK(initials_of(title, 200, &out, &err) == STATUS_OK);
	same = strcmp(buf_string(&out), initials) == 0;
	if (!same)
		fprintf(stderr, "%s: %s\n", title, buf_string(&out));
	buf_release(&out);
	return same;
}

static void every_character_gives_one_letter(void)
{
	CHECK(reads("黑山羊", "hsy"));
	CHECK(reads("黑山羊养殖技术", "hsyyzjs"));
	CHECK(reads("东江鱼网箱养殖", "djywxyz"));
	CHECK(reads("狗脑贡茶", "gngc"));
	CHECK(reads("杂交制种", "zjzz"));
	CHECK(reads("甜玉米", "tym"));
	CHECK(reads("罗非鱼", "lfy"));
}

static void words_give_their_first_letter_and_numbers_stay(void)
{
	CHECK(reads("USB 导入", "udr"));
	CHECK(reads("2024年春季：第3课", "2024ncjd3k"));
	CHECK(reads("H264 与 4K 视频", "h264y4ksp"));
	CHECK(reads("Été à la ferme", "ealf"));
	CHECK(reads("farmer's day", "fd"));
	CHECK(reads("ＵＳＢ１２", "u12"));
}

static void marks_and_unknown_scripts_give_nothing(void)
{
	CHECK(reads("", ""));
	CHECK(reads("《》——…！", ""));
	CHECK(reads("\xff\xfe", ""));
	CHECK(reads("叉尾鮰(上)", "cwhs"));
}

static void no_more_than_asked_for(void)
{
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	buf_puts(&out, "x");
	CHECK(initials_of("黑山羊", 2, &out, &err) == STATUS_OK);
	CHECK(strcmp(buf_string(&out), "xhs") == 0);
	buf_release(&out);
}

int main(void)
{
	every_character_gives_one_letter();
	words_give_their_first_letter_and_numbers_stay();
	marks_and_unknown_scripts_give_nothing();
	no_more_than_asked_for();
	initials_forget();
	CHECK(reads("黑山羊", "hsy"));
	initials_forget();
	return 0;
}
