#include "catalog/schema.h"

/* card  what logs of offices say of cards (docs/formats-entry.md 4.1): `id` as
 *       cardid_number_of(), `pin` the check of number and PIN, `entry` the
 *       last that issued it, `ended` the first after that which took it back
 *
 * Derived, as lessons are. Logs are judged again, so that what was passed over
 * by a program that knew no cards is found. */
const char schema_cards[] =
	"CREATE TABLE card ("
	" id INTEGER NOT NULL,"
	" log INTEGER NOT NULL,"
	" entry INTEGER NOT NULL,"
	" pin BLOB NOT NULL,"
	" region TEXT NOT NULL,"
	" ended INTEGER,"
	" PRIMARY KEY (id, log)) WITHOUT ROWID;"
	"CREATE INDEX card_entry ON card (log, entry);"
	"CREATE INDEX card_ended ON card (log, ended) WHERE ended IS NOT NULL;"
	"UPDATE indexed SET judged = NULL;";
