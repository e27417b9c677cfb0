#include "catalog/schema.h"

const char schema_lessons[] = "";
