#include "catalog/sql.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "catalog/connection.h"

static enum status status_of(int rc, int system_errno)
{
	if (rc == SQLITE_IOERR_NOMEM)
		return STATUS_NO_MEMORY;
	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return STATUS_NO_MEMORY;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return STATUS_BUSY;
	case SQLITE_FULL:
		return STATUS_NO_ROOM;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return STATUS_DAMAGED;
	case SQLITE_TOOBIG:
		return STATUS_MALFORMED;
	default:
		return system_errno == ENOSPC || system_errno == EDQUOT ?
			       STATUS_NO_ROOM :
			       STATUS_IO;
	}
}

enum status sql_fail(struct catalog *c, int rc, struct err *err)
{
	int system_errno = 0;

	if (c->db == NULL)
		return err_set(err, status_of(rc, 0), "database: %s",
			       sqlite3_errstr(rc));
	if ((rc & 0xff) == SQLITE_IOERR || (rc & 0xff) == SQLITE_CANTOPEN)
		system_errno = sqlite3_system_errno(c->db);
	return err_set(err, status_of(rc, system_errno), "database: %s%s%s",
		       (sqlite3_errcode(c->db) & 0xff) == (rc & 0xff) ?
			       sqlite3_errmsg(c->db) :
			       sqlite3_errstr(rc),
		       system_errno == 0 ? "" : ": ",
		       system_errno == 0 ? "" : strerror(system_errno));
}

sqlite3 *sql_connection(struct catalog *c)
{
	return c->db;
}

unsigned sql_patience(struct catalog *c, unsigned ms)
{
	unsigned before_ms = c->patience_ms;

	c->patience_ms = ms;
	return before_ms;
}

enum status sql_script(struct catalog *c, const char *text, struct err *err)
{
	int rc = sqlite3_exec(c->db, text, NULL, NULL, NULL);

	return rc == SQLITE_OK ? STATUS_OK : sql_fail(c, rc, err);
}

int64_t sql_changes(struct catalog *c)
{
	return sqlite3_changes64(c->db);
}

int64_t sql_last_id(struct catalog *c)
{
	return sqlite3_last_insert_rowid(c->db);
}

int catalog_statement(struct catalog *c, const char *text, sqlite3_stmt **out)
{
	size_t at = ((uintptr_t)text >> 3) * 0x9e3779b1u;
	int rc;

	for (size_t tries = 0; tries < CATALOG_STATEMENTS; tries++, at++) {
		at &= CATALOG_STATEMENTS - 1;
		if (c->statements[at].text == text)
			break;
		if (c->statements[at].text != NULL)
			continue;
		rc = sqlite3_prepare_v3(c->db, text, -1,
					SQLITE_PREPARE_PERSISTENT,
					&c->statements[at].statement, NULL);
		if (rc != SQLITE_OK)
			return rc;
		c->statements[at].text = text;
		break;
	}
	assert(c->statements[at].text == text);
	*out = c->statements[at].statement;
	return SQLITE_OK;
}

void sql_start(struct sql *q, struct catalog *c, const char *text)
{
	*q = (struct sql){ .catalog = c };
	q->rc = catalog_statement(c, text, &q->statement);
	if (q->rc == SQLITE_OK && sqlite3_get_autocommit(c->db) != 0)
		q->rc = catalog_tighten(c);
	assert(q->statement == NULL || !sqlite3_stmt_busy(q->statement));
}

static void bound(struct sql *q, int rc)
{
	if (q->rc == SQLITE_OK)
		q->rc = rc;
}

void sql_put_int(struct sql *q, int64_t value)
{
	bound(q, sqlite3_bind_int64(q->statement, ++q->bound, value));
}

void sql_put_blob(struct sql *q, struct bytes value)
{
	bound(q, value.size == 0 ?
			 sqlite3_bind_zeroblob(q->statement, ++q->bound, 0) :
			 sqlite3_bind_blob64(q->statement, ++q->bound,
					     value.data, value.size,
					     SQLITE_STATIC));
}

void sql_put_text(struct sql *q, const char *value)
{
	bound(q, sqlite3_bind_text(q->statement, ++q->bound, value, -1,
				   SQLITE_STATIC));
}

void sql_put_text_bytes(struct sql *q, struct bytes value)
{
	bound(q, sqlite3_bind_text64(q->statement, ++q->bound,
				     value.size == 0 ?
					     "" :
					     (const char *)value.data,
				     value.size, SQLITE_STATIC, SQLITE_UTF8));
}

void sql_put_null(struct sql *q)
{
	bound(q, sqlite3_bind_null(q->statement, ++q->bound));
}

bool sql_next(struct sql *q)
{
	int rc;

	if (q->rc != SQLITE_OK)
		return false;
	rc = sqlite3_step(q->statement);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		q->rc = rc;
	return rc == SQLITE_ROW;
}

int64_t sql_int(struct sql *q, int column)
{
	return sqlite3_column_int64(q->statement, column);
}

struct bytes sql_blob(struct sql *q, int column)
{
	const void *data = sqlite3_column_blob(q->statement, column);
	int size = sqlite3_column_bytes(q->statement, column);

	if (data == NULL && sqlite3_errcode(q->catalog->db) == SQLITE_NOMEM)
		q->rc = SQLITE_NOMEM;
	if (data == NULL)
		return (struct bytes){ NULL, 0 };
	return (struct bytes){ data, (size_t)size };
}

const char *sql_text(struct sql *q, int column)
{
	const void *text = sqlite3_column_text(q->statement, column);

	if (text == NULL && sqlite3_errcode(q->catalog->db) == SQLITE_NOMEM)
		q->rc = SQLITE_NOMEM;
	return text == NULL ? "" : text;
}

bool sql_is_null(struct sql *q, int column)
{
	return sqlite3_column_type(q->statement, column) == SQLITE_NULL;
}

enum status sql_finish(struct sql *q, struct err *err)
{
	enum status status = STATUS_OK;

	if (q->rc != SQLITE_OK)
		status = sql_fail(q->catalog, q->rc, err);
	if (q->statement != NULL) {
		sqlite3_reset(q->statement);
		sqlite3_clear_bindings(q->statement);
	}
	return status;
}

enum status sql_run(struct sql *q, struct err *err)
{
	while (sql_next(q))
		;
	return sql_finish(q, err);
}
