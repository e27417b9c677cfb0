#include "catalog/schema.h"

/* delegation  what publishers' logs say of those below them; the newest entry
 *             of a log about an origin. `publisher` is the delegation spelled
 *             as a statement of a trust note; `ended` is set by `undelegate`,
 *             with where the child's log ends.
 *
 * Derived, as lessons are: made again from the logs. Logs that were taken in
 * before are judged again, so that their delegations are known. */
const char schema_delegation[] =
	"CREATE TABLE delegation ("
	" log INTEGER NOT NULL,"
	" origin TEXT NOT NULL,"
	" entry INTEGER NOT NULL,"
	" publisher TEXT NOT NULL,"
	" ended INTEGER NOT NULL,"
	" size INTEGER,"
	" root BLOB,"
	" successor TEXT,"
	" PRIMARY KEY (log, origin)) WITHOUT ROWID;"
	"UPDATE indexed SET judged = NULL;";
