#include "catalog/catalog.h"
#include "catalog/sql.h"

static const char find_value[] = "SELECT value FROM meta WHERE key = ?";
static const char put_value[] =
	"INSERT INTO meta (key, value) VALUES (?, ?)"
	" ON CONFLICT (key) DO UPDATE SET value = excluded.value";
static const char drop_value[] = "DELETE FROM meta WHERE key = ?";

enum status catalog_get_int(struct catalog *c, const char *key, int64_t *value,
			    struct err *err)
{
	struct sql q;
	int64_t found = 0;
	enum status status;
	bool there;

	sql_start(&q, c, find_value);
	sql_put_text(&q, key);
	there = sql_next(&q);
	if (there)
		found = sql_int(&q, 0);
	status = sql_finish(&q, err);
	if (status == STATUS_OK && !there)
		return STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		*value = found;
	return status;
}

enum status catalog_set_int(struct catalog *c, const char *key, int64_t value,
			    struct err *err)
{
	struct sql q;

	sql_start(&q, c, put_value);
	sql_put_text(&q, key);
	sql_put_int(&q, value);
	return sql_run(&q, err);
}

enum status catalog_get_blob(struct catalog *c, const char *key,
			     struct buf *out, struct err *err)
{
	struct sql q;
	enum status status;
	bool there;

	sql_start(&q, c, find_value);
	sql_put_text(&q, key);
	there = sql_next(&q);
	if (there)
		buf_put_bytes(out, sql_blob(&q, 0));
	status = sql_finish(&q, err);
	if (status == STATUS_OK && !there)
		return STATUS_NOT_FOUND;
	if (status == STATUS_OK && buf_status(out) != STATUS_OK)
		return err_set(err, STATUS_NO_MEMORY,
			       "database: out of memory");
	return status;
}

enum status catalog_set_blob(struct catalog *c, const char *key,
			     struct bytes value, struct err *err)
{
	struct sql q;

	sql_start(&q, c, put_value);
	sql_put_text(&q, key);
	sql_put_blob(&q, value);
	return sql_run(&q, err);
}

enum status catalog_unset(struct catalog *c, const char *key, struct err *err)
{
	struct sql q;

	sql_start(&q, c, drop_value);
	sql_put_text(&q, key);
	return sql_run(&q, err);
}
