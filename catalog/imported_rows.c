#include <stdlib.h>

#include "catalog/imported_inside.h"
#include "catalog/sql.h"

void row_set_place(struct row *row, const struct placed *place)
{
	row->certain = place->month != PLACE_UNCERTAIN;
	row->month = place->month;
	row->at_s = place->at_s;
	row->lo_s = place->lo_s;
	row->hi_s = place->hi_s;
	row->flags &= ~(int64_t)IMPORTED_CLOCK_UNVERIFIED;
	if (place->unverified)
		row->flags |= IMPORTED_CLOCK_UNVERIFIED;
}

static void count_play(const struct row *row, struct sums_row *out)
{
	out->lesson = row->lesson;
	out->ms = row->ms;
	out->own = row->own;
	if (row->kind == IMPORTED_COLLECTIVE)
		out->part.own_collective = row->own;
	else if (row->kind == IMPORTED_PERSONAL)
		out->part.own_personal = row->own;
	else
		out->part.own_open = row->own;
	if ((row->flags & IMPORTED_DOUBTFUL) != 0)
		out->part.doubtful = row->own;
}

enum status row_count(const struct row *row, int sign, struct sums *s,
		      struct err *err)
{
	struct sums_row out = { .month = row->month,
				.part.flags = row->flags };

	if (!row->certain) {
		sums_see(s, row->hi_s);
		return STATUS_OK;
	}
	switch (row->what) {
	case ROW_PLAY:
		count_play(row, &out);
		break;
	case ROW_STUDY:
		out.part.collective = 1;
		out.part.people = row->heads;
		out.part.own_hand = row->hand_ms;
		if ((row->flags & IMPORTED_DOUBTFUL) != 0)
			out.part.doubtful = row->hand_ms;
		break;
	case ROW_PERSONAL:
		out.part.personal = 1;
		out.part.people = 1;
		break;
	}
	return sums_add(s, &out, sign, err);
}

enum status row_load(struct catalog *c, int64_t station, enum row_kind what,
		     int64_t id, struct row *out, struct err *err)
{
	static const char *const look[] = {
		[ROW_PLAY] =
			"SELECT v, mark, flags, month, at_s, lo_s, hi_s, own,"
			" ms, lesson, kind, 0, 0 FROM play"
			" WHERE station = ? AND id = ?",
		[ROW_STUDY] =
			"SELECT v, mark, flags, month, at_s, lo_s, hi_s, own,"
			" ms, 0, 0, heads, hand_ms FROM study"
			" WHERE station = ? AND id = ?",
		[ROW_PERSONAL] =
			"SELECT v, mark, flags, month, at_s, lo_s, hi_s, own,"
			" ms, 0, 0, 0, 0 FROM personal"
			" WHERE station = ? AND id = ?",
	};
	struct row row = { .what = what, .id = id };
	bool found;
	struct sql q;
	enum status status;

	sql_start(&q, c, look[what]);
	sql_put_int(&q, station);
	sql_put_int(&q, id);
	found = sql_next(&q);
	if (found) {
		row.v = sql_int(&q, 0);
		row.mark = sql_int(&q, 1);
		row.flags = sql_int(&q, 2);
		row.certain = !sql_is_null(&q, 3);
		row.month = row.certain ? (int)sql_int(&q, 3) :
					  PLACE_UNCERTAIN;
		row.at_s = sql_int(&q, 4);
		row.lo_s = sql_int(&q, 5);
		row.hi_s = sql_int(&q, 6);
		row.own = sql_int(&q, 7);
		row.ms = sql_int(&q, 8);
		row.lesson = sql_int(&q, 9);
		row.kind = sql_int(&q, 10);
		row.heads = sql_int(&q, 11);
		row.hand_ms = sql_int(&q, 12);
	}
	status = sql_finish(&q, err);
	if (status != STATUS_OK)
		return status;
	if (!found)
		return STATUS_NOT_FOUND;
	*out = row;
	return STATUS_OK;
}

void row_put_place(struct sql *q, const struct row *row)
{
	if (row->certain)
		sql_put_int(q, row->month);
	else
		sql_put_null(q);
	sql_put_int(q, row->at_s);
	if (row->lo_s == row->hi_s) {
		sql_put_null(q);
		sql_put_null(q);
		return;
	}
	sql_put_int(q, row->lo_s);
	sql_put_int(q, row->hi_s);
}

enum status row_move(struct catalog *c, int64_t station, const struct row *row,
		     struct err *err)
{
#define MOVE(table)                                                        \
	"UPDATE " table " SET month = ?, at_s = ?, lo_s = ?, hi_s = ?,"    \
	" flags = ? WHERE station = ? AND id = ?"
	static const char *const move[] = { [ROW_PLAY] = MOVE("play"),
					    [ROW_STUDY] = MOVE("study"),
					    [ROW_PERSONAL] =
						    MOVE("personal") };
#undef MOVE
	struct sql q;

	sql_start(&q, c, move[row->what]);
	row_put_place(&q, row);
	sql_put_int(&q, row->flags);
	sql_put_int(&q, station);
	sql_put_int(&q, row->id);
	return sql_run(&q, err);
}

/* --- what is pending --- */

enum status pending_put(struct catalog *c, int64_t station,
			const struct pending *p, struct err *err)
{
	static const char put[] =
		"INSERT OR REPLACE INTO pending (station, kind, id, era, boot,"
		" mono, s, floor_s, taken_s)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
	struct sql q;

	sql_start(&q, c, put);
	sql_put_int(&q, station);
	sql_put_int(&q, p->what);
	sql_put_int(&q, p->id);
	sql_put_int(&q, p->era);
	sql_put_int(&q, (int64_t)p->w.boot);
	sql_put_int(&q, (int64_t)p->w.mono);
	sql_put_int(&q, (int64_t)p->w.s);
	sql_put_int(&q, (int64_t)p->w.floor);
	sql_put_int(&q, p->taken_s);
	return sql_run(&q, err);
}

static enum status pending_drop(struct catalog *c, int64_t station,
				const struct pending *p, struct err *err)
{
	static const char drop[] = "DELETE FROM pending WHERE station = ?"
				   " AND kind = ? AND id = ?";
	struct sql q;

	sql_start(&q, c, drop);
	sql_put_int(&q, station);
	sql_put_int(&q, p->what);
	sql_put_int(&q, p->id);
	return sql_run(&q, err);
}

static enum status list_pending(struct catalog *c, int64_t station,
				struct pending **out, size_t *count,
				struct err *err)
{
	static const char look[] =
		"SELECT kind, id, era, boot, mono, s, floor_s, taken_s"
		" FROM pending WHERE station = ?";
	struct pending *list = NULL;
	size_t n = 0, room = 0;
	bool memory = true;
	struct sql q;
	enum status status;

	sql_start(&q, c, look);
	sql_put_int(&q, station);
	while (memory && sql_next(&q)) {
		if (n == room) {
			void *more = reallocarray(list, 2 * room + 16,
						  sizeof(*list));

			memory = more != NULL;
			if (!memory)
				break;
			list = more;
			room = 2 * room + 16;
		}
		list[n++] = (struct pending){
			.what = (enum row_kind)sql_int(&q, 0),
			.id = sql_int(&q, 1),
			.era = sql_int(&q, 2),
			.w = { .boot = (uint64_t)sql_int(&q, 3),
			       .mono = (uint64_t)sql_int(&q, 4),
			       .s = (uint64_t)sql_int(&q, 5),
			       .floor = (uint64_t)sql_int(&q, 6) },
			.taken_s = sql_int(&q, 7),
		};
	}
	status = sql_finish(&q, err);
	if (status == STATUS_OK && !memory)
		status = err_set(err, STATUS_NO_MEMORY, "what is pending");
	if (status == STATUS_OK) {
		*out = list;
		*count = n;
	} else {
		free(list);
	}
	return status;
}

static bool same_place(const struct row *a, const struct row *b)
{
	return a->certain == b->certain && a->month == b->month &&
	       a->at_s == b->at_s && a->flags == b->flags &&
	       a->lo_s == b->lo_s && a->hi_s == b->hi_s;
}

static enum status place_again(struct catalog *c, const struct boots *boots,
			       const struct pending *p, struct sums *sums,
			       struct err *err)
{
	struct placed place;
	struct row old, row;
	enum status status = row_load(c, boots->station, p->what, p->id, &old,
				      err);

	if (status == STATUS_NOT_FOUND)
		return pending_drop(c, boots->station, p, err);
	if (status != STATUS_OK)
		return status;
	placing_place(&p->w, p->era, boots->list, boots->count, p->taken_s,
		      &place);
	row = old;
	row_set_place(&row, &place);
	if (!same_place(&old, &row)) {
		status = row_count(&old, -1, sums, err);
		if (status == STATUS_OK)
			status = row_count(&row, 1, sums, err);
		if (status == STATUS_OK)
			status = row_move(c, boots->station, &row, err);
	}
	if (status == STATUS_OK && place.settled)
		status = pending_drop(c, boots->station, p, err);
	return status;
}

enum status pending_place(struct catalog *c, const struct boots *boots,
			  struct sums *sums, struct err *err)
{
	struct pending *list = NULL;
	size_t count = 0;
	enum status status = list_pending(c, boots->station, &list, &count,
					  err);

	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status = place_again(c, boots, &list[i], sums, err);
	free(list);
	return status;
}
