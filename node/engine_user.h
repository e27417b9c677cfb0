/* Who the engine program runs as, where root starts the node: a user that owns
 * nothing but what it is just fetching (node/payload_owner.h). */
#ifndef NODE_ENGINE_USER_H
#define NODE_ENGINE_USER_H

#include <sys/types.h>

#include "proto/enginewire.h"

/* The user and group of this name where the system has them; else this number,
 * which Debian, systemd and the usual ranges of containers give to nobody. */
#define ENGINE_USER_NAME "xiangtu-engine"
enum { ENGINE_USER_ID = 97434 };

struct engine_user {
	uid_t uid; /* 0: the engine stays who the node is, */
	gid_t gid;
	enum engine_lack lack; /* because of this */
};

/*
 * Find out. Another user takes root with the capabilities to change to it, to
 * end it, and to give files away; and a file system in `payload_dir` on which
 * files have owners, which is tried out there with a file of its own.
 *
 * Threads: asks the system's user database, so only at the start.
 */
void engine_user_find(const char *payload_dir, struct engine_user *out);

#endif
