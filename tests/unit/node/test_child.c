#include "node/child.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/bytes.h"
#include "tests/support/scratch.h"

static struct scratch scratch;

/* Run a line of shell; what it says is in `output`. */
static enum status sh(const char *line, struct child_options o,
		      struct buf *output, struct err *err)
{
	const char *argv[] = { "sh", "-c", line, NULL };

	*err = (struct err)ERR_INIT;
	o.argv = argv;
	o.timeout_s = o.timeout_s == 0 ? 20 : o.timeout_s;
	o.output_max = 100000;
	return child_run(&o, output, err);
}

static void what_it_says_and_how_it_ends_is_told(void)
{
	struct buf output = BUF_INIT, errors = BUF_INIT;
	struct err err;

	CHECK(sh("echo yes; echo no >&2", (struct child_options){ 0 },
		 &output, &err) == STATUS_OK);
	CHECK(strcmp(buf_string(&output), "yes\n") == 0);
	CHECK(sh("echo why >&2; exit 3",
		 (struct child_options){ .errors = &errors }, &output,
		 &err) == STATUS_MALFORMED);
	CHECK(strcmp(buf_string(&errors), "why\n") == 0);
	CHECK(sh("sleep 30", (struct child_options){ .timeout_s = 1 },
		 &output, &err) == STATUS_UNREACHABLE);
	CHECK(sh("read x || echo nothing to read",
		 (struct child_options){ 0 }, &output, &err) == STATUS_OK);
	CHECK(strstr(buf_string(&output), "nothing to read") != NULL);
	buf_release(&output);
	buf_release(&errors);
}

/* Who is told to end may clean up; who does not listen is killed. */
static void it_is_given_time_to_end(void)
{
	const struct child_options polite = { .timeout_s = 1, .grace_s = 20 },
				   deaf = { .timeout_s = 1, .grace_s = 1 };
	char line[300];
	struct err err;

	(void)snprintf(line, sizeof(line),
		       "trap 'sleep 0.2; echo > %s; exit' TERM;"
		       "while true; do sleep 0.05; done",
		       scratch_path(&scratch, "cleaned"));
	CHECK(sh(line, (struct child_options){ .timeout_s = 1 }, NULL, &err) ==
	      STATUS_UNREACHABLE);
	CHECK(access(scratch_path(&scratch, "cleaned"), F_OK) != 0);
	CHECK(sh(line, polite, NULL, &err) == STATUS_UNREACHABLE);
	CHECK(access(scratch_path(&scratch, "cleaned"), F_OK) == 0);
	CHECK(sh("trap '' TERM; while true; do sleep 0.05; done", deaf, NULL,
		 &err) == STATUS_UNREACHABLE);
}

static void of_many_errors_the_end_is_kept(void)
{
	struct buf errors = BUF_INIT;
	struct err err;

	CHECK(sh("i=0; while [ $i -lt 40000 ]; do echo line $i; i=$((i+1)); "
		 "done >&2",
		 (struct child_options){ .errors = &errors }, NULL,
		 &err) == STATUS_OK);
	CHECK(errors.size <= CHILD_ERRORS_MAX &&
	      errors.size >= CHILD_ERRORS_MAX / 2);
	CHECK(strstr(buf_string(&errors), "line 39999\n") != NULL);
	buf_release(&errors);
}

struct lines {
	unsigned count;
	char last[CHILD_LINE_MAX + 1];
};

static void line_came(void *owner, const char *line)
{
	struct lines *l = owner;

	l->count++;
	strcpy(l->last, line);
}

static void lines_come_one_by_one(void)
{
	struct lines l = { .count = 0 };
	struct err err;

	CHECK(sh("printf 'a\\nb'; sleep 0.1; printf 'c\\n'; "
		 "head -c 5000 /dev/zero | tr '\\0' x; echo; printf tail",
		 (struct child_options){ .line = line_came, .owner = &l },
		 NULL, &err) == STATUS_OK);
	CHECK(l.count == 3 && strlen(l.last) == CHILD_LINE_MAX);
}

static void it_is_kept_within_its_limits(void)
{
	struct buf output = BUF_INIT;
	struct child_options o = { .behind_others = true,
				   .memory_max = 1 << 30,
				   .file_max = 1 << 20 };
	char line[5000];
	struct err err;

	CHECK(sh("nice; ulimit -v; ulimit -c", o, &output, &err) ==
	      STATUS_OK);
	CHECK(strcmp(buf_string(&output), "10\n1048576\n0\n") == 0);
	(void)snprintf(line, sizeof(line),
		       "exec dd if=/dev/zero of=%s bs=1M count=3",
		       scratch_path(&scratch, "large"));
	CHECK(sh(line, o, &output, &err) == STATUS_NO_ROOM);
	CHECK(strstr(err.text, "room") != NULL);
	buf_release(&output);
}

static bool is_there(pid_t pid)
{
	return kill(pid, 0) == 0;
}

/* ffmpeg does not mind that nobody reads what it says. */
static void it_dies_with_who_started_it(void)
{
	const char *path = scratch_path(&scratch, "pid");
	char line[5000], text[32] = "";
	pid_t owner = fork(), pid;
	FILE *file;

	if (owner == 0) {
		struct err err;

		(void)snprintf(line, sizeof(line),
			       "trap '' PIPE; echo $$ > %s.new; mv %s.new %s; "
			       "exec sleep 60",
			       path, path, path);
		(void)sh(line, (struct child_options){ .timeout_s = 60 },
			 NULL, &err);
		_exit(0);
	}
	while (access(path, R_OK) != 0)
		(void)usleep(10000);
	file = fopen(path, "r");
	CHECK(file != NULL && fgets(text, sizeof(text), file) != NULL);
	CHECK(fclose(file) == 0);
	pid = atoi(text);
	CHECK(pid > 0 && is_there(pid));
	CHECK(kill(owner, SIGKILL) == 0 && waitpid(owner, NULL, 0) == owner);
	for (int i = 0; i < 3000 && is_there(pid); i++)
		(void)usleep(10000);
	/* It is init's to bury; what is left of it runs no more. */
	if (is_there(pid)) {
		(void)snprintf(line, sizeof(line), "/proc/%d/stat", pid);
		file = fopen(line, "r");
		CHECK(file != NULL &&
		      fgets(line, sizeof(line), file) != NULL);
		CHECK(strstr(line, ") Z ") != NULL);
		CHECK(fclose(file) == 0);
	}
}

struct asking {
	atomic_bool stop, cancel;
};

/* It is asked when it has begun, and ended when it says no to that. */
static void it_said(void *owner, const char *line)
{
	struct asking *a = owner;

	atomic_store(strcmp(line, "begun") == 0 ? &a->stop : &a->cancel,
		     true);
}

static void asked_to_end_it_ends_in_its_own_way(void)
{
	struct asking a = { false, false };
	struct child_options options = { .stop = &a.stop,
					 .cancel = &a.cancel,
					 .line = it_said,
					 .owner = &a };
	struct buf errors = BUF_INIT;
	struct err err;

	options.errors = &errors;
	CHECK(sh("trap 'echo kept >&2; exit 0' TERM; echo begun; "
		 "while :; do sleep 0.05; done",
		 options, NULL, &err) == STATUS_OK);
	CHECK(strcmp(buf_string(&errors), "kept\n") == 0);
	/* One that does not want to is ended all the same, when that is told. */
	atomic_store(&a.stop, false);
	CHECK(sh("trap 'echo no' TERM; echo begun; while :; do sleep 0.05; "
		 "done",
		 options, NULL, &err) == STATUS_CANCELLED);
	buf_release(&errors);
}

int main(void)
{
	scratch_init(&scratch);
	what_it_says_and_how_it_ends_is_told();
	it_is_given_time_to_end();
	of_many_errors_the_end_is_kept();
	lines_come_one_by_one();
	it_is_kept_within_its_limits();
	it_dies_with_who_started_it();
	asked_to_end_it_ends_in_its_own_way();
	scratch_release(&scratch);
	return 0;
}
