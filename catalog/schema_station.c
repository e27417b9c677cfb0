#include "catalog/schema.h"

/* When a station was enrolled and retired, as its office says ('' where it
 * does not), and the key of the box whose place it took. */
const char schema_station[] =
	"ALTER TABLE station ADD COLUMN since TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE station ADD COLUMN until TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE station ADD COLUMN replaces BLOB;";
