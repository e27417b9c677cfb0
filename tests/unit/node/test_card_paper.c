/* The sheet for the printer. That its codes read as the numbers is seen with a
 * reader in tests/scenario/70-cards-travel.py. */
#include "node/office/card_paper.h"

#include <stdio.h>
#include <string.h>

#include "node/office/qr_code.h"
#include "signing/key.h"
#include "tests/support/check.h"

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (text = strstr(text, what); text != NULL;
	     text = strstr(text + 1, what))
		n++;
	return n;
}

/* `n` people with numbers and PINs as a table gives them: nothing is drawn. */
static void fill(struct card_sheet *sheet, unsigned n, const char *name)
{
	struct buf table = BUF_INIT;
	struct err err = ERR_INIT;

	buf_puts(&table, "name,place,number,pin\n");
	for (unsigned i = 0; i < n; i++)
		buf_printf(&table, "%s,<联坪村>,471 183 9206,%06u\n", name,
			   100000 + i);
	CHECK(card_sheet_read(buf_bytes(&table), sheet, &err) == STATUS_OK);
	buf_release(&table);
}

static void ten_cards_a_page_and_nothing_from_elsewhere(void)
{
	struct card_sheet sheet;
	struct buf html = BUF_INIT;
	char pin[32];

	fill(&sheet, 21, "王秀英");
	CHECK(card_paper_html(&sheet, true, &html) == STATUS_OK);
	CHECK(count(buf_string(&html), "<ul class=\"sheet\">") == 3);
	CHECK(count(buf_string(&html), "</ul>") == 3);
	CHECK(count(buf_string(&html), "<li class=\"card\">") == 21);
	CHECK(count(buf_string(&html), "<svg ") == 21);
	CHECK(count(buf_string(&html), ">471 183 9206<") == 21);
	CHECK(count(buf_string(&html), "王秀英") == 21);
	CHECK(count(buf_string(&html), "卡号</dt>") == 21);
	for (unsigned i = 0; i < 21; i++) {
		(void)snprintf(pin, sizeof(pin), "<dd>%06u</dd>", 100000 + i);
		CHECK(count(buf_string(&html), pin) == 1);
	}
	CHECK(count(buf_string(&html), "http") == 1); /* http-equiv */
	CHECK(count(buf_string(&html), "<script") == 0);
	CHECK(count(buf_string(&html), "src=") == 0);
	buf_release(&html);
	card_sheet_release(&sheet);
}

static void whole_pages_and_other_languages(void)
{
	struct card_sheet sheet;
	struct buf html = BUF_INIT;

	fill(&sheet, 20, "Wang");
	CHECK(card_paper_html(&sheet, false, &html) == STATUS_OK);
	CHECK(count(buf_string(&html), "<ul class=\"sheet\">") == 2);
	CHECK(count(buf_string(&html), "</ul>") == 2);
	CHECK(count(buf_string(&html), "Number</dt>") == 20);
	CHECK(count(buf_string(&html), "lang=\"en\"") == 1);
	buf_release(&html);
	card_sheet_release(&sheet);
}

static void a_name_is_text_and_never_html(void)
{
	struct card_sheet sheet;
	struct buf html = BUF_INIT;

	fill(&sheet, 1, "<b>&\"\"");
	CHECK(card_paper_html(&sheet, true, &html) == STATUS_OK);
	CHECK(count(buf_string(&html), "<b>") == 0);
	CHECK(count(buf_string(&html), "&lt;b>&amp;") == 1);
	CHECK(count(buf_string(&html), "&lt;联坪村>") == 1);
	buf_release(&html);
	card_sheet_release(&sheet);
}

/* Ten digits are the smallest code there is, with white around it; as bytes
 * they would still be, so a number twice as long tells the difference. */
static void a_number_is_a_coarse_code(void)
{
	struct buf path = BUF_INIT;
	unsigned side = 0, x, y, w;
	const char *at;

	CHECK(qr_code_path("4711839206", &path, &side) == STATUS_OK);
	CHECK(side == 21 + 2 * QR_CODE_QUIET);
	CHECK(count(buf_string(&path), "M4 4h7v1h-7z") == 1); /* its corner */
	for (at = strchr(buf_string(&path), 'M'); at != NULL;
	     at = strchr(at + 1, 'M')) {
		CHECK(sscanf(at, "M%u %uh%u", &x, &y, &w) == 3);
		CHECK(x >= QR_CODE_QUIET && x + w <= side - QR_CODE_QUIET);
		CHECK(y >= QR_CODE_QUIET && y < side - QR_CODE_QUIET);
	}
	buf_clear(&path);
	CHECK(qr_code_path("47118392064711839206471183920647", &path, &side) ==
	      STATUS_OK);
	CHECK(side == 21 + 2 * QR_CODE_QUIET);
	buf_release(&path);
}

static void more_than_a_code_holds_is_refused(void)
{
	static char digits[8001];
	struct buf path = BUF_INIT;
	unsigned side = 7;

	memset(digits, '7', sizeof(digits) - 1);
	CHECK(qr_code_path(digits, &path, &side) == STATUS_MALFORMED);
	CHECK(path.size == 0 && side == 7);
	buf_release(&path);
}

int main(void)
{
	CHECK(signing_init() == STATUS_OK);
	ten_cards_a_page_and_nothing_from_elsewhere();
	whole_pages_and_other_languages();
	a_name_is_text_and_never_html();
	a_number_is_a_coarse_code();
	more_than_a_code_holds_is_refused();
	return 0;
}
