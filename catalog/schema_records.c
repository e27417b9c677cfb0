#include "catalog/schema.h"

/* logs.kind      enum log_kind
 * logs.acked     entries the office has acknowledged, and the note by which
 * logs.ack       it did so
 * due            the day by which the operator wants a lesson, by full id
 * lesson.due     the same beside the lesson, "" for none: lesson_fetch is
 *                fetch_order() (catalog/payloads.h) */
const char schema_records[] =
	"ALTER TABLE logs ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE logs ADD COLUMN acked INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE logs ADD COLUMN ack BLOB;"
	"CREATE TABLE due ("
	" lesson TEXT PRIMARY KEY,"
	" date TEXT NOT NULL) WITHOUT ROWID;"
	"ALTER TABLE lesson ADD COLUMN due TEXT NOT NULL DEFAULT '';"
	"DROP INDEX lesson_fetch;"
	"CREATE INDEX lesson_fetch ON lesson"
	" (due = '', due, choice = 1 DESC, date DESC, bytes, btmh)"
	" WHERE wanted = 1 AND held = 0;";
