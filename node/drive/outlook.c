#include "node/drive/outlook.h"

#include <stdlib.h>
#include <string.h>

const char *outlook_why_name(enum outlook_why why)
{
	static const char *const names[] = {
		[OUTLOOK_COMES] = "comes",
		[OUTLOOK_NO_ROOM] = "no_room",
		[OUTLOOK_NOT_HERE] = "not_here",
		[OUTLOOK_STATION_FULL] = "station_full",
	};

	return names[why];
}

struct looking {
	struct catalog *c;
	const struct load *load;
	const enum pack_act *acts;
	const struct stops *stops;
	struct outlook out;
};

static int compare(const void *a, const void *b, void *context)
{
	const struct pack_lesson *lessons = context;

	return pack_order(&lessons[*(const size_t *)a],
			  &lessons[*(const size_t *)b]);
}

/* The lessons somebody lacks, in pack_order(); NULL when memory ran out. */
static size_t *wanted_ones(const struct load *load, size_t *count)
{
	size_t *row = calloc(load->count + 1, sizeof(*row));

	*count = 0;
	if (row == NULL)
		return NULL;
	for (size_t i = 0; i < load->count; i++)
		if (load->lessons[i].wanters > 0)
			row[(*count)++] = i;
	qsort_r(row, *count, sizeof(*row), compare, load->lessons);
	return row;
}

static enum outlook_why why_of(const struct looking *k, size_t stop,
			       size_t lesson)
{
	const struct stop *s = &k->stops->list[stop];
	uint64_t after = k->out.stops[stop].bytes + k->load->rows[lesson].bytes;

	if (k->acts[lesson] == PACK_NOT_HERE)
		return OUTLOOK_NOT_HERE;
	if (k->acts[lesson] != PACK_LOAD && k->acts[lesson] != PACK_KEEP)
		return OUTLOOK_NO_ROOM;
	if (s->has_statement && after > s->room)
		return OUTLOOK_STATION_FULL;
	return OUTLOOK_COMES;
}

static bool add_line(struct looking *k, size_t stop, size_t lesson,
		     const char *due)
{
	struct outlook_stop *o = &k->out.stops[stop];
	struct outlook_line *line;

	if ((o->count & (o->count - 1)) == 0) {
		size_t room = o->count == 0 ? 1 : 2 * o->count;

		line = realloc(o->lines, room * sizeof(*line));
		if (line == NULL)
			return false;
		o->lines = line;
	}
	line = &o->lines[o->count++];
	line->lesson = lesson;
	line->why = why_of(k, stop, lesson);
	memcpy(line->due, due, sizeof(line->due));
	if (line->why == OUTLOOK_COMES) {
		o->comes++;
		o->bytes += k->load->rows[lesson].bytes;
	}
	return true;
}

static enum status look_at(struct looking *k, size_t lesson, struct err *err)
{
	struct lesson_row row;
	char due[LESSON_DATE_SIZE + 1];
	enum status status = lessons_get(k->c, k->load->rows[lesson].id, &row,
					 err);

	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < k->stops->count; i++)
		if (stop_lacks(&k->stops->list[i], &row, due) &&
		    !add_line(k, i, lesson, due))
			return err_set(err, STATUS_NO_MEMORY, "outlook");
	return STATUS_OK;
}

enum status outlook_gather(struct outlook *out, struct catalog *c,
			   const struct load *load, const enum pack_act *acts,
			   const struct stops *stops, struct err *err)
{
	struct looking k = { .c = c, .load = load, .acts = acts,
			     .stops = stops };
	enum status status = STATUS_OK;
	size_t count = 0;
	size_t *row = wanted_ones(load, &count);

	k.out.stops = calloc(stops->count + 1, sizeof(*k.out.stops));
	k.out.count = stops->count;
	if (row == NULL || k.out.stops == NULL)
		status = err_set(err, STATUS_NO_MEMORY, "outlook");
	for (size_t i = 0; status == STATUS_OK && i < count; i++)
		status = look_at(&k, row[i], err);
	free(row);
	if (status == STATUS_OK)
		*out = k.out;
	else
		outlook_release(&k.out);
	return status;
}

void outlook_release(struct outlook *outlook)
{
	for (size_t i = 0; outlook->stops != NULL && i < outlook->count; i++)
		free(outlook->stops[i].lines);
	free(outlook->stops);
	memset(outlook, 0, sizeof(*outlook));
}
