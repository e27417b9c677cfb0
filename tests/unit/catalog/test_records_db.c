/* records.db: who opens it and closes it again disturbs nobody. */
#include "catalog/records_db.h"

#include <sys/wait.h>

#include "tests/support/check.h"
#include "tests/support/scratch.h"

static int64_t read_key(const char *path)
{
	struct err err = ERR_INIT;
	struct catalog *c;
	int64_t value = -1;

	CHECK(records_db_open_reader(&c, path, &err) == STATUS_OK);
	(void)catalog_get_int(c, "test.value", &value, &err);
	catalog_free(c);
	return value;
}

/* As a command beside a running node does: a program of its own, since SQLite
 * knows of the other connections of its process, also after fork(). */
static int64_t read_in_another_process(const char *path)
{
	int status;
	pid_t child = fork();

	CHECK(child >= 0);
	if (child == 0) {
		(void)execl("/proc/self/exe", "reader", path, (char *)NULL);
		_exit(255);
	}
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void it_is_for_its_owner_only(void)
{
	struct err err = ERR_INIT;
	struct scratch s;
	struct catalog *c;
	struct stat st;

	scratch_init(&s);
	CHECK(records_db_open(&c, scratch_path(&s, "records.db"), &err) ==
	      STATUS_OK);
	CHECK(catalog_set_int(c, "test.value", 1, &err) == STATUS_OK);
	CHECK(stat(scratch_path(&s, "records.db"), &st) == 0);
	CHECK((st.st_mode & 0777) == 0600);
	CHECK(stat(scratch_path(&s, "records.db-wal"), &st) == 0);
	CHECK((st.st_mode & 0777) == 0600);
	catalog_free(c);
	scratch_release(&s);
}

/* The node has it open; a worker of its opens and closes it; then somebody else
 * reads it: what the node writes after that is there. */
static void who_comes_and_goes_takes_no_log_away(void)
{
	struct err err = ERR_INIT;
	struct catalog *node, *worker;
	const char *path;
	struct scratch s;

	scratch_init(&s);
	path = scratch_path(&s, "records.db");
	CHECK(records_db_open(&node, path, &err) == STATUS_OK);
	CHECK(catalog_set_int(node, "test.value", 1, &err) == STATUS_OK);
	for (int value = 2; value < 5; value++) {
		CHECK(records_db_open(&worker, path, &err) == STATUS_OK);
		catalog_free(worker);
		CHECK(read_in_another_process(path) == value - 1);
		CHECK(catalog_set_int(node, "test.value", value, &err) ==
		      STATUS_OK);
		CHECK(read_key(path) == value);
	}
	catalog_free(node);
	CHECK(read_key(path) == 4);
	scratch_release(&s);
}

int main(int argc, char **argv)
{
	if (argc == 2)
		return (int)read_key(argv[1]);
	it_is_for_its_owner_only();
	who_comes_and_goes_takes_no_log_away();
	return 0;
}
