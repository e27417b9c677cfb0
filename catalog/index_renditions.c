/* Which payloads of a lesson are fetched: its own, renditions beside it, or one
 * in its place. */
#include <string.h>

#include "catalog/index_inside.h"
#include "catalog/sql.h"

static const char setting_key[] = "index.rendition";

struct found {
	size_t count;
	char as[LESSON_ALSO_MAX][LESSON_AS_MAX + 1];
	uint8_t btmh[LESSON_ALSO_MAX][LESSON_BTMH_SIZE];
	bool wanted[LESSON_ALSO_MAX];
};

static enum status find_all(struct index *x, int64_t row, struct found *f,
			    struct err *err)
{
	static const char list[] = "SELECT name, btmh, wanted FROM rendition"
				   " WHERE row = ? ORDER BY n";
	struct sql q;

	memset(f, 0, sizeof(*f));
	sql_start(&q, x->c, list);
	sql_put_int(&q, row);
	while (f->count < LESSON_ALSO_MAX && sql_next(&q)) {
		size_t i = f->count++;
		struct bytes btmh = sql_blob(&q, 1);

		(void)bytes_to_string(bytes_of(sql_text(&q, 0)), f->as[i],
				      sizeof(f->as[i]));
		if (btmh.size == LESSON_BTMH_SIZE)
			memcpy(f->btmh[i], btmh.data, btmh.size);
		f->wanted[i] = sql_int(&q, 2) != 0;
	}
	return sql_finish(&q, err);
}

static enum status put_wanted(struct index *x, int64_t row, size_t n,
			      bool wanted, struct err *err)
{
	static const char update[] =
		"UPDATE rendition SET wanted = ?3, held = ifnull((SELECT"
		" p.state = 2 FROM payload p WHERE p.btmh = rendition.btmh), 0)"
		" WHERE row = ?1 AND n = ?2";
	struct sql q;

	sql_start(&q, x->c, update);
	sql_put_int(&q, row);
	sql_put_int(&q, (int64_t)n);
	sql_put_int(&q, wanted);
	return sql_run(&q, err);
}

/* `instead` NULL: none. What the node holds of the lesson is either. */
static enum status put_take(struct index *x, int64_t row,
			    const uint8_t *instead, struct err *err)
{
	static const char update[] =
		"UPDATE lesson SET take = ?2, held = EXISTS (SELECT 1"
		" FROM payload p WHERE p.state = 2"
		" AND (p.btmh = lesson.btmh OR p.btmh = ?2)) WHERE row = ?1";
	struct sql q;

	sql_start(&q, x->c, update);
	sql_put_int(&q, row);
	if (instead == NULL)
		sql_put_null(&q);
	else
		sql_put_blob(&q, (struct bytes){ instead, LESSON_BTMH_SIZE });
	return sql_run(&q, err);
}

enum status index_renditions(struct index *x, int64_t row, bool wanted,
			     struct err *err)
{
	struct want_renditions want;
	struct found f;
	enum status status = find_all(x, row, &f, err);

	if (status != STATUS_OK || f.count == 0)
		return status;
	want_renditions(wanted ? x->rendition : "", f.as[0], sizeof(f.as[0]),
			f.count, &want);
	for (size_t i = 0; i < f.count && status == STATUS_OK; i++) {
		bool now = (want.also >> i & 1) != 0;

		status = put_wanted(x, row, i, now, err);
		if (now != f.wanted[i])
			index_note(x, f.btmh[i], row, false);
	}
	if (status == STATUS_OK)
		status = put_take(x, row,
				  want.instead < 0 ? NULL :
						     f.btmh[want.instead],
				  err);
	return status;
}

enum status index_set_rendition(struct index *x, const char *rendition,
				struct err *err)
{
	struct buf before = BUF_INIT;
	enum status status = catalog_get_blob(x->c, setting_key, &before, err);
	const char *was = status == STATUS_OK ? buf_string(&before) :
						"original";
	bool same = strcmp(was, rendition) == 0;

	buf_release(&before);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	(void)bytes_to_string(bytes_of(rendition), x->rendition,
			      sizeof(x->rendition));
	if (same)
		return STATUS_OK;
	status = catalog_begin(x->c, CATALOG_DERIVED, err);
	if (status == STATUS_OK)
		status = catalog_set_blob(x->c, setting_key,
					  bytes_of(x->rendition), err);
	if (status == STATUS_OK)
		status = index_look_at_all(x, err);
	if (status == STATUS_OK)
		status = catalog_commit(x->c, err);
	if (status != STATUS_OK)
		catalog_rollback(x->c);
	return status;
}
