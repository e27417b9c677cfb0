#include "catalog/lessonrow.h"

#include <string.h>

/* Copy what this program wrote and bounded; a longer text means that the file
 * was tampered with, and is cut. */
static void copy_text(char *out, size_t room, const char *text)
{
	size_t size = strnlen(text, room - 1);

	memcpy(out, text, size);
	out[size] = 0;
}

static void copy_hash(uint8_t out[static LESSON_BTMH_SIZE], struct bytes hash)
{
	if (hash.size == LESSON_BTMH_SIZE)
		memcpy(out, hash.data, hash.size);
}

#define COPY(field, column) \
	copy_text(field, sizeof(field), sql_text(q, column))

static void read_lesson(struct sql *q, struct lesson *l)
{
	char short_id[LESSON_SHORT_SIZE + 1];
	size_t size;

	COPY(l->id, 1);
	size = strnlen(l->id, ORIGIN_MAX);
	lesson_short_text((uint64_t)sql_int(q, 2) & 0xffffffffff, short_id);
	l->id[size] = '#';
	memcpy(l->id + size + 1, short_id, sizeof(short_id));
	l->rev = (uint32_t)sql_int(q, 3);
	COPY(l->date, 8);
	COPY(l->region, 9);
	COPY(l->topic, 10);
	copy_hash(l->btmh, sql_blob(q, 11));
	l->bytes = (uint64_t)sql_int(q, 12);
	l->files = (uint32_t)sql_int(q, 13);
	l->seconds = (uint32_t)sql_int(q, 14);
	COPY(l->title, 15);
	COPY(l->initials, 16);
	COPY(l->series.title, 17);
	l->series.n = (uint32_t)sql_int(q, 18);
	COPY(l->lang, 19);
	COPY(l->expires, 20);
	l->has_poster = !sql_is_null(q, 21);
	copy_hash(l->poster, sql_blob(q, 21));
	l->trust = (uint64_t)sql_int(q, 22);
	COPY(l->summary, 23);
}

static enum status read_renditions(struct catalog *c, int64_t row,
				   struct lesson *l, struct err *err)
{
	static const char list[] = "SELECT name, btmh, bytes FROM rendition"
				   " WHERE row = ? ORDER BY n";
	struct sql query;
	struct sql *q = &query;

	sql_start(q, c, list);
	sql_put_int(q, row);
	while (l->also_count < LESSON_ALSO_MAX && sql_next(q)) {
		struct rendition *r = &l->also[l->also_count++];

		COPY(r->as, 0);
		copy_hash(r->btmh, sql_blob(q, 1));
		r->bytes = (uint64_t)sql_int(q, 2);
	}
	return sql_finish(q, err);
}

enum status lessonrow_read(struct sql *q, struct lesson_row *out,
			   struct err *err)
{
	memset(out, 0, sizeof(*out));
	read_lesson(q, &out->lesson);
	out->row = sql_int(q, 0);
	out->log = out->row >> LESSON_ROW_SHIFT;
	out->entry = (uint64_t)out->row &
		     ((UINT64_C(1) << LESSON_ROW_SHIFT) - 1);
	out->withdrawn = sql_int(q, 4) != 0;
	out->choice = (enum choice)sql_int(q, 5);
	out->wanted = sql_int(q, 6) != 0;
	out->why = (enum want_reason)sql_int(q, 7);
	COPY(out->due, 24);
	out->payload = (enum payload_state)sql_int(q, 25);
	out->pieces = (uint32_t)sql_int(q, 26);
	out->verified = (uint32_t)sql_int(q, 27);
	out->over = sql_int(q, 28) != 0;
	out->lesson.keep = sql_int(q, 29) != 0;
	copy_hash(out->shown.btmh, sql_blob(q, 30));
	out->shown.payload = (enum payload_state)sql_int(q, 31);
	out->shown.pieces = (uint32_t)sql_int(q, 32);
	out->shown.verified = (uint32_t)sql_int(q, 33);
	COPY(out->lesson.office, 34);
	return read_renditions(q->catalog, out->row, &out->lesson, err);
}

static enum status insert_renditions(struct catalog *c, const struct lesson *l,
				     int64_t row, struct err *err)
{
	static const char insert[] =
		"INSERT INTO rendition (row, n, name, btmh, bytes)"
		" VALUES (?, ?, ?, ?, ?)";
	enum status status = STATUS_OK;
	struct sql q;

	for (size_t i = 0; i < l->also_count && status == STATUS_OK; i++) {
		sql_start(&q, c, insert);
		sql_put_int(&q, row);
		sql_put_int(&q, (int64_t)i);
		sql_put_text(&q, l->also[i].as);
		sql_put_blob(&q, (struct bytes){ l->also[i].btmh,
						 LESSON_BTMH_SIZE });
		sql_put_int(&q, (int64_t)l->also[i].bytes);
		status = sql_run(&q, err);
	}
	return status;
}

enum status lessonrow_insert(struct catalog *c, const struct lesson *l,
			     const struct lessonrow_standing *s,
			     struct err *err)
{
	static const char insert[] =
		"INSERT INTO lesson (row, short, origin, rev, withdrawn,"
		" choice, wanted, why, held, date, region, topic, btmh, bytes,"
		" files, seconds, title, initials, series, series_n, lang,"
		" expires, poster, trust, summary, keep, office, due)"
		" VALUES"
		" (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
		" ?, ?, ?, ?, ?, ?, ?,"
		" ifnull((SELECT date FROM due WHERE lesson = ?), ''))";
	enum status status;
	struct sql q;

	sql_start(&q, c, insert);
	sql_put_int(&q, s->row);
	sql_put_int(&q, (int64_t)s->short_id);
	sql_put_int(&q, s->origin);
	sql_put_int(&q, l->rev);
	sql_put_int(&q, s->withdrawn);
	sql_put_int(&q, s->choice);
	sql_put_int(&q, s->wanted);
	sql_put_int(&q, s->why);
	sql_put_int(&q, s->held);
	sql_put_text(&q, l->date);
	sql_put_text(&q, l->region);
	sql_put_text(&q, l->topic);
	sql_put_blob(&q, (struct bytes){ l->btmh, sizeof(l->btmh) });
	sql_put_int(&q, (int64_t)l->bytes);
	sql_put_int(&q, l->files);
	sql_put_int(&q, l->seconds);
	sql_put_text(&q, l->title);
	sql_put_text(&q, l->initials);
	sql_put_text(&q, l->series.title);
	sql_put_int(&q, l->series.n);
	sql_put_text(&q, l->lang);
	sql_put_text(&q, l->expires);
	if (l->has_poster)
		sql_put_blob(&q, (struct bytes){ l->poster,
						 sizeof(l->poster) });
	else
		sql_put_null(&q);
	sql_put_int(&q, (int64_t)l->trust);
	sql_put_text(&q, l->summary);
	sql_put_int(&q, l->keep);
	sql_put_text(&q, l->office);
	sql_put_text(&q, l->id);
	status = sql_run(&q, err);
	return status == STATUS_OK ? insert_renditions(c, l, s->row, err) :
				     status;
}

enum status lessonrow_delete(struct catalog *c, int64_t row, struct err *err)
{
	static const char renditions[] = "DELETE FROM rendition WHERE row = ?";
	static const char lesson[] = "DELETE FROM lesson WHERE row = ?";
	enum status status;
	struct sql q;

	sql_start(&q, c, renditions);
	sql_put_int(&q, row);
	status = sql_run(&q, err);
	if (status != STATUS_OK)
		return status;
	sql_start(&q, c, lesson);
	sql_put_int(&q, row);
	return sql_run(&q, err);
}
