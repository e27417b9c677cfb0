/* Lessons that are here or to be here, read in short. */
#include <stdio.h>

#include "catalog/lessonrow.h"
#include "catalog/lessons.h"

enum status lessons_here(struct catalog *c, lessons_here_cb each,
			 void *context, struct err *err)
{
	static const char list[] =
		"SELECT row, topic, region FROM lesson INDEXED BY lesson_here WHERE "
		LESSONROW_HERE " ORDER BY date DESC, row DESC";
	struct sql q;

	sql_start(&q, c, list);
	while (sql_next(&q))
		if (!each(context, sql_int(&q, 0), sql_text(&q, 1),
			  sql_text(&q, 2)))
			break;
	return sql_finish(&q, err);
}

enum status lessons_at(struct catalog *c, int64_t row, struct lesson_row *out,
		       struct err *err)
{
	static const char find[] = "SELECT " LESSONROW_COLUMNS
				   " FROM lesson l" LESSONROW_JOINS
				   " WHERE l.row = ?";
	enum status status = STATUS_NOT_FOUND, finished;
	struct sql q;

	sql_start(&q, c, find);
	sql_put_int(&q, row);
	if (sql_next(&q))
		status = lessonrow_read(&q, out, err);
	finished = sql_finish(&q, err);
	return finished != STATUS_OK ? finished : status;
}

enum status lessons_office(struct catalog *c, int64_t log,
			   char out[static LESSON_OFFICE_MAX + 1],
			   struct err *err)
{
	static const char find[] =
		"SELECT office FROM lesson WHERE row >= ? AND row < ?"
		" ORDER BY row DESC LIMIT 1";
	struct sql q;

	out[0] = 0;
	sql_start(&q, c, find);
	sql_put_int(&q, lesson_row_number(log, 0));
	sql_put_int(&q, lesson_row_number(log + 1, 0));
	if (sql_next(&q))
		(void)snprintf(out, LESSON_OFFICE_MAX + 1, "%s",
			       sql_text(&q, 0));
	return sql_finish(&q, err);
}
