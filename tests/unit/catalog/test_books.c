#include "catalog/books.h"
#include "catalog/imported.h"
#include "catalog/tables.h"
#include "tests/support/office_books.h"

/* One batch of station n, all of it at that moment. */
static void take(struct books *b, unsigned n, uint64_t entry, int64_t s,
		 const char *items)
{
	struct imported_entry e = {
		.station = n,
		.entry = entry,
		.taken_s = s + 60,
		.now_s = s + 60,
		.when = { .s = (uint64_t)s, .boot = 1,
			  .mono = (uint64_t)s % 1000000, .floor = 1,
			  .sync = true },
		.items = json_loads(items, 0, NULL)
	};
	unsigned passed = 0;
	json_t *item;
	size_t i;

	CHECK(e.items != NULL);
	json_array_foreach(e.items, i, item)
		(void)json_object_set_new(
			item, "w",
			json_pack("[I,I,I,I,I]", (json_int_t)s,
				  (json_int_t)1, (json_int_t)(s % 1000000),
				  (json_int_t)1, (json_int_t)1));
	BOOKS_OK(b, catalog_begin(b->records, CATALOG_DURABLE, &b->err));
	BOOKS_OK(b, imported_take(b->records, &e, &passed, &b->err));
	BOOKS_OK(b, catalog_commit(b->records, &b->err));
	CHECK(passed == 0);
	json_decref(e.items);
}

static const char items[] =
	"[{\"k\":\"study\",\"id\":\"00000000000000aa\",\"v\":1,\"heads\":12,"
	"\"names\":[\"张三\",\"=李四\"],\"cards\":[\"0000000000000c01\"],"
	"\"lessons\":[\"zixing.example/431081#aaaaaaaa\"],"
	"\"outside\":{\"kind\":\"teacher\",\"title\":\"柑橘\",\"minutes\":30},"
	"\"note\":\"讨论了剪枝\",\"by\":\"王丽\",\"ms\":600000,\"own\":600000,"
	"\"parts\":1,\"flags\":[\"by-hand\"]},"
	"{\"k\":\"play\",\"id\":\"00000000000000bb\","
	"\"lesson\":\"zixing.example/431081#aaaaaaaa\",\"rev\":1,"
	"\"as\":\"video\",\"on\":\"tv\",\"ms\":600000,\"own\":600000,"
	"\"shown\":[0,600],\"of\":900,\"in\":\"00000000000000aa\",\"keys\":1,"
	"\"flags\":[]},"
	"{\"k\":\"personal\",\"id\":\"00000000000000cc\",\"v\":1,"
	"\"card\":\"0000000000000c01\",\"on\":\"phone\",\"ms\":120000,"
	"\"own\":120000,\"plays\":1,\"flags\":[]},"
	"{\"k\":\"equipment\",\"id\":\"00000000000000dd\",\"v\":1,"
	"\"name\":\"投影仪\",\"count\":1,\"state\":\"lent\"},"
	"{\"k\":\"fault\",\"id\":\"00000000000000ee\",\"v\":1,\"what\":\"tv\","
	"\"text\":\"没有图像\",\"fixed\":0},"
	"{\"k\":\"machine\",\"up_s\":5,\"on_hours\":1234,\"disk_total\":900,"
	"\"disk_free\":7,\"smart\":\"ok\",\"version\":\"1.2.3\",\"held\":3,"
	"\"wanted\":4,\"flags\":[\"full\"]},"
	"{\"k\":\"wish\",\"id\":\"00000000000000ff\",\"text\":\"想学养蜂\"},"
	"{\"k\":\"photo\",\"study\":\"00000000000000aa\",\"jpeg\":"
	"\"/9j/4AAQ\"}]";

static void begin(struct books *b)
{
	const struct books_station s = { .region = "431081101203",
					 .name = "东江村",
					 .through = "2026-10-31" };

	books_init(b);
	books_station(b, 1, &s);
	books_sql(b, b->records,
		  "INSERT INTO person (card, tail, name, place, region, batch,"
		  " issued_s) VALUES (%d, '4711', '张三', '', '', 'x', 1)",
		  0xc01);
	take(b, 1, 0, books_noon("2026-10-15"), items);
}

static struct report_query query_of(const char *month)
{
	return (struct report_query){ .month = books_month(month),
				      .region = "431081",
				      .now_s = books_noon("2026-11-03"),
				      .norm_min = 240 };
}

static void code_of(unsigned n, char out[static KEY_CODE_SIZE + 1])
{
	const struct public_key key = books_key(n);

	key_code(key.bytes, out);
}

static const json_t *first(const json_t *books, const char *list)
{
	const json_t *all = json_object_get(books, list);

	CHECK(json_array_size(all) == 1);
	return json_array_get(all, 0);
}

static bool says(const json_t *o, const char *key, const char *text)
{
	const char *value = json_string_value(json_object_get(o, key));

	return value != NULL && strcmp(value, text) == 0;
}

static void a_station_s_books_are_told(void)
{
	struct report_query q = query_of("2026-10");
	char code[KEY_CODE_SIZE + 1];
	const json_t *study, *card, *o;
	struct books b;
	json_t *books;

	begin(&b);
	code_of(1, code);
	BOOKS_OK(&b, books_read(&books, b.node, b.records, &q, code, &b.err));
	study = first(books, "studies");
	CHECK(says(study, "began", "2026-10-15 12:00"));
	CHECK(says(study, "note", "讨论了剪枝") && says(study, "by", "王丽"));
	CHECK(json_array_size(json_object_get(study, "names")) == 2);
	CHECK(json_is_true(json_object_get(study, "photo")));
	CHECK(json_integer_value(json_object_get(study, "hand_minutes")) ==
	      30);
	card = json_array_get(json_object_get(study, "cards"), 0);
	CHECK(says(card, "tail", "4711") && says(card, "name", "张三"));
	o = first(books, "personals");
	CHECK(says(o, "tail", "4711") && says(o, "on", "phone") &&
	      json_integer_value(json_object_get(o, "minutes")) == 2);
	o = first(books, "plays");
	CHECK(says(o, "kind", "collective") && says(o, "as", "video"));
	CHECK(says(first(books, "equipment"), "state", "lent"));
	CHECK(says(first(books, "faults"), "what", "tv"));
	CHECK(says(first(books, "wishes"), "text", "想学养蜂"));
	CHECK(says(json_object_get(books, "station"), "code", code));
	json_decref(books);

	/* Of another month only what has none. */
	q = query_of("2026-09");
	BOOKS_OK(&b, books_read(&books, b.node, b.records, &q, code, &b.err));
	CHECK(json_array_size(json_object_get(books, "studies")) == 0);
	CHECK(says(first(books, "faults"), "what", "tv"));
	json_decref(books);
	books_release(&b);
}

static void who_is_not_there_has_no_books(void)
{
	const struct report_query q = query_of("2026-10");
	char code[KEY_CODE_SIZE + 1];
	struct buf jpeg = BUF_INIT;
	struct books b;
	json_t *books;

	begin(&b);
	CHECK(books_read(&books, b.node, b.records, &q, "no code", &b.err) ==
	      STATUS_USAGE);
	code_of(2, code);
	CHECK(books_read(&books, b.node, b.records, &q, code, &b.err) ==
	      STATUS_NOT_FOUND);
	CHECK(books_photo(b.records, code, "00000000000000aa", &jpeg,
			  &b.err) == STATUS_NOT_FOUND);
	code_of(1, code);
	BOOKS_OK(&b, books_photo(b.records, code, "00000000000000aa", &jpeg,
				 &b.err));
	CHECK(jpeg.size == 6 && jpeg.data[0] == 0xff && jpeg.data[1] == 0xd8);
	CHECK(books_photo(b.records, code, "00000000000000ab", &jpeg,
			  &b.err) == STATUS_NOT_FOUND);
	CHECK(books_photo(b.records, code, "x", &jpeg, &b.err) ==
	      STATUS_USAGE);
	buf_release(&jpeg);
	books_release(&b);
}

/* --- tables --- */

static enum status add_cells(void *owner, const char *const *cells,
			     unsigned count, struct err *err)
{
	struct buf *out = owner;

	(void)err;
	for (unsigned i = 0; i < count; i++)
		buf_printf(out, "%s|", cells[i] == NULL ? "" : cells[i]);
	buf_puts(out, "\n");
	return STATUS_OK;
}

/* All tables, as one text. */
static void all_tables(struct books *b, bool personal, struct buf *out)
{
	const struct report_query q = query_of("2026-10");

	for (int table = 0; table < TABLE_NAMES; table++) {
		const struct table_wish wish = { .table =
							 (enum table_name)table,
						 .query = &q,
						 .personal = personal };

		BOOKS_OK(b, table_titles(&wish, true, add_cells, out, &b->err));
		BOOKS_OK(b, table_rows(&wish, b->node, b->records, add_cells,
				       out, &b->err));
	}
}

static void tables_for_others_name_nobody(void)
{
	static const char *const personal[] = { "张三", "李四",	   "4711",
						"王丽", "剪枝",	   "没有图像",
						"names", "|note|", "tail" };
	struct buf with = BUF_INIT, without = BUF_INIT;
	struct books b;

	begin(&b);
	all_tables(&b, true, &with);
	all_tables(&b, false, &without);
	for (size_t i = 0; i < sizeof(personal) / sizeof(*personal); i++) {
		CHECK(strstr(buf_string(&with), personal[i]) != NULL);
		CHECK(strstr(buf_string(&without), personal[i]) == NULL);
	}
	CHECK(strstr(buf_string(&without), "|teacher 柑橘|10|30|1|") != NULL);
	CHECK(strstr(buf_string(&without),
		     "|1234|900|7|ok||1.2.3||3|4|full|") != NULL);
	buf_release(&with);
	buf_release(&without);
	books_release(&b);
}

int main(void)
{
	a_station_s_books_are_told();
	who_is_not_there_has_no_books();
	tables_for_others_name_nobody();
	return 0;
}
