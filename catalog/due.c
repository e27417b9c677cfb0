/* Days are kept by full id in the table `due`, and beside each lesson in
 * lesson.due, so that the index lesson_fetch is in the order of fetching.
 * lessonrow_insert() hands a day on to the next revision. */
#include "catalog/due.h"

#include <stdio.h>
#include <string.h>

#include "catalog/expiry.h"
#include "catalog/lessonrow.h"
#include "catalog/sql.h"

static enum status count_days(struct catalog *c, const char *lesson,
			      int64_t *count, struct err *err)
{
	static const char others[] =
		"SELECT count(*) FROM due WHERE lesson <> ?";
	struct sql q;

	*count = 0;
	sql_start(&q, c, others);
	sql_put_text(&q, lesson);
	if (sql_next(&q))
		*count = sql_int(&q, 0);
	return sql_finish(&q, err);
}

/* Put the day beside the lesson, if it is known. */
static enum status tell_lesson(struct catalog *c, const char *lesson,
			       const char *date, struct err *err)
{
	static const char update[] =
		"UPDATE lesson SET due = ? WHERE short = ? AND origin ="
		" (SELECT id FROM origin WHERE name = ?)";
	char origin[ORIGIN_MAX + 1];
	uint64_t short_id;
	struct sql q;

	if (lesson_id_split(lesson, origin, &short_id) != STATUS_OK)
		return STATUS_OK;
	sql_start(&q, c, update);
	sql_put_text(&q, date);
	sql_put_int(&q, (int64_t)short_id);
	sql_put_text(&q, origin);
	return sql_run(&q, err);
}

static enum status remove_day(struct catalog *c, const char *lesson,
			      struct err *err)
{
	static const char remove[] = "DELETE FROM due WHERE lesson = ?";
	enum status status;
	struct sql q;

	sql_start(&q, c, remove);
	sql_put_text(&q, lesson);
	status = sql_run(&q, err);
	return status == STATUS_OK ? tell_lesson(c, lesson, "", err) : status;
}

/* Forget the soonest that is held. */
static enum status make_room(struct catalog *c, struct err *err)
{
	static const char find[] =
		"SELECT o.name, l.short FROM lesson l"
		" JOIN origin o ON o.id = l.origin"
		" WHERE l.due <> '' AND (l.held = 1 OR l.wanted = 0)"
		" ORDER BY l.due, l.row LIMIT 1";
	char id[LESSON_ID_MAX + 1];
	enum status status;
	bool found;
	struct sql q;

	sql_start(&q, c, find);
	found = sql_next(&q);
	if (found) {
		char digits[LESSON_SHORT_SIZE + 1];

		lesson_short_text((uint64_t)sql_int(&q, 1) & 0xffffffffff,
				  digits);
		(void)snprintf(id, sizeof(id), "%.*s#%s", ORIGIN_MAX,
			       sql_text(&q, 0), digits);
	}
	status = sql_finish(&q, err);
	if (status != STATUS_OK)
		return status;
	if (!found)
		return err_set(err, STATUS_NO_ROOM,
			       "%d lessons are wanted by a day already; take "
			       "one off with 'xiangtu pin ID --off'",
			       DUE_MAX);
	return remove_day(c, id, err);
}

static enum status put_day(struct catalog *c, const char *lesson,
			   const char *date, struct err *err)
{
	static const char put[] =
		"INSERT OR REPLACE INTO due (lesson, date) VALUES (?, ?)";
	enum status status;
	int64_t count;
	struct sql q;

	status = count_days(c, lesson, &count, err);
	if (status == STATUS_OK && count >= DUE_MAX)
		status = make_room(c, err);
	if (status != STATUS_OK)
		return status;
	sql_start(&q, c, put);
	sql_put_text(&q, lesson);
	sql_put_text(&q, date);
	status = sql_run(&q, err);
	return status == STATUS_OK ? tell_lesson(c, lesson, date, err) :
				     status;
}

/* `date` NULL: none any more. */
static enum status change(struct catalog *c, const char *lesson,
			  const char *date, struct err *err)
{
	bool mine = !catalog_in_transaction(c);
	enum status status = STATUS_OK;

	if (mine)
		status = catalog_begin(c, CATALOG_DURABLE, err);
	if (status != STATUS_OK)
		return status;
	status = date == NULL ? remove_day(c, lesson, err) :
				put_day(c, lesson, date, err);
	if (!mine)
		return status;
	if (status == STATUS_OK)
		return catalog_commit(c, err);
	catalog_rollback(c);
	return status;
}

enum status due_set(struct catalog *c, const char *lesson, const char *date,
		    struct err *err)
{
	if (!date_is_good(date))
		return err_set(err, STATUS_MALFORMED,
			       "'%s' is no day: write it as 2026-04-30", date);
	return change(c, lesson, date, err);
}

enum status due_clear(struct catalog *c, const char *lesson, struct err *err)
{
	return change(c, lesson, NULL, err);
}

enum status due_get(struct catalog *c, const char *lesson,
		    char date[static LESSON_DATE_SIZE + 1], struct err *err)
{
	static const char find[] = "SELECT date FROM due WHERE lesson = ?";
	char found[LESSON_DATE_SIZE + 1] = "";
	enum status status;
	struct sql q;

	sql_start(&q, c, find);
	sql_put_text(&q, lesson);
	if (sql_next(&q) && bytes_to_string(bytes_of(sql_text(&q, 0)), found,
					    sizeof(found)) != STATUS_OK)
		found[0] = 0;
	status = sql_finish(&q, err);
	if (status != STATUS_OK)
		return status;
	if (found[0] == 0)
		return STATUS_NOT_FOUND;
	memcpy(date, found, sizeof(found));
	return STATUS_OK;
}

enum status due_each(struct catalog *c, int64_t log, due_cb each, void *owner,
		     struct err *err)
{
	/* Begins where lesson_fetch does: all that are due are there. */
	static const char list[] =
		"SELECT row, due FROM lesson INDEXED BY lesson_fetch"
		" WHERE wanted = 1 AND held = 0 AND (due = '') = 0"
		" AND NOT " EXPIRY_OVER("")
		" AND row >= ? AND row < ? ORDER BY row";
	enum status status = STATUS_OK, finished;
	struct err ignored = ERR_INIT;
	struct sql q;

	sql_start(&q, c, list);
	sql_put_int(&q, lesson_row_number(log, 0));
	sql_put_int(&q, lesson_row_number(log + 1, 0));
	while (status == STATUS_OK && sql_next(&q))
		status = each(owner,
			      (uint64_t)(sql_int(&q, 0) -
					 lesson_row_number(log, 0)),
			      sql_text(&q, 1), err);
	finished = sql_finish(&q, status == STATUS_OK ? err : &ignored);
	return status == STATUS_OK ? finished : status;
}
