#include "catalog/schema.h"

/* lesson.office  what its publisher says that it is called */
const char schema_office[] =
	"ALTER TABLE lesson ADD COLUMN office TEXT NOT NULL DEFAULT '';";
