/* What the engine program gives up before it speaks with strangers. */
#ifndef NODE_TORRENT_CONFINE_H
#define NODE_TORRENT_CONFINE_H

#include "proto/err.h"

/*
 * End with the parent: SIGKILL when it dies, STATUS_UNREACHABLE when it has
 * died already or is not whoever made `socket_fd`. Every other descriptor but
 * 0, 1 and 2 is closed. Signals meant for the node (SIGINT, SIGTERM, SIGHUP)
 * are ignored: the node ends the engine through the socket when it is ready.
 */
enum status confine_to_parent(int socket_fd, struct err *err);

/*
 * Give up the file system but for `dir` (Landlock), new programs, new
 * privileges and every kind of socket but IP and netlink (seccomp). Parts a
 * kernel does not know are left out silently: the address of `*weaker` then
 * gets the reason, NULL when all is in force.
 */
enum status confine_to_folder(const char *dir, const char **weaker,
			      struct err *err);

#endif
