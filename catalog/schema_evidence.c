#include "catalog/schema.h"

/* fork  proofs that a log has two histories, whoever found them: the text that
 *       travels (signing/fork.h), named by its hash. The log need not be
 *       followed here. */
const char schema_evidence[] =
	"CREATE TABLE fork ("
	" id BLOB PRIMARY KEY,"
	" origin TEXT NOT NULL,"
	" found_s INTEGER NOT NULL,"
	" proof BLOB NOT NULL) WITHOUT ROWID;";
