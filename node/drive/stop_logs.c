#include "node/drive/stop_logs.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/want.h"
#include "node/own_statement.h"

/* A log larger than this is told of by nobody: bounds what a frame of a few
 * bytes expands to before it is cut. */
enum { MAP_MAX = 1 << 20 };

struct day {
	uint64_t entry;
	char date[LESSON_DATE_SIZE + 1];
};

struct stop_log {
	int64_t id;
	uint64_t size; /* as the statement says */
	struct buf want, have;
	struct day *days; /* by entry */
	size_t day_count;
};

struct stop_logs {
	size_t count;
	struct stop_log list[];
};

static const struct known_log *find_known(const struct known_log *known,
					  size_t count, struct bytes origin)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_equal(bytes_of(known[i].origin), origin))
			return &known[i];
	return NULL;
}

static struct stop_log *find_log(const struct stop_logs *logs, int64_t id)
{
	for (size_t i = 0; logs != NULL && i < logs->count; i++)
		if (logs->list[i].id == id)
			return (struct stop_log *)&logs->list[i];
	return NULL;
}

static enum status read_map(const struct stop_log *log, uint64_t known_size,
			    struct bytes base64, size_t *budget,
			    struct buf *map)
{
	uint64_t bytes = log->size / 8 + 1, known = known_size / 8 + 1;
	struct buf all = BUF_INIT;
	enum status status = bitmap_expand(
		base64, bytes < MAP_MAX ? (size_t)bytes : MAP_MAX, &all);

	if (status == STATUS_OK) {
		struct bytes part = { all.data, all.size };

		if (part.size > known)
			part.size = (size_t)known;
		if (part.size <= *budget) {
			*budget -= part.size;
			buf_clear(map);
			buf_put_bytes(map, part);
			status = buf_status(map);
		}
	}
	buf_release(&all);
	return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

static enum status add_day(struct stop_log *log,
			   const struct statement_line *line, size_t *budget)
{
	struct day *days;

	if (*budget < sizeof(*days))
		return STATUS_OK;
	days = realloc(log->days, (log->day_count + 1) * sizeof(*days));
	if (days == NULL)
		return STATUS_NO_MEMORY;
	log->days = days;
	if (bytes_to_string(line->date, days[log->day_count].date,
			    sizeof(days->date)) != STATUS_OK)
		return STATUS_OK;
	days[log->day_count++].entry = line->entry;
	*budget -= sizeof(*days);
	return STATUS_OK;
}

static enum status take_line(struct stop_logs *logs,
			     const struct statement_line *line,
			     const struct known_log *known, size_t *budget)
{
	struct stop_log *log;

	if (line->kind == STATEMENT_LOG) {
		log = &logs->list[logs->count++];
		*log = (struct stop_log){ .id = known->id,
					  .size = line->size,
					  .want = BUF_INIT,
					  .have = BUF_INIT };
		return STATUS_OK;
	}
	log = find_log(logs, known->id);
	if (log == NULL)
		return STATUS_OK;
	if (line->kind == STATEMENT_WANT)
		return read_map(log, known->size, line->bitmap, budget,
				&log->want);
	if (line->kind == STATEMENT_HAVE)
		return read_map(log, known->size, line->bitmap, budget,
				&log->have);
	return add_day(log, line, budget);
}

static bool tells_of_log(const struct statement_line *line)
{
	return line->kind == STATEMENT_LOG || line->kind == STATEMENT_WANT ||
	       line->kind == STATEMENT_HAVE || line->kind == STATEMENT_DUE;
}

enum status stop_logs_read(struct stop_logs **out, const struct statement *st,
			   const struct known_log *known, size_t known_count,
			   size_t *budget)
{
	/* Each origin comes once in the LOG lines (proto/statement.h). */
	struct stop_logs *logs = calloc(
		1, sizeof(*logs) + known_count * sizeof(logs->list[0]));
	enum status status = STATUS_OK;
	struct statement_line line;
	struct statement_walk w;

	if (logs == NULL)
		return STATUS_NO_MEMORY;
	statement_walk_init(&w, st);
	while (status == STATUS_OK && statement_walk_next(&w, &line)) {
		const struct known_log *k;

		if (!tells_of_log(&line))
			continue;
		k = find_known(known, known_count, line.origin);
		if (k != NULL)
			status = take_line(logs, &line, k, budget);
	}
	if (status != STATUS_OK) {
		stop_logs_free(logs);
		return status;
	}
	*out = logs;
	return STATUS_OK;
}

void stop_logs_free(struct stop_logs *logs)
{
	for (size_t i = 0; logs != NULL && i < logs->count; i++) {
		buf_release(&logs->list[i].want);
		buf_release(&logs->list[i].have);
		free(logs->list[i].days);
	}
	free(logs);
}

/* --- asking --- */

static bool wants_for_its_place(const struct stop *stop,
				const struct lesson_row *row)
{
	struct want_place place = { .level = stop->level };
	struct want_facts facts = { .topic = row->lesson.topic,
				    .region = row->lesson.region,
				    .choice = CHOICE_NONE,
				    .withdrawn = row->withdrawn };
	enum want_reason why;

	memcpy(place.region, stop->region, sizeof(place.region));
	return want_decide(&place, &facts, &why);
}

static void find_day(const struct stop_log *log, uint64_t entry,
		     char due[static LESSON_DATE_SIZE + 1])
{
	for (size_t i = 0; i < log->day_count; i++)
		if (log->days[i].entry == entry)
			memcpy(due, log->days[i].date, LESSON_DATE_SIZE + 1);
}

bool stop_lacks(const struct stop *stop, const struct lesson_row *row,
		char due[LESSON_DATE_SIZE + 1])
{
	const struct stop_log *log = find_log(stop->logs, row->log);

	if (due != NULL)
		due[0] = 0;
	if (row->withdrawn)
		return false;
	if (log == NULL || row->entry >= log->size)
		return !row->over && wants_for_its_place(stop, row);
	if (!bitmap_has(buf_bytes(&log->want), row->entry) ||
	    bitmap_has(buf_bytes(&log->have), row->entry))
		return false;
	if (due != NULL)
		find_day(log, row->entry, due);
	return true;
}

bool stop_holds(const struct stop *stop, const struct lesson_row *row)
{
	const struct stop_log *log = find_log(stop->logs, row->log);

	return log != NULL && bitmap_has(buf_bytes(&log->have), row->entry);
}
