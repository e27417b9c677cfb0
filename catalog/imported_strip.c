/* What is personal goes after its time. Photos are looked for while others may
 * write, and deleted a few at a time; of stations, each tells since when it has
 * something, so that those are looked through that have something to go. */
#include <stdlib.h>

#include "catalog/imported.h"
#include "catalog/sql.h"
#include "catalog/strokes.h"
#include "proto/month.h"

enum { FOUND_MAX = 10000 }; /* that are looked for at once */

struct stripping {
	struct strokes strokes;
	int month;
	int64_t rows;
	struct found {
		int64_t station, study;
	} *list;
	size_t count;
};

/* --- photos --- */

/* Of a study whose time is over; and of one that never came. ?1 is the month,
 * ?2 its first second, ?3 how many at the most. */
static const char *const photos[] = {
	"SELECT station, study FROM photo p WHERE EXISTS (SELECT 1"
	" FROM study s WHERE s.station = p.station AND s.id = p.study"
	" AND (s.month < ?1 OR (s.month IS NULL AND s.hi_s < ?2)))"
	" LIMIT ?3",
	"SELECT station, study FROM photo p INDEXED BY photo_seen"
	" WHERE seen_s < ?2 AND NOT EXISTS (SELECT 1 FROM study s"
	" WHERE s.station = p.station AND s.id = p.study) LIMIT ?3",
};

/* Those whose rows have something that was over before ?2. */
static const char stations[] =
	"SELECT id, ?1 FROM station WHERE kept_s < ?2 LIMIT ?3";

static enum status find(struct stripping *t, const char *text, struct err *err)
{
	struct sql q;

	t->count = 0;
	sql_start(&q, t->strokes.c, text);
	sql_put_int(&q, t->month);
	sql_put_int(&q, month_start_s(t->month));
	sql_put_int(&q, FOUND_MAX);
	while (t->count < FOUND_MAX && sql_next(&q))
		t->list[t->count++] =
			(struct found){ sql_int(&q, 0), sql_int(&q, 1) };
	return sql_finish(&q, err);
}

static enum status drop_photo(struct stripping *t, const struct found *photo,
			      struct err *err)
{
	static const char drop[] =
		"DELETE FROM photo WHERE station = ? AND study = ?";
	struct catalog *c = t->strokes.c;
	enum status status;
	struct sql q;

	sql_start(&q, c, drop);
	sql_put_int(&q, photo->station);
	sql_put_int(&q, photo->study);
	status = sql_run(&q, err);
	if (status == STATUS_OK)
		t->rows += sql_changes(c);
	return status;
}

/* --- a station --- */

#define OVER " AND (month < ?2 OR (month IS NULL AND hi_s < ?3))"
#define NO_CARD(table) \
	"UPDATE " table \
	" SET card = NULL WHERE station = ?1 AND card IS NOT NULL" OVER

static enum status strip_rows(struct stripping *t, int64_t station,
			      struct err *err)
{
	static const char *const parts[] = {
		NO_CARD("play"),
		NO_CARD("personal"),
		"UPDATE study SET item = '{}'"
		" WHERE station = ?1 AND item <> '{}'" OVER,
	};
	struct catalog *c = t->strokes.c;
	enum status status = STATUS_OK;
	struct sql q;

	for (size_t i = 0;
	     i < sizeof(parts) / sizeof(*parts) && status == STATUS_OK; i++) {
		sql_start(&q, c, parts[i]);
		sql_put_int(&q, station);
		sql_put_int(&q, t->month);
		sql_put_int(&q, month_start_s(t->month));
		status = sql_run(&q, err);
		if (status == STATUS_OK)
			t->rows += sql_changes(c);
	}
	return status;
}

/* Cards of which no row is left. */
static enum status strip_cards(struct stripping *t, int64_t station,
			       struct err *err)
{
	static const char drop[] =
		"DELETE FROM carded WHERE station = ?1 AND card NOT IN ("
		"SELECT card FROM play WHERE station = ?1"
		" AND card IS NOT NULL UNION "
		"SELECT card FROM personal WHERE station = ?1"
		" AND card IS NOT NULL)";
	struct sql q;

	sql_start(&q, t->strokes.c, drop);
	sql_put_int(&q, station);
	return sql_run(&q, err);
}

/* Since when it has what is left; not before the month, or it would be looked
 * through for ever. */
static enum status note_kept(struct stripping *t, int64_t station,
			     struct err *err)
{
#define LEAST(table, has)                                               \
	"SELECT min(coalesce(iif(month IS NULL, hi_s, at_s), 0)) s FROM " \
	table " WHERE station = ?1 AND " has
	static const char note[] =
		"UPDATE station SET kept_s = (SELECT max(min(s), ?2) FROM ("
		LEAST("play", "card IS NOT NULL") " UNION ALL "
		LEAST("personal", "card IS NOT NULL") " UNION ALL "
		LEAST("study", "item <> '{}'") ")) WHERE id = ?1";
#undef LEAST
	struct sql q;

	sql_start(&q, t->strokes.c, note);
	sql_put_int(&q, station);
	sql_put_int(&q, month_start_s(t->month));
	return sql_run(&q, err);
}

static enum status strip_station(struct stripping *t, const struct found *at,
				 struct err *err)
{
	enum status status = strip_rows(t, at->station, err);

	if (status == STATUS_OK)
		status = strip_cards(t, at->station, err);
	if (status == STATUS_OK)
		status = note_kept(t, at->station, err);
	return status;
}

/* --- all --- */

typedef enum status (*strip_fn)(struct stripping *t, const struct found *one,
				struct err *err);

static enum status strip_found(struct stripping *t, strip_fn strip,
			       struct err *err)
{
	enum status status = strokes_begin(&t->strokes, err);

	for (size_t i = 0; i < t->count && status == STATUS_OK; i++) {
		status = strip(t, &t->list[i], err);
		if (status == STATUS_OK)
			status = strokes_turn(&t->strokes, err);
	}
	return strokes_end(&t->strokes, status, err);
}

/* What is found is not found again. */
static enum status strip_all(struct stripping *t, const char *text,
			     strip_fn strip, struct err *err)
{
	enum status status;

	do {
		status = find(t, text, err);
		if (status == STATUS_OK && t->count > 0)
			status = strip_found(t, strip, err);
	} while (status == STATUS_OK && t->count == FOUND_MAX);
	return status;
}

enum status imported_strip(struct catalog *c, int month, int64_t *rows,
			   struct err *err)
{
	struct stripping t = { .strokes = { .c = c, .kind = CATALOG_DURABLE },
			       .month = month };
	enum status status = STATUS_OK;

	t.list = calloc(FOUND_MAX, sizeof(*t.list));
	if (t.list == NULL)
		return err_set(err, STATUS_NO_MEMORY, "old records");
	for (size_t i = 0; i < sizeof(photos) / sizeof(*photos); i++)
		if (status == STATUS_OK)
			status = strip_all(&t, photos[i], drop_photo, err);
	if (status == STATUS_OK)
		status = strip_all(&t, stations, strip_station, err);
	free(t.list);
	if (rows != NULL)
		*rows = t.rows;
	return status;
}
