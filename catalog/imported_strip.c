/* What is personal goes after its time: rows are looked for while others may
 * write, then changed a few at a time. */
#include <stdlib.h>

#include "catalog/imported.h"
#include "catalog/sql.h"
#include "catalog/strokes.h"
#include "proto/month.h"

enum { FOUND_MAX = 10000 }; /* rows that are looked for at once */

struct found {
	int64_t station, id;
};

/* ?1 is the month, ?2 its first second, ?3 how many rows at the most. Each
 * index has only what is still to go (catalog/schema_imported.c). */
#define CERTAIN " AND month < ?1 LIMIT ?3"
#define UNCERTAIN " AND month IS NULL AND hi_s < ?2 LIMIT ?3"
#define PLAYS                                                            \
	"SELECT station, id FROM play INDEXED BY play_kept"              \
	" WHERE card IS NOT NULL"
#define PERSONALS                                                        \
	"SELECT station, id FROM personal INDEXED BY personal_kept"      \
	" WHERE card IS NOT NULL"
#define STUDIES                                                          \
	"SELECT station, id FROM study INDEXED BY study_kept"            \
	" WHERE item <> '{}'"
#define NO_CARD(table)                                                   \
	"UPDATE " table " SET card = NULL WHERE station = ? AND id = ?"

static const char no_photo[] =
	"DELETE FROM photo WHERE station = ? AND study = ?";
static const char no_names[] =
	"UPDATE study SET item = '{}' WHERE station = ? AND id = ?";

static const struct part {
	const char *find, *change;
} parts[] = {
	{ "SELECT station, study FROM photo p WHERE EXISTS (SELECT 1"
	  " FROM study s WHERE s.station = p.station AND s.id = p.study"
	  " AND (s.month < ?1 OR (s.month IS NULL AND s.hi_s < ?2)))"
	  " LIMIT ?3",
	  no_photo },
	{ "SELECT station, study FROM photo p INDEXED BY photo_seen"
	  " WHERE seen_s < ?2 AND NOT EXISTS (SELECT 1 FROM study s"
	  " WHERE s.station = p.station AND s.id = p.study) LIMIT ?3",
	  no_photo },
	{ PLAYS CERTAIN, NO_CARD("play") },
	{ PLAYS UNCERTAIN, NO_CARD("play") },
	{ PERSONALS CERTAIN, NO_CARD("personal") },
	{ PERSONALS UNCERTAIN, NO_CARD("personal") },
	{ STUDIES CERTAIN, no_names },
	{ STUDIES UNCERTAIN, no_names },
};

static enum status find(struct catalog *c, const struct part *part, int month,
			struct found *out, size_t *count, struct err *err)
{
	struct sql q;

	*count = 0;
	sql_start(&q, c, part->find);
	sql_put_int(&q, month);
	sql_put_int(&q, month_start_s(month));
	sql_put_int(&q, FOUND_MAX);
	while (*count < FOUND_MAX && sql_next(&q))
		out[(*count)++] =
			(struct found){ sql_int(&q, 0), sql_int(&q, 1) };
	return sql_finish(&q, err);
}

static enum status change(struct catalog *c, const struct part *part,
			  const struct found *row, int64_t *rows,
			  struct err *err)
{
	enum status status;
	struct sql q;

	sql_start(&q, c, part->change);
	sql_put_int(&q, row->station);
	sql_put_int(&q, row->id);
	status = sql_run(&q, err);
	if (status == STATUS_OK)
		*rows += sql_changes(c);
	return status;
}

static enum status change_all(struct catalog *c, const struct part *part,
			      const struct found *list, size_t count,
			      int64_t *rows, struct err *err)
{
	struct strokes s = { .c = c, .kind = CATALOG_DURABLE };
	enum status status = strokes_begin(&s, err);

	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		status = change(c, part, &list[i], rows, err);
		if (status == STATUS_OK)
			status = strokes_turn(&s, err);
	}
	return strokes_end(&s, status, err);
}

static enum status strip(struct catalog *c, const struct part *part, int month,
			 struct found *list, int64_t *rows, struct err *err)
{
	enum status status;
	int64_t before;
	size_t count;

	do {
		before = *rows;
		status = find(c, part, month, list, &count, err);
		if (status == STATUS_OK && count > 0)
			status = change_all(c, part, list, count, rows, err);
	} while (status == STATUS_OK && count == FOUND_MAX && *rows > before);
	return status;
}

enum status imported_strip(struct catalog *c, int month, int64_t *rows,
			   struct err *err)
{
	struct found *list = calloc(FOUND_MAX, sizeof(*list));
	enum status status = STATUS_OK;
	int64_t count = 0;

	if (list == NULL)
		return err_set(err, STATUS_NO_MEMORY, "old records");
	for (size_t i = 0;
	     i < sizeof(parts) / sizeof(*parts) && status == STATUS_OK; i++)
		status = strip(c, &parts[i], month, list, &count, err);
	free(list);
	if (rows != NULL)
		*rows = count;
	return status;
}
