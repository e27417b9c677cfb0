#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/control.h"
#include "node/control_path.h"

enum { BACKLOG = 16 };

#define NEW_SOCKET_NAME "control.sock.new"

enum status control_path_open(struct control_path *path, const char *dir,
			      const char *name, struct err *err)
{
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_set(err,
			       errno == ENOENT || errno == ENOTDIR
				       ? STATUS_NOT_FOUND
				       : STATUS_IO,
			       "open '%s': %s", dir, strerror(errno));
	path->dir = fd;
	path->address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	(void)snprintf(path->address.sun_path, sizeof(path->address.sun_path),
		       "/proc/self/fd/%d/%s", fd, name);
	return STATUS_OK;
}

void control_path_close(struct control_path *path)
{
	(void)close(path->dir);
}

enum status control_dial(const char *dir, int *fd, struct err *err)
{
	enum status status;
	struct control_path path;
	int made;

	status = control_path_open(&path, dir, CONTROL_SOCKET_NAME, err);
	if (status != STATUS_OK)
		return status;
	made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (made < 0) {
		status = err_set(err, STATUS_IO, "socket: %s",
				 strerror(errno));
	} else if (connect(made, (struct sockaddr *)&path.address,
			   sizeof(path.address)) != 0) {
		bool is_nobody = errno == ENOENT || errno == ECONNREFUSED ||
				 errno == ENOTSOCK;

		status = err_set(err, is_nobody ? STATUS_NOT_FOUND : STATUS_IO,
				 "connect to '%s/%s': %s", dir,
				 CONTROL_SOCKET_NAME, strerror(errno));
		(void)close(made);
	} else {
		*fd = made;
	}
	control_path_close(&path);
	return status;
}

static enum status check_nobody_lives(const char *dir, struct err *err)
{
	struct err nobody = ERR_INIT;
	int fd;

	if (control_dial(dir, &fd, &nobody) != STATUS_OK)
		return STATUS_OK;
	(void)close(fd);
	return err_set(err, STATUS_BUSY, "a node is running on '%s'", dir);
}

/* A socket under a name of its own, put in the place of a dead one only when
 * it listens: whoever finds control.sock finds somebody there. */
enum status control_listen(const char *dir, struct control_path *path, int *out,
			   struct err *err)
{
	struct control_path at;
	struct stat info;
	enum status status;
	int fd;

	status = check_nobody_lives(dir, err);
	if (status != STATUS_OK)
		return status;
	status = control_path_open(&at, dir, NEW_SOCKET_NAME, err);
	if (status != STATUS_OK)
		return status;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		status = err_set(err, STATUS_IO, "socket: %s",
				 strerror(errno));
		goto close_path;
	}
	(void)unlinkat(at.dir, NEW_SOCKET_NAME, 0);
	if (bind(fd, (struct sockaddr *)&at.address, sizeof(at.address)) != 0 ||
	    fchmodat(at.dir, NEW_SOCKET_NAME, 0600, 0) != 0 ||
	    fstatat(at.dir, NEW_SOCKET_NAME, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
	    listen(fd, BACKLOG) != 0 ||
	    renameat(at.dir, NEW_SOCKET_NAME, at.dir, CONTROL_SOCKET_NAME) !=
		    0) {
		status = err_set(err, STATUS_IO, "make '%s/%s': %s", dir,
				 CONTROL_SOCKET_NAME, strerror(errno));
		(void)unlinkat(at.dir, NEW_SOCKET_NAME, 0);
		goto close_socket;
	}
	at.device = info.st_dev;
	at.inode = info.st_ino;
	*path = at;
	*out = fd;
	return STATUS_OK;

close_socket:
	(void)close(fd);
close_path:
	control_path_close(&at);
	return status;
}

void control_path_remove(const struct control_path *path)
{
	struct stat info;

	if (fstatat(path->dir, CONTROL_SOCKET_NAME, &info,
		    AT_SYMLINK_NOFOLLOW) == 0 &&
	    info.st_dev == path->device && info.st_ino == path->inode)
		(void)unlinkat(path->dir, CONTROL_SOCKET_NAME, 0);
}
