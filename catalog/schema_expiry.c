#include "catalog/schema.h"

/* lesson_fetch tells of expiry, too (catalog/expiry.h): what is to be fetched
 * is counted and listed from the index alone. */
const char schema_expiry[] =
	"DROP INDEX lesson_fetch;"
	"CREATE INDEX lesson_fetch ON lesson"
	" (due = '', due, choice = 1 DESC, date DESC, bytes, btmh, expires,"
	" choice) WHERE wanted = 1 AND held = 0;";
