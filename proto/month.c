#include "proto/month.h"

#include <stdio.h>

/* Days from 1970-01-01 to the first of a month. */
static int64_t first_day(int month)
{
	int64_t year = month / 12, m = month % 12;
	/* Years begin in March here, so that the leap day is their last. */
	int64_t y = m < 2 ? year - 1 : year;
	int64_t in_year = (153 * (m < 2 ? m + 10 : m - 2) + 2) / 5;

	return 365 * y + y / 4 - y / 100 + y / 400 + in_year - 719468;
}

static int64_t bounded(int64_t day)
{
	int64_t last = first_day(MONTH_LAST) + 30;

	return day < 0 ? 0 : day > last ? last : day;
}

int month_of_day(int64_t day)
{
	int month;

	day = bounded(day);
	/* Near it, then exactly. */
	month = MONTH_FIRST + (int)(day * 12 / 366);
	while (month < MONTH_LAST && first_day(month + 1) <= day)
		month++;
	return month;
}

int64_t day_of(int64_t s)
{
	const int64_t zoned = s > INT64_MAX - MONTH_ZONE_S ? INT64_MAX :
							     s + MONTH_ZONE_S;

	return bounded(zoned < 0 ? 0 : zoned / 86400);
}

int month_of(int64_t s)
{
	return month_of_day(day_of(s));
}

int64_t month_start_s(int month)
{
	return first_day(month) * 86400 - MONTH_ZONE_S;
}

void month_format(int month, char out[static MONTH_TEXT])
{
	unsigned m = (unsigned)(month < MONTH_FIRST ? MONTH_FIRST :
				month > MONTH_LAST  ? MONTH_LAST :
						      month);

	(void)snprintf(out, MONTH_TEXT, "%04u-%02u", m / 12 % 10000,
		       m % 12 + 1);
}

void day_format(int64_t day, char out[static DAY_TEXT])
{
	int month = month_of_day(day);
	char text[MONTH_TEXT];

	month_format(month, text);
	(void)snprintf(out, DAY_TEXT, "%s-%02u", text,
		       (unsigned)(bounded(day) - first_day(month) + 1) % 100);
}

void moment_format(int64_t s, char out[static MOMENT_TEXT])
{
	unsigned in_day = s + MONTH_ZONE_S < 0 ?
				  0 :
				  (unsigned)((s + MONTH_ZONE_S) % 86400);
	char day[DAY_TEXT];

	day_format(day_of(s), day);
	(void)snprintf(out, MOMENT_TEXT, "%s %02u:%02u", day,
		       in_day / 3600 % 24, in_day / 60 % 60);
}

static bool read_digits(struct bytes text, size_t from, size_t count,
			int *value)
{
	*value = 0;
	for (size_t i = from; i < from + count; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		*value = 10 * *value + (text.data[i] - '0');
	}
	return true;
}

enum status month_parse(struct bytes text, int *month)
{
	int year, m;

	if (text.size != 7 || text.data[4] != '-' ||
	    !read_digits(text, 0, 4, &year) || !read_digits(text, 5, 2, &m) ||
	    year < 1970 || m < 1 || m > 12)
		return STATUS_MALFORMED;
	*month = year * 12 + m - 1;
	return STATUS_OK;
}

enum status day_parse(struct bytes text, int64_t *day)
{
	int month, d;

	if (text.size != 10 || text.data[7] != '-' ||
	    month_parse((struct bytes){ text.data, 7 }, &month) !=
		    STATUS_OK ||
	    !read_digits(text, 8, 2, &d) || d < 1 ||
	    d > first_day(month + 1) - first_day(month))
		return STATUS_MALFORMED;
	*day = first_day(month) + d - 1;
	return STATUS_OK;
}
