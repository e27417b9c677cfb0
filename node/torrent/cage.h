/* The engine's cage: what its program gives up before it speaks with
 * strangers, in the order in which that can be done. What holds afterwards,
 * assuming that a stranger runs code of his own in the engine, is told in
 * docs/engine.md, "The cage". */
#ifndef NODE_TORRENT_CAGE_H
#define NODE_TORRENT_CAGE_H

#include <sys/types.h>

#include "node/torrent/keeper_rules.h"
#include "proto/err.h"

struct cage_options {
	int socket_fd; /* to the node; no descriptor above it stays open */
	const char *payload_dir;
	uid_t uid; /* the engine's own; 0: none, the user stays */
	gid_t gid;
	struct keeper_rules rules;
};

/*
 * Enter it; there is no way out. `*cage` says what is in force. `*keeper` is
 * a descriptor that reads as ended when the keeper has: then the engine is to
 * end. -1 where there is no keeper. `*payload_dir` is where the payload folder
 * is from now on: "" when it has become the root directory.
 *
 * Before:  one thread. `options` lives as long as the process.
 * Returns: STATUS_OK; STATUS_UNREACHABLE, STATUS_USAGE (socket_fd),
 *          STATUS_IO: the process is to end.
 */
enum status cage_enter(const struct cage_options *options,
		       struct engine_cage *cage, int *keeper,
		       const char **payload_dir, struct err *err);

#endif
