#include "catalog/schema.h"

/* records.db: indices that came with version 2. Those named …_kept have what is
 * personal and not stripped yet (catalog/imported_strip.c). */
const char schema_kept[] =
	"CREATE INDEX IF NOT EXISTS play_kept ON play (month)"
	" WHERE card IS NOT NULL;"
	"CREATE INDEX IF NOT EXISTS play_month ON play (station, month);"
	"CREATE INDEX IF NOT EXISTS study_kept ON study (month)"
	" WHERE item <> '{}';"
	"CREATE INDEX IF NOT EXISTS personal_kept ON personal (month)"
	" WHERE card IS NOT NULL;"
	"CREATE INDEX IF NOT EXISTS photo_seen ON photo (seen_s);";
