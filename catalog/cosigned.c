#include "catalog/cosigned.h"

#include <string.h>

#include "catalog/sql.h"

enum status cosigned_get(struct catalog *c, int64_t log, struct cosigned *out,
			 struct err *err)
{
	static const char find[] =
		"SELECT size, root, time_s FROM cosigned WHERE log = ?";
	struct cosigned found;
	struct bytes root;
	struct sql q;
	enum status status;
	bool there;

	memset(&found, 0, sizeof(found));
	sql_start(&q, c, find);
	sql_put_int(&q, log);
	there = sql_next(&q);
	if (there) {
		found.size = (uint64_t)sql_int(&q, 0);
		root = sql_blob(&q, 1);
		if (root.size == SHA256_SIZE)
			memcpy(found.root, root.data, SHA256_SIZE);
		found.time_s = (uint64_t)sql_int(&q, 2);
	}
	status = sql_finish(&q, err);
	if (status != STATUS_OK)
		return status;
	if (!there)
		return STATUS_NOT_FOUND;
	*out = found;
	return STATUS_OK;
}

static enum status put_inside(struct catalog *c, int64_t log,
			      const struct cosigned *done, struct bytes note,
			      struct err *err)
{
	static const char put[] =
		"INSERT OR REPLACE INTO cosigned (log, size, root, time_s)"
		" VALUES (?, ?, ?, ?)";
	struct sql q;

	sql_start(&q, c, put);
	sql_put_int(&q, log);
	sql_put_int(&q, (int64_t)done->size);
	sql_put_blob(&q, (struct bytes){ done->root, SHA256_SIZE });
	sql_put_int(&q, (int64_t)done->time_s);
	return sql_run(&q, err) == STATUS_OK ?
		       log_replace_note(c, log, note, err) :
		       err->status;
}

enum status cosigned_put(struct catalog *c, int64_t log,
			 const struct cosigned *done, struct bytes note,
			 struct err *err)
{
	enum status status;

	if (catalog_in_transaction(c))
		return put_inside(c, log, done, note, err);
	status = catalog_begin(c, CATALOG_DURABLE, err);
	if (status != STATUS_OK)
		return status;
	status = put_inside(c, log, done, note, err);
	if (status == STATUS_OK)
		return catalog_commit(c, err);
	catalog_rollback(c);
	return status;
}
