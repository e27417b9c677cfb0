/* What the files of `init` share: its settings, and what a new node joins
 * with. For cmd_init.c and init_restore.c. */
#ifndef NODE_CLI_INIT_JOIN_H
#define NODE_CLI_INIT_JOIN_H

#include "node/cli/cli.h"
#include "node/join.h"

/* The options that are lines of node.conf. STATUS_USAGE. */
enum status init_read_settings(const struct cli *cli, struct conf *conf,
			       struct err *err);

/*
 * Read a join file, the address of a node or mirror, a drive, a folder.
 * `*from_drive` is set for a folder: is it a drive?
 *
 * Owns:    `join` is the caller's until join_release().
 * Returns: as join_parse(), join_drive_read(), fetch_once().
 */
enum status init_read_join(const char *given, struct join *join,
			   bool *from_drive, struct err *err);
/* The folder a join.json is read from; 1 when `given` is a URL, else 0. */
unsigned init_mirror_url(const char *given, char out[static CONF_URL_MAX]);

/* init --restore KEYBACKUP --from …: an office whose machine died. */
enum status init_restore(struct cli *cli, struct err *err);

#endif
