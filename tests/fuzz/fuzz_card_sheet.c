/* Tables of people who get cards. What is read can be written, and reads the
 * same again. */
#include <string.h>

#include "node/office/card_sheet.h"
#include "signing/key.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/check.h"

void fuzz_begin(void)
{
	CHECK(signing_init() == STATUS_OK);
}

/* Without the slow hashes. */
static void give_numbers(struct card_sheet *sheet)
{
	for (size_t i = 0; i < sheet->count; i++)
		if (sheet->rows[i].number[0] == 0) {
			strcpy(sheet->rows[i].number, "4711839206");
			strcpy(sheet->rows[i].pin, "012345");
		}
}

static void write_again(struct card_sheet *sheet)
{
	struct card_sheet again;
	struct err err = ERR_INIT;
	struct buf csv = BUF_INIT;

	give_numbers(sheet);
	CHECK(card_sheet_csv(sheet, true, &csv) == STATUS_OK);
	CHECK(card_sheet_read(buf_bytes(&csv), &again, &err) == STATUS_OK);
	CHECK(again.count == sheet->count);
	for (size_t i = 0; i < sheet->count; i++) {
		const struct card_row *a = &sheet->rows[i];
		const struct card_row *b = &again.rows[i];

		CHECK(strcmp(a->name, b->name) == 0);
		CHECK(strcmp(a->place, b->place) == 0);
		CHECK(strcmp(a->region, b->region) == 0);
		CHECK(strcmp(a->number, b->number) == 0);
		CHECK(strcmp(a->pin, b->pin) == 0);
	}
	card_sheet_release(&again);
	buf_release(&csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct card_sheet sheet;
	struct err err = ERR_INIT;
	enum status status = card_sheet_read((struct bytes){ data, size },
					     &sheet, &err);

	CHECK(status == STATUS_OK || status == STATUS_MALFORMED);
	CHECK((status == STATUS_OK) == (err.text[0] == 0));
	if (status == STATUS_OK)
		write_again(&sheet);
	card_sheet_release(&sheet);
	return 0;
}

void fuzz_seeds(void)
{
	fuzz_seed_text("姓名,单位,地区代码,卡号,密码\n"
		       "王秀英,联坪村,431081101203,471 183 9206,012 345\n"
		       "\"李, \"\"大山\"\"\",,,,\n");
	fuzz_seed_text("name;place\r\na;b\r\n");
	fuzz_seed_text("name\tnumber\tpin\na\t4711839206\t123456\n");
}
