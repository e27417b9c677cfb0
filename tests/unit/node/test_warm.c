/* What is in memory is read at once; what is not is not waited for. */
#include "node/warm.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/scratch.h"

enum { SIZE = 1 << 20 };

/* Written, and in memory until it is forgotten. */
static int make(struct scratch *scratch, const char *name)
{
	int fd;

	scratch_file(scratch, name, SIZE, 3);
	fd = open(scratch_path(scratch, name), O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	return fd;
}

/* False where the file system keeps everything (tmpfs). */
static bool forget(int fd)
{
	CHECK(fsync(fd) == 0);
	CHECK(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0);
	return !warm_has(fd, 0, SIZE);
}

static void what_was_just_read_is_there(void)
{
	static uint8_t all[SIZE], some[SIZE];
	struct scratch scratch;
	int fd;

	scratch_init(&scratch);
	fd = make(&scratch, "file");
	CHECK(pread(fd, all, SIZE, 0) == SIZE);
	if (warm_has(fd, 0, SIZE)) {
		ssize_t n = warm_read(fd, some, 1000, 4000);

		CHECK(n == 1000 && memcmp(some, all + 4000, 1000) == 0);
		CHECK(warm_has(fd, 17, 1) && warm_has(fd, SIZE - 1, 1));
	}
	CHECK(warm_has(fd, 0, 0));
	CHECK(warm_read(fd, some, 10, SIZE) == -1); /* behind the end */
	CHECK(warm_read(-1, some, 10, 0) == -1);
	CHECK(!warm_has(-1, 0, 10));
	CHECK(close(fd) == 0);
	scratch_release(&scratch);
}

static void what_was_forgotten_is_not(void)
{
	struct scratch scratch;
	uint8_t page[4096];
	int fd;

	scratch_init(&scratch);
	fd = make(&scratch, "file");
	if (forget(fd)) {
		CHECK(pread(fd, page, sizeof(page), 0) == sizeof(page));
		/* A part of it is not all of it. */
		CHECK(!warm_has(fd, 0, SIZE) || forget(fd));
	}
	CHECK(close(fd) == 0);
	scratch_release(&scratch);
}

static void this_disk_is_not_another_machine(void)
{
	struct scratch scratch;
	int fd;

	scratch_init(&scratch);
	fd = open(scratch_path(&scratch, "."), O_RDONLY | O_DIRECTORY);
	CHECK(fd >= 0 && !warm_is_remote(fd));
	CHECK(close(fd) == 0);
	CHECK(!warm_is_remote(-1));
	scratch_release(&scratch);
}

int main(void)
{
	what_was_just_read_is_there();
	what_was_forgotten_is_not();
	this_disk_is_not_another_machine();
	return 0;
}
