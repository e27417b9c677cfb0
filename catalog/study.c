#include "catalog/study.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/outbox.h"
#include "catalog/sql.h"
#include "proto/encoding.h"

/* --- ids --- */

void study_id_format(uint64_t id, char out[static STUDY_ID_TEXT + 1])
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(id >> (56 - 8 * i));
	hex_encode((struct bytes){ bytes, sizeof(bytes) }, out);
}

enum status study_id_parse(const char *text, uint64_t *id)
{
	uint8_t bytes[8];
	uint64_t value = 0;
	enum status status = hex_decode(bytes_of(text), bytes, sizeof(bytes));

	if (status != STATUS_OK)
		return status;
	for (int i = 0; i < 8; i++)
		value = value << 8 | bytes[i];
	if (value == 0)
		return STATUS_MALFORMED;
	*id = value;
	return STATUS_OK;
}

const char *study_kind_name(enum study_kind kind)
{
	static const char *const names[] = { [STUDY_PLAY] = "play",
					     [STUDY_COLLECTIVE] = "study",
					     [STUDY_PERSONAL] = "personal" };

	return names[kind];
}

/* --- writing --- */

static enum status write_row(struct catalog *records,
			     const struct study_row *row, const char *item,
			     const char *more, struct err *err)
{
	static const char put[] =
		"INSERT INTO room (kind, id, state, began_s, last_s, card,"
		" part_of, ms, own, item, more)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (kind, id) DO UPDATE SET state = excluded.state,"
		" began_s = excluded.began_s, last_s = excluded.last_s,"
		" card = excluded.card, part_of = excluded.part_of,"
		" ms = excluded.ms, own = excluded.own, item = excluded.item,"
		" more = excluded.more";
	struct sql q;

	sql_start(&q, records, put);
	sql_put_int(&q, row->kind);
	sql_put_int(&q, (int64_t)row->id);
	sql_put_int(&q, row->state);
	sql_put_int(&q, row->began_s);
	sql_put_int(&q, row->last_s);
	sql_put_int(&q, (int64_t)row->card);
	sql_put_int(&q, (int64_t)row->part_of);
	sql_put_int(&q, (int64_t)row->ms);
	sql_put_int(&q, (int64_t)row->own);
	sql_put_text(&q, item);
	sql_put_text(&q, more);
	return sql_run(&q, err);
}

static enum status put_inside(struct catalog *records,
			      const struct study_row *row, bool tell,
			      struct err *err)
{
	char *item = json_dumps(row->item, JSON_COMPACT);
	char *more = json_dumps(row->more, JSON_COMPACT);
	json_int_t v = json_integer_value(json_object_get(row->item, "v"));
	char id[STUDY_ID_TEXT + 1];
	enum status status;

	if (item == NULL || more == NULL)
		status = err_set(err, STATUS_NO_MEMORY, "what was studied");
	else
		status = write_row(records, row, item, more, err);
	free(item);
	free(more);
	if (status != STATUS_OK || !tell)
		return status;
	study_id_format(row->id, id);
	return outbox_put(records, study_kind_name(row->kind), id,
			  v < 1 ? 1 : (uint32_t)v, row->item, err);
}

enum status study_put(struct catalog *records, const struct study_row *row,
		      bool tell, struct err *err)
{
	bool mine = !catalog_in_transaction(records);
	enum status status = STATUS_OK;

	if (mine)
		status = catalog_begin(records, CATALOG_DURABLE, err);
	if (status != STATUS_OK)
		return status;
	status = put_inside(records, row, tell, err);
	if (mine && status == STATUS_OK)
		status = catalog_commit(records, err);
	else if (mine)
		catalog_rollback(records);
	return status;
}

enum status study_take_out(struct catalog *records, enum study_kind kind,
			   uint64_t id, struct err *err)
{
	static const char text[] = "DELETE FROM room WHERE kind = ? AND id = ?";
	struct sql q;

	sql_start(&q, records, text);
	sql_put_int(&q, kind);
	sql_put_int(&q, (int64_t)id);
	return sql_run(&q, err);
}

/* --- reading --- */

#define COLUMNS                                                             \
	"SELECT kind, id, state, began_s, last_s, card, part_of, ms, own,"  \
	" item, more FROM room "

/* A row that does not read is passed over: it is of no use to anybody. */
static bool show(struct sql *q, study_row_cb each, void *context)
{
	json_t *item = json_loads(sql_text(q, 9), 0, NULL);
	json_t *more = json_loads(sql_text(q, 10), 0, NULL);
	struct study_row row = { .kind = (enum study_kind)sql_int(q, 0),
				 .id = (uint64_t)sql_int(q, 1),
				 .state = (enum study_state)sql_int(q, 2),
				 .began_s = sql_int(q, 3),
				 .last_s = sql_int(q, 4),
				 .card = (uint64_t)sql_int(q, 5),
				 .part_of = (uint64_t)sql_int(q, 6),
				 .ms = (uint64_t)sql_int(q, 7),
				 .own = (uint64_t)sql_int(q, 8),
				 .item = item,
				 .more = more };
	bool go_on = true;

	if (json_is_object(item) && json_is_object(more))
		go_on = each(context, &row);
	json_decref(item);
	json_decref(more);
	return go_on;
}

static enum status show_all(struct sql *q, study_row_cb each, void *context,
			    struct err *err)
{
	while (sql_next(q) && show(q, each, context))
		;
	return sql_finish(q, err);
}

enum status study_each_open(struct catalog *records, enum study_kind kind,
			    study_row_cb each, void *context, struct err *err)
{
	static const char text[] =
		COLUMNS "WHERE kind = ? AND state <> 2 ORDER BY began_s";
	struct sql q;

	sql_start(&q, records, text);
	sql_put_int(&q, kind);
	return show_all(&q, each, context, err);
}

enum status study_each_between(struct catalog *records, enum study_kind kind,
			       int64_t from_s, int64_t to_s, unsigned limit,
			       study_row_cb each, void *context,
			       struct err *err)
{
	static const char text[] =
		COLUMNS "WHERE kind = ? AND began_s >= ? AND began_s < ?"
			" ORDER BY began_s DESC LIMIT ?";
	struct sql q;

	sql_start(&q, records, text);
	sql_put_int(&q, kind);
	sql_put_int(&q, from_s);
	sql_put_int(&q, to_s);
	sql_put_int(&q, limit);
	return show_all(&q, each, context, err);
}

enum status study_each_of_card(struct catalog *records, uint64_t card,
			       unsigned limit, study_row_cb each,
			       void *context, struct err *err)
{
	static const char text[] =
		COLUMNS "WHERE card = ? AND card <> 0"
			" ORDER BY began_s DESC, id LIMIT ?";
	struct sql q;

	sql_start(&q, records, text);
	sql_put_int(&q, (int64_t)card);
	sql_put_int(&q, limit);
	return show_all(&q, each, context, err);
}

enum status study_get(struct catalog *records, enum study_kind kind,
		      uint64_t id, study_row_cb each, void *context,
		      struct err *err)
{
	static const char text[] = COLUMNS "WHERE kind = ? AND id = ?";
	bool found = false;
	enum status status;
	struct sql q;

	sql_start(&q, records, text);
	sql_put_int(&q, kind);
	sql_put_int(&q, (int64_t)id);
	if (sql_next(&q)) {
		found = true;
		(void)show(&q, each, context);
	}
	status = sql_finish(&q, err);
	return status != STATUS_OK || found ? status : STATUS_NOT_FOUND;
}

enum status study_sum_between(struct catalog *records, int64_t from_s,
			      int64_t to_s, struct study_sums *out,
			      struct err *err)
{
	static const char text[] =
		"SELECT"
		" coalesce(sum(p.own) FILTER (WHERE p.part_of = 0), 0),"
		" coalesce(sum(p.own) FILTER (WHERE s.kind = 1), 0),"
		" coalesce(sum(p.own) FILTER (WHERE s.kind = 2), 0),"
		" count(*)"
		" FROM room p LEFT JOIN room s"
		" ON s.id = p.part_of AND s.kind IN (1, 2)"
		" WHERE p.kind = 0 AND p.began_s >= ? AND p.began_s < ?";
	struct study_sums sums = { 0 };
	enum status status;
	struct sql q;

	sql_start(&q, records, text);
	sql_put_int(&q, from_s);
	sql_put_int(&q, to_s);
	if (sql_next(&q))
		sums = (struct study_sums){
			.open = (uint64_t)sql_int(&q, 0),
			.collective = (uint64_t)sql_int(&q, 1),
			.personal = (uint64_t)sql_int(&q, 2),
			.plays = (uint64_t)sql_int(&q, 3),
		};
	status = sql_finish(&q, err);
	if (status == STATUS_OK)
		*out = sums;
	return status;
}

/* --- forgetting --- */

enum status study_forget(struct catalog *records, int64_t before_s,
			 unsigned limit, uint64_t *gone, struct err *err)
{
	/* What an office has acknowledged has left the outbox. */
	static const char text[] =
		"DELETE FROM room WHERE rowid IN (SELECT r.rowid FROM room r"
		" WHERE r.kind = ? AND r.began_s < ? AND r.state = 2"
		" AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.kind = ?"
		" AND o.id = printf('%016x', r.id)) LIMIT ?)";
	uint64_t count = 0;
	enum status status = STATUS_OK;
	struct sql q;

	for (int kind = STUDY_PLAY;
	     kind <= STUDY_PERSONAL && status == STATUS_OK; kind++) {
		sql_start(&q, records, text);
		sql_put_int(&q, kind);
		sql_put_int(&q, before_s);
		sql_put_text(&q, study_kind_name((enum study_kind)kind));
		sql_put_int(&q, limit);
		status = sql_run(&q, err);
		if (status == STATUS_OK)
			count += (uint64_t)sql_changes(records);
	}
	if (status == STATUS_OK)
		*gone = count;
	return status;
}
