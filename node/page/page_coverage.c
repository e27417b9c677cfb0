/* Thousands of statements are read beside the loop (node/page/page_jobs.h). */
#include "node/page/page_coverage.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/lessons.h"
#include "catalog/log.h"
#include "node/clock.h"
#include "node/node_inside.h"
#include "node/own_statement.h"
#include "node/page/coverage.h"
#include "node/page/page_jobs.h"
#include "node/page/page_news.h"
#include "signing/note.h"

/* One question. */
struct asked {
	char id[LESSON_ID_MAX + 1]; /* "" for all of this office */
	char origin[ORIGIN_MAX + 1];
	uint8_t own[PUBLIC_KEY_SIZE];
};

/* While it is answered. */
struct gathering {
	const struct asked *a;
	struct catalog *catalog;
	struct coverage *coverage;
	enum status status;
	/* Of the one lesson. */
	struct lesson lesson;
	uint64_t entry;
	struct log_info own; /* all: the log of this office */
};

static enum status begin(void *owner, struct node *n, struct err *err)
{
	struct asked *a = owner;

	(void)err;
	memcpy(a->origin, n->house.conf.origin, sizeof(a->origin));
	memcpy(a->own, house_node_public(&n->house), sizeof(a->own));
	return STATUS_OK;
}

/* --- which lessons --- */

static bool is_ours(const struct gathering *g, const struct lesson_row *row)
{
	size_t size = strlen(g->a->origin);

	return row->log == g->own.id ||
	       (strncmp(row->lesson.id, g->a->origin, size) == 0 &&
		row->lesson.id[size] == '#');
}

static enum status add_lesson(struct gathering *g,
			      const struct lesson_row *row, struct err *err)
{
	struct log_info log;
	enum status status = log_get(g->catalog, row->log, &log, err);

	if (status == STATUS_NOT_FOUND)
		return err_set(err, status, "its log is gone");
	if (status != STATUS_OK)
		return status;
	return coverage_add_lesson(g->coverage, &row->lesson, log.origin,
				   row->entry);
}

static bool take_lesson(void *context, const struct lesson_row *row)
{
	struct gathering *g = context;

	/* Callbacks may not ask the catalog; all of them are in one log. */
	if (is_ours(g, row) && row->log == g->own.id)
		g->status = coverage_add_lesson(g->coverage, &row->lesson,
						g->own.origin, row->entry);
	return g->status == STATUS_OK;
}

static enum status take_all(struct gathering *g, struct err *err)
{
	const struct lessons_query query = { .filter = LESSONS_ALL };
	enum status status = log_find(g->catalog, g->a->origin, &g->own, err);

	if (status == STATUS_NOT_FOUND)
		return STATUS_OK; /* it has published nothing */
	if (status == STATUS_OK)
		status = lessons_find(g->catalog, &query, take_lesson, g, err);
	/* The newest come first: the rest is left out. */
	if (g->status == STATUS_NO_ROOM)
		g->status = STATUS_OK;
	return status;
}

/* An earlier revision? Most entries are of something else, which is seen
 * without reading them. */
static enum status take_former(void *owner, uint64_t index,
			       struct bytes entry, struct err *err)
{
	struct gathering *g = owner;
	struct lesson *former;
	struct err ignored = ERR_INIT;

	(void)err;
	if (memmem(entry.data, entry.size, g->lesson.id,
		   strlen(g->lesson.id)) == NULL)
		return STATUS_OK;
	former = malloc(sizeof(*former));
	if (former != NULL &&
	    lesson_parse(entry, former, &ignored) == STATUS_OK &&
	    strcmp(former->id, g->lesson.id) == 0)
		coverage_add_former(g->coverage, index);
	free(former);
	return STATUS_OK;
}

static enum status take_one(struct gathering *g, struct err *err)
{
	struct lesson_row *row = malloc(sizeof(*row));
	enum status status;

	if (row == NULL)
		return err_set(err, STATUS_NO_MEMORY, "lesson");
	status = lessons_get(g->catalog, g->a->id, row, err);
	if (status == STATUS_OK)
		status = add_lesson(g, row, err);
	if (status == STATUS_OK && row->lesson.rev > 1) {
		g->lesson = row->lesson;
		status = log_read_entries(g->catalog, row->log, 0, row->entry,
					  take_former, g, err);
	}
	free(row);
	return status;
}

/* --- and who --- */

static bool take_station(void *context, const struct station *station)
{
	struct gathering *g = context;

	g->status = coverage_add_station(g->coverage, station);
	return g->status == STATUS_OK;
}

static int64_t ago_of(const struct statement_row *row)
{
	uint64_t now = clock_s();
	/* Clocks are also put back. */
	uint64_t ago = now > row->heard_s ? now - row->heard_s : 0;

	return (int64_t)(ago + row->age_s);
}

/* Its signature was checked before it was kept. */
static bool take_statement(void *context, const struct statement_row *row)
{
	struct gathering *g = context;
	struct statement st;
	struct note note;

	if (memcmp(row->key, g->a->own, sizeof(row->key)) == 0 ||
	    note_parse(row->note, STATEMENT_MAX, &note) != STATUS_OK ||
	    statement_parse(note.text, &st) != STATUS_OK)
		return true;
	g->status = coverage_add_statement(g->coverage, &st, ago_of(row));
	return g->status == STATUS_OK;
}

static enum status gather(struct gathering *g, struct err *err)
{
	enum status status = g->a->id[0] == 0 ? take_all(g, err) :
						take_one(g, err);

	if (status == STATUS_OK)
		status = stations_list(g->catalog, false, take_station, g,
				       err);
	if (status == STATUS_OK && g->status == STATUS_OK)
		status = statements_list(g->catalog, take_statement, g, err);
	if (g->status == STATUS_NO_ROOM)
		g->status = STATUS_OK; /* those that found room are told */
	if (status == STATUS_OK && g->status != STATUS_OK)
		status = err_set(err, g->status, "out of memory");
	return status;
}

static char *make(void *owner, struct catalog *catalog, struct err *err)
{
	const struct asked *a = owner;
	struct gathering *g = calloc(1, sizeof(*g));
	json_t *made = NULL;
	char *text = NULL;

	if (g != NULL)
		g->coverage = coverage_new(a->id[0] != 0);
	if (g == NULL || g->coverage == NULL) {
		free(g);
		(void)err_set(err, STATUS_NO_MEMORY, "out of memory");
		return NULL;
	}
	g->a = a;
	g->catalog = catalog;
	if (gather(g, err) == STATUS_OK) {
		made = a->id[0] != 0 ? coverage_lesson(g->coverage) :
				       coverage_list(g->coverage);
		text = made == NULL ? NULL : json_dumps(made, JSON_COMPACT);
		if (text == NULL)
			(void)err_set(err, STATUS_NO_MEMORY, "out of memory");
	}
	json_decref(made);
	coverage_free(g->coverage);
	free(g);
	return text;
}

void page_coverage(struct page_call *call)
{
	struct asked *a = calloc(1, sizeof(*a));
	struct page_task task = { .owner = a,
				  .begin = begin,
				  .make = make,
				  .free = free };
	enum status status;

	if (a == NULL) {
		page_fail(call->request, STATUS_NO_MEMORY, "out of memory",
			  NULL);
		return;
	}
	status = http_head_query(call->head, "id", a->id, sizeof(a->id), NULL);
	if (status == STATUS_MALFORMED) {
		free(a);
		page_fail(call->request, STATUS_USAGE, "which lesson?", NULL);
		return;
	}
	/* Who was told that stations have spoken gets what they said. */
	(void)snprintf(task.key, sizeof(task.key), "coverage %llu %s",
		       (unsigned long long)page_news_heard_number(
			       call->node->page->news),
		       a->id);
	page_jobs_ask(call->node->page->jobs, call->request, &task);
}
