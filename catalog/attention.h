/* What somebody should look at this week: stations that fell silent, that stand
 * at zero, whose disks fail. It begins at the township; what lasts, or what a
 * township cannot mend, reaches the county. By the table in attention.c.
 *
 * The rules are pure; attention_find() gathers what they judge.
 * Threads: as catalog/report.h. */
#ifndef CATALOG_ATTENTION_H
#define CATALOG_ATTENTION_H

#include "catalog/report.h"

enum attention_why {
	ATTENTION_SILENT,   /* not heard from */
	ATTENTION_ZERO,	    /* nothing studied, and the month nears its end */
	ATTENTION_DISK,	    /* its disk fails */
	ATTENTION_FULL,	    /* its disk is full */
	ATTENTION_FAULT,    /* a fault that is not mended */
	ATTENTION_FORKED,   /* two histories under one key */
	ATTENTION_CLOCK,    /* its clock jumps, or dates are uncertain */
	ATTENTION_STRANGER, /* sends records, and nobody enrolled it */
	ATTENTION_WHYS
};
/* "silent", "zero", "disk-failing", "full", "fault", "forked", "clock",
 * "stranger". */
const char *attention_name(enum attention_why why);

enum attention_reach {
	ATTENTION_NOBODY,
	ATTENTION_TOWNSHIP,
	ATTENTION_COUNTY /* and the township */
};

/* Whom does it reach, when it has been so since `since_s` (0: always)? */
enum attention_reach attention_judge(enum attention_why why, int64_t since_s,
				     int64_t now_s);

/*
 * All there is, for the month that runs by q->now_s:
 * {"week": the Monday it began with, "township": [...], "county": [...]}, each
 * of {"region", "name", "code", "why", "since_s" or null, "text"}. `own` is the
 * key of the node that asks: it is no stranger to itself.
 */
enum status attention_find(json_t **out, struct catalog *node,
			   struct catalog *records,
			   const struct report_query *q,
			   const uint8_t own[static PUBLIC_KEY_SIZE],
			   struct err *err);

#endif
