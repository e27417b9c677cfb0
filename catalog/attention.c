#include "catalog/attention.h"

#include <string.h>

#include "proto/month.h"

enum { DAY_S = 86400, NEVER = -1 };

/* For how many days it has to be so before it reaches them. */
static const struct {
	const char *name;
	int township, county;
} rules[ATTENTION_WHYS] = {
	[ATTENTION_SILENT] = { "silent", 7, 21 },
	/* Since the month began: from its 21st day on. */
	[ATTENTION_ZERO] = { "zero", 20, NEVER },
	[ATTENTION_DISK] = { "disk-failing", 0, 0 },
	[ATTENTION_FULL] = { "full", 0, 14 },
	[ATTENTION_FAULT] = { "fault", 0, 14 },
	[ATTENTION_FORKED] = { "forked", 0, 0 },
	[ATTENTION_CLOCK] = { "clock", 0, NEVER },
	[ATTENTION_STRANGER] = { "stranger", 0, 0 },
};

const char *attention_name(enum attention_why why)
{
	return rules[why].name;
}

static bool lasts(int days, int64_t since_s, int64_t now_s)
{
	return days != NEVER && now_s - since_s >= (int64_t)days * DAY_S;
}

enum attention_reach attention_judge(enum attention_why why, int64_t since_s,
				     int64_t now_s)
{
	if (lasts(rules[why].county, since_s, now_s))
		return ATTENTION_COUNTY;
	return lasts(rules[why].township, since_s, now_s) ?
		       ATTENTION_TOWNSHIP :
		       ATTENTION_NOBODY;
}
