/* publish --list: all lessons of a table, one after another. */
#ifndef NODE_CLI_PUBLISH_LIST_H
#define NODE_CLI_PUBLISH_LIST_H

#include "node/cli/cli.h"

/*
 * Read the table, look whether every row may be published, and only then begin;
 * said again, go on where it ended. STATUS_USAGE when the table has faults,
 * STATUS_IO when some of it could not be published (both said already).
 */
enum status publish_list(struct cli *cli, struct err *err);

/* Print an empty table. */
enum status publish_list_template(struct cli *cli, struct err *err);

#endif
