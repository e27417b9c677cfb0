/* What the engine program gives up, one kind of thing at a time; cage.c calls
 * these in their order. What a kernel does not know is left out, and named. */
#ifndef NODE_TORRENT_CONFINE_H
#define NODE_TORRENT_CONFINE_H

#include <sys/types.h>

#include "proto/enginewire.h"
#include "proto/err.h"

/*
 * End with the parent: SIGKILL when it dies, STATUS_UNREACHABLE when it has
 * died already or is not whoever made `socket_fd`. Every other descriptor but
 * 0, 1 and 2 is closed. Signals meant for the node (SIGINT, SIGTERM, SIGHUP)
 * are ignored: the node ends the engine through the socket when it is ready.
 */
enum status confine_to_parent(int socket_fd, struct err *err);

/*
 * With a `uid`: `dir` becomes the root directory, then user and group change
 * for good, with no other group and no capability. To be called as root.
 * With 0: root keeps what it needs to reach files of whatever owner, anybody
 * else has no capability anyway.
 */
enum status confine_user(const char *dir, uid_t uid, gid_t gid,
			 struct err *err);

/*
 * Nothing is opened outside `dir` any more (Landlock); with `make`, files and
 * folders may be made there, and nothing is ever removed or renamed. Where the
 * kernel has Landlock's scopes, no abstract socket and no process outside can
 * be reached. *lack is ENGINE_LACKS_KERNEL where it has no Landlock.
 */
enum status confine_files(const char *dir, bool make, enum engine_lack *lack,
			  struct err *err);

/*
 * Only the calls that the engine is known to need (seccomp). With `supervised`
 * each connect() waits for an answer at *listener, which is the caller's;
 * without, it is allowed. *lack is ENGINE_LACKS_KERNEL or
 * ENGINE_LACKS_PROCESSOR where there are no such filters; supervising where
 * the kernel cannot is STATUS_IO.
 */
enum status confine_calls(bool supervised, int *listener,
			  enum engine_lack *lack, struct err *err);

#endif
