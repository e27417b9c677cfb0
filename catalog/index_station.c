/* Enrolments: what an office's log says last about a key is how it stands
 * with that office. Where a log is judged again, what it said later is there
 * already, and stays. */
#include <string.h>

#include "catalog/index_inside.h"
#include "catalog/sql.h"

bool index_may_enrol(const struct index *x, const char *region)
{
	const struct publisher *p = x->publisher;

	for (size_t i = 0; i < p->region_count; i++)
		if (region_contains(p->regions[i], region))
			return true;
	return false;
}

static struct bytes key_bytes(const struct public_key *key)
{
	return (struct bytes){ key->bytes, sizeof(key->bytes) };
}

bool index_take_ended(struct index *x)
{
	bool ended = x->ended;

	x->ended = false;
	return ended;
}

static enum status end_station(struct index *x, uint64_t n,
			       const struct public_key *key, const char *date,
			       struct err *err)
{
	static const char update[] =
		"UPDATE station SET ended = 1, entry = ?1, until = ?4"
		" WHERE key = ?2 AND log = ?3 AND entry < ?1";
	struct sql q;

	x->ended = true; /* also if this is undone: asked in vain, then */
	sql_start(&q, x->c, update);
	sql_put_int(&q, (int64_t)n);
	sql_put_blob(&q, key_bytes(key));
	sql_put_int(&q, x->log.id);
	sql_put_text(&q, date);
	return sql_run(&q, err);
}

/* Group names are plain text on one line: '\n' may stand between them. */
static enum status join_groups(const struct entry_station *s, struct buf *out)
{
	for (size_t i = 0; i < s->group_count; i++) {
		buf_puts(out, i > 0 ? "\n" : "");
		buf_puts(out, s->groups[i]);
	}
	return buf_status(out);
}

static enum status put_station(struct index *x, uint64_t n,
			       const char *groups, struct err *err)
{
	static const char insert[] =
		"INSERT INTO station"
		" (key, log, entry, vkey, region, name, groups, since,"
		" replaces, ended) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"
		" ON CONFLICT (key, log) DO UPDATE SET entry = excluded.entry,"
		" vkey = excluded.vkey, region = excluded.region,"
		" name = excluded.name, groups = excluded.groups,"
		" since = excluded.since, until = '',"
		" replaces = excluded.replaces, ended = 0"
		" WHERE excluded.entry > station.entry";
	const struct entry_station *s = &x->entry.station;
	char vkey[VKEY_MAX + 1];
	struct sql q;

	public_key_format(&s->key, vkey);
	sql_start(&q, x->c, insert);
	sql_put_blob(&q, key_bytes(&s->key));
	sql_put_int(&q, x->log.id);
	sql_put_int(&q, (int64_t)n);
	sql_put_text(&q, vkey);
	sql_put_text(&q, s->region);
	sql_put_text(&q, s->name);
	sql_put_text(&q, groups);
	sql_put_text(&q, s->date);
	if (s->has_replaces)
		sql_put_blob(&q, key_bytes(&s->replaces));
	else
		sql_put_null(&q);
	return sql_run(&q, err);
}

enum status index_station(struct index *x, uint64_t n, struct err *err)
{
	const struct entry_station *s = &x->entry.station;
	struct buf groups = BUF_INIT;
	enum status status = STATUS_OK;

	if (!index_may_enrol(x, s->region))
		return index_refuse(x, n, REFUSED_SCOPE, s->name, err);
	if (join_groups(s, &groups) != STATUS_OK)
		status = err_set(err, STATUS_NO_MEMORY, "enrol a station");
	if (status == STATUS_OK)
		status = put_station(x, n, buf_string(&groups), err);
	if (status == STATUS_OK && s->has_replaces)
		status = end_station(x, n, &s->replaces, s->date, err);
	buf_release(&groups);
	return status;
}

enum status index_station_end(struct index *x, uint64_t n, struct err *err)
{
	return end_station(x, n, &x->entry.station_end.key,
			   x->entry.station_end.date, err);
}
