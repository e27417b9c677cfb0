#include "catalog/again.h"

#include "catalog/delegations.h"
#include "catalog/sql.h"

/* Beyond every entry. */
static const int64_t top = INT64_C(1) << 40;

static enum status run(struct catalog *c, const char *text, int64_t log,
		       int64_t first, struct err *err)
{
	struct sql q;

	sql_start(&q, c, text);
	sql_put_int(&q, log);
	sql_put_int(&q, first);
	return sql_run(&q, err);
}

enum status again_all(struct catalog *c, int64_t log, struct err *err)
{
	static const char put[] =
		"INSERT INTO again (log, strip, at) VALUES (?, ?, 0)"
		" ON CONFLICT (log) DO UPDATE SET strip = excluded.strip,"
		" at = 0";

	return run(c, put, log, top, err);
}

enum status again_read(struct catalog *c, int64_t log, struct err *err)
{
	static const char put[] =
		"INSERT INTO again (log, at) VALUES (?, ?)"
		" ON CONFLICT (log) DO UPDATE SET at = excluded.at";

	return run(c, put, log, 0, err);
}

enum status again_from(struct catalog *c, int64_t log, uint64_t first,
		       struct err *err)
{
	static const char put[] =
		"INSERT INTO again (log, stale, strip, at)"
		" VALUES (?1, ?2, 1 << 40, 0) ON CONFLICT (log) DO UPDATE"
		" SET stale = min(ifnull(stale, ?2), ?2), strip = 1 << 40,"
		" at = 0";
	static const char indexed[] =
		"UPDATE logs SET indexed = min(indexed, ?2) WHERE id = ?1";
	enum status status = run(c, put, log, (int64_t)first, err);

	if (status == STATUS_OK)
		status = run(c, indexed, log, (int64_t)first, err);
	if (status == STATUS_OK)
		status = delegations_forget_from(c, log, first, err);
	return status;
}

static enum status find(struct catalog *c, const char *text,
			struct again *out, struct err *err)
{
	enum status status;
	bool found;
	struct sql q;

	sql_start(&q, c, text);
	found = sql_next(&q);
	if (found) {
		out->log = sql_int(&q, 0);
		out->has_stale = !sql_is_null(&q, 1);
		out->stale = (uint64_t)sql_int(&q, 1);
		out->strips = !sql_is_null(&q, 2);
		out->strip = (uint64_t)sql_int(&q, 2);
		out->at = (uint64_t)sql_int(&q, 3);
	}
	status = sql_finish(&q, err);
	return status == STATUS_OK && !found ? STATUS_NOT_FOUND : status;
}

enum status again_next(struct catalog *c, bool strips_only, struct again *out,
		       struct err *err)
{
	static const char strip[] = "SELECT log, stale, strip, at FROM again"
				    " WHERE strip IS NOT NULL LIMIT 1";
	static const char any[] =
		"SELECT log, stale, strip, at FROM again LIMIT 1";
	enum status status = find(c, strip, out, err);

	return status == STATUS_NOT_FOUND && !strips_only ?
		       find(c, any, out, err) :
		       status;
}

enum status again_put(struct catalog *c, const struct again *again,
		      struct err *err)
{
	static const char put[] = "UPDATE again SET stale = ?, strip = ?,"
				  " at = ? WHERE log = ?";
	struct sql q;

	sql_start(&q, c, put);
	if (again->has_stale)
		sql_put_int(&q, (int64_t)again->stale);
	else
		sql_put_null(&q);
	if (again->strips)
		sql_put_int(&q, (int64_t)again->strip);
	else
		sql_put_null(&q);
	sql_put_int(&q, (int64_t)again->at);
	sql_put_int(&q, again->log);
	return sql_run(&q, err);
}

enum status again_end(struct catalog *c, int64_t log, struct err *err)
{
	static const char end[] = "DELETE FROM again WHERE log = ?";
	struct sql q;

	sql_start(&q, c, end);
	sql_put_int(&q, log);
	return sql_run(&q, err);
}

enum status again_left(struct catalog *c, uint64_t *entries, struct err *err)
{
	static const char ask[] =
		"SELECT ifnull(sum(1 + max(l.indexed - a.at, 0)), 0)"
		" FROM again a JOIN logs l ON l.id = a.log";
	uint64_t left = 0;
	enum status status;
	struct sql q;

	sql_start(&q, c, ask);
	if (sql_next(&q))
		left = (uint64_t)sql_int(&q, 0);
	status = sql_finish(&q, err);
	if (status == STATUS_OK)
		*entries = left;
	return status;
}
