/* publish --prepare: what a node has its child do for the publisher's desk
 * (node/page/workshop.h). */
#ifndef NODE_CLI_PUBLISH_PREPARE_H
#define NODE_CLI_PUBLISH_PREPARE_H

#include "node/cli/cli.h"

/*
 * Make a file or folder fit and copy it into the data directory, as `publish`
 * does, and publish nothing. Prints lines of JSON; the last is {"prepared":…}
 * or {"failed":…}. SIGTERM ends it, and leaves nothing half done.
 */
enum status publish_prepare(struct cli *cli, struct err *err);

#endif
