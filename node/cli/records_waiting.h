/* What an office holds of its stations and has not taken in: said wherever
 * figures are shown that lack it. */
#ifndef NODE_CLI_RECORDS_WAITING_H
#define NODE_CLI_RECORDS_WAITING_H

#include "node/cli/cli.h"

/* Print a line when something waits, and what for, and whether the records key
 * is one that the trust note names; nothing where that is not known. */
void records_print_waiting(const struct cli *cli);

/* The latter alone; `import` is an answer to `records-import`. */
void records_print_unnamed(const json_t *import);

#endif
