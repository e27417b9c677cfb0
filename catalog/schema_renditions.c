#include "catalog/schema.h"

/* lesson.take      the rendition fetched in place of its own payload, or NULL;
 *                  lesson.held is then also of that
 * rendition.wanted it is fetched: in place of the lesson's own payload, or
 *                  beside it
 * rendition.held   as lesson.held */
const char schema_renditions[] =
	"ALTER TABLE lesson ADD COLUMN take BLOB;"
	"ALTER TABLE rendition ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE rendition ADD COLUMN held INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX lesson_take ON lesson (take) WHERE take IS NOT NULL;"
	"CREATE INDEX rendition_fetch ON rendition (row)"
	" WHERE wanted = 1 AND held = 0;"
	"DROP INDEX lesson_fetch;"
	"CREATE INDEX lesson_fetch ON lesson"
	" (due = '', due, choice = 1 DESC, date DESC, bytes, btmh, expires,"
	" choice, take) WHERE wanted = 1 AND held = 0;";
