#include "node/office/card_sheet.h"

#include <stdlib.h>
#include <string.h>

#include "signing/key.h"
#include "tests/support/check.h"

static enum status read_text(const char *text, struct card_sheet *out,
			     struct err *err)
{
	return card_sheet_read(bytes_of(text), out, err);
}

static void people_are_read_whatever_else_the_table_has(void)
{
	static const char table[] =
		"\xef\xbb\xbf" "序号,姓名,身份证号,村,地区代码\r\n"
		"1,王秀英,430419196001010020,联坪村,431081101203\r\n"
		"2,\"李, 大山\",,,\r\n";
	struct card_sheet sheet;
	struct err err = ERR_INIT;

	CHECK(read_text(table, &sheet, &err) == STATUS_OK);
	CHECK(sheet.count == 2);
	CHECK(strcmp(sheet.rows[0].name, "王秀英") == 0);
	CHECK(strcmp(sheet.rows[0].place, "联坪村") == 0);
	CHECK(strcmp(sheet.rows[0].region, "431081101203") == 0);
	CHECK(!sheet.rows[0].given && sheet.rows[0].number[0] == 0);
	CHECK(strcmp(sheet.rows[1].name, "李, 大山") == 0);
	CHECK(sheet.rows[1].place[0] == 0);
	card_sheet_release(&sheet);
}

static void a_table_in_gbk_is_read(void)
{
	/* 姓名,单位 / 王秀英,联坪村 */
	static const uint8_t table[] =
		"\xd0\xd5\xc3\xfb,\xb5\xa5\xce\xbb\r\n"
		"\xcd\xf5\xd0\xe3\xd3\xa2,\xc1\xaa\xc6\xba\xb4\xe5\r\n";
	struct card_sheet sheet;
	struct err err = ERR_INIT;

	CHECK(card_sheet_read((struct bytes){ table, sizeof(table) - 1 },
			      &sheet, &err) == STATUS_OK);
	CHECK(strcmp(sheet.rows[0].name, "王秀英") == 0);
	CHECK(strcmp(sheet.rows[0].place, "联坪村") == 0);
	card_sheet_release(&sheet);
}

static void what_is_wrong_is_told_with_its_line(void)
{
	static const struct {
		const char *table, *says;
	} bad[] = {
		{ "", "" },
		{ "name,place\n", "nobody" },
		{ "place\nx\n", "姓名" },
		{ "name,姓名\na,b\n", "twice" },
		{ "name\nok\n=SUM(A1)\n", "line 3" },
		{ "name,place\n,x\n", "line 2" },
		{ "name,region\na,4310\nb,431\n", "line 3" },
		{ "name,number,pin\na,4711839206,\n", "line 2" },
		{ "name,number,pin\na,4711839205,123456\n", "line 2" },
		{ "name,number,pin\na,,123456\n", "line 2" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct card_sheet sheet;
		struct err err = ERR_INIT;

		CHECK(read_text(bad[i].table, &sheet, &err) ==
		      STATUS_MALFORMED);
		CHECK(strstr(err.text, bad[i].says) != NULL);
		card_sheet_release(&sheet);
	}
}

static void too_many_people_are_refused(void)
{
	struct buf table = BUF_INIT;
	struct card_sheet sheet;
	struct err err = ERR_INIT;

	buf_puts(&table, "name\n");
	for (int i = 0; i < CARD_SHEET_MAX; i++)
		buf_printf(&table, "p%d\n", i);
	CHECK(card_sheet_read(buf_bytes(&table), &sheet, &err) == STATUS_OK);
	CHECK(sheet.count == CARD_SHEET_MAX);
	card_sheet_release(&sheet);
	buf_puts(&table, "one more\n");
	CHECK(card_sheet_read(buf_bytes(&table), &sheet, &err) ==
	      STATUS_MALFORMED);
	card_sheet_release(&sheet);
	buf_release(&table);
}

/* What was printed is the same cards when it is read again. */
static void a_sheet_reads_as_it_was_written(void)
{
	struct card_sheet sheet, again;
	struct buf csv = BUF_INIT;
	struct err err = ERR_INIT;
	json_t *json;

	CHECK(read_text("姓名,单位\n王秀英,\"联坪村, 一组\"\n李四,\n", &sheet,
			&err) == STATUS_OK);
	for (size_t i = 0; i < sheet.count; i++)
		CHECK(card_sheet_draw(&sheet.rows[i]) == STATUS_OK);
	for (int chinese = 0; chinese <= 1; chinese++) {
		buf_clear(&csv);
		CHECK(card_sheet_csv(&sheet, chinese == 1, &csv) == STATUS_OK);
		CHECK(memcmp(csv.data, "\xef\xbb\xbf", 3) == 0);
		CHECK(card_sheet_read(buf_bytes(&csv), &again, &err) ==
		      STATUS_OK);
		CHECK(again.count == 2);
		for (size_t i = 0; i < 2; i++) {
			CHECK(again.rows[i].given);
			CHECK(strcmp(again.rows[i].number,
				     sheet.rows[i].number) == 0);
			CHECK(strcmp(again.rows[i].pin, sheet.rows[i].pin) ==
			      0);
			CHECK(strcmp(again.rows[i].place,
				     sheet.rows[i].place) == 0);
			/* It is this number: there is no other to draw. */
			CHECK(card_sheet_redraw(&again.rows[i]) ==
			      STATUS_EXISTS);
		}
		card_sheet_release(&again);
	}
	/* The node is told neither number nor PIN. */
	json = card_sheet_request(&sheet, "0c0001r1");
	CHECK(json != NULL);
	char *text = json_dumps(json, 0);
	CHECK(strstr(text, sheet.rows[0].number) == NULL);
	CHECK(strstr(text, sheet.rows[0].pin) == NULL);
	free(text);
	json_decref(json);
	card_sheet_release(&sheet);
	buf_release(&csv);
}

static void a_number_that_is_taken_is_drawn_anew(void)
{
	struct card_sheet sheet;
	struct err err = ERR_INIT;
	char before[CARD_NUMBER_DIGITS + 1];

	CHECK(read_text("name\na\n", &sheet, &err) == STATUS_OK);
	CHECK(card_sheet_draw(&sheet.rows[0]) == STATUS_OK);
	CHECK(sheet.rows[0].hashed);
	strcpy(before, sheet.rows[0].number);
	CHECK(card_sheet_redraw(&sheet.rows[0]) == STATUS_OK);
	CHECK(!sheet.rows[0].hashed);
	CHECK(card_sheet_draw(&sheet.rows[0]) == STATUS_OK);
	CHECK(strcmp(before, sheet.rows[0].number) != 0);
	card_sheet_release(&sheet);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	people_are_read_whatever_else_the_table_has();
	a_table_in_gbk_is_read();
	what_is_wrong_is_told_with_its_line();
	too_many_people_are_refused();
	a_sheet_reads_as_it_was_written();
	a_number_that_is_taken_is_drawn_anew();
	return 0;
}
