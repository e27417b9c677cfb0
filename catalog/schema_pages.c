#include "catalog/schema.h"

/* What is here or to be here, the newest first: pages are sorted into their
 * rows from this alone (catalog/lessons_here.c). Of a partial index SQLite
 * reads what its condition names from the table, unless that is in it, too. */
const char schema_pages[] =
	"CREATE INDEX lesson_here ON lesson"
	" (date, held, wanted, withdrawn, topic, region, expires, choice, due)"
	" WHERE withdrawn = 0 AND (held = 1 OR wanted = 1);";
