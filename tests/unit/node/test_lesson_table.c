#include "node/lesson_table.h"

#include "node/csv.h"
#include "node/list_journal.h"
#include "tests/support/scratch.h"

static struct scratch scratch;
static struct lesson_table table;
static struct err err;

static enum status read_table(const char *text)
{
	lesson_table_release(&table);
	err = (struct err)ERR_INIT;
	return lesson_table_read(bytes_of(text), &table, &err);
}

static void must_read(const char *text)
{
	if (read_table(text) != STATUS_OK || table.fault_count != 0) {
		fprintf(stderr, "%s\n%s%s\n", text, err.text,
			buf_string(&table.faults));
		abort();
	}
}

static const char *cell(size_t row, enum lesson_column column)
{
	CHECK(row < table.count);
	return table.rows[row].text[column];
}

static void tables_of_offices_are_read(void)
{
	must_read("file,title,topic\na.mp4,甲,产业/养殖\n");
	CHECK(table.count == 1 && table.rows[0].line == 2);
	CHECK(strcmp(cell(0, COLUMN_FILE), "a.mp4") == 0);
	CHECK(strcmp(cell(0, COLUMN_REGION), "") == 0);
	/* As Excel writes it: a mark, CR LF, quotes, empty rows, Chinese. */
	must_read("\xef\xbb\xbf标题,文件,主题,集数,系列,日期,简介,不可保存,\r\n"
		  "\"甲, \"\"乙\"\"\",视频/a.wmv,产业/养殖,第3集,黑山羊,"
		  "2024/3/5,\"两\r\n行\",是,\r\n"
		  ",,,,,,,,\r\n"
		  "丙,b.wmv,产业/种植, 4.0 ,果树,2024年12月31日,,否,");
	CHECK(table.count == 2);
	CHECK(strcmp(cell(0, COLUMN_TITLE), "甲, \"乙\"") == 0);
	CHECK(strcmp(cell(0, COLUMN_NUMBER), "3") == 0);
	CHECK(strcmp(cell(0, COLUMN_DATE), "2024-03-05") == 0);
	CHECK(strcmp(cell(0, COLUMN_SUMMARY), "两\n行") == 0);
	CHECK(strcmp(cell(0, COLUMN_KEEP), "1") == 0);
	CHECK(table.rows[1].line == 5);
	CHECK(strcmp(cell(1, COLUMN_NUMBER), "4") == 0);
	CHECK(strcmp(cell(1, COLUMN_DATE), "2024-12-31") == 0);
	CHECK(strcmp(cell(1, COLUMN_KEEP), "") == 0);
	/* "文件\t标题\t主题" in GBK, with tabs */
	must_read("\xce\xc4\xbc\xfe\t\xb1\xea\xcc\xe2\t\xd6\xf7\xcc\xe2\n"
		  "a.mp4\t\xba\xda\xc9\xbd\xd1\xf2\t\xb2\xfa\xd2\xb5\n");
	CHECK(strcmp(cell(0, COLUMN_TITLE), "黑山羊") == 0);
	must_read("file;title;topic\na, b.mp4;甲;产业\n");
	CHECK(strcmp(cell(0, COLUMN_FILE), "a, b.mp4") == 0);
}

static void what_is_no_such_table_is_refused(void)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", "empty" },
		{ "\n\n", "empty" },
		{ "file,title,topic\n", "no lesson" },
		{ "file,title\na,b\n", "'topic' is missing" },
		{ "file,title,topic,colour\na,b,c,d\n", "'colour'" },
		{ "file,title,topic,文件\na,b,c,d\n", "'文件' twice" },
		{ "file,title,topic\n\"a,b,c\n", "line 2: a quote" },
		{ "file,title,topic\na,b,c\n\"a\"x,b,c\n",
		  "line 3: something stands behind" },
		{ "file,title,topic\na,\x01,c\n", "line 2: a control" },
		{ "\xff\xff\xff", "UTF-8" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (read_table(cases[i].text) != STATUS_MALFORMED ||
		    strstr(err.text, cases[i].says) == NULL) {
			fprintf(stderr, "%s\n-> %s\n", cases[i].text,
				err.text);
			abort();
		}
}

static void faults_of_all_rows_are_told_by_line(void)
{
	static const char *const faults[] = {
		"line 2: no file", "line 2: title: ", "line 3: topic: 'a b'",
		"line 3: region: '43108'", "line 4: date: '2024-02-30'",
		"line 4: number: 'three'", "line 5: a number without a series",
		"line 5: no-save: 'perhaps'", "line 6: the same lesson as in "
					      "line 5",
	};

	CHECK(read_table("file,title,topic,region,date,number,series,no-save\n"
			 ",,产业,,,,,\n"
			 "a,b,a b,43108,,,,\n"
			 "c,d,产业,,2024-02-30,three,s,\n"
			 "e,f,产业,,,3,,perhaps\n"
			 "e,f,产业,,,3,,\n") == STATUS_OK);
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		if (strstr(buf_string(&table.faults), faults[i]) == NULL) {
			fprintf(stderr, "no '%s' in\n%s", faults[i],
				buf_string(&table.faults));
			abort();
		}
	/* The second "a number without a series", too. */
	CHECK(table.fault_count == 10);
	/* Very many are counted, not kept. */
	{
		struct buf text = BUF_INIT;

		buf_puts(&text, "file,title,topic\n");
		for (unsigned i = 0; i < 500; i++)
			buf_printf(&text, "f%u,t,a b\n", i);
		CHECK(read_table(buf_string(&text)) == STATUS_OK);
		CHECK(table.fault_count == 500);
		CHECK(strstr(buf_string(&table.faults), "line 21:") != NULL);
		CHECK(strstr(buf_string(&table.faults), "line 22:") == NULL);
		buf_release(&text);
	}
}

static void the_template_is_a_table(void)
{
	struct buf text = BUF_INIT;

	for (int chinese = 0; chinese < 2; chinese++) {
		buf_clear(&text);
		lesson_table_template(chinese == 1, &text);
		must_read(buf_string(&text));
		CHECK(table.count == 1);
		CHECK(strcmp(cell(0, COLUMN_NUMBER), "3") == 0);
		CHECK((strstr(buf_string(&text), "标题") != NULL) ==
		      (chinese == 1));
	}
	buf_release(&text);
}

static void a_row_is_known_wherever_it_stands(void)
{
	char key[33];

	must_read("file,title,topic\na,b,产业\n");
	strcpy(key, table.rows[0].key);
	must_read("topic,summary,title,file\n产业,x,z,y\n种植,y,b,a\n");
	CHECK(strcmp(key, table.rows[1].key) == 0);
	CHECK(strcmp(key, table.rows[0].key) != 0);
}

static struct list_event event_of(unsigned row, enum list_step step,
				  const char *id, uint64_t rev)
{
	struct list_event e = { .step = step, .rev = rev };

	(void)snprintf(e.key, sizeof(e.key), "%032x", row);
	(void)snprintf(e.id, sizeof(e.id), "%s", id);
	return e;
}

static struct list_event last_of(const struct list_journal *j, unsigned row)
{
	struct list_event e = event_of(row, LIST_NEW, "", 0), out;

	list_journal_last(j, e.key, &out);
	return out;
}

static void append(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) ==
				 (ssize_t)strlen(text));
	CHECK(close(fd) == 0);
}

static void how_far_it_came_survives_a_power_cut(void)
{
	const char *path = scratch_path(&scratch, "课件.csv.done");
	struct list_journal *j, *other;
	struct list_event e;

	err = (struct err)ERR_INIT;
	CHECK(list_journal_open(&j, path, &err) == STATUS_OK);
	CHECK(list_journal_open(&other, path, &err) == STATUS_BUSY);
	for (unsigned i = 100; i > 0; i--) {
		e = event_of(i, LIST_BEGUN, "o#0c0001r1", 1);
		CHECK(list_journal_add(j, &e, &err) == STATUS_OK);
	}
	e = event_of(7, LIST_DONE, "o#0c0001r1", 1);
	CHECK(list_journal_add(j, &e, &err) == STATUS_OK);
	e = event_of(8, LIST_FAILED, "", 0);
	CHECK(list_journal_add(j, &e, &err) == STATUS_OK);
	CHECK(last_of(j, 7).step == LIST_DONE);
	list_journal_free(j);

	/* Half a line is none; the next one begins where it began. */
	append(path, "{\"row\":\"00000000000000000000000000000009\",\"st");
	CHECK(list_journal_open(&j, path, &err) == STATUS_OK);
	CHECK(last_of(j, 7).step == LIST_DONE && last_of(j, 7).rev == 1);
	CHECK(strcmp(last_of(j, 7).id, "o#0c0001r1") == 0);
	CHECK(last_of(j, 8).step == LIST_FAILED);
	CHECK(last_of(j, 9).step == LIST_BEGUN);
	CHECK(last_of(j, 200).step == LIST_NEW);
	e = event_of(9, LIST_DONE, "o#0c0001r1", 1);
	CHECK(list_journal_add(j, &e, &err) == STATUS_OK);
	list_journal_free(j);
	CHECK(list_journal_open(&j, path, &err) == STATUS_OK);
	CHECK(last_of(j, 9).step == LIST_DONE);
	list_journal_free(j);

	/* What somebody else wrote is not written over. */
	append(path, "hello\n");
	CHECK(list_journal_open(&j, path, &err) == STATUS_MALFORMED);
	scratch_file(&scratch, "other", 100, 1);
	CHECK(list_journal_open(&j, scratch_path(&scratch, "other"), &err) !=
	      STATUS_OK);
}

int main(void)
{
	scratch_init(&scratch);
	table = (struct lesson_table)LESSON_TABLE_INIT;
	tables_of_offices_are_read();
	what_is_no_such_table_is_refused();
	faults_of_all_rows_are_told_by_line();
	the_template_is_a_table();
	a_row_is_known_wherever_it_stands();
	how_far_it_came_survives_a_power_cut();
	lesson_table_release(&table);
	scratch_release(&scratch);
	return 0;
}
