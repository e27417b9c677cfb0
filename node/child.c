#include "node/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 100, READ_SIZE = 16 * 1024, NICE = 10 };

struct running {
	pid_t pid;
	bool asked; /* to end */
};

/* What comes out of it. */
struct outlet {
	int output, errors; /* -1 when closed */
	char line[CHILD_LINE_MAX + 1];
	size_t line_size;
};

static int64_t now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* In the child, where only what is safe in a signal handler may be called. */
static void limit_self(const struct child_options *o)
{
	struct rlimit memory = { o->memory_max, o->memory_max },
		      file = { o->file_max, o->file_max }, none = { 0, 0 };

	if (o->memory_max > 0)
		(void)setrlimit(RLIMIT_AS, &memory);
	if (o->file_max > 0)
		(void)setrlimit(RLIMIT_FSIZE, &file);
	if (o->memory_max > 0 || o->file_max > 0)
		(void)setrlimit(RLIMIT_CORE, &none);
	if (o->behind_others)
		(void)setpriority(PRIO_PROCESS, 0, NICE);
}

static void reset_signals(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		(void)signal(i, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Become the program; comes back with an errno when that is not possible.
 * Who dies takes it along: ffmpeg would go on for hours for nobody. */
static int become(const struct child_options *o, pid_t parent, int output,
		  int errors)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(output, 1) < 0 ||
	    dup2(errors >= 0 ? errors : nothing, 2) < 0 ||
	    setpgid(0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ||
	    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
		return errno;
	if (getppid() != parent)
		return ECANCELED;
	reset_signals();
	limit_self(o);
	(void)execvp(o->argv[0], (char *const *)o->argv);
	return errno;
}

/* Start it with its output going into `output`, its errors into `errors` (-1:
 * nowhere). An errno. */
static int start(const struct child_options *o, int output, int errors,
		 pid_t *pid)
{
	pid_t parent = getpid();
	int said[2], error = 0;

	if (pipe2(said, O_CLOEXEC) != 0)
		return errno;
	*pid = fork();
	if (*pid == 0) {
		error = become(o, parent, output, errors);
		(void)!write(said[1], &error, sizeof(error));
		_exit(127);
	}
	error = *pid < 0 ? errno : 0;
	(void)close(said[1]);
	/* Nothing comes where the program has begun. */
	if (error == 0 && read(said[0], &error, sizeof(error)) > 0)
		(void)waitpid(*pid, NULL, 0);
	(void)close(said[0]);
	return error;
}

/* May it go on? */
static enum status check_time(const struct child_options *o,
			      struct running *r, int64_t end, struct err *err)
{
	if (o->stop != NULL && !r->asked && atomic_load(o->stop)) {
		r->asked = true;
		(void)kill(r->pid, SIGTERM);
	}
	if (o->cancel != NULL && atomic_load(o->cancel))
		return err_set(err, STATUS_CANCELLED, "cancelled");
	if (now_ms() >= end)
		return err_set(err, STATUS_UNREACHABLE, "%s took longer than %u s",
			       o->argv[0], o->timeout_s);
	return STATUS_OK;
}

static void take_lines(const struct child_options *o, struct outlet *out,
		       const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (data[i] == '\n') {
			out->line[out->line_size] = 0;
			out->line_size = 0;
			o->line(o->owner, out->line);
		} else if (out->line_size < CHILD_LINE_MAX && data[i] != 0) {
			out->line[out->line_size++] = (char)data[i];
		}
	}
}

/* Keep the end of it. */
static void take_errors(struct buf *errors, const uint8_t *data, size_t size)
{
	size_t half = CHILD_ERRORS_MAX / 2;

	if (errors->size + size > CHILD_ERRORS_MAX && errors->size > half) {
		memmove(errors->data, errors->data + errors->size - half,
			half);
		buf_cut(errors, half);
	}
	buf_put(errors, data, size);
}

/* Take what is to be had at one of its ends; closes it behind the last. */
static enum status take_some(const struct child_options *o, struct outlet *out,
			     int *fd, struct buf *output, size_t start_size,
			     struct err *err)
{
	uint8_t block[READ_SIZE];
	ssize_t n = read(*fd, block, sizeof(block));

	if (n < 0 && errno == EINTR)
		return STATUS_OK;
	if (n < 0)
		return err_set(err, STATUS_IO, "read: %s", strerror(errno));
	if (n == 0) {
		(void)close(*fd);
		*fd = -1;
		return STATUS_OK;
	}
	if (fd == &out->errors) {
		take_errors(o->errors, block, (size_t)n);
		return STATUS_OK;
	}
	if (o->line != NULL) {
		take_lines(o, out, block, (size_t)n);
		return STATUS_OK;
	}
	buf_put(output, block, (size_t)n);
	if (buf_status(output) != STATUS_OK)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	if (output->size - start_size > o->output_max)
		return err_set(err, STATUS_MALFORMED,
			       "%s says more than it should", o->argv[0]);
	return STATUS_OK;
}

/* Read until the program closes its output, and its errors where those are
 * wanted. */
static enum status read_output(const struct child_options *o,
			       struct running *r, struct outlet *out,
			       int64_t end, struct buf *output,
			       struct err *err)
{
	size_t start_size = output == NULL ? 0 : output->size;

	while (out->output >= 0 || out->errors >= 0) {
		/* poll() passes over what is -1. */
		struct pollfd ends[2] = {
			{ .fd = out->output, .events = POLLIN },
			{ .fd = out->errors, .events = POLLIN }
		};
		enum status status = check_time(o, r, end, err);

		if (status == STATUS_OK && poll(ends, 2, TICK_MS) > 0) {
			if (ends[0].revents != 0)
				status = take_some(o, out, &out->output,
						   output, start_size, err);
			if (status == STATUS_OK && ends[1].revents != 0)
				status = take_some(o, out, &out->errors,
						   output, start_size, err);
		}
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)pid, &info,
		      WEXITED | WNOHANG | WNOWAIT) != 0 ||
	       info.si_pid != 0;
}

/* Ask it to end, and give it the time it has for that. */
static void let_end(const struct child_options *o, pid_t pid)
{
	int64_t end = now_ms() + (int64_t)o->grace_s * 1000;

	(void)kill(pid, SIGTERM);
	while (now_ms() < end && !has_ended(pid))
		(void)poll(NULL, 0, 5);
}

/* Wait for its end, which need not be that of its output. Whatever is left of
 * its group goes with it. */
static enum status reap(const struct child_options *o, struct running *r,
			int64_t end, enum status status, struct err *err)
{
	pid_t pid = r->pid;
	int result = 0;

	while (status == STATUS_OK && !has_ended(pid)) {
		status = check_time(o, r, end, err);
		(void)poll(NULL, 0, 5);
	}
	if (status != STATUS_OK && o->grace_s > 0)
		let_end(o, pid);
	(void)kill(-pid, SIGKILL);
	while (waitpid(pid, &result, 0) < 0 && errno == EINTR)
		;
	if (status == STATUS_OK && WIFSIGNALED(result) &&
	    WTERMSIG(result) == SIGXFSZ)
		return err_set(err, STATUS_NO_ROOM,
			       "%s would have written more than there is room "
			       "for",
			       o->argv[0]);
	if (status == STATUS_OK && result != 0)
		return err_set(err, STATUS_MALFORMED, "%s failed", o->argv[0]);
	return status;
}

static void close_ends(const int ends[2])
{
	for (unsigned i = 0; i < 2; i++)
		if (ends[i] >= 0)
			(void)close(ends[i]);
}

enum status child_run(const struct child_options *options, struct buf *output,
		      struct err *err)
{
	int64_t end = now_ms() + (int64_t)options->timeout_s * 1000;
	int ends[2], error_ends[2] = { -1, -1 }, error;
	struct outlet out = { .line_size = 0 };
	struct running running = { .pid = 0 };
	enum status status;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set(err, STATUS_IO, "pipe: %s", strerror(errno));
	if (options->errors != NULL && pipe2(error_ends, O_CLOEXEC) != 0) {
		error = errno;
		close_ends(ends);
		return err_set(err, STATUS_IO, "pipe: %s", strerror(error));
	}
	error = start(options, ends[1], error_ends[1], &running.pid);
	if (error != 0) {
		close_ends(ends);
		close_ends(error_ends);
		return err_set(err,
			       error == ENOENT ? STATUS_NOT_FOUND : STATUS_IO,
			       error == ENOENT ? "%s is not installed" :
						 "%s cannot be started",
			       options->argv[0]);
	}
	close_ends((int[]){ ends[1], error_ends[1] });
	out.output = ends[0];
	out.errors = error_ends[0];
	status = read_output(options, &running, &out, end, output, err);
	close_ends((int[]){ out.output, out.errors });
	return reap(options, &running, end, status, err);
}
