#include "catalog/attention.h"
#include "tests/support/office_books.h"

enum { DAY_S = 86400 };

static bool reaches(enum attention_why why, int days,
		    enum attention_reach expected)
{
	const int64_t now_s = books_noon("2026-10-25");

	return attention_judge(why, now_s - (int64_t)days * DAY_S, now_s) ==
	       expected;
}

static void what_lasts_reaches_the_county(void)
{
	CHECK(reaches(ATTENTION_SILENT, 6, ATTENTION_NOBODY));
	CHECK(reaches(ATTENTION_SILENT, 7, ATTENTION_TOWNSHIP));
	CHECK(reaches(ATTENTION_SILENT, 20, ATTENTION_TOWNSHIP));
	CHECK(reaches(ATTENTION_SILENT, 21, ATTENTION_COUNTY));
	CHECK(reaches(ATTENTION_ZERO, 19, ATTENTION_NOBODY));
	CHECK(reaches(ATTENTION_ZERO, 20, ATTENTION_TOWNSHIP));
	CHECK(reaches(ATTENTION_ZERO, 400, ATTENTION_TOWNSHIP));
	CHECK(reaches(ATTENTION_FAULT, 0, ATTENTION_TOWNSHIP));
	CHECK(reaches(ATTENTION_FAULT, 14, ATTENTION_COUNTY));
	CHECK(reaches(ATTENTION_FULL, 13, ATTENTION_TOWNSHIP));
	CHECK(reaches(ATTENTION_DISK, 0, ATTENTION_COUNTY));
	CHECK(reaches(ATTENTION_FORKED, 0, ATTENTION_COUNTY));
	CHECK(reaches(ATTENTION_STRANGER, 0, ATTENTION_COUNTY));
	CHECK(reaches(ATTENTION_CLOCK, 99, ATTENTION_TOWNSHIP));
}

/* "name:why" of a list, one after another. */
static void list_of(const json_t *answer, const char *key,
		    char out[static 1000])
{
	const json_t *row;
	size_t i;

	out[0] = 0;
	json_array_foreach(json_object_get(answer, key), i, row) {
		(void)strcat(out, json_string_value(
					  json_object_get(row, "name")));
		(void)strcat(strcat(out, ":"),
			     json_string_value(json_object_get(row, "why")));
		(void)strcat(out, " ");
	}
}

static void put_stations(struct books *b)
{
	struct books_station s = { .region = "431081101203",
				   .since = "2026-01-01",
				   .through = "2026-10-24" };

	s.name = "a-well";
	books_station(b, 1, &s);
	books_sums(b, "sum_station", books_month("2026-10"), 1, 0,
		   &(struct report_sums){ .ms = { 60000 } });
	s.name = "b-zero";
	books_station(b, 2, &s);
	s.name = "c-disk";
	books_station(b, 3, &s);
	books_sql(b, b->records,
		  "UPDATE station SET machine = '{\"smart\":\"failing\","
		  "\"flags\":[\"full\"]}' WHERE id = 3;"
		  "INSERT INTO fault VALUES (3, 1, 1, %lld, 0,"
		  " '{\"text\":\"no picture\"}'), (3, 2, 1, 1, 1, '{}')",
		  (long long)books_noon("2026-10-01"));
	books_sums(b, "sum_station", books_month("2026-10"), 3, 0,
		   &(struct report_sums){ .ms = { 60000 }, .flags = 4 });
	s.name = "d-silent";
	s.through = "2026-10-10";
	books_station(b, 4, &s);
	s.name = "e-new";
	s.since = "2026-10-22";
	s.through = NULL;
	books_station(b, 5, &s);
	s.name = "f-ended";
	s.ended = true;
	s.until = "2026-10-02";
	books_station(b, 6, &s);
}

/* Its log has two histories; it is set up anew, and takes its own place. */
static void put_forked(struct books *b, bool replaced)
{
	struct books_station s = { .region = "431081101204",
				   .name = "g-forked",
				   .since = "2026-01-01",
				   .until = replaced ? "2026-10-20" : NULL,
				   .ended = replaced,
				   .through = "2026-10-24" };

	books_station(b, 7, &s);
	books_sql(b, b->records, "UPDATE station SET forked = 1");
	books_sums(b, "sum_station", books_month("2026-10"), 7, 0,
		   &(struct report_sums){ .ms = { 60000 } });
	s = (struct books_station){ .region = "431081101204",
				    .name = "g-forked",
				    .since = "2026-10-20",
				    .replaces = 7,
				    .through = "2026-10-24" };
	if (replaced)
		books_station(b, 8, &s);
}

static void a_fork_is_listed_until_the_box_is_replaced(void)
{
	const struct report_query q = { .month = books_month("2026-10"),
					.region = "431081",
					.now_s = books_noon("2026-10-25"),
					.norm_min = 240 };
	const struct public_key own = books_key(99);
	char county[1000];
	json_t *answer;
	struct books b;

	for (int replaced = 0; replaced <= 1; replaced++) {
		books_init(&b);
		put_forked(&b, replaced == 1);
		BOOKS_OK(&b, attention_find(&answer, b.node, b.records, &q,
					    own.bytes, &b.err));
		list_of(answer, "county", county);
		CHECK(strcmp(county, replaced == 1 ? "" :
						     "g-forked:forked ") == 0);
		json_decref(answer);
		books_release(&b);
	}
}

static void all_of_it_is_found(void)
{
	const struct report_query q = { .month = books_month("2026-10"),
					.region = "431081",
					.now_s = books_noon("2026-10-25"),
					.norm_min = 240 };
	char township[1000], county[1000];
	struct public_key own;
	json_t *answer;
	struct books b;

	books_init(&b);
	own = books_key(99);
	put_stations(&b);
	BOOKS_OK(&b, attention_find(&answer, b.node, b.records, &q, own.bytes,
				    &b.err));
	list_of(answer, "township", township);
	list_of(answer, "county", county);
	CHECK(strcmp(township, "b-zero:zero c-disk:clock c-disk:disk-failing "
			       "c-disk:full d-silent:silent c-disk:fault ") ==
	      0);
	CHECK(strcmp(county, "c-disk:disk-failing c-disk:fault ") == 0);
	CHECK(strcmp(json_string_value(json_object_get(answer, "week")),
		     "2026-10-19") == 0);
	json_decref(answer);
	books_release(&b);
}

int main(void)
{
	what_lasts_reaches_the_county();
	all_of_it_is_found();
	a_fork_is_listed_until_the_box_is_replaced();
	return 0;
}
