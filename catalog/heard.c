#include "catalog/heard.h"

#include "catalog/sql.h"

static const char *const names[] = { [HEARD_WITNESS] = "witness",
				     [HEARD_ACK] = "ack",
				     [HEARD_LOG] = "log",
				     [HEARD_TRUST] = "trust" };

enum status heard_get(struct catalog *c, enum heard what, struct bytes name,
		      uint64_t *time_s, struct err *err)
{
	static const char find[] =
		"SELECT time_s FROM heard WHERE what = ? AND name = ?";
	uint64_t found = 0;
	enum status status;
	struct sql q;

	sql_start(&q, c, find);
	sql_put_text(&q, names[what]);
	sql_put_blob(&q, name);
	if (sql_next(&q))
		found = (uint64_t)sql_int(&q, 0);
	status = sql_finish(&q, err);
	if (status == STATUS_OK)
		*time_s = found;
	return status;
}

static enum status put(struct catalog *c, const char *sql, enum heard what,
		       struct bytes name, uint64_t time_s, struct err *err)
{
	struct sql q;

	sql_start(&q, c, sql);
	sql_put_text(&q, names[what]);
	sql_put_blob(&q, name);
	sql_put_int(&q, time_s > INT64_MAX ? INT64_MAX : (int64_t)time_s);
	return sql_run(&q, err);
}

enum status heard_set(struct catalog *c, enum heard what, struct bytes name,
		      uint64_t time_s, struct err *err)
{
	static const char set[] =
		"INSERT INTO heard (what, name, time_s) VALUES (?, ?, ?)"
		" ON CONFLICT DO UPDATE SET time_s = excluded.time_s";

	return put(c, set, what, name, time_s, err);
}

enum status heard_raise(struct catalog *c, enum heard what, struct bytes name,
			uint64_t time_s, struct err *err)
{
	static const char raise[] =
		"INSERT INTO heard (what, name, time_s) VALUES (?, ?, ?)"
		" ON CONFLICT DO UPDATE SET time_s = excluded.time_s"
		" WHERE excluded.time_s > time_s";

	return put(c, raise, what, name, time_s, err);
}

enum status heard_clear(struct catalog *c, enum heard what, struct err *err)
{
	static const char clear[] = "DELETE FROM heard WHERE what = ?";
	struct sql q;

	sql_start(&q, c, clear);
	sql_put_text(&q, names[what]);
	return sql_run(&q, err);
}
