/* One run of a prepared statement, for the .c files of catalog/ only.
 *
 * A statement is known by the address of its text, prepared the first time
 * and kept with the catalog:
 *
 *	static const char find[] = "SELECT size FROM logs WHERE origin = ?";
 *	struct sql q;
 *
 *	sql_start(&q, c, find);
 *	sql_put_text(&q, origin);
 *	if (sql_next(&q))
 *		size = sql_int(&q, 0);
 *	return sql_finish(&q, err);
 *
 * A failure of any step is remembered, makes sql_next() false, and is told by
 * sql_finish(), which must be called for every sql_start(). The same text
 * cannot run twice at once (asserted): a callback called between sql_next()
 * and sql_finish() must not come back to the same call. */
#ifndef CATALOG_SQL_H
#define CATALOG_SQL_H

#include <sqlite3.h>

#include "catalog/catalog.h"

struct sql {
	/* private */
	struct catalog *catalog;
	sqlite3_stmt *statement; /* NULL when it could not be prepared */
	int bound; /* parameters bound so far */
	int rc; /* SQLITE_OK until something failed */
};

/* `text` is one statement with static lifetime. */
void sql_start(struct sql *q, struct catalog *c, const char *text);

/* Bind the next parameter, in the order of the '?'. Runs and strings are
 * borrowed until sql_finish(); a NULL string binds NULL, an empty run an
 * empty blob. */
void sql_put_int(struct sql *q, int64_t value);
void sql_put_blob(struct sql *q, struct bytes value);
void sql_put_text(struct sql *q, const char *value);
void sql_put_text_bytes(struct sql *q, struct bytes value);
void sql_put_null(struct sql *q);

/* Step; true when there is a row to look at. */
bool sql_next(struct sql *q);

/* Columns of the present row. Runs and strings are borrowed until the next
 * sql_next() or sql_finish(). sql_text() gives "" for NULL; when memory runs
 * out the failure is remembered and "" or an empty run comes back. */
int64_t sql_int(struct sql *q, int column);
struct bytes sql_blob(struct sql *q, int column);
const char *sql_text(struct sql *q, int column);
bool sql_is_null(struct sql *q, int column);

/* End the run and let go of what was bound. STATUS_OK when nothing failed,
 * whether or not rows were left. */
enum status sql_finish(struct sql *q, struct err *err);

/* Step to the end, then finish: for statements without rows. */
enum status sql_run(struct sql *q, struct err *err);

/* The connection, for what none of the above says. */
sqlite3 *sql_connection(struct catalog *c);
/* How long it waits for others who write, from now on; gives how long until
 * now. */
unsigned sql_patience(struct catalog *c, unsigned ms);
/* Run one or more statements that are used once (schema, pragmas). */
enum status sql_script(struct catalog *c, const char *text, struct err *err);
/* Record the connection's present failure `rc`. */
enum status sql_fail(struct catalog *c, int rc, struct err *err);
/* Rows changed by the last finished statement. */
int64_t sql_changes(struct catalog *c);
/* Rowid of the last inserted row. */
int64_t sql_last_id(struct catalog *c);

#endif
