/* Logs of records: named as such, and acknowledged by an office. */
#include "catalog/log.h"

#include <string.h>

#include "catalog/log_rows.h"
#include "catalog/sql.h"
#include "signing/checkpoint.h"

enum status log_set_ack(struct catalog *c, int64_t id, uint64_t size,
			struct bytes note, struct err *err)
{
	static const char put[] =
		"UPDATE logs SET acked = ?, ack = ? WHERE id = ?";
	struct log_info info;
	struct sql q;
	enum status status = log_get(c, id, &info, err);

	if (status == STATUS_NOT_FOUND)
		return err_set(err, status, "no such log");
	if (status == STATUS_OK && size < info.acked)
		return STATUS_OLD;
	if (status != STATUS_OK)
		return status;
	sql_start(&q, c, put);
	sql_put_int(&q, (int64_t)size);
	sql_put_blob(&q, note);
	sql_put_int(&q, id);
	return sql_run(&q, err);
}

enum status log_read_ack(struct catalog *c, int64_t id, struct buf *out,
			 struct err *err)
{
	return log_rows_note(c,
			     "SELECT ack FROM logs WHERE id = ?"
			     " AND ack IS NOT NULL",
			     id, out, err);
}

enum status log_bytes(struct catalog *c, int64_t id, uint64_t *bytes,
		      struct err *err)
{
	static const char sum[] =
		"SELECT coalesce(sum(raw_size), 0) FROM bundles"
		" WHERE key >= ?1 << 40 AND key < (?1 + 1) << 40";
	uint64_t found = 0;
	struct sql q;
	enum status status;

	sql_start(&q, c, sum);
	sql_put_int(&q, id);
	if (sql_next(&q))
		found = (uint64_t)sql_int(&q, 0);
	status = sql_finish(&q, err);
	if (status == STATUS_OK)
		*bytes = found;
	return status;
}
