#include "catalog/schema.h"

/* fork      proofs that a log has two histories, whoever found them: the text
 *           that travels (signing/fork.h), by its name. The log need not be
 *           followed here. `source` says for people where it came from, differ
 *           at which size there are two roots, agree (or NULL) up to which
 *           size the entries were seen to be the same.
 * cosigned  what this node, as a witness, has cosigned last of each log: it
 *           never cosigns less.
 * heard     the newest time each witness, and each office that acknowledges
 *           records, has signed, and when an office last said something new
 *           (catalog/heard.h). */
const char schema_evidence[] =
	"CREATE TABLE fork ("
	" id BLOB PRIMARY KEY,"
	" origin TEXT NOT NULL,"
	" found_s INTEGER NOT NULL,"
	" source TEXT NOT NULL,"
	" differ INTEGER NOT NULL,"
	" agree INTEGER,"
	" proof BLOB NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX fork_origin ON fork (origin);"
	"CREATE TABLE cosigned ("
	" log INTEGER PRIMARY KEY,"
	" size INTEGER NOT NULL,"
	" root BLOB NOT NULL,"
	" time_s INTEGER NOT NULL);"
	"CREATE TABLE heard ("
	" what TEXT NOT NULL,"
	" name BLOB NOT NULL,"
	" time_s INTEGER NOT NULL,"
	" PRIMARY KEY (what, name)) WITHOUT ROWID;";
