#include "catalog/schema.h"

/* former      payloads that earlier revisions of a lesson had, as far as the
 *             logs tell: a withdrawal is for them, too
 * deletion    payloads that are to be deleted, until their files are gone; why,
 *             in words; begun: the payload's row is forgotten already
 * journal     what became of payloads here, for people; the newest are kept
 *
 * Logs that were taken in before are judged again, so that their earlier
 * revisions are known. */
const char schema_cache[] =
	"CREATE TABLE former ("
	" btmh BLOB NOT NULL,"
	" short INTEGER NOT NULL,"
	" origin INTEGER NOT NULL,"
	" PRIMARY KEY (btmh, short, origin)) WITHOUT ROWID;"
	"CREATE INDEX former_lesson ON former (short, origin);"
	"CREATE TABLE deletion ("
	" btmh BLOB PRIMARY KEY,"
	" why TEXT NOT NULL,"
	" begun INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE journal ("
	" id INTEGER PRIMARY KEY,"
	" at_s INTEGER NOT NULL,"
	" what INTEGER NOT NULL,"
	" btmh BLOB NOT NULL,"
	" title TEXT NOT NULL,"
	" bytes INTEGER NOT NULL,"
	" why TEXT NOT NULL);"
	"CREATE INDEX lesson_poster ON lesson (poster)"
	" WHERE poster IS NOT NULL AND withdrawn = 0;"
	"UPDATE indexed SET judged = NULL;";
