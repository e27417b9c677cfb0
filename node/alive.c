#include "node/alive.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <unistd.h>

enum status alive_init(struct alive *a, pid_t pid, struct err *err)
{
	int fd = -1;

	if (pid > 0)
		fd = pidfd_open(pid, 0);
	if (pid <= 0 ||
	    (fd < 0 && kill(pid, 0) != 0 && errno == ESRCH))
		return err_set(err, STATUS_USAGE, "there is no process %ld",
			       (long)pid);
	*a = (struct alive){ .pid = pid, .fd = fd };
	return STATUS_OK;
}

void alive_release(struct alive *a)
{
	if (a->fd >= 0)
		(void)close(a->fd);
	a->fd = -1;
}

bool alive_still(const struct alive *a)
{
	struct pollfd ended = { .fd = a->fd, .events = POLLIN };

	if (a->fd >= 0)
		return poll(&ended, 1, 0) != 1;
	return kill(a->pid, 0) == 0 || errno != ESRCH;
}

bool alive_ask_to_end(const struct alive *a)
{
	if (a->fd >= 0)
		return pidfd_send_signal(a->fd, SIGTERM, NULL, 0) == 0;
	return kill(a->pid, SIGTERM) == 0;
}
