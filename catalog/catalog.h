/* What this node knows, in one SQLite file: logs, lessons, search, wants.
 *
 * A catalog is one connection to the file. Write-ahead logging is on, so a
 * reader (another connection, in this process or another) never waits for the
 * writer. Every commit leaves a state that a power cut can follow; how much of
 * the newest is still there after one is the difference between the two kinds
 * of transaction below.
 *
 * The file is the node's own and not an interchange format: what travels
 * between nodes is described in docs/formats-log.md.
 *
 * Threads: a catalog belongs to one thread at a time. Short calls may run on
 *          the loop thread; what grows with the data runs on a worker with a
 *          connection of its own. */
#ifndef CATALOG_CATALOG_H
#define CATALOG_CATALOG_H

#include <stdbool.h>

#include "proto/bytes.h"
#include "proto/err.h"

struct catalog;

/*
 * Open the database at `path` for reading and writing, making or migrating it
 * if needed.
 *
 * Owns:    `*out` is the caller's until catalog_free(); `path` is copied.
 * Returns: STATUS_OK; STATUS_MALFORMED when it was made by a newer program or
 *          is a database of something else; STATUS_DAMAGED when it is not a
 *          database, or a broken one; STATUS_BUSY when another process keeps
 *          it locked; STATUS_NO_ROOM; STATUS_IO; STATUS_NO_MEMORY. `*out` is
 *          set only on STATUS_OK, and a failed migration changes nothing.
 */
enum status catalog_open(struct catalog **out, const char *path,
			 struct err *err);

/* Open an existing database for reading only, for a worker beside the one
 * that writes. STATUS_NOT_FOUND when there is none, STATUS_MALFORMED also when
 * it still is to be migrated; otherwise as catalog_open(). Write calls on it
 * fail with STATUS_IO. */
enum status catalog_open_reader(struct catalog **out, const char *path,
				struct err *err);

/* Roll back what is not committed, close the file and free `c`; NULL does
 * nothing. */
void catalog_free(struct catalog *c);

/* The path the catalog was opened with; lives as long as the catalog. */
const char *catalog_path(const struct catalog *c);

enum catalog_kind {
	/* What can be had again or computed again: on disk soon, in order. */
	CATALOG_DERIVED,
	/* On disk, flushed, when catalog_commit() returns, along with all that
	 * was committed before. */
	CATALOG_DURABLE,
};

/* Begin a transaction; there is at most one at a time (asserted). A write
 * outside of any transaction is a durable transaction of its own. STATUS_BUSY
 * when another process writes. */
enum status catalog_begin(struct catalog *c, enum catalog_kind kind,
			  struct err *err);
/* End it. On failure all of it is undone, and no transaction is open. */
enum status catalog_commit(struct catalog *c, struct err *err);
/* Undo it. Allowed when none is open (a failing statement may have ended it),
 * so that an error path may always call it. */
void catalog_rollback(struct catalog *c);
bool catalog_in_transaction(const struct catalog *c);

/* Does a connection of this process wait at present to write what another one
 * writes? Whoever writes much commits then, and leaves it a moment. Threads:
 * any. */
bool catalog_others_wait(void);
/* Leave it that moment, where one does. Between transactions. Threads: any but
 * the loop's. */
void catalog_let_others(void);

/* Small named values, one row each. Keys are static strings with the owner
 * first ("node.boot", "search.version").
 *
 * Returns: STATUS_OK; STATUS_NOT_FOUND (`*value`, `*out` untouched, err
 *          untouched too: asking is no failure); what SQLite failed with. */
enum status catalog_get_int(struct catalog *c, const char *key, int64_t *value,
			    struct err *err);
enum status catalog_set_int(struct catalog *c, const char *key, int64_t value,
			    struct err *err);
/* Append the value to `out`. */
enum status catalog_get_blob(struct catalog *c, const char *key,
			     struct buf *out, struct err *err);
enum status catalog_set_blob(struct catalog *c, const char *key,
			     struct bytes value, struct err *err);
/* Forget a value; STATUS_OK also when there was none. */
enum status catalog_unset(struct catalog *c, const char *key, struct err *err);

/*
 * Move what the write-ahead log holds into the database file and flush it,
 * with a connection of its own, so that the stalls of a slow disk fall on the
 * calling thread: a connection made by catalog_open() never does this by
 * itself before it is closed. Call it when catalog_wal_pages() has grown past
 * a few thousand, from a worker thread. Never waits for writers or readers;
 * what they still use stays for the next time.
 *
 * Threads: any.
 */
enum status catalog_checkpoint_wal(const char *path, struct err *err);

/* Pages in the write-ahead log after the last commit of this connection. */
int catalog_wal_pages(const struct catalog *c);

#endif
