#include "catalog/schema.h"

/* logs      one row per followed or own log; (size, root, note) move together
 * bundles   256 entries as one row, key = log << 40 | n. The last one of a log
 *           may be short, and is then kept raw. Rows at or beyond logs.size
 *           are what an unfinished intake left: checked again before use,
 *           shown to nobody.
 * subtrees  hash n of the complete subtrees of 256^level leaves, level >= 1
 * evidence  the two notes of a fork */
const char schema_logs[] =
	"CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE logs ("
	" id INTEGER PRIMARY KEY,"
	" origin TEXT NOT NULL UNIQUE,"
	" hash BLOB NOT NULL UNIQUE,"
	" own INTEGER NOT NULL,"
	" size INTEGER NOT NULL DEFAULT 0,"
	" root BLOB NOT NULL,"
	" note BLOB,"
	" forked INTEGER NOT NULL DEFAULT 0,"
	" seen INTEGER NOT NULL DEFAULT 0,"
	" heard_s INTEGER NOT NULL DEFAULT 0,"
	" indexed INTEGER NOT NULL DEFAULT 0);"
	"CREATE TABLE bundles ("
	" key INTEGER PRIMARY KEY,"
	" width INTEGER NOT NULL,"
	" raw_size INTEGER NOT NULL,"
	" zstd INTEGER NOT NULL,"
	" data BLOB NOT NULL);"
	"CREATE TABLE subtrees ("
	" log INTEGER NOT NULL,"
	" level INTEGER NOT NULL,"
	" n INTEGER NOT NULL,"
	" hash BLOB NOT NULL,"
	" PRIMARY KEY (log, level, n)) WITHOUT ROWID;"
	"CREATE TABLE evidence ("
	" id INTEGER PRIMARY KEY,"
	" log INTEGER NOT NULL,"
	" found_s INTEGER NOT NULL,"
	" why TEXT NOT NULL,"
	" ours BLOB NOT NULL,"
	" theirs BLOB NOT NULL,"
	" UNIQUE (log, theirs));";
