#include "catalog/schema.h"

/* records.db: whose the cards are. It is the only place where a card and a
 * name stand together.
 *
 * person  card: cardid_number_of(); tail: the last digits of its number;
 *         logged: 1 once the office's log is known to have issued it */
const char schema_people[] =
	"CREATE TABLE person ("
	" card INTEGER PRIMARY KEY,"
	" tail TEXT NOT NULL,"
	" name TEXT NOT NULL,"
	" place TEXT NOT NULL,"
	" region TEXT NOT NULL,"
	" batch TEXT NOT NULL,"
	" issued_s INTEGER NOT NULL,"
	" ended_s INTEGER,"
	" logged INTEGER NOT NULL DEFAULT 0);"
	"CREATE INDEX person_name ON person (name);"
	"CREATE INDEX person_batch ON person (batch);"
	"CREATE INDEX person_unlogged ON person (card) WHERE logged = 0;";
