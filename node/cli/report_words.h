/* What the verbs of reports share: both databases, opened to read, beside a
 * running node or without one; and tables. */
#ifndef NODE_CLI_REPORT_WORDS_H
#define NODE_CLI_REPORT_WORDS_H

#include "catalog/tables.h"
#include "node/cli/verbs.h"
#include "node/office/reports.h"

struct reporting {
	struct house house;
	struct catalog *records; /* NULL: nothing has come */
	struct report_asked asked;
};

/* `month` NULL is the one that runs. After STATUS_OK reporting_close() it. */
enum status reporting_open(struct reporting *r, const struct cli *cli,
			   const char *month, struct err *err);
void reporting_close(struct reporting *r);

/* A code as people type it, in its one spelling. STATUS_USAGE. */
enum { REPORT_CODE_ROOM = 16 };
enum status reporting_code(const char *typed, char out[static REPORT_CODE_ROOM],
			   struct err *err);

/* Does the user read Chinese? */
bool reporting_chinese(void);

/* Write a table to the file (`-`: standard output) as office software reads
 * it. */
enum status reporting_csv(struct reporting *r, const struct table_wish *wish,
			  const char *path, struct err *err);
/* Print it; `none` (translated) when it is empty. */
enum status reporting_print(struct reporting *r,
			    const struct table_wish *wish, const char *none,
			    struct err *err);

#endif
