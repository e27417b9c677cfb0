/* A report, its JSON, books, tables and what wants looking at, with each
 * allocation failing in turn: nothing is told in part. */
#include "catalog/attention.h"
#include "catalog/books.h"
#include "catalog/bulletin.h"
#include "catalog/imported.h"
#include "catalog/tables.h"
#include "tests/support/faults.h"
#include "tests/support/office_books.h"

struct world {
	struct books books;
	struct report_query query;
	char code[KEY_CODE_SIZE + 1];
	uint8_t own[PUBLIC_KEY_SIZE];
};

static enum status report_story(void *context, bool *tolerated)
{
	struct world *w = context;
	struct err err = ERR_INIT;
	struct report *r = NULL;
	json_t *json;
	enum status status = report_make(&r, w->books.node, w->books.records,
					 &w->query, &err);

	(void)tolerated;
	if (status != STATUS_OK) {
		CHECK(r == NULL);
		return status;
	}
	json = report_json(r, true);
	status = json == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	json_decref(json);
	report_free(r);
	return status;
}

static enum status books_story(void *context, bool *tolerated)
{
	struct world *w = context;
	struct err err = ERR_INIT;
	json_t *json = NULL;
	enum status status = books_read(&json, w->books.node,
					w->books.records, &w->query, w->code,
					&err);

	(void)tolerated;
	CHECK((status == STATUS_OK) == (json != NULL));
	json_decref(json);
	return status;
}

static enum status attention_story(void *context, bool *tolerated)
{
	struct world *w = context;
	struct err err = ERR_INIT;
	json_t *json = NULL;
	enum status status = attention_find(&json, w->books.node,
					    w->books.records, &w->query,
					    w->own, &err);

	(void)tolerated;
	CHECK((status == STATUS_OK) == (json != NULL));
	json_decref(json);
	return status;
}

static enum status count_row(void *owner, const char *const *cells,
			     unsigned count, struct err *err)
{
	(void)cells;
	(void)count;
	(void)err;
	++*(unsigned *)owner;
	return STATUS_OK;
}

static enum status table_story(void *context, bool *tolerated)
{
	struct world *w = context;
	const struct table_wish wish = { .table = TABLE_STUDIES,
					 .query = &w->query,
					 .personal = true,
					 .chinese = true };
	struct err err = ERR_INIT;
	unsigned rows = 0;
	enum status status = table_rows(&wish, w->books.node,
					w->books.records, count_row, &rows,
					&err);

	(void)tolerated;
	CHECK(status != STATUS_OK || rows == 1);
	return status;
}

/* Undone, whatever happened. */
static enum status close_story(void *context, bool *tolerated)
{
	struct world *w = context;
	struct err err = ERR_INIT;
	enum status status = bulletin_close(w->books.node, w->books.records,
					    &w->query, NULL, &err);

	(void)tolerated;
	if (status == STATUS_OK)
		books_sql(&w->books, w->books.records,
			  "DELETE FROM closed; DELETE FROM bulletin;"
			  "DELETE FROM bulletin_head");
	return status;
}

static void make_world(struct world *w)
{
	struct books_station s = { .region = "431081101203",
				   .name = "东江村",
				   .groups = "管区一\n学校",
				   .since = "2026-10-10",
				   .replaces = 2,
				   .through = "2026-10-31" };
	const struct report_sums sums = { .ms = { 60000, 2, 3, 4 },
					  .flags = 3 };
	struct books *b = &w->books;
	struct public_key key;

	books_init(b);
	books_station(b, 1, &s);
	s = (struct books_station){ .region = "431081101204",
				    .name = "白廊村",
				    .ended = true,
				    .until = "2026-10-10",
				    .through = "2026-10-09" };
	books_station(b, 2, &s);
	books_sums(b, "sum_station", books_month("2026-10"), 1, 0, &sums);
	books_sums(b, "sum_station", books_month("2026-10"), 2, 0, &sums);
	books_sql(b, b->records,
		  "INSERT INTO sum_lesson VALUES (%d, 1, 7, 1, 1, 1);"
		  "UPDATE station SET machine = '{\"smart\":\"failing\"}';"
		  "INSERT INTO person (card, tail, name, place, region, batch,"
		  " issued_s) VALUES (3073, '4711', '张三', '', '', 'x', 1);"
		  "INSERT INTO study (station, id, v, month, at_s, heads,"
		  " lessons, outside, hand_ms, ms, own, parts, flags, seen_s,"
		  " mark, item) VALUES (1, 5, 1, %d, %lld, 12,"
		  " '[\"a.example/x#00000000\"]', '{\"kind\":\"disc\"}', 1, 2,"
		  " 2, 1, 3, 1, 1, '{\"names\":[\"李四\"],\"cards\":"
		  "[\"0000000000000c01\"],\"note\":\"x\"}');"
		  "INSERT INTO equipment VALUES (1, 1, 1, '{\"name\":\"a\"}');"
		  "INSERT INTO fault VALUES (1, 1, 1, 1, 0,"
		  " '{\"text\":\"b\"}');"
		  "INSERT INTO wish VALUES (1, 1, 1, 'c')",
		  books_month("2026-10"), books_month("2026-10"),
		  (long long)books_noon("2026-10-15"));
	w->query = (struct report_query){ .month = books_month("2026-10"),
					  .region = "431081",
					  .rank = true,
					  .now_s = books_noon("2026-11-03"),
					  .norm_min = 240 };
	key = books_key(1);
	key_code(key.bytes, w->code);
	memset(w->own, 9, sizeof(w->own));
}

int main(void)
{
	static struct world w;

	json_object_seed(1);
	json_set_alloc_funcs(faults_malloc, faults_free);
	make_world(&w);
	faults_torture("report", report_story, &w, STATUS_NO_MEMORY);
	faults_torture("books", books_story, &w, STATUS_NO_MEMORY);
	faults_torture("attention", attention_story, &w, STATUS_NO_MEMORY);
	faults_torture("table", table_story, &w, STATUS_NO_MEMORY);
	faults_torture("close", close_story, &w, STATUS_NO_MEMORY);
	BOOKS_OK(&w.books, bulletin_close(w.books.node, w.books.records,
					  &w.query, NULL, &w.books.err));
	books_sql(&w.books, w.books.records,
		  "INSERT INTO late SELECT month, station, 20000, 1, 1, 1, 1,"
		  " 1, 1, 1, 1, 1, 1 FROM sum_station");
	faults_torture("closed", report_story, &w, STATUS_NO_MEMORY);
	books_release(&w.books);
	return 0;
}
