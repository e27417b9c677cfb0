/* Tables of lessons, and the journal beside them: rows that read have good
 * values, and are read the same when written again. */
#include "catalog/lesson.h"
#include "node/csv.h"
#include "node/lesson_table.h"
#include "node/list_journal.h"
#include "proto/place.h"
#include "tests/fuzz/fuzz.h"

static void check_row(const struct lesson_table_row *row)
{
	uint64_t number;

	CHECK(strlen(row->key) == 32);
	CHECK(plain_is_good(row->text[COLUMN_TITLE], LESSON_TITLE_MAX, false));
	CHECK(topic_check(row->text[COLUMN_TOPIC]) == STATUS_OK);
	CHECK(row->text[COLUMN_DATE][0] == 0 ||
	      date_is_good(row->text[COLUMN_DATE]));
	CHECK(row->text[COLUMN_NUMBER][0] == 0 ||
	      decimal_parse(bytes_of(row->text[COLUMN_NUMBER]), &number) ==
		      STATUS_OK);
}

static void write_again(const struct lesson_table *first)
{
	struct lesson_table second = LESSON_TABLE_INIT;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	buf_puts(&text, "\xef\xbb\xbf");
	for (unsigned c = 0; c < COLUMNS; c++)
		buf_printf(&text, "%s%s", c == 0 ? "" : ",",
			   lesson_column_name((enum lesson_column)c));
	buf_puts(&text, "\n");
	for (size_t i = 0; i < first->count; i++) {
		for (unsigned c = 0; c < COLUMNS; c++) {
			buf_puts(&text, c == 0 ? "" : ",");
			csv_put(&text, first->rows[i].text[c]);
		}
		buf_puts(&text, "\n");
	}
	CHECK(lesson_table_read(buf_bytes(&text), &second, &err) ==
	      STATUS_OK);
	CHECK(second.fault_count == 0 && second.count == first->count);
	for (size_t i = 0; i < first->count; i++)
		for (unsigned c = 0; c < COLUMNS; c++)
			CHECK(strcmp(first->rows[i].text[c],
				     second.rows[i].text[c]) == 0);
	buf_release(&text);
	lesson_table_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes text = { data, size };
	struct lesson_table table = LESSON_TABLE_INIT;
	struct list_journal *journal = list_journal_new();
	struct err err = ERR_INIT;
	size_t whole;

	if (lesson_table_read(text, &table, &err) == STATUS_OK &&
	    table.fault_count == 0) {
		for (size_t i = 0; i < table.count; i++)
			check_row(&table.rows[i]);
		write_again(&table);
	}
	lesson_table_release(&table);
	CHECK(journal != NULL);
	if (list_journal_read(journal, text, &whole, &err) == STATUS_OK)
		CHECK(whole <= size);
	list_journal_free(journal);
	return 0;
}

void fuzz_seeds(void)
{
	struct buf b = BUF_INIT;

	lesson_table_template(false, &b);
	fuzz_seed_buf(&b);
	lesson_table_template(true, &b);
	fuzz_seed_buf(&b);
	fuzz_seed_text("file;title;topic;number;series;no-save;date\n"
		       "a;\"b \"\"c\"\"\nd\";e/f;第3集;s;是;2024年3月5日\n");
	fuzz_seed_text("{\"xiangtu\":\"publish --list\",\"version\":1}\n"
		       "{\"row\":\"000102030405060708090a0b0c0d0e0f\","
		       "\"step\":\"begun\",\"id\":\"o#0c0001r1\",\"rev\":1}\n"
		       "{\"row\":\"000102030405060708090a0b0c0d0e0f\",\"ste");
}
