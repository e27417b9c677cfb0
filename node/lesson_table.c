#include "node/lesson_table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

#include "catalog/charset.h"
#include "node/csv.h"
#include "proto/encoding.h"
#include "proto/place.h"

/* What columns are called; the first of each is ours. */
static const struct {
	const char *name;
	const char *chinese[6];
} columns[COLUMNS] = {
	[COLUMN_FILE] = { "file", { "文件", "文件名", "路径", "视频" } },
	[COLUMN_TITLE] = { "title", { "标题", "题目", "课件名称", "名称" } },
	[COLUMN_TOPIC] = { "topic", { "主题", "类别", "分类" } },
	[COLUMN_REGION] = { "region",
			    { "地区", "地区代码", "行政区划代码" } },
	[COLUMN_SUMMARY] = { "summary", { "简介", "摘要", "内容简介" } },
	[COLUMN_SERIES] = { "series", { "系列", "丛书" } },
	[COLUMN_NUMBER] = { "number", { "集数", "序号", "集" } },
	[COLUMN_DATE] = { "date", { "日期", "制作日期" } },
	[COLUMN_EXPIRES] = { "expires", { "到期", "有效期至" } },
	[COLUMN_LANG] = { "lang", { "语言" } },
	[COLUMN_REVISES] = { "revises", { "替换", "修订" } },
	[COLUMN_INITIALS] = { "initials", { "首字母", "拼音首字母" } },
	[COLUMN_KEEP] = { "no-save", { "不可保存", "禁止保存" } },
};

const char *lesson_column_name(enum lesson_column column)
{
	return columns[column].name;
}

const char *lesson_column_chinese(enum lesson_column column)
{
	return columns[column].chinese[0];
}

void lesson_table_fault(struct lesson_table *table, unsigned line,
			const char *fmt, ...)
{
	char text[600];
	va_list args;

	if (table->fault_count++ >= LESSON_TABLE_FAULTS_MAX)
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	buf_printf(&table->faults, "line %u: %s\n", line, text);
}

/* --- the first row --- */

static enum lesson_column column_of(const char *name)
{
	for (unsigned c = 0; c < COLUMNS; c++) {
		if (strcasecmp(name, columns[c].name) == 0)
			return (enum lesson_column)c;
		for (unsigned i = 0; i < 6 && columns[c].chinese[i] != NULL;
		     i++)
			if (strcmp(name, columns[c].chinese[i]) == 0)
				return (enum lesson_column)c;
	}
	return COLUMNS;
}

static enum status unknown_column(const char *name, struct err *err)
{
	struct buf list = BUF_INIT;

	for (unsigned c = 0; c < COLUMNS; c++)
		buf_printf(&list, "%s%s", c == 0 ? "" : ", ", columns[c].name);
	(void)err_set(err, STATUS_MALFORMED,
		      "the first row names a column '%.60s', which is none of "
		      "%s, or these in Chinese (--list-template prints them)",
		      name, buf_string(&list));
	buf_release(&list);
	return STATUS_MALFORMED;
}

/* Where each column of the table belongs; COLUMNS: nowhere. */
static enum status read_head(struct csv *csv,
			     enum lesson_column map[static CSV_COLUMNS_MAX],
			     struct err *err)
{
	static const enum lesson_column needed[] = { COLUMN_FILE, COLUMN_TITLE,
						     COLUMN_TOPIC };
	bool seen[COLUMNS + 1] = { false };
	enum status status = csv_next(csv, err);

	if (status == STATUS_NOT_FOUND)
		return err_set(err, STATUS_MALFORMED, "it is empty");
	for (unsigned i = 0; i < csv->count && status == STATUS_OK; i++) {
		map[i] = column_of(csv->fields[i]);
		if (map[i] == COLUMNS && csv->fields[i][0] != 0)
			return unknown_column(csv->fields[i], err);
		if (map[i] != COLUMNS && seen[map[i]])
			return err_set(err, STATUS_MALFORMED,
				       "the first row names the column '%s' "
				       "twice",
				       csv->fields[i]);
		seen[map[i]] = true;
	}
	for (size_t i = 0; i < 3 && status == STATUS_OK; i++)
		if (!seen[needed[i]])
			return err_set(err, STATUS_MALFORMED,
				       "the first row must name the columns "
				       "file, title and topic (文件, 标题, "
				       "主题): '%s' is missing",
				       columns[needed[i]].name);
	return status;
}

/* --- what office software makes of values --- */

/* "2024/3/5", "2024.3.5" and "2024年3月5日" are 2024-03-05. */
static void mend_date(char **text)
{
	unsigned year, month, day;
	int used = 0;
	char out[40];

	if ((sscanf(*text, "%4u%*1[-/.]%2u%*1[-/.]%2u%n", &year, &month, &day,
		    &used) == 3 ||
	     sscanf(*text, "%4u年%2u月%2u日%n", &year, &month, &day,
		    &used) == 3) &&
	    used > 0 && (*text)[used] == 0) {
		char *copy;

		(void)snprintf(out, sizeof(out), "%04u-%02u-%02u", year,
			       month, day);
		copy = strdup(out);
		if (copy != NULL) {
			free(*text);
			*text = copy;
		}
	}
}

/* "3.0", "第3集" and " 3" are 3. */
static void mend_number(char *text)
{
	size_t from = strcspn(text, "0123456789"), size;

	if (from > 0 && strncmp(text, "第", from) != 0)
		return;
	size = strspn(text + from, "0123456789");
	if (size == 0 || (strcmp(text + from + size, "") != 0 &&
			  strcmp(text + from + size, ".0") != 0 &&
			  strcmp(text + from + size, "集") != 0 &&
			  strcmp(text + from + size, "讲") != 0))
		return;
	while (size > 1 && text[from] == '0') {
		from++;
		size--;
	}
	memmove(text, text + from, size);
	text[size] = 0;
}

static bool is_word(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcasecmp(text, *words) == 0)
			return true;
	return false;
}

static void check_keep(struct lesson_table *t, struct lesson_table_row *row)
{
	static const char *const yes[] = { "yes", "y", "1", "true", "是",
					   "√", NULL };
	static const char *const no[] = { "", "no", "n", "0", "false", "否",
					  NULL };
	char *text = row->text[COLUMN_KEEP];

	if (is_word(text, no)) {
		text[0] = 0;
	} else if (is_word(text, yes)) {
		(void)strcpy(text, "1");
	} else {
		lesson_table_fault(t, row->line,
				   "no-save: '%.60s' is neither yes nor no",
				   text);
	}
}

static void check_date(struct lesson_table *t, struct lesson_table_row *row,
		       enum lesson_column column)
{
	mend_date(&row->text[column]);
	if (row->text[column][0] != 0 && !date_is_good(row->text[column]))
		lesson_table_fault(t, row->line,
				   "%s: '%.60s' is no day like 2026-11-21",
				   columns[column].name, row->text[column]);
}

static void check_number(struct lesson_table *t, struct lesson_table_row *row)
{
	const char *text = row->text[COLUMN_NUMBER];
	uint64_t number = 0;

	mend_number(row->text[COLUMN_NUMBER]);
	if (text[0] == 0)
		return;
	if (decimal_parse(bytes_of(text), &number) != STATUS_OK ||
	    number > INT32_MAX)
		lesson_table_fault(t, row->line,
				   "number: '%.60s' is no number", text);
	else if (row->text[COLUMN_SERIES][0] == 0)
		lesson_table_fault(t, row->line,
				   "a number without a series");
}

static void check_row(struct lesson_table *t, struct lesson_table_row *row)
{
	char **text = row->text;

	if (text[COLUMN_FILE][0] == 0)
		lesson_table_fault(t, row->line, "no file");
	if (!plain_is_good(text[COLUMN_TITLE], LESSON_TITLE_MAX, false))
		lesson_table_fault(t, row->line,
				   "title: one line of 1 to %d bytes is "
				   "wanted",
				   LESSON_TITLE_MAX);
	if (topic_check(text[COLUMN_TOPIC]) != STATUS_OK)
		lesson_table_fault(t, row->line,
				   "topic: '%.200s' is no path of words joined "
				   "by '/', like 产业/养殖/黑山羊",
				   text[COLUMN_TOPIC]);
	if (text[COLUMN_REGION][0] != 0 &&
	    region_check(text[COLUMN_REGION]) != STATUS_OK)
		lesson_table_fault(t, row->line,
				   "region: '%.60s' is no code of 2, 4, 6, 9 "
				   "or 12 digits",
				   text[COLUMN_REGION]);
	if (text[COLUMN_SUMMARY][0] != 0 &&
	    !plain_is_good(text[COLUMN_SUMMARY], LESSON_SUMMARY_MAX, true))
		lesson_table_fault(t, row->line,
				   "summary: longer than %d bytes, or not "
				   "plain text",
				   LESSON_SUMMARY_MAX);
	check_date(t, row, COLUMN_DATE);
	check_date(t, row, COLUMN_EXPIRES);
	check_number(t, row);
	check_keep(t, row);
}

/* --- rows --- */

static bool make_key(struct lesson_table_row *row)
{
	static const enum lesson_column parts[] = {
		COLUMN_FILE, COLUMN_TITLE, COLUMN_SERIES, COLUMN_NUMBER,
		COLUMN_REVISES
	};
	struct buf text = BUF_INIT;
	uint8_t hash[32];
	bool good;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		buf_printf(&text, "%s\n", row->text[parts[i]]);
	good = buf_status(&text) == STATUS_OK &&
	       EVP_Digest(text.data, text.size, hash, NULL, EVP_sha256(),
			  NULL) == 1;
	if (good)
		hex_encode((struct bytes){ hash, 16 }, row->key);
	buf_release(&text);
	return good;
}

static void release_row(struct lesson_table_row *row)
{
	for (unsigned c = 0; c < COLUMNS; c++)
		free(row->text[c]);
}

static bool fill_row(const struct csv *csv, const enum lesson_column *map,
		     unsigned mapped, struct lesson_table_row *row)
{
	bool good = true;

	memset(row, 0, sizeof(*row));
	row->line = csv->line;
	for (unsigned i = 0; i < csv->count && i < mapped; i++)
		if (map[i] != COLUMNS)
			row->text[map[i]] = strdup(csv->fields[i]);
	for (unsigned c = 0; c < COLUMNS; c++) {
		if (row->text[c] == NULL)
			row->text[c] = strdup("");
		good = good && row->text[c] != NULL;
	}
	return good;
}

static enum status add_row(struct lesson_table *t, const struct csv *csv,
			   const enum lesson_column *map, unsigned mapped,
			   size_t *room, struct err *err)
{
	struct lesson_table_row row;

	if (t->count == LESSON_TABLE_ROWS_MAX)
		return err_set(err, STATUS_MALFORMED, "more than %d rows",
			       LESSON_TABLE_ROWS_MAX);
	if (t->count == *room) {
		size_t more = *room == 0 ? 64 : 2 * *room;
		void *rows = realloc(t->rows, more * sizeof(*t->rows));

		if (rows == NULL)
			return err_set(err, STATUS_NO_MEMORY, "out of memory");
		t->rows = rows;
		*room = more;
	}
	if (!fill_row(csv, map, mapped, &row)) {
		release_row(&row);
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	}
	check_row(t, &row);
	t->rows[t->count++] = row; /* its texts are the table's now */
	return make_key(&t->rows[t->count - 1]) ?
		       STATUS_OK :
		       err_set(err, STATUS_NO_MEMORY, "out of memory");
}

static int compare_keys(const void *a, const void *b)
{
	const struct lesson_table_row *const *one = a, *const *two = b;
	int order = strcmp((*one)->key, (*two)->key);

	return order != 0 ? order : (*one)->line < (*two)->line ? -1 : 1;
}

/* Which row was done is known by its key: two must not be the same. */
static enum status check_twice(struct lesson_table *t, struct err *err)
{
	struct lesson_table_row **sorted = calloc(t->count, sizeof(*sorted));

	if (sorted == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	for (size_t i = 0; i < t->count; i++)
		sorted[i] = &t->rows[i];
	qsort(sorted, t->count, sizeof(*sorted), compare_keys);
	for (size_t i = 1; i < t->count; i++)
		if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0)
			lesson_table_fault(t, sorted[i]->line,
					   "the same lesson as in line %u",
					   sorted[i - 1]->line);
	free(sorted);
	return STATUS_OK;
}

static enum status read_rows(struct csv *csv, struct lesson_table *out,
			     struct err *err)
{
	enum lesson_column map[CSV_COLUMNS_MAX];
	size_t room = 0;
	enum status status = read_head(csv, map, err);
	unsigned mapped = csv->count;

	while (status == STATUS_OK) {
		status = csv_next(csv, err);
		if (status == STATUS_NOT_FOUND)
			break;
		if (status == STATUS_OK)
			status = add_row(out, csv, map, mapped, &room, err);
	}
	if (status != STATUS_NOT_FOUND)
		return status;
	if (out->count == 0)
		return err_set(err, STATUS_MALFORMED,
			       "no lesson is in it, only names of columns");
	status = check_twice(out, err);
	if (status == STATUS_OK && buf_status(&out->faults) != STATUS_OK)
		status = err_set(err, STATUS_NO_MEMORY, "out of memory");
	return status;
}

enum status lesson_table_read(struct bytes file, struct lesson_table *out,
			      struct err *err)
{
	struct buf text = BUF_INIT;
	struct csv csv;
	enum status status = charset_to_utf8(file, &text, NULL, err);

	if (status == STATUS_OK) {
		csv_init(&csv, buf_bytes(&text));
		status = read_rows(&csv, out, err);
		csv_release(&csv);
	}
	buf_release(&text);
	return status;
}

void lesson_table_release(struct lesson_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		release_row(&table->rows[i]);
	free(table->rows);
	buf_release(&table->faults);
	*table = (struct lesson_table)LESSON_TABLE_INIT;
}

void lesson_table_template(bool chinese, struct buf *out)
{
	static const char *const example[COLUMNS] = {
		[COLUMN_FILE] = "黑山羊春季防疫.wmv",
		[COLUMN_TITLE] = "黑山羊春季防疫",
		[COLUMN_TOPIC] = "产业/养殖/黑山羊",
		[COLUMN_SUMMARY] = "三月起怎样给羊打针",
		[COLUMN_SERIES] = "黑山羊养殖",
		[COLUMN_NUMBER] = "3",
		[COLUMN_DATE] = "2026-03-05",
	};

	buf_puts(out, "\xef\xbb\xbf");
	for (unsigned c = 0; c < COLUMNS; c++) {
		buf_puts(out, c == 0 ? "" : ",");
		csv_put(out, chinese ? columns[c].chinese[0] :
				       columns[c].name);
	}
	buf_puts(out, "\r\n");
	for (unsigned c = 0; c < COLUMNS; c++) {
		buf_puts(out, c == 0 ? "" : ",");
		csv_put(out, example[c] == NULL ? "" : example[c]);
	}
	buf_puts(out, "\r\n");
}
