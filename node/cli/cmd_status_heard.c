/* What `status` says of offices: how long ago each was last heard, who stands
 * behind what it has, and what to do where one has two histories. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "node/cli/verbs.h"

enum { DAY_S = 86400, QUIET_DAYS = 7 };

/* Is it known how old the news are? Not without a clock. */
static bool age_of(const json_t *news, uint64_t *age_s, bool *at_least)
{
	if (!json_is_integer(json_object_get(news, "age_s")))
		return false;
	*age_s = cli_number(news, "age_s");
	*at_least = json_is_true(json_object_get(news, "at_least"));
	return true;
}

void cli_heard(const json_t *news, bool clock_good, char out[static 96])
{
	char age[64];
	uint64_t age_s;
	bool at_least;

	if (!age_of(news, &age_s, &at_least)) {
		(void)snprintf(out, 96, "%s",
			       clock_good ? tr("never") :
					    tr("unknown: no clock"));
		return;
	}
	cli_age(age_s, age);
	(void)snprintf(out, 96, "%s%s", at_least ? tr("at least ") : "", age);
}

/* "41 days since this office was last heard" */
static void print_quiet(const char *who, const json_t *news)
{
	uint64_t age_s;
	bool at_least;

	if (!age_of(news, &age_s, &at_least) || age_s < QUIET_DAYS * DAY_S)
		return;
	printf("%s: %s%" PRIu64 " %s\n", who, at_least ? tr("at least ") : "",
	       age_s / DAY_S, tr("days since this office was last heard"));
}

static void print_witnesses(const json_t *log)
{
	const json_t *w = json_object_get(log, "witnesses");
	time_t newest = (time_t)cli_number(w, "newest_s");
	char day[16] = "";
	struct tm parts;

	if (cli_number(w, "listed") == 0)
		return;
	if (newest > 0 && gmtime_r(&newest, &parts) != NULL)
		(void)strftime(day, sizeof(day), "%Y-%m-%d", &parts);
	printf("%s: %s %" PRIu64 " %s %" PRIu64 " %s%s%s\n",
	       cli_text(log, "origin"), tr("cosigned by"),
	       cli_number(w, "cosigned"), tr("of"), cli_number(w, "listed"),
	       tr("witnesses"), day[0] == 0 ? "" : tr(", newest "), day);
}

/* Nobody has proven anything against the log itself. */
static void print_other_end(const json_t *log)
{
	printf("%s %s\n",
	       tr("WARNING: the log was ended by who delegated it, at other "
		  "entries than are here"),
	       cli_text(log, "origin"));
	puts(tr("  It is not followed any more; nothing is deleted. Ask both "
		"offices which is right."));
	printf("%s xiangtu trust revoke %s --good-up-to %s\n",
	       tr("  Whoever keeps the root keys ends it:"),
	       cli_text(log, "origin"), "N");
	printf("%s xiangtu trust publisher add %s …\n",
	       tr("  or has the trust note itself name it, and it goes on:"),
	       cli_text(log, "origin"));
}

static void print_fork(const json_t *log)
{
	const json_t *fork = json_object_get(log, "fork");
	const json_t *agree = json_object_get(fork, "agree_up_to");
	uint64_t differ = cli_number(fork, "differ_at");

	printf("%s %s\n",
	       tr("WARNING: one key has signed two histories of the log"),
	       cli_text(log, "origin"));
	puts(tr("  It is not followed any more; everything held stays. Tell "
		"the county, and give it the evidence: xiangtu trust evidence "
		"--to FOLDER"));
	if (json_is_integer(agree))
		printf("%s %" PRIu64 "\n",
		       tr("  Entries up to which both are the same:"),
		       (uint64_t)json_integer_value(agree));
	if (differ > 0)
		printf("%s %" PRIu64 "\n",
		       tr("  Entries at which they differ:"), differ);
	printf("%s xiangtu trust revoke %s --good-up-to %s --successor %s\n",
	       tr("  Whoever keeps the root keys ends it:"),
	       cli_text(log, "origin"), "N", tr("NEW-ORIGIN"));
	if (differ > 0)
		printf("%s %" PRIu64 "\n",
		       tr("  What both have is good without a question; N is "
			  "then at most"),
		       json_is_integer(agree) ?
			       (uint64_t)json_integer_value(agree) :
			       differ - 1);
}

void cli_print_heard(const json_t *status)
{
	const json_t *logs = json_object_get(status, "logs"), *log;
	size_t i;

	json_array_foreach(logs, i, log)
		print_witnesses(log);
	print_quiet(tr("Trust note"), json_object_get(status, "trust_news"));
	json_array_foreach(logs, i, log)
		if (!json_is_true(json_object_get(log, "own")))
			print_quiet(cli_text(log, "origin"),
				    json_object_get(log, "news"));
	json_array_foreach(logs, i, log)
		if (json_is_true(json_object_get(
			    json_object_get(log, "fork"), "ended_elsewhere")))
			print_other_end(log);
		else if (json_is_true(json_object_get(log, "forked")))
			print_fork(log);
}
