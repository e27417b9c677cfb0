/* Days and months as people in China count them: by UTC+8, wherever a machine
 * stands. A month is one number, year * 12 + month - 1, so that the one before
 * it is one less. Pure. */
#ifndef PROTO_MONTH_H
#define PROTO_MONTH_H

#include <stdint.h>

#include "proto/bytes.h"

enum {
	MONTH_ZONE_S = 8 * 3600,
	MONTH_TEXT = 8, /* "2026-10" */
	DAY_TEXT = 11,	/* "2026-10-31" */
	MOMENT_TEXT = 17, /* "2026-10-31 19:30" */
	/* Those that can be written: of the years 1970 to 9999. */
	MONTH_FIRST = 1970 * 12,
	MONTH_LAST = 9999 * 12 + 11
};

/* Seconds are since 1970. What lies outside of the years above counts as the
 * first or the last of them. */
int month_of(int64_t s);
/* When it begins; the next one begins when it ends. */
int64_t month_start_s(int month);
void month_format(int month, char out[static MONTH_TEXT]);
/* "YYYY-MM" and nothing else; STATUS_MALFORMED. */
enum status month_parse(struct bytes text, int *month);

/* Days since 1970-01-01. */
int64_t day_of(int64_t s);
void day_format(int64_t day, char out[static DAY_TEXT]);
/* "YYYY-MM-DD" and nothing else; STATUS_MALFORMED. */
enum status day_parse(struct bytes text, int64_t *day);
int month_of_day(int64_t day);

/* "2026-10-31 19:30". */
void moment_format(int64_t s, char out[static MOMENT_TEXT]);

#endif
