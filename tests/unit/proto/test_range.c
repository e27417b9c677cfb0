#include <stddef.h>

#include "proto/range.h"
#include "tests/support/check.h"

static void expect(const char *header, uint64_t length, uint64_t first,
		   uint64_t last)
{
	struct range range;

	CHECK(range_parse(header, length, &range) == RANGE_PART);
	CHECK(range.first == first && range.last == last);
}

static void one_range_is_read(void)
{
	expect("bytes=0-0", 10, 0, 0);
	expect("bytes=2-5", 10, 2, 5);
	expect("bytes=2-", 10, 2, 9);
	expect("bytes=2-99", 10, 2, 9);
	expect("bytes=9-9", 10, 9, 9);
	expect("bytes=-3", 10, 7, 9);
	expect("bytes=-30", 10, 0, 9);
	expect("bytes=0-18446744073709551615", 10, 0, 9);
	expect("bytes=3-99999999999999999999999", 10, 3, 9);
	expect("bytes=18446744073709551613-", UINT64_MAX, UINT64_MAX - 2,
	       UINT64_MAX - 1);
}

static void what_is_not_there_is_unsatisfiable(void)
{
	static const char *const headers[] = {
		"bytes=10-", "bytes=10-20", "bytes=99999999999999999999999-",
		"bytes=-0",
	};
	struct range range = { 7, 7 };

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		CHECK(range_parse(headers[i], 10, &range) ==
		      RANGE_UNSATISFIABLE);
	CHECK(range_parse("bytes=0-", 0, &range) == RANGE_UNSATISFIABLE);
	CHECK(range_parse("bytes=-5", 0, &range) == RANGE_UNSATISFIABLE);
	CHECK(range.first == 7);
}

static void other_headers_are_ignored(void)
{
	static const char *const headers[] = {
		"",	     "bytes",	   "bytes=",	   "bytes=-",
		"bytes=a-b", "bytes=1",	   "bytes=5-2",	   "bytes=1-2,4-5",
		"lines=1-2", "bytes=1-2 ", "bytes=1-+2",   "bytes=--1",
		"bytes= 1-2", "Bytes=1-2",  "bytes=1-2-3", "bytes=-1-2",
	};
	struct range range = { 7, 7 };

	CHECK(range_parse(NULL, 10, &range) == RANGE_ALL);
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		CHECK(range_parse(headers[i], 10, &range) == RANGE_ALL);
	CHECK(range.first == 7);
}

static void a_content_range_is_read_or_refused(void)
{
	static const char *const bad[] = {
		"",		"bytes",	"bytes */10",
		"bytes 5-2/10", "bytes 0-10/10", "bytes 0-5",
		"bytes 0-5/",	"bytes 0-5/x",	"bytes 0-5/10x",
		"items 0-5/10", "bytes=0-5/10",
	};
	struct range range = { 7, 7 };
	uint64_t total = 7;

	CHECK(content_range_parse(NULL, &range, &total) == STATUS_MALFORMED);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(content_range_parse(bad[i], &range, &total) ==
		      STATUS_MALFORMED);
	CHECK(range.first == 7 && total == 7);
	CHECK(content_range_parse("bytes 3-5/10", &range, &total) ==
	      STATUS_OK);
	CHECK(range.first == 3 && range.last == 5 && total == 10);
	CHECK(content_range_parse("bytes 3-5/*", &range, &total) == STATUS_OK);
	CHECK(total == RANGE_TOTAL_UNKNOWN);
}

int main(void)
{
	one_range_is_read();
	what_is_not_there_is_unsatisfiable();
	other_headers_are_ignored();
	a_content_range_is_read_or_refused();
	return 0;
}
