#include "node/durable.h"

#include <dirent.h>

#include "tests/support/scratch.h"

static struct scratch scratch;

static size_t count_entries(const char *path)
{
	DIR *list = opendir(path);
	size_t count = 0;

	CHECK(list != NULL);
	while (readdir(list) != NULL)
		count++;
	closedir(list);
	return count - 2;
}

static void what_is_written_is_read_back(void)
{
	const char *path = scratch_path(&scratch, "f");
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;

	CHECK(durable_write(path, bytes_of("one"), 0600, &err) == STATUS_OK);
	CHECK(durable_write(path, bytes_of("two"), 0600, &err) == STATUS_OK);
	CHECK(durable_read(path, 3, &b, &err) == STATUS_OK);
	CHECK(bytes_is(buf_bytes(&b), "two"));
	CHECK(durable_read(path, 2, &b, &err) == STATUS_MALFORMED);
	CHECK(durable_read(scratch_path(&scratch, "no"), 9, &b, &err) ==
	      STATUS_NOT_FOUND);
	CHECK(durable_read(scratch.top, 9, &b, &err) == STATUS_IO);
	CHECK(count_entries(scratch.top) == 1);
	buf_release(&b);
}

static void a_failed_write_leaves_nothing(void)
{
	struct err err = ERR_INIT;

	CHECK(durable_write(scratch_path(&scratch, "no/f"), bytes_of("x"), 0600,
			    &err) == STATUS_NOT_FOUND);
	scratch_folder(&scratch, "d");
	scratch_folder(&scratch, "d/f");
	scratch_file(&scratch, "d/f/x", 1, 1);
	CHECK(durable_write(scratch_path(&scratch, "d/f"), bytes_of("x"), 0600,
			    &err) == STATUS_IO);
	CHECK(count_entries(scratch_path(&scratch, "d")) == 1);
}

static void a_pipe_does_not_hold_the_reader(void)
{
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;

	CHECK(mkfifo(scratch_path(&scratch, "pipe"), 0600) == 0);
	CHECK(durable_read(scratch_path(&scratch, "pipe"), 9, &b, &err) ==
	      STATUS_IO);
	buf_release(&b);
}

static void directories_are_made_with_those_above(void)
{
	const char *path = scratch_path(&scratch, "x/y/z");
	struct err err = ERR_INIT;
	struct stat st;

	CHECK(durable_make_dir(path, 0700, &err) == STATUS_OK);
	CHECK(durable_make_dir(path, 0700, &err) == STATUS_OK);
	CHECK(stat(path, &st) == 0 && S_ISDIR(st.st_mode));
	scratch_file(&scratch, "file", 1, 1);
	CHECK(durable_make_dir(scratch_path(&scratch, "file"), 0700, &err) ==
	      STATUS_IO);
}

int main(void)
{
	scratch_init(&scratch);
	what_is_written_is_read_back();
	a_failed_write_leaves_nothing();
	a_pipe_does_not_hold_the_reader();
	directories_are_made_with_those_above();
	scratch_release(&scratch);
	return 0;
}
