#include <stdlib.h>
#include <string.h>

#include "catalog/imported_inside.h"
#include "catalog/sql.h"

static bool before(const struct placing_boot *b, int64_t era, int64_t boot)
{
	return b->era < era || (b->era == era && b->boot < boot);
}

static struct placing_boot *insert(struct boots *b, size_t at)
{
	if (b->count == b->room) {
		size_t room = b->room == 0 ? 16 : 2 * b->room;
		void *list = reallocarray(b->list, room, sizeof(*b->list));
		void *changed = NULL;

		if (list != NULL) {
			b->list = list;
			changed = reallocarray(b->changed, room,
					       sizeof(*b->changed));
		}
		if (changed == NULL)
			return NULL;
		b->changed = changed;
		b->room = room;
	}
	memmove(&b->list[at + 1], &b->list[at],
		(b->count - at) * sizeof(*b->list));
	memmove(&b->changed[at + 1], &b->changed[at],
		(b->count - at) * sizeof(*b->changed));
	b->count++;
	b->changed[at] = false;
	return &b->list[at];
}

static struct placing_boot read_boot(struct sql *q)
{
	return (struct placing_boot){ .era = sql_int(q, 0),
				      .boot = sql_int(q, 1),
				      .anchors = sql_int(q, 2),
				      .least = sql_int(q, 3),
				      .most = sql_int(q, 4),
				      .first_s = sql_int(q, 5),
				      .last_s = sql_int(q, 6),
				      .floor_s = sql_int(q, 7),
				      .said = sql_int(q, 8) != 0,
				      .said_least = sql_int(q, 9),
				      .said_most = sql_int(q, 10) };
}

enum status boots_load(struct catalog *c, int64_t station, struct boots *out,
		       struct err *err)
{
	static const char look[] =
		"SELECT era, boot, anchors, least, most, first_s, last_s,"
		" floor_s, said, said_least, said_most FROM boot"
		" WHERE station = ? ORDER BY era, boot";
	struct boots b = { .station = station };
	bool room = true;
	struct sql q;
	enum status status;

	sql_start(&q, c, look);
	sql_put_int(&q, station);
	while (room && sql_next(&q)) {
		struct placing_boot *at = insert(&b, b.count);

		room = at != NULL;
		if (room)
			*at = read_boot(&q);
	}
	status = sql_finish(&q, err);
	if (status == STATUS_OK && !room)
		status = err_set(err, STATUS_NO_MEMORY, "boots");
	if (status == STATUS_OK)
		*out = b;
	else
		boots_release(&b);
	return status;
}

void boots_release(struct boots *b)
{
	free(b->list);
	free(b->changed);
	*b = (struct boots){ .station = 0 };
}

enum status boots_add(struct boots *b, int64_t era, const struct when *w,
		      struct err *err)
{
	int64_t boot = (int64_t)w->boot, first;
	size_t at = b->count;
	struct placing_boot *known, was;
	bool knew;

	if (boot == 0)
		return STATUS_OK;
	while (at > 0 && !before(&b->list[at - 1], era, boot))
		at--;
	known = at < b->count ? &b->list[at] : NULL;
	if (known == NULL || known->era != era || known->boot != boot) {
		known = insert(b, at);
		if (known == NULL)
			return err_set(err, STATUS_NO_MEMORY, "boots");
		placing_boot_init(known, era, boot);
	}
	was = *known;
	knew = placing_boot_is_known(known);
	first = known->first_s;
	placing_boot_add(known, w);
	if (memcmp(&was, known, sizeof(was)) != 0)
		b->changed[at] = true;
	if (knew != placing_boot_is_known(known) ||
	    placing_boot_has_jumped(&was) != placing_boot_has_jumped(known) ||
	    (knew && known->first_s != first))
		b->news = true;
	return STATUS_OK;
}

static enum status save_one(struct catalog *c, int64_t station,
			    const struct placing_boot *b, struct err *err)
{
	static const char put[] =
		"INSERT OR REPLACE INTO boot (station, era, boot, anchors,"
		" least, most, first_s, last_s, floor_s, said, said_least,"
		" said_most) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	struct sql q;

	sql_start(&q, c, put);
	sql_put_int(&q, station);
	sql_put_int(&q, b->era);
	sql_put_int(&q, b->boot);
	sql_put_int(&q, b->anchors);
	sql_put_int(&q, b->least);
	sql_put_int(&q, b->most);
	sql_put_int(&q, b->first_s);
	sql_put_int(&q, b->last_s);
	sql_put_int(&q, b->floor_s);
	sql_put_int(&q, b->said);
	sql_put_int(&q, b->said_least);
	sql_put_int(&q, b->said_most);
	return sql_run(&q, err);
}

static enum status drop_oldest(struct boots *b, struct catalog *c,
			       struct err *err)
{
	static const char drop[] = "DELETE FROM boot WHERE station = ?"
				   " AND era = ? AND boot = ?";
	struct sql q;

	sql_start(&q, c, drop);
	sql_put_int(&q, b->station);
	sql_put_int(&q, b->list[0].era);
	sql_put_int(&q, b->list[0].boot);
	if (b->list[1].era == b->list[0].era) {
		placing_boot_fold(&b->list[1], &b->list[0]);
		b->changed[1] = true;
	}
	b->count--;
	memmove(&b->list[0], &b->list[1], b->count * sizeof(*b->list));
	memmove(&b->changed[0], &b->changed[1],
		b->count * sizeof(*b->changed));
	return sql_run(&q, err);
}

enum status boots_save(struct boots *b, struct catalog *c, struct err *err)
{
	enum status status = STATUS_OK;

	while (status == STATUS_OK && b->count > BOOTS_KEPT)
		status = drop_oldest(b, c, err);
	for (size_t i = 0; i < b->count && status == STATUS_OK; i++)
		if (b->changed[i])
			status = save_one(c, b->station, &b->list[i], err);
	return status;
}
