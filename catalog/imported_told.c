/* What is told by hand and by machines: equipment, faults, wishes, photos, the
 * machine itself. */
#include <stdlib.h>

#include "catalog/imported_inside.h"
#include "catalog/sql.h"

enum status put_photo(struct taking *t, const json_t *item, struct err *err)
{
	static const char put[] =
		"REPLACE INTO photo (station, study, seen_s, jpeg)"
		" VALUES (?, ?, ?, ?)";
	struct buf jpeg = BUF_INIT;
	int64_t study;
	struct sql q;
	enum status status = STATUS_OK;

	if (item_photo_read(item, &study, &jpeg)) {
		sql_start(&q, t->c, put);
		sql_put_int(&q, t->entry->station);
		sql_put_int(&q, study);
		sql_put_int(&q, t->entry->now_s);
		sql_put_blob(&q, buf_bytes(&jpeg));
		status = sql_run(&q, err);
	} else {
		t->passed++;
	}
	buf_release(&jpeg);
	return status;
}

/* The item as it is kept: a new string, or NULL when out of memory. */
static char *text_of(const json_t *item)
{
	return json_dumps(item, JSON_COMPACT);
}

/* When it was told; NULL where no day is known. */
static void put_at(struct sql *q, const struct taking *t, const struct when *w)
{
	struct placed place;

	taking_place(t, w, &place);
	if (place.month == PLACE_UNCERTAIN)
		sql_put_null(q);
	else
		sql_put_int(q, place.at_s);
}

enum status put_equipment(struct taking *t, const json_t *item,
			  struct err *err)
{
	static const char put[] =
		"INSERT INTO equipment (station, id, v, item)"
		" VALUES (?, ?, ?, ?) ON CONFLICT (station, id) DO UPDATE"
		" SET v = excluded.v, item = excluded.item"
		" WHERE excluded.v > v";
	struct item_told told;
	struct sql q;
	char *text;
	enum status status;

	if (!item_equipment_read(item, &told)) {
		t->passed++;
		return STATUS_OK;
	}
	text = text_of(item);
	if (text == NULL)
		return err_set(err, STATUS_NO_MEMORY, "an item");
	sql_start(&q, t->c, put);
	sql_put_int(&q, t->entry->station);
	sql_put_int(&q, told.id);
	sql_put_int(&q, told.v);
	sql_put_text(&q, text);
	status = sql_run(&q, err);
	free(text);
	return status;
}

enum status put_fault(struct taking *t, const json_t *item, struct err *err)
{
	static const char put[] =
		"INSERT INTO fault (station, id, v, at_s, fixed, item)"
		" VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (station, id)"
		" DO UPDATE SET v = excluded.v, fixed = excluded.fixed,"
		" item = excluded.item WHERE excluded.v > v";
	struct item_told told;
	struct sql q;
	char *text;
	enum status status;

	if (!item_fault_read(item, &told)) {
		t->passed++;
		return STATUS_OK;
	}
	text = text_of(item);
	if (text == NULL)
		return err_set(err, STATUS_NO_MEMORY, "an item");
	sql_start(&q, t->c, put);
	sql_put_int(&q, t->entry->station);
	sql_put_int(&q, told.id);
	sql_put_int(&q, told.v);
	put_at(&q, t, &told.w);
	sql_put_int(&q, told.fixed);
	sql_put_text(&q, text);
	status = sql_run(&q, err);
	free(text);
	return status;
}

enum status put_wish(struct taking *t, const json_t *item, struct err *err)
{
	static const char put[] =
		"INSERT OR IGNORE INTO wish (station, id, at_s, text)"
		" VALUES (?, ?, ?, ?)";
	struct item_told told;
	struct sql q;

	if (!item_wish_read(item, &told)) {
		t->passed++;
		return STATUS_OK;
	}
	sql_start(&q, t->c, put);
	sql_put_int(&q, t->entry->station);
	sql_put_int(&q, told.id);
	put_at(&q, t, &told.w);
	sql_put_text(&q, told.text);
	return sql_run(&q, err);
}

enum status put_machine(struct taking *t, const json_t *item, struct err *err)
{
	static const char put[] = "UPDATE station SET machine = ?,"
				  " machine_s = ? WHERE id = ?";
	struct placed place;
	struct when w;
	struct sql q;
	char *text;
	enum status status;

	if (!item_machine_read(item, &w)) {
		t->passed++;
		return STATUS_OK;
	}
	text = text_of(item);
	if (text == NULL)
		return err_set(err, STATUS_NO_MEMORY, "an item");
	taking_place(t, &w, &place);
	sql_start(&q, t->c, put);
	sql_put_text(&q, text);
	sql_put_int(&q, place.at_s);
	sql_put_int(&q, t->entry->station);
	status = sql_run(&q, err);
	free(text);
	return status;
}
