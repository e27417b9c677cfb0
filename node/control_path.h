/* Where control.sock is, however long the path of its folder: sockaddr_un
 * holds 107 bytes, so the folder is opened and named /proc/self/fd/N. */
#ifndef NODE_CONTROL_PATH_H
#define NODE_CONTROL_PATH_H

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include "proto/err.h"

struct control_path {
	int dir; /* what the address leads through: open while it is used */
	struct sockaddr_un address;
	dev_t device; /* of a socket we made there */
	ino_t inode;
};

/* The address of the socket `name` (a few bytes) in the folder `dir`.
 * STATUS_NOT_FOUND when there is no such folder, STATUS_IO. */
enum status control_path_open(struct control_path *path, const char *dir,
			      const char *name, struct err *err);
void control_path_close(struct control_path *path);

/*
 * Make control.sock in `dir` (mode 0600) and listen, in the place of a socket
 * that nobody listens on any more.
 *
 * Returns: STATUS_OK with the descriptor (the caller's, non-blocking) and an
 *          open path; STATUS_BUSY when somebody answers there; STATUS_IO.
 */
enum status control_listen(const char *dir, struct control_path *path, int *fd,
			   struct err *err);
/* Remove control.sock, if it is still the one we made. */
void control_path_remove(const struct control_path *path);

/* Connect to whoever listens at control.sock in `dir`; the descriptor is the
 * caller's. STATUS_NOT_FOUND when nobody does, STATUS_IO. */
enum status control_dial(const char *dir, int *fd, struct err *err);

#endif
