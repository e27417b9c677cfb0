#include <string.h>
#include <time.h>

#include "proto/month.h"
#include "tests/support/check.h"
#include "tests/support/dice.h"

/* What the C library says of it. */
static void library(int64_t s, char out[static MOMENT_TEXT])
{
	const time_t zoned = (time_t)(s + MONTH_ZONE_S);
	struct tm tm;

	CHECK(gmtime_r(&zoned, &tm) != NULL);
	CHECK(strftime(out, MOMENT_TEXT, "%Y-%m-%d %H:%M", &tm) ==
	      MOMENT_TEXT - 1);
}

static void moments_are_those_of_the_calendar(void)
{
	dice_begin(1);
	for (int i = 0; i < 20000; i++) {
		int64_t s = (int64_t)dice(UINT64_C(200000000000));
		char expected[MOMENT_TEXT], got[MOMENT_TEXT], text[DAY_TEXT];
		int64_t day;
		int month;

		library(s, expected);
		moment_format(s, got);
		CHECK(strcmp(got, expected) == 0);
		month = month_of(s);
		CHECK(month_start_s(month) <= s && s < month_start_s(month + 1));
		month_format(month, text);
		CHECK(strncmp(text, expected, 7) == 0);
		day_format(day_of(s), text);
		CHECK(strncmp(text, expected, 10) == 0);
		CHECK(day_parse(bytes_of(text), &day) == STATUS_OK &&
		      day == day_of(s) && month_of_day(day) == month);
	}
}

static void a_month_begins_in_beijing(void)
{
	/* 2026-09-30 16:00 UTC */
	const int64_t s = INT64_C(1790784000);
	int month;

	CHECK(month_parse(bytes_of("2026-10"), &month) == STATUS_OK);
	CHECK(month == 2026 * 12 + 9 && month_start_s(month) == s);
	CHECK(month_of(s) == month && month_of(s - 1) == month - 1);
}

static void what_is_out_of_the_years_is_at_their_ends(void)
{
	char text[MOMENT_TEXT];

	CHECK(month_of(INT64_MIN / 2) == MONTH_FIRST);
	CHECK(month_of(-1000000) == MONTH_FIRST);
	CHECK(month_of(INT64_MAX) == MONTH_LAST);
	moment_format(-100000, text);
	CHECK(strcmp(text, "1970-01-01 00:00") == 0);
}

static void other_texts_are_no_month_and_no_day(void)
{
	static const char *const months[] = { "",	 "2026-1",  "2026-00",
					      "2026-13", "1969-12", "2026/10",
					      "20261-0", " 2026-1", "2026-100" };
	static const char *const days[] = { "",		  "2026-02-29",
					    "2026-04-31", "2026-04-00",
					    "2026-4-1",	  "2026-04-1x",
					    "2026-04-011" };
	int month = 1;
	int64_t day = 1;

	for (size_t i = 0; i < sizeof(months) / sizeof(*months); i++)
		CHECK(month_parse(bytes_of(months[i]), &month) ==
			      STATUS_MALFORMED &&
		      month == 1);
	for (size_t i = 0; i < sizeof(days) / sizeof(*days); i++)
		CHECK(day_parse(bytes_of(days[i]), &day) == STATUS_MALFORMED &&
		      day == 1);
	CHECK(day_parse(bytes_of("2028-02-29"), &day) == STATUS_OK);
}

int main(void)
{
	moments_are_those_of_the_calendar();
	a_month_begins_in_beijing();
	what_is_out_of_the_years_is_at_their_ends();
	other_texts_are_no_month_and_no_day();
	return 0;
}
