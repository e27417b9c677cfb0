/* lessons_find(): one statement, put together from what is asked. All that
 * was typed is bound, never pasted. An inner query finds and orders row
 * numbers; only rows that are shown are read whole. */
#include <stdlib.h>
#include <string.h>

#include "catalog/lessonrow.h"
#include "catalog/lessons.h"
#include "catalog/search.h"

enum { BINDS_MAX = 4 * SEARCH_TERMS_MAX + 24 };

struct question {
	struct buf sql;
	struct buf order;
	size_t bind_count;
	struct {
		const char *text; /* NULL: the number */
		int64_t number;
	} binds[BINDS_MAX];
	/* What the binds point into. */
	char bounds[SEARCH_TERMS_MAX + 1][2][TOPIC_MAX + 2];
	size_t bound_count;
	char above[5][REGION_MAX + 1];
	char inside[REGION_MAX + 2];
	struct search search;
};

static void bind_text(struct question *a, const char *text)
{
	a->binds[a->bind_count++].text = text;
}

static void bind_number(struct question *a, int64_t number)
{
	a->binds[a->bind_count++].number = number;
}

#define HERE "(held = 1 OR (wanted = 1 AND NOT " EXPIRY_OVER("") "))"

static const char *const filters[] = {
	[LESSONS_ALL] = "withdrawn = 0",
	[LESSONS_WANTED] = "wanted = 1 AND held = 0 AND NOT " EXPIRY_OVER(""),
	[LESSONS_HELD] = "held = 1 AND withdrawn = 0",
	[LESSONS_HERE] = LESSONROW_HERE,
	[LESSONS_OTHER] = "withdrawn = 0 AND NOT " HERE,
	[LESSONS_PINNED] = "choice = 1",
	[LESSONS_WITHDRAWN] = "withdrawn = 1",
};

/* At `topic` or below it: what lies below 产业 is between "产业/" and
 * "产业0". */
static void put_topic(struct question *a, const char *topic)
{
	char (*bounds)[TOPIC_MAX + 2] = a->bounds[a->bound_count++];

	strcpy(stpcpy(bounds[0], topic), "/");
	strcpy(stpcpy(bounds[1], topic), "0");
	buf_puts(&a->sql, "(topic = ? OR (topic > ? AND topic < ?))");
	bind_text(a, topic);
	bind_text(a, bounds[0]);
	bind_text(a, bounds[1]);
}

/* Inside `region`, or one that contains it. */
static void put_region(struct question *a, const char *region)
{
	static const size_t digits[] = { 2, 4, 6, 9, 12 };
	size_t size = strlen(region);

	/* Digits are below ':', so all codes that begin with it are. */
	strcpy(stpcpy(a->inside, region), ":");
	buf_puts(&a->sql, " AND ((region >= ? AND region < ?)");
	bind_text(a, region);
	bind_text(a, a->inside);
	for (size_t i = 0; i < 5 && digits[i] < size; i++) {
		memcpy(a->above[i], region, digits[i]);
		buf_puts(&a->sql, " OR region = ?");
		bind_text(a, a->above[i]);
	}
	buf_puts(&a->sql, ")");
}

static void put_text(struct question *a)
{
	static const char match[] =
		"row IN (SELECT rowid FROM lesson_search"
		" WHERE lesson_search MATCH ?)";
	struct search *s = &a->search;

	if (s->all.size > 0) {
		buf_printf(&a->sql, " AND %s", match);
		bind_text(a, buf_string(&s->all));
		buf_printf(&a->order, "%s DESC, ", match);
	}
	for (size_t i = 0; i < s->path_count; i++) {
		buf_puts(&a->sql, " AND (");
		put_topic(a, s->paths[i].topic);
		if (s->paths[i].tokens.size > 0) {
			buf_printf(&a->sql, " OR %s", match);
			bind_text(a, buf_string(&s->paths[i].tokens));
		}
		buf_puts(&a->sql, ")");
	}
}

static bool is_empty(const char *text)
{
	return text == NULL || text[0] == 0;
}

static enum status put_conditions(struct question *a,
				  const struct lessons_query *query)
{
	enum status status;

	buf_printf(&a->sql, " WHERE %s", filters[query->filter]);
	if (!is_empty(query->topic)) {
		if (topic_check(query->topic) != STATUS_OK)
			return STATUS_NOT_FOUND;
		buf_puts(&a->sql, " AND ");
		put_topic(a, query->topic);
	}
	if (!is_empty(query->region)) {
		if (region_check(query->region) != STATUS_OK)
			return STATUS_NOT_FOUND;
		put_region(a, query->region);
	}
	if (!is_empty(query->text)) {
		status = search_read(query->text, &a->search);
		if (status != STATUS_OK)
			return status;
		put_text(a);
	}
	return STATUS_OK;
}

/* STATUS_NOT_FOUND when nothing can fit. */
static enum status put_question(struct question *a,
				const struct lessons_query *query)
{
	enum status status;

	buf_puts(&a->sql,
		 "SELECT " LESSONROW_COLUMNS
		 " FROM (SELECT row AS found, row_number() OVER ()"
		 " AS place FROM (SELECT row FROM lesson");
	/* Few of many: not by the date of all. */
	if (query->filter == LESSONS_HERE && is_empty(query->topic) &&
	    is_empty(query->text))
		buf_puts(&a->sql, " INDEXED BY lesson_here");
	status = put_conditions(a, query);
	if (status != STATUS_OK)
		return status;
	buf_puts(&a->sql, query->here_first ? " ORDER BY " HERE " DESC, " :
					      " ORDER BY ");
	if (a->order.size > 0) {
		buf_put_bytes(&a->sql, buf_bytes(&a->order));
		bind_text(a, buf_string(&a->search.title));
	}
	buf_puts(&a->sql, "date DESC, row DESC LIMIT ? OFFSET ?))"
			  " JOIN lesson l ON l.row = found" LESSONROW_JOINS
			  " ORDER BY place");
	bind_number(a, query->limit == 0 ? -1 : (int64_t)query->limit);
	bind_number(a, query->offset);
	return a->order.failed ? STATUS_NO_MEMORY : buf_status(&a->sql);
}

static enum status put_count(struct question *a,
			     const struct lessons_query *query)
{
	enum status status;

	buf_puts(&a->sql, "SELECT count(*) FROM lesson");
	status = put_conditions(a, query);
	return status == STATUS_OK ? buf_status(&a->sql) : status;
}

static int bind_all(sqlite3_stmt *statement, const struct question *a)
{
	int rc = SQLITE_OK;

	for (size_t i = 0; i < a->bind_count && rc == SQLITE_OK; i++)
		rc = a->binds[i].text != NULL ?
			     sqlite3_bind_text(statement, (int)i + 1,
					       a->binds[i].text, -1,
					       SQLITE_STATIC) :
			     sqlite3_bind_int64(statement, (int)i + 1,
						a->binds[i].number);
	return rc;
}

static enum status answer(struct catalog *c, struct question *a,
			  lesson_row_cb each, void *context, struct err *err)
{
	/* Shaped as a run of a kept statement for lessonrow_read(). */
	struct sql q = { .catalog = c };
	struct lesson_row *row = malloc(sizeof(*row));
	enum status status = STATUS_OK;

	if (row == NULL)
		return err_set(err, STATUS_NO_MEMORY, "find lessons");
	q.rc = sqlite3_prepare_v2(sql_connection(c), buf_string(&a->sql), -1,
				  &q.statement, NULL);
	if (q.rc == SQLITE_OK)
		q.rc = bind_all(q.statement, a);
	while (status == STATUS_OK && sql_next(&q)) {
		status = lessonrow_read(&q, row, err);
		if (status == STATUS_OK && !each(context, row))
			break;
	}
	if (status == STATUS_OK && q.rc != SQLITE_OK)
		status = sql_fail(c, q.rc, err);
	sqlite3_finalize(q.statement);
	free(row);
	return status;
}

static enum status read_count(struct catalog *c, const struct question *a,
			      uint64_t *count, struct err *err)
{
	struct sql q = { .catalog = c };
	enum status status = STATUS_OK;

	q.rc = sqlite3_prepare_v2(sql_connection(c), buf_string(&a->sql), -1,
				  &q.statement, NULL);
	if (q.rc == SQLITE_OK)
		q.rc = bind_all(q.statement, a);
	if (sql_next(&q))
		*count = (uint64_t)sql_int(&q, 0);
	else
		status = sql_fail(c, q.rc, err);
	sqlite3_finalize(q.statement);
	return status;
}

static void question_free(struct question *a)
{
	buf_release(&a->sql);
	buf_release(&a->order);
	search_release(&a->search);
	free(a);
}

enum status lessons_count(struct catalog *c, const struct lessons_query *query,
			  uint64_t *count, struct err *err)
{
	struct question *a = calloc(1, sizeof(*a));
	uint64_t found = 0;
	enum status status;

	if (a == NULL)
		return err_set(err, STATUS_NO_MEMORY, "count lessons");
	status = put_count(a, query);
	if (status == STATUS_OK)
		status = read_count(c, a, &found, err);
	else if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	else
		status = err_set(err, status, "count lessons");
	if (status == STATUS_OK)
		*count = found;
	question_free(a);
	return status;
}

enum status lessons_find(struct catalog *c, const struct lessons_query *query,
			 lesson_row_cb each, void *context, struct err *err)
{
	struct question *a = calloc(1, sizeof(*a));
	enum status status;

	if (a == NULL)
		return err_set(err, STATUS_NO_MEMORY, "find lessons");
	status = put_question(a, query);
	if (status == STATUS_OK)
		status = answer(c, a, each, context, err);
	else if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	else
		status = err_set(err, status, "find lessons");
	question_free(a);
	return status;
}
