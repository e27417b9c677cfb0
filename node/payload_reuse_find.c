/* Which other payloads are likely to have the same files. */
#include <string.h>

#include "catalog/lessons.h"
#include "node/payload_reuse.h"
#include "proto/encoding.h"

enum { UNNAMED_MAX = PAYLOAD_REUSE_MAX / 2, LOOK_AT = 200 };

struct finding {
	const struct lesson_row *lesson; /* that names the new payload */
	const uint8_t *btmh;
	bool series; /* only those of the same */
	struct payload_source *out;
	unsigned count;
};

static void put(struct finding *f, const uint8_t *btmh, bool whole)
{
	if (f->count == PAYLOAD_REUSE_MAX || memcmp(btmh, f->btmh, 32) == 0)
		return;
	for (unsigned i = 0; i < f->count; i++)
		if (memcmp(f->out[i].btmh, btmh, 32) == 0)
			return;
	f->out[f->count].whole = whole;
	memcpy(f->out[f->count++].btmh, btmh, 32);
}

/* They come least recently used first: the last ones stay. */
static bool put_unnamed(void *context, const struct payload_row *row)
{
	struct finding *f = context;

	if (row->state == PAYLOAD_NONE)
		return true;
	if (f->count == UNNAMED_MAX) {
		memmove(f->out, f->out + 1,
			(UNNAMED_MAX - 1) * sizeof(*f->out));
		f->count--;
	}
	put(f, row->btmh, row->state == PAYLOAD_HELD);
	return true;
}

static bool put_related(void *context, const struct lesson_row *row)
{
	struct finding *f = context;

	if (!f->series || strcmp(row->lesson.series.title,
				 f->lesson->lesson.series.title) == 0)
		put(f, row->shown.btmh, true);
	return f->count < PAYLOAD_REUSE_MAX;
}

enum status payload_reuse_find(struct catalog *c,
			       const uint8_t btmh[static 32],
			       struct payload_source *out, unsigned *count,
			       struct err *err)
{
	struct finding f = { .btmh = btmh, .out = out };
	struct lessons_query query = { .filter = LESSONS_HELD,
				       .limit = LOOK_AT };
	struct lesson_row row;
	char hex[65];
	enum status status = payloads_unnamed(c, put_unnamed, &f, err);

	hex_encode((struct bytes){ btmh, 32 }, hex);
	/* A payload of no lesson, or of several, has no relations. */
	if (status == STATUS_OK &&
	    lessons_get(c, hex, &row, err) == STATUS_OK) {
		f.lesson = &row;
		query.topic = row.lesson.topic;
		f.series = row.lesson.series.title[0] != 0;
		if (f.series)
			status = lessons_find(c, &query, put_related, &f, err);
		f.series = false;
		if (status == STATUS_OK)
			status = lessons_find(c, &query, put_related, &f, err);
	}
	if (status == STATUS_OK)
		*count = f.count;
	return status;
}
