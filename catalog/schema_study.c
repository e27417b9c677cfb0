#include "catalog/schema.h"

/* records.db: sessions of this node's own rooms (catalog/study.h). Ids are the
 * 64 bits that items spell as 16 hex digits; `item` is what goes to the office,
 * `more` what only this node keeps. Times are this machine's. */
const char schema_study[] =
	"CREATE TABLE room ("
	" kind INTEGER NOT NULL," /* of enum study_kind */
	" id INTEGER NOT NULL,"
	" state INTEGER NOT NULL," /* of enum study_state */
	" began_s INTEGER NOT NULL,"
	" last_s INTEGER NOT NULL,"
	" card INTEGER NOT NULL,"
	" part_of INTEGER NOT NULL,"
	" ms INTEGER NOT NULL,"
	" own INTEGER NOT NULL,"
	" item TEXT NOT NULL,"
	" more TEXT NOT NULL,"
	" UNIQUE (kind, id)"
	");"
	"CREATE INDEX room_began ON room (kind, began_s);"
	"CREATE INDEX room_open ON room (kind, began_s) WHERE state <> 2;"
	"CREATE INDEX room_card ON room (card, began_s) WHERE card <> 0;"
	"CREATE INDEX room_part ON room (part_of, began_s)"
	" WHERE part_of <> 0;";
