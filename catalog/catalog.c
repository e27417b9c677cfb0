#include "catalog/catalog.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "catalog/connection.h"
#include "catalog/schema.h"
#include "catalog/sql.h"

enum { BUSY_WAIT_MS = 2000, WAITED_LATELY_MS = 5, LET_OTHERS_MS = 3 };

/* The schema's versions: the first makes version 1 out of nothing. */
static const char *const version_1[] = { schema_logs, schema_lessons, NULL };
static const char *const version_2[] = { schema_records, NULL };
static const char *const version_3[] = { schema_cache, NULL };
static const char *const version_4[] = { schema_expiry, NULL };
static const char *const version_5[] = { schema_delegation, schema_evidence,
					 NULL };
static const char *const version_6[] = { schema_keep, NULL };
static const char *const version_7[] = { schema_pages, NULL };
static const char *const version_8[] = { schema_renditions, NULL };
static const char *const version_9[] = { schema_again, NULL };
static const char *const version_10[] = { schema_office, NULL };
static const char *const version_11[] = { schema_cards, schema_station,
					  NULL };
static const char *const *const migrations[] = {
	version_1, version_2, version_3, version_4, version_5,
	version_6, version_7, version_8, version_9, version_10,
	version_11
};
const struct catalog_schema catalog_schema = {
	.application_id = 0x78747531, /* "xtu1" */
	.version = sizeof(migrations) / sizeof(migrations[0]),
	.migrations = migrations
};

static int committed(void *context, sqlite3 *db, const char *name, int pages)
{
	struct catalog *c = context;

	(void)db;
	(void)name;
	c->wal_pages = pages;
	return SQLITE_OK;
}

static enum status ask_int(struct catalog *c, const char *question,
			   int64_t *answer, struct err *err)
{
	sqlite3_stmt *statement;
	int rc = sqlite3_prepare_v2(c->db, question, -1, &statement, NULL);

	if (rc != SQLITE_OK)
		return sql_fail(c, rc, err);
	rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		*answer = sqlite3_column_int64(statement, 0);
	else
		(void)sql_fail(c, rc == SQLITE_DONE ? SQLITE_ERROR : rc, err);
	sqlite3_finalize(statement);
	return rc == SQLITE_ROW ? STATUS_OK : err->status;
}

/* The version of the schema in the file: 0 for a new one. */
static enum status read_version(struct catalog *c, int64_t *version,
				struct err *err)
{
	int64_t application = 0, tables = 0;
	enum status status;

	status = ask_int(c, "PRAGMA application_id", &application, err);
	if (status == STATUS_OK)
		status = ask_int(c, "PRAGMA user_version", version, err);
	if (status == STATUS_OK)
		status = ask_int(c, "SELECT count(*) FROM sqlite_schema",
				 &tables, err);
	if (status != STATUS_OK)
		return status;
	if (application != c->schema->application_id &&
	    (tables > 0 || *version != 0))
		return err_set(err, STATUS_MALFORMED,
			       "a database of something else");
	if (*version > c->schema->version)
		return err_set(err, STATUS_MALFORMED,
			       "made by a newer program (version %lld, this "
			       "one knows %d)",
			       (long long)*version, c->schema->version);
	return STATUS_OK;
}

static enum status apply_migrations(struct catalog *c, int64_t version,
				    struct err *err)
{
	char done[80];
	enum status status;

	for (; version < c->schema->version; version++)
		for (const char *const *sql = c->schema->migrations[version];
		     *sql != NULL; sql++) {
			status = sql_script(c, *sql, err);
			if (status != STATUS_OK)
				return status;
		}
	(void)snprintf(done, sizeof(done),
		       "PRAGMA application_id=%d; PRAGMA user_version=%d",
		       c->schema->application_id, c->schema->version);
	return sql_script(c, done, err);
}

static enum status migrate(struct catalog *c, struct err *err)
{
	int64_t version;
	enum status status = read_version(c, &version, err);

	if (status != STATUS_OK || version == c->schema->version)
		return status;
	status = catalog_begin(c, CATALOG_DURABLE, err);
	if (status != STATUS_OK)
		return status;
	/* Somebody else may have done it meanwhile. */
	status = read_version(c, &version, err);
	if (status == STATUS_OK && version < c->schema->version)
		status = apply_migrations(c, version, err);
	/* Closing undoes it: a changed schema makes even ROLLBACK ask for
	 * memory. */
	return status != STATUS_OK ? status : sql_script(c, "COMMIT", err);
}

/* --- waiting for another writer --- */

static _Atomic int64_t last_waited_ms;

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Of SQLite: the file is locked, for the `tries`th time. */
static int keep_waiting(void *context, int tries)
{
	const struct timespec a_while = { .tv_nsec = 1000 * 1000 };
	const struct catalog *c = context;

	if (tries < 0 || (unsigned)tries >= c->patience_ms)
		return 0;
	last_waited_ms = now_ms();
	(void)nanosleep(&a_while, NULL);
	return 1;
}

bool catalog_others_wait(void)
{
	return now_ms() - last_waited_ms < WAITED_LATELY_MS;
}

void catalog_let_others(void)
{
	const struct timespec a_while = { .tv_nsec = LET_OTHERS_MS * 1000000 };

	if (catalog_others_wait())
		(void)nanosleep(&a_while, NULL);
}

static enum status connect_to(struct catalog *c, int flags, struct err *err)
{
	int rc = sqlite3_open_v2(c->path, &c->db, flags | SQLITE_OPEN_NOMUTEX,
				 NULL);

	if (rc != SQLITE_OK)
		return sql_fail(c, rc, err);
	sqlite3_extended_result_codes(c->db, 1);
	c->patience_ms = BUSY_WAIT_MS;
	sqlite3_busy_handler(c->db, keep_waiting, c);
	return sql_script(c,
			  "PRAGMA foreign_keys=OFF; PRAGMA mmap_size=0;"
			  "PRAGMA cache_size=-2048; PRAGMA temp_store=MEMORY;"
			  "PRAGMA synchronous=FULL",
			  err);
}

enum status catalog_open_as(struct catalog **out, const char *path,
			    const struct catalog_schema *schema, bool reader,
			    struct err *err)
{
	struct catalog *c = calloc(1, sizeof(*c));
	int64_t version;
	enum status status;

	if (c != NULL)
		c->schema = schema;
	if (c == NULL || (c->path = strdup(path)) == NULL) {
		free(c);
		return err_set(err, STATUS_NO_MEMORY,
			       "database: out of memory");
	}
	status = connect_to(c,
			    reader ? SQLITE_OPEN_READWRITE :
				     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
			    err);
	if (status == STATUS_OK && reader) {
		status = read_version(c, &version, err);
		if (status == STATUS_OK && version < c->schema->version)
			status = err_set(err, STATUS_MALFORMED,
					 "made by an older program and not "
					 "migrated yet");
		if (status == STATUS_OK)
			status = sql_script(c, "PRAGMA query_only=ON", err);
	} else if (status == STATUS_OK) {
		/* Refuse a stranger's file before anything is changed. */
		status = read_version(c, &version, err);
		if (status == STATUS_OK)
			status =
				sql_script(c,
					   "PRAGMA journal_mode=WAL;"
					   "PRAGMA journal_size_limit=33554432",
					   err);
		sqlite3_wal_hook(c->db, committed, c);
		if (status == STATUS_OK)
			status = migrate(c, err);
	}
	if (status != STATUS_OK) {
		catalog_free(c);
		return err_wrap(err, "'%s'", path);
	}
	*out = c;
	return STATUS_OK;
}

enum status catalog_open(struct catalog **out, const char *path,
			 struct err *err)
{
	return catalog_open_as(out, path, &catalog_schema, false, err);
}

enum status catalog_open_reader(struct catalog **out, const char *path,
				struct err *err)
{
	if (access(path, F_OK) != 0)
		return err_set(err, STATUS_NOT_FOUND, "'%s': no database",
			       path);
	return catalog_open_as(out, path, &catalog_schema, true, err);
}

void catalog_free(struct catalog *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < CATALOG_STATEMENTS; i++)
		sqlite3_finalize(c->statements[i].statement);
	sqlite3_close(c->db);
	free(c->path);
	free(c);
}

const char *catalog_path(const struct catalog *c)
{
	return c->path;
}

static const char begin[] = "BEGIN IMMEDIATE";
static const char commit[] = "COMMIT";
static const char rollback[] = "ROLLBACK";

static int set_relaxed(struct catalog *c, bool relaxed)
{
	int rc = SQLITE_OK;

	if (c->relaxed != relaxed)
		rc = sqlite3_exec(c->db,
				  relaxed ? "PRAGMA synchronous=NORMAL" :
					    "PRAGMA synchronous=FULL",
				  NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		c->relaxed = relaxed;
	return rc;
}

int catalog_tighten(struct catalog *c)
{
	return set_relaxed(c, false);
}

static int run(struct catalog *c, const char *text)
{
	sqlite3_stmt *statement;
	int rc = catalog_statement(c, text, &statement);

	if (rc != SQLITE_OK)
		return rc;
	(void)sqlite3_step(statement);
	return sqlite3_reset(statement);
}

enum status catalog_begin(struct catalog *c, enum catalog_kind kind,
			  struct err *err)
{
	sqlite3_stmt *ready;
	int rc;

	assert(!catalog_in_transaction(c));

	/* What undoes it must not need memory. */
	rc = catalog_statement(c, rollback, &ready);
	if (rc == SQLITE_OK)
		rc = set_relaxed(c, kind == CATALOG_DERIVED);
	if (rc == SQLITE_OK)
		rc = run(c, begin);
	return rc == SQLITE_OK ? STATUS_OK : sql_fail(c, rc, err);
}

enum status catalog_commit(struct catalog *c, struct err *err)
{
	int rc;

	assert(catalog_in_transaction(c));

	rc = run(c, commit);
	if (rc == SQLITE_OK)
		return STATUS_OK;
	(void)sql_fail(c, rc, err);
	catalog_rollback(c);
	return err->status;
}

void catalog_rollback(struct catalog *c)
{
	if (catalog_in_transaction(c))
		(void)run(c, rollback);
	assert(!catalog_in_transaction(c));
}

bool catalog_in_transaction(const struct catalog *c)
{
	return sqlite3_get_autocommit(c->db) == 0;
}

int catalog_wal_pages(const struct catalog *c)
{
	return c->wal_pages;
}

enum status catalog_checkpoint_wal(const char *path, struct err *err)
{
	struct catalog c = { .path = NULL };
	enum status status;
	int rc;

	c.path = strdup(path);
	if (c.path == NULL)
		return err_set(err, STATUS_NO_MEMORY,
			       "database: out of memory");
	status = connect_to(&c, SQLITE_OPEN_READWRITE, err);
	if (status == STATUS_OK) {
		rc = sqlite3_wal_checkpoint_v2(c.db, NULL,
					       SQLITE_CHECKPOINT_PASSIVE, NULL,
					       NULL);
		if (rc != SQLITE_OK && rc != SQLITE_BUSY)
			status = sql_fail(&c, rc, err);
	}
	sqlite3_close(c.db);
	free(c.path);
	return status;
}
