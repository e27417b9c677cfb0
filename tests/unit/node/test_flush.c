#include "node/drive/flush.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/check.h"

enum { M = 1 << 20 };

/* --- a kernel that only writes down what it is asked --- */

static struct {
	uint64_t begun, awaited; /* bytes */
	unsigned calls;
	int error;	   /* what the next wait answers */
	int always;	   /* what everything answers */
} kernel;

int sync_file_range(int fd, off_t from, off_t size, unsigned how)
{
	CHECK(fcntl(fd, F_GETFD) >= 0 && size > 0 && from >= 0);
	kernel.calls++;
	errno = kernel.always;
	if (errno != 0)
		return -1;
	if (how == SYNC_FILE_RANGE_WRITE) {
		kernel.begun += (uint64_t)size;
		return 0;
	}
	kernel.awaited += (uint64_t)size;
	errno = kernel.error;
	kernel.error = 0;
	return errno == 0 ? 0 : -1;
}

static int some_file(void)
{
	int fd = open("/dev/null", O_RDWR);

	CHECK(fd >= 0);
	return fd;
}

static unsigned open_files(void)
{
	unsigned count = 0;

	for (int fd = 0; fd < 200; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void what_is_not_on_the_drive_stays_bounded(void)
{
	unsigned before = open_files();
	int fd = some_file();
	struct flush f;

	memset(&kernel, 0, sizeof(kernel));
	flush_init(&f);
	for (uint64_t at = 0; at < 100 * M; at += M) {
		CHECK(flush_wrote(&f, fd, at, at + M) == 0);
		/* Written here, begun there, done at last. */
		CHECK(at + M - kernel.begun < FLUSH_BYTES);
		CHECK(kernel.begun - kernel.awaited <= FLUSH_AWAITED_MAX);
	}
	/* Not at every turn. */
	CHECK(kernel.calls < 30);
	CHECK(flush_close(&f, fd) == 0 && kernel.begun == 100 * M);
	CHECK(flush_all(&f) == 0 && kernel.awaited == 100 * M);
	CHECK(open_files() == before);
	flush_release(&f);
}

static void many_small_files_are_waited_for_as_well(void)
{
	unsigned before = open_files();
	struct flush f;

	memset(&kernel, 0, sizeof(kernel));
	flush_init(&f);
	for (unsigned i = 0; i < 500; i++) {
		int fd = some_file();

		/* Some are empty, some were written in two places. */
		if (i % 3 > 0)
			CHECK(flush_wrote(&f, fd, 0, 100) == 0);
		if (i % 3 > 1)
			CHECK(flush_wrote(&f, fd, 1000, 1100) == 0);
		CHECK(flush_close(&f, fd) == 0);
		CHECK(open_files() - before <= FLUSH_FILES_MAX);
	}
	CHECK(kernel.begun == 166 * 300 + 100);
	CHECK(flush_all(&f) == 0);
	CHECK(kernel.awaited == kernel.begun && open_files() == before);
	flush_release(&f);
}

static void what_the_drive_did_not_take_is_told_once(void)
{
	unsigned before = open_files(), told = 0;
	struct flush f;
	int fd;

	memset(&kernel, 0, sizeof(kernel));
	flush_init(&f);
	kernel.error = EIO;
	for (unsigned i = 0; i < 8; i++) {
		fd = some_file();
		told += flush_wrote(&f, fd, 0, 20 * M) == EIO;
		told += flush_close(&f, fd) == EIO;
	}
	CHECK(told == 1);
	fd = some_file();
	CHECK(flush_wrote(&f, fd, 0, 5) == 0 && flush_close(&f, fd) == 0);
	kernel.error = ENOSPC;
	CHECK(flush_all(&f) == ENOSPC);
	CHECK(open_files() == before);
	flush_release(&f);
}

static void file_systems_that_cannot_are_left_alone(void)
{
	static const int errors[] = { ENOSYS, ESPIPE, EINVAL };

	for (unsigned i = 0; i < 3; i++) {
		struct flush f;
		int fd = some_file();

		memset(&kernel, 0, sizeof(kernel));
		kernel.always = errors[i];
		flush_init(&f);
		CHECK(flush_wrote(&f, fd, 0, 50 * M) == 0);
		CHECK(flush_close(&f, fd) == 0 && flush_all(&f) == 0);
		flush_release(&f);
	}
}

static void what_is_given_up_is_closed(void)
{
	unsigned before = open_files();
	struct flush f;
	int fd = some_file();

	memset(&kernel, 0, sizeof(kernel));
	flush_init(&f);
	CHECK(flush_close(&f, some_file()) == 0);
	CHECK(flush_wrote(&f, fd, 0, 9 * M) == 0);
	/* One that is not closed yet stays the caller's. */
	flush_release(&f);
	CHECK(close(fd) == 0 && open_files() == before);
}

int main(void)
{
	what_is_not_on_the_drive_stays_bounded();
	many_small_files_are_waited_for_as_well();
	what_the_drive_did_not_take_is_told_once();
	file_systems_that_cannot_are_left_alone();
	what_is_given_up_is_closed();
	return 0;
}
