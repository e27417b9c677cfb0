/* What a drive has after the power went, on a file system that forgets all
 * that was not flushed (tests/support/forgetfs). Does nothing where that
 * cannot be mounted. */
#include "node/drive/mount.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "tests/support/scratch.h"

static struct scratch scratch;
static const char *drive;
static pid_t forgetfs;
static struct mount *m;
static struct err err;

/* False when it cannot run here. */
static bool start_forgetfs(void)
{
	int says[2];
	char ready[6] = "";
	size_t got = 0;
	ssize_t n;

	CHECK(pipe(says) == 0);
	forgetfs = fork();
	CHECK(forgetfs >= 0);
	if (forgetfs == 0) {
		/* It goes when the test does, however that ends. */
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
		(void)dup2(says[1], 1);
		(void)close(says[0]);
		execl(BINARY_DIR "/forgetfs", "forgetfs", drive, NULL);
		_exit(127);
	}
	(void)close(says[1]);
	while (got < 5 && (n = read(says[0], ready + got, 5 - got)) > 0)
		got += (size_t)n;
	(void)close(says[0]);
	if (strcmp(ready, "ready") == 0)
		return true;
	CHECK(waitpid(forgetfs, NULL, 0) == forgetfs);
	return false;
}

static void stop_forgetfs(void)
{
	CHECK(kill(forgetfs, SIGTERM) == 0);
	CHECK(waitpid(forgetfs, NULL, 0) == forgetfs);
}

/* The power goes, with what chance keeps of the rest, and comes back. */
static void tell(const char *command, unsigned number)
{
	char path[200], answer[400];
	int fd;

	snprintf(path, sizeof(path), "%s/.forgetfs/%s=%u", drive, command,
		 number);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0 && read(fd, answer, sizeof(answer)) > 0);
	CHECK(close(fd) == 0);
}

static void cut(unsigned seed)
{
	mount_free(m);
	tell("cut?seed", seed);
	CHECK(mount_open(&m, drive, &err) == STATUS_OK);
}

static bool holds(const char *path, const char *text)
{
	struct buf content = BUF_INIT;
	bool same = mount_read(m, path, 100, &content, &err) == STATUS_OK &&
		    bytes_is(buf_bytes(&content), text);

	buf_release(&content);
	return same;
}

static void what_was_written_stays(void)
{
	CHECK(mount_write(m, "a/b/c", bytes_of("one"), &err) == STATUS_OK);
	cut(0);
	CHECK(holds("a/b/c", "one"));
	CHECK(mount_write(m, "a/b/c", bytes_of("two"), &err) == STATUS_OK);
	cut(0);
	CHECK(holds("a/b/c", "two"));
	CHECK(mount_make_folder(m, "d/e", &err) == STATUS_OK);
	cut(0);
	CHECK(mount_has_folder(m, "d/e"));
}

static void what_was_written_soon_stays_after_a_sync(void)
{
	CHECK(mount_write_soon(m, "s/a", bytes_of("a"), &err) == STATUS_OK);
	CHECK(mount_write_soon(m, "s/b", bytes_of("b"), &err) == STATUS_OK);
	CHECK(mount_sync(m, &err) == STATUS_OK);
	cut(0);
	CHECK(holds("s/a", "a") && holds("s/b", "b"));
}

static void a_rename_stays_when_its_folders_are_flushed(void)
{
	int fd;

	CHECK(mount_open_to_write(m, "part/x/film", &fd, &err) == STATUS_OK);
	CHECK(write(fd, "film", 4) == 4 && fsync(fd) == 0 && close(fd) == 0);
	CHECK(mount_sync_folder(m, "part/x", &err) == STATUS_OK);
	cut(0);
	CHECK(holds("part/x/film", "film"));
	CHECK(mount_rename(m, "part/x", "lessons/goats", &err) == STATUS_OK);
	CHECK(mount_sync_folder(m, "lessons", &err) == STATUS_OK);
	CHECK(mount_sync_folder(m, "part", &err) == STATUS_OK);
	cut(0);
	CHECK(holds("lessons/goats/film", "film"));
	CHECK(!mount_has_folder(m, "part/x"));
}

/* At every step of a write, and whatever the drive kept of it. */
static void a_small_file_is_old_or_new_and_nothing_between(void)
{
	unsigned old = 0, new = 0;
	bool through = false;

	for (unsigned step = 1; !through; step++) {
		CHECK(step < 50);
		for (unsigned seed = 0; seed < 8; seed++) {
			CHECK(mount_write(m, "f/x", bytes_of("what it was"),
					  &err) == STATUS_OK);
			tell("die?after", step);
			through = mount_write(m, "f/x", bytes_of("new"),
					      &err) == STATUS_OK;
			cut(seed);
			if (holds("f/x", "new")) {
				new++;
			} else {
				CHECK(!through && holds("f/x", "what it was"));
				old++;
			}
		}
	}
	CHECK(old > 0 && new > 0);
}

int main(void)
{
	scratch_init(&scratch);
	drive = scratch_folder(&scratch, "drive");
	if (access(BINARY_DIR "/forgetfs", X_OK) == 0 && start_forgetfs()) {
		CHECK(mount_open(&m, drive, &err) == STATUS_OK);
		what_was_written_stays();
		what_was_written_soon_stays_after_a_sync();
		a_rename_stays_when_its_folders_are_flushed();
		a_small_file_is_old_or_new_and_nothing_between();
		mount_free(m);
		stop_forgetfs();
	}
	scratch_release(&scratch);
	return 0;
}
