#include "catalog/withdrawals.h"

#include <stdio.h>
#include <string.h>

#include "catalog/lessonrow.h"
#include "catalog/sql.h"

enum status withdrawals_posters(struct catalog *c,
				const uint8_t btmh[static LESSON_BTMH_SIZE],
				poster_cb each, void *context, struct err *err)
{
	static const char list[] =
		"SELECT DISTINCT l.poster FROM lesson l WHERE l.row IN"
		" (SELECT row FROM lesson WHERE btmh = ?1"
		" UNION SELECT row FROM rendition WHERE btmh = ?1"
		" UNION SELECT n.row FROM former f JOIN lesson n"
		" ON n.short = f.short AND n.origin = f.origin"
		" WHERE f.btmh = ?1)"
		" AND l.withdrawn = 1 AND l.poster IS NOT NULL"
		" AND NOT EXISTS (SELECT 1 FROM lesson o"
		" WHERE o.poster = l.poster AND o.withdrawn = 0)";
	struct sql q;

	sql_start(&q, c, list);
	sql_put_blob(&q, (struct bytes){ btmh, LESSON_BTMH_SIZE });
	while (sql_next(&q)) {
		struct bytes hash = sql_blob(&q, 0);

		if (hash.size == 32 && !each(context, hash.data))
			break;
	}
	return sql_finish(&q, err);
}

static bool read_withdrawal(struct sql *q, struct withdrawal *w)
{
	int64_t row = sql_int(q, 4), log = row >> LESSON_ROW_SHIFT;
	struct bytes origin = bytes_of(sql_text(q, 0));
	char name[ORIGIN_MAX + 1], short_id[LESSON_SHORT_SIZE + 1];

	memset(w, 0, sizeof(*w));
	if (bytes_to_string(origin, name, sizeof(name)) != STATUS_OK ||
	    bytes_to_string(bytes_of(sql_text(q, 5)), w->lesson_log,
			    sizeof(w->lesson_log)) != STATUS_OK ||
	    bytes_to_string(bytes_of(sql_text(q, 6)), w->log,
			    sizeof(w->log)) != STATUS_OK)
		return false;
	lesson_short_text((uint64_t)sql_int(q, 1) & 0xffffffffff, short_id);
	(void)snprintf(w->id, sizeof(w->id), "%s#%s", name, short_id);
	w->title = sql_text(q, 2);
	w->reason = sql_text(q, 3);
	w->lesson_entry = (uint64_t)(row - lesson_row_number(log, 0));
	w->entry = (uint64_t)sql_int(q, 7);
	return true;
}

enum status withdrawals_list(struct catalog *c, const char *log,
			     const char *lesson, withdrawal_cb each,
			     void *context, struct err *err)
{
	static const char list[] =
		"SELECT o.name, w.short, l.title, w.reason, l.row, a.origin,"
		" b.origin, w.entry FROM withdrawn w"
		" JOIN lesson l ON l.short = w.short AND l.origin = w.origin"
		" JOIN origin o ON o.id = w.origin"
		" JOIN logs a ON a.id = l.row >> 40"
		" JOIN logs b ON b.id = w.log"
		" WHERE (?1 IS NULL OR b.origin = ?1)"
		" AND (?2 IS NULL OR (w.short = ?2 AND o.name = ?3))"
		" ORDER BY w.entry DESC, w.short";
	char origin[ORIGIN_MAX + 1] = "";
	uint64_t short_id = 0;
	struct withdrawal w;
	struct sql q;

	_Static_assert(LESSON_ROW_SHIFT == 40, "written into the statement");
	if (lesson != NULL &&
	    lesson_id_split(lesson, origin, &short_id) != STATUS_OK)
		return STATUS_OK;
	sql_start(&q, c, list);
	sql_put_text(&q, log);
	if (lesson == NULL)
		sql_put_null(&q);
	else
		sql_put_int(&q, (int64_t)short_id);
	sql_put_text(&q, origin);
	while (sql_next(&q))
		if (read_withdrawal(&q, &w) && !each(context, &w))
			break;
	return sql_finish(&q, err);
}
