#include "catalog/catalog.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/check.h"

static char dir[] = "/tmp/test_catalog.XXXXXX";
static char path[64];

static void forget_database(void)
{
	char name[80];

	for (int i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "%s%s", path,
			       (const char *[]){ "", "-wal", "-shm" }[i]);
		(void)unlink(name);
	}
}

static void raw_sql(const char *sql)
{
	sqlite3 *db;

	CHECK(sqlite3_open(path, &db) == SQLITE_OK);
	CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
	CHECK(sqlite3_close(db) == SQLITE_OK);
}

static void what_was_set_is_there_after_reopening(void)
{
	struct catalog *c;
	struct err err = ERR_INIT;
	struct buf blob = BUF_INIT;
	int64_t value = 77;

	CHECK(catalog_open(&c, path, &err) == STATUS_OK);
	CHECK(strcmp(catalog_path(c), path) == 0);
	CHECK(catalog_get_int(c, "node.boot", &value, &err) ==
	      STATUS_NOT_FOUND);
	CHECK(value == 77);
	CHECK(catalog_set_int(c, "node.boot", 3, &err) == STATUS_OK);
	CHECK(catalog_set_int(c, "node.boot", INT64_MIN, &err) == STATUS_OK);
	CHECK(catalog_set_blob(c, "node.name", bytes_of("资兴"), &err) ==
	      STATUS_OK);
	CHECK(catalog_set_int(c, "node.gone", 3, &err) == STATUS_OK);
	CHECK(catalog_unset(c, "node.gone", &err) == STATUS_OK);
	catalog_free(c);
	CHECK(catalog_open(&c, path, &err) == STATUS_OK);
	CHECK(catalog_get_int(c, "node.boot", &value, &err) == STATUS_OK);
	CHECK(value == INT64_MIN);
	CHECK(catalog_get_blob(c, "node.name", &blob, &err) == STATUS_OK);
	CHECK(bytes_is(buf_bytes(&blob), "资兴"));
	CHECK(catalog_get_blob(c, "node.gone", &blob, &err) ==
	      STATUS_NOT_FOUND);
	buf_release(&blob);
	catalog_free(c);
	catalog_free(NULL);
	forget_database();
}

static void a_rollback_undoes_and_a_commit_keeps(void)
{
	struct catalog *c;
	struct err err = ERR_INIT;
	int64_t value;

	CHECK(catalog_open(&c, path, &err) == STATUS_OK);
	CHECK(catalog_begin(c, CATALOG_DERIVED, &err) == STATUS_OK);
	CHECK(catalog_in_transaction(c));
	CHECK(catalog_set_int(c, "a", 1, &err) == STATUS_OK);
	catalog_rollback(c);
	catalog_rollback(c);
	CHECK(!catalog_in_transaction(c));
	CHECK(catalog_get_int(c, "a", &value, &err) == STATUS_NOT_FOUND);
	CHECK(catalog_begin(c, CATALOG_DURABLE, &err) == STATUS_OK);
	CHECK(catalog_set_int(c, "a", 2, &err) == STATUS_OK);
	CHECK(catalog_commit(c, &err) == STATUS_OK);
	CHECK(catalog_get_int(c, "a", &value, &err) == STATUS_OK && value == 2);
	catalog_free(c);
	forget_database();
}

static void a_reader_sees_commits_and_cannot_write(void)
{
	struct catalog *c, *reader;
	struct err err = ERR_INIT;
	int64_t value;

	CHECK(catalog_open_reader(&reader, path, &err) == STATUS_NOT_FOUND);
	CHECK(catalog_open(&c, path, &err) == STATUS_OK);
	CHECK(catalog_open_reader(&reader, path, &err) == STATUS_OK);
	CHECK(catalog_begin(c, CATALOG_DERIVED, &err) == STATUS_OK);
	CHECK(catalog_set_int(c, "a", 2, &err) == STATUS_OK);
	CHECK(catalog_get_int(reader, "a", &value, &err) == STATUS_NOT_FOUND);
	CHECK(catalog_commit(c, &err) == STATUS_OK);
	CHECK(catalog_get_int(reader, "a", &value, &err) == STATUS_OK);
	CHECK(catalog_set_int(reader, "a", 3, &err) == STATUS_IO);
	catalog_free(reader);
	catalog_free(c);
	forget_database();
}

static void the_write_ahead_log_is_emptied_from_outside(void)
{
	struct catalog *c;
	struct err err = ERR_INIT;
	char wal[80];
	struct stat before, after;

	(void)snprintf(wal, sizeof(wal), "%s-wal", path);
	CHECK(catalog_open(&c, path, &err) == STATUS_OK);
	for (int i = 0; i < 3000; i++)
		CHECK(catalog_begin(c, CATALOG_DERIVED, &err) == STATUS_OK &&
		      catalog_set_int(c, "a", i, &err) == STATUS_OK &&
		      catalog_commit(c, &err) == STATUS_OK);
	CHECK(catalog_wal_pages(c) >= 3000);
	CHECK(catalog_checkpoint_wal(path, &err) == STATUS_OK);
	CHECK(stat(wal, &before) == 0);
	CHECK(catalog_set_int(c, "a", -1, &err) == STATUS_OK);
	CHECK(catalog_wal_pages(c) < 10);
	CHECK(stat(wal, &after) == 0);
	CHECK(after.st_size <= before.st_size);
	catalog_free(c);
	forget_database();
}

static void a_newer_or_foreign_database_is_refused(void)
{
	struct catalog *c = NULL;
	struct err err = ERR_INIT;

	CHECK(catalog_open(&c, path, &err) == STATUS_OK);
	catalog_free(c);
	c = NULL;
	raw_sql("PRAGMA user_version=99");
	CHECK(catalog_open(&c, path, &err) == STATUS_MALFORMED);
	CHECK(strstr(err.text, "newer program") != NULL);
	CHECK(catalog_open_reader(&c, path, &err) == STATUS_MALFORMED);
	forget_database();
	raw_sql("CREATE TABLE guests (name)");
	CHECK(catalog_open(&c, path, &err) == STATUS_MALFORMED);
	CHECK(strstr(err.text, "something else") != NULL);
	CHECK(c == NULL);
	forget_database();
}

static void a_file_of_junk_is_damaged_and_stays_as_it_is(void)
{
	struct catalog *c = NULL;
	struct err err = ERR_INIT;
	char junk[8192], again[8192];
	FILE *f;

	memset(junk, 'x', sizeof(junk));
	f = fopen(path, "w");
	CHECK(f != NULL && fwrite(junk, 1, sizeof(junk), f) == sizeof(junk));
	CHECK(fclose(f) == 0);
	CHECK(catalog_open(&c, path, &err) == STATUS_DAMAGED);
	CHECK(c == NULL);
	f = fopen(path, "r");
	CHECK(f != NULL && fread(again, 1, sizeof(again), f) == sizeof(again));
	CHECK(fclose(f) == 0);
	CHECK(memcmp(junk, again, sizeof(junk)) == 0);
	forget_database();
}

static void a_locked_database_is_busy(void)
{
	struct catalog *c, *other = NULL;
	struct err err = ERR_INIT;

	CHECK(catalog_open(&c, path, &err) == STATUS_OK);
	CHECK(catalog_open(&other, path, &err) == STATUS_OK);
	CHECK(catalog_begin(c, CATALOG_DERIVED, &err) == STATUS_OK);
	CHECK(catalog_begin(other, CATALOG_DERIVED, &err) == STATUS_BUSY);
	CHECK(!catalog_in_transaction(other));
	catalog_rollback(c);
	catalog_free(other);
	catalog_free(c);
	forget_database();
}

static void a_missing_folder_is_said(void)
{
	struct catalog *c;
	struct err err = ERR_INIT;

	CHECK(catalog_open(&c, "/nonexistent/node.db", &err) == STATUS_IO);
	CHECK(strstr(err.text, "/nonexistent/node.db") != NULL);
}

int main(void)
{
	CHECK(mkdtemp(dir) != NULL);
	(void)snprintf(path, sizeof(path), "%s/node.db", dir);
	what_was_set_is_there_after_reopening();
	a_rollback_undoes_and_a_commit_keeps();
	a_reader_sees_commits_and_cannot_write();
	the_write_ahead_log_is_emptied_from_outside();
	a_newer_or_foreign_database_is_refused();
	a_file_of_junk_is_damaged_and_stays_as_it_is();
	a_locked_database_is_busy();
	a_missing_folder_is_said();
	CHECK(rmdir(dir) == 0);
	return 0;
}
