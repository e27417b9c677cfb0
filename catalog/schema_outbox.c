#include "catalog/schema.h"

/* records.db: items that wait to be sealed, and what people told. */
const char schema_outbox[] =
	/* `sent`: 0 while it waits, else the size our log had behind the entry
	 * that holds it. */
	"CREATE TABLE outbox ("
	" n INTEGER PRIMARY KEY AUTOINCREMENT,"
	" kind TEXT NOT NULL,"
	" id TEXT NOT NULL,"
	" v INTEGER NOT NULL,"
	" sent INTEGER NOT NULL DEFAULT 0,"
	" item BLOB NOT NULL"
	");"
	"CREATE UNIQUE INDEX outbox_waits ON outbox (kind, id) WHERE sent = 0;"
	"CREATE INDEX outbox_of ON outbox (kind, id, n);"
	"CREATE INDEX outbox_sent ON outbox (sent) WHERE sent > 0;"
	/* Of the shipments that are not acknowledged, the size of our log
	 * behind each and the hash of its last entry. */
	"CREATE TABLE outbox_shipment ("
	" size INTEGER PRIMARY KEY,"
	" hash BLOB NOT NULL"
	");"
	"CREATE TABLE outbox_last ("
	" one INTEGER PRIMARY KEY CHECK (one = 1),"
	" at_s INTEGER NOT NULL,"
	" size INTEGER NOT NULL"
	");"
	/* What people have told, as it stands: catalog/told.h. `done`: may make
	 * room for newer. */
	"CREATE TABLE told ("
	" kind INTEGER NOT NULL,"
	" id TEXT NOT NULL,"
	" at_s INTEGER NOT NULL,"
	" done INTEGER NOT NULL,"
	" item BLOB NOT NULL,"
	" PRIMARY KEY (kind, id)"
	");";
