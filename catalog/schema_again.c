#include "catalog/schema.h"

/* said   every `delegate` and `undelegate` of a log, as it stands there, the
 *        first DELEGATIONS_SAID_MAX; whether it counts follows from the
 *        standing of the log (catalog/saying.h). `bytes` is the entry's length;
 *        `publisher` (spelled as a statement of a trust note) is NULL where it
 *        takes back; `size`, `root` and `successor` are the end it names.
 *        Taken from the logs once when the catalog is opened, then kept up.
 * again  logs that are being judged again (catalog/again.h)
 *
 * `withdrawn.log` is 0 where it is in doubt whether anybody still says so. */
const char schema_again[] =
	"DROP TABLE delegation;"
	"CREATE TABLE said ("
	" log INTEGER NOT NULL,"
	" entry INTEGER NOT NULL,"
	" bytes INTEGER NOT NULL,"
	" origin TEXT NOT NULL,"
	" publisher TEXT,"
	" size INTEGER,"
	" root BLOB,"
	" successor TEXT,"
	" PRIMARY KEY (log, entry)) WITHOUT ROWID;"
	"CREATE TABLE again ("
	" log INTEGER PRIMARY KEY,"
	" stale INTEGER,"
	" strip INTEGER,"
	" at INTEGER NOT NULL);"
	"CREATE INDEX withdrawn_log ON withdrawn (log, entry);"
	"CREATE INDEX station_log ON station (log, entry);"
	"INSERT INTO again (log, stale, strip, at) SELECT id,"
	" CASE WHEN indexed >= 1 << 62 THEN 0 ELSE size END, 1 << 40, 0"
	" FROM logs WHERE indexed > size;"
	"UPDATE logs SET indexed ="
	" CASE WHEN indexed >= 1 << 62 THEN 0 ELSE size END"
	" WHERE indexed > size;";
