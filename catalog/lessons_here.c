/* Lessons that are here or to be here, read in short. */
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
