#include "node/clock.h"

#include <string.h>
#include <time.h>

#ifndef BUILD_TIME_S
#define BUILD_TIME_S 1767225600 /* 2026-01-01 */
#endif

uint64_t clock_s(void)
{
	time_t now = time(NULL);

	return now < BUILD_TIME_S ? BUILD_TIME_S : (uint64_t)now;
}

uint64_t clock_built_s(void)
{
	return BUILD_TIME_S;
}

int clock_is_set(void)
{
	return time(NULL) >= BUILD_TIME_S;
}

void clock_today(char out[static 11])
{
	time_t now = (time_t)clock_s();
	struct tm day;

	if (localtime_r(&now, &day) == NULL ||
	    strftime(out, 11, "%Y-%m-%d", &day) != 10)
		memcpy(out, "2026-01-01", 11);
}
