#include "catalog/schema.h"

/* lesson.keep  its publisher asks that no copies leave the room */
const char schema_keep[] =
	"ALTER TABLE lesson ADD COLUMN keep INTEGER NOT NULL DEFAULT 0;";
