#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/torrent/confine.h"

enum status confine_to_parent(int socket_fd, struct err *err)
{
	struct ucred maker;
	socklen_t size = sizeof(maker);

	if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &maker, &size) != 0)
		return err_set(err, STATUS_USAGE, "descriptor %d: %s",
			       socket_fd, strerror(errno));
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		return err_set(err, STATUS_IO, "prctl: %s", strerror(errno));
	/* It may have died before the line above. */
	if (getppid() != maker.pid)
		return err_set(err, STATUS_UNREACHABLE,
			       "the node that started it is gone");
	if (close_range((unsigned)socket_fd + 1, ~0u, 0) != 0)
		return err_set(err, STATUS_IO, "close_range: %s",
			       strerror(errno));
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file too large is an error, no end */
	return STATUS_OK;
}
