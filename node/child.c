#include "node/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 100 };

extern char **environ;

static int64_t now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int set_up(posix_spawn_file_actions_t *files, posix_spawnattr_t *attr,
		  int output)
{
	sigset_t all, none;
	int error = 0;

	sigfillset(&all);
	sigemptyset(&none);
	error |= posix_spawn_file_actions_addopen(files, 0, "/dev/null",
						  O_RDONLY, 0);
	error |= posix_spawn_file_actions_adddup2(files, output, 1);
	error |= posix_spawn_file_actions_addopen(files, 2, "/dev/null",
						  O_WRONLY, 0);
	error |= posix_spawn_file_actions_addclosefrom_np(files, 3);
	error |= posix_spawnattr_setpgroup(attr, 0);
	error |= posix_spawnattr_setsigdefault(attr, &all);
	error |= posix_spawnattr_setsigmask(attr, &none);
	error |= posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP |
							POSIX_SPAWN_SETSIGDEF |
							POSIX_SPAWN_SETSIGMASK);
	return error;
}

/* Start it with its output going into `output`. An errno. */
static int start(const char *const *argv, int output, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int error = posix_spawn_file_actions_init(&files);

	if (error != 0)
		return error;
	error = posix_spawnattr_init(&attr);
	if (error == 0) {
		error = set_up(&files, &attr, output);
		if (error == 0)
			error = posix_spawnp(pid, argv[0], &files, &attr,
					     (char *const *)argv, environ);
		(void)posix_spawnattr_destroy(&attr);
	}
	(void)posix_spawn_file_actions_destroy(&files);
	return error;
}

/* May it go on? */
static enum status check_time(const struct child_options *o, int64_t end,
			      struct err *err)
{
	if (o->cancel != NULL && atomic_load(o->cancel))
		return err_set(err, STATUS_CANCELLED, "cancelled");
	if (now_ms() >= end)
		return err_set(err, STATUS_UNREACHABLE, "%s took longer than %u s",
			       o->argv[0], o->timeout_s);
	return STATUS_OK;
}

/* Read until the program closes its output. */
static enum status read_output(const struct child_options *o, int fd,
			       int64_t end, struct buf *output, struct err *err)
{
	size_t start_size = output->size;
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	for (;;) {
		uint8_t *at;
		ssize_t n;
		enum status status = check_time(o, end, err);

		if (status != STATUS_OK)
			return status;
		if (poll(&poller, 1, TICK_MS) <= 0)
			continue;
		at = buf_reserve(output, 16 * 1024);
		if (at == NULL)
			return err_set(err, STATUS_NO_MEMORY, "out of memory");
		n = read(fd, at, 16 * 1024);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, STATUS_IO, "read: %s",
				       strerror(errno));
		if (n == 0)
			return STATUS_OK;
		buf_grew(output, (size_t)n);
		if (output->size - start_size > o->output_max)
			return err_set(err, STATUS_MALFORMED,
				       "%s says more than it should",
				       o->argv[0]);
	}
}

/* Wait for its end, which need not be that of its output. Whatever is left of
 * its group goes with it. */
static enum status reap(const struct child_options *o, int64_t end, pid_t pid,
			enum status status, struct err *err)
{
	siginfo_t info = { .si_pid = 0 };
	int result = 0;

	while (status == STATUS_OK && info.si_pid == 0) {
		if (waitid(P_PID, (id_t)pid, &info,
			   WEXITED | WNOHANG | WNOWAIT) != 0 ||
		    info.si_pid != 0)
			break;
		status = check_time(o, end, err);
		(void)poll(NULL, 0, 5);
	}
	(void)kill(-pid, SIGKILL);
	while (waitpid(pid, &result, 0) < 0 && errno == EINTR)
		;
	if (status == STATUS_OK && result != 0)
		return err_set(err, STATUS_MALFORMED, "%s failed", o->argv[0]);
	return status;
}

enum status child_run(const struct child_options *options, struct buf *output,
		      struct err *err)
{
	int64_t end = now_ms() + (int64_t)options->timeout_s * 1000;
	int ends[2], error;
	enum status status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set(err, STATUS_IO, "pipe: %s", strerror(errno));
	error = start(options->argv, ends[1], &pid);
	(void)close(ends[1]);
	if (error != 0) {
		(void)close(ends[0]);
		return err_set(err,
			       error == ENOENT ? STATUS_NOT_FOUND : STATUS_IO,
			       error == ENOENT ? "%s is not installed" :
						 "%s cannot be started",
			       options->argv[0]);
	}
	status = read_output(options, ends[0], end, output, err);
	(void)close(ends[0]);
	return reap(options, end, pid, status, err);
}
