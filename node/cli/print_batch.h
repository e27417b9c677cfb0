/* What a station has told, in words for a terminal. */
#ifndef NODE_CLI_PRINT_BATCH_H
#define NODE_CLI_PRINT_BATCH_H

#include "catalog/batch.h"

/* A line for the batch, and one for each item; nothing in it reaches the
 * terminal as a command. */
void cli_print_batch(const struct batch *batch);

/* {"seq", "w", "part": [i, of], "items"}: a new reference. */
json_t *cli_batch_json(const struct batch *batch);

#endif
