#include "node/office/report_csv.h"

#include "node/csv.h"
#include "node/office/report_export.h"
#include "tests/support/dice.h"
#include "tests/support/office_books.h"

static bool writes(const char *cell, bool number, const char *expected)
{
	struct buf out = BUF_INIT;
	bool same;

	report_csv_cell(&out, cell, number);
	same = strcmp(buf_string(&out), expected) == 0;
	buf_release(&out);
	return same;
}

static void no_cell_is_a_formula(void)
{
	CHECK(writes(NULL, false, ""));
	CHECK(writes("黄草村", false, "黄草村"));
	CHECK(writes("=1+1", false, "'=1+1"));
	CHECK(writes("+86", false, "'+86"));
	CHECK(writes("-7", false, "'-7"));
	CHECK(writes("@SUM(A1)", false, "'@SUM(A1)"));
	CHECK(writes("  =1", false, "'  =1"));
	CHECK(writes("\t=1", false, "\"'\t=1\""));
	CHECK(writes("a=1", false, "a=1"));
	CHECK(writes("-7", true, "-7"));
	CHECK(writes("=a,b", false, "\"'=a,b\""));
	CHECK(writes("\"=1\"", false, "\"\"\"=1\"\"\""));
}

/* Any text comes back as it was, with an apostrophe at most. */
/* 431081101203 would be shown as 4.31081E+11, the card 0820 as 820. */
static void no_code_becomes_another_number(void)
{
	CHECK(writes("431081101203", false, "\"431081101203\t\""));
	CHECK(writes("0820", false, "\"0820\t\""));
	CHECK(writes("12e34567", false, "\"12e34567\t\""));
	CHECK(writes("431081101", false, "431081101"));
	CHECK(writes("0", false, "0"));
	CHECK(writes("820", false, "820"));
	CHECK(writes("12e", false, "12e"));
	CHECK(writes("5302 王秀英", false, "5302 王秀英"));
	CHECK(writes("2027-03", false, "2027-03"));
	CHECK(writes("123456789012", true, "123456789012"));
}

static void cells_read_back(void)
{
	static const char letters[] = "=+-@ab,;\"'\n ";

	dice_begin(7);
	for (int i = 0; i < 3000; i++) {
		char text[40] = "x";
		struct buf out = BUF_INIT;
		struct err err = ERR_INIT;
		struct csv csv;
		size_t size = 1 + (size_t)dice(20);
		const char *read;

		/* When it is read, white space at its ends is not kept, and
		 * lines end in one way. */
		for (size_t c = 1; c < size; c++)
			text[c] = letters[dice(12)];
		text[size] = 'x';
		if (dice(2) == 0)
			text[0] = letters[dice(4)];
		buf_puts(&out, "a,b\r\n");
		report_csv_cell(&out, text, false);
		buf_puts(&out, ",1\r\n");
		csv_init(&csv, buf_bytes(&out));
		CHECK(csv_next(&csv, &err) == STATUS_OK);
		CHECK(csv_next(&csv, &err) == STATUS_OK && csv.count == 2);
		read = csv.fields[0];
		CHECK(strchr("=+-@", text[0]) == NULL || *read == '\'');
		read += *read == '\'' && text[0] != '\'';
		CHECK(strcmp(read, text) == 0);
		csv_release(&csv);
		buf_release(&out);
	}
}

static void put_month(struct books *b)
{
	const struct books_station s = { .region = "431081101203",
					 .name = "-村,一",
					 .groups = "管区一\n学校",
					 .since = "2026-01-01",
					 .through = "2026-10-31" };
	const struct report_sums sums = { .ms = { 1, 14400000, 59999, 120000 },
					  .doubtful_ms = 61000,
					  .collective = 4,
					  .personal = 2,
					  .people = 42,
					  .flags = 1 << 1 | 1 << 5 };

	books_station(b, 1, &s);
	books_sums(b, "sum_station", books_month("2026-10"), 1, 0, &sums);
	books_sums(b, "sum_station", books_month("2026-09"), 1, 0,
		   &(struct report_sums){ .ms = { 0, 14520000 } });
}

/* Byte for byte: office software and those who read it count on it. */
static void a_table_is_as_it_always_was(void)
{
	static const char golden[] =
		"\xef\xbb\xbf月份,区划代码,登记码,站点,分组,状态,总分钟,"
		"集中分钟,个性化分钟,未登记分钟,手工登记分钟,存疑分钟,"
		"集中学习次数,个性化学习次数,人次,课件数,日期不明分钟,"
		"日期不明次数,比上月,最后消息,启用日期,记号,更换次数\r\n"
		"2026-10,\"431081101203\t\",%s,\"'-村,一\",管区一、学校,达标,243,240,"
		"0,0,2,1,4,2,42,0,0,0,1,2026-11-01,2026-01-01,"
		"可能空放、手工登记,0\r\n";
	const struct report_query q = { .month = books_month("2026-10"),
					.region = "431081",
					.now_s = books_noon("2026-11-02"),
					.norm_min = 240 };
	const struct table_wish wish = { .table = TABLE_STATIONS,
					 .query = &q,
					 .chinese = true };
	char expected[sizeof(golden) + KEY_CODE_SIZE], code[KEY_CODE_SIZE + 1];
	struct buf out = BUF_INIT;
	struct public_key key;
	struct books b;

	books_init(&b);
	key = books_key(1);
	key_code(key.bytes, code);
	put_month(&b);
	BOOKS_OK(&b, report_csv(&wish, b.node, b.records, &out, &b.err));
	(void)snprintf(expected, sizeof(expected), golden, code);
	CHECK(strcmp(buf_string(&out), expected) == 0);
	buf_release(&out);
	books_release(&b);
}

static size_t count_of(const char *text, const char *word)
{
	size_t count = 0;

	while ((text = strstr(text, word)) != NULL) {
		count++;
		text += strlen(word);
	}
	return count;
}

static void what_a_database_reads_has_each_month_once(void)
{
	const struct report_query q = { .month = books_month("2026-10"),
					.region = "431081",
					.now_s = books_noon("2026-11-02"),
					.norm_min = 240 };
	struct report_export x = { .query = &q, .all_months = true };
	struct buf out = BUF_INIT;
	struct books b;

	books_init(&b);
	put_month(&b);
	x.node = b.node;
	x.records = b.records;
	BOOKS_OK(&b, report_export_sql(&x, "o'ffice\\", &out, &b.err));
	CHECK(count_of(buf_string(&out), "o'ffice\\\\\t2026-10\t") == 4);
	CHECK(count_of(buf_string(&out), "o'ffice\\\\\t2026-09\t") == 4);
	CHECK(count_of(buf_string(&out), "WHERE office = 'o''ffice\\';") ==
	      TABLE_NAMES);
	CHECK(count_of(buf_string(&out), "\nBEGIN;\n") == 1 &&
	      count_of(buf_string(&out), "COMMIT;\n") == 1);
	buf_clear(&out);
	x.all_months = false;
	BOOKS_OK(&b, report_export_sql(&x, "x", &out, &b.err));
	CHECK(count_of(buf_string(&out), "2026-09") == 0);
	CHECK(count_of(buf_string(&out), " AND month = '2026-10';") == 5);
	buf_release(&out);
	books_release(&b);
}

int main(void)
{
	no_cell_is_a_formula();
	no_code_becomes_another_number();
	cells_read_back();
	a_table_is_as_it_always_was();
	what_a_database_reads_has_each_month_once();
	return 0;
}
