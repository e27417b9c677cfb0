#include "catalog/schema.h"

/* records.db: months that are closed, as they were then. That a month is closed
 * says `closed` (catalog/schema_imported.c).
 *
 * bulletin_head      the norm of the month, and for whom it was closed: the
 *                    region whose stations are in it ('' is all)
 * bulletin           a place (catalog/report.h) and its sums, ms; keys: 32
 *                    bytes each of all its boxes; lesson_list: 4 bytes each,
 *                    rows of `lesson`; state: enum report_state */
const char schema_bulletin[] =
	"CREATE TABLE bulletin_head ("
	" month INTEGER PRIMARY KEY,"
	" region TEXT NOT NULL,"
	" norm_min INTEGER NOT NULL);"
	"CREATE TABLE bulletin ("
	" month INTEGER NOT NULL,"
	" key BLOB NOT NULL,"
	" keys BLOB NOT NULL,"
	" region TEXT NOT NULL,"
	" name TEXT NOT NULL,"
	" groups TEXT NOT NULL,"
	" since TEXT NOT NULL,"
	" until TEXT NOT NULL,"
	" ended INTEGER NOT NULL,"
	" state INTEGER NOT NULL,"
	" through_s INTEGER NOT NULL,"
	" forked INTEGER NOT NULL,"
	" machine TEXT,"
	SCHEMA_SUMS
	" uncertain INTEGER NOT NULL,"
	" uncertain_ms INTEGER NOT NULL,"
	" before_ms INTEGER,"
	" lesson_list BLOB NOT NULL,"
	" PRIMARY KEY (month, key)) WITHOUT ROWID;";
