#include "catalog/log_rows.h"

#include <assert.h>
#include <string.h>

#include "catalog/pack.h"
#include "catalog/sql.h"
#include "proto/bundle.h"

/* Room for 2^40 bundles in each of LOG_ID_MAX logs. */
static int64_t bundle_key(int64_t log, uint64_t n)
{
	assert(log >= 1 && log <= LOG_ID_MAX && n < UINT64_C(1) << 40);
	return log << 40 | (int64_t)n;
}

enum status log_rows_damaged(const char *what, int64_t log, uint64_t n,
			     struct err *err)
{
	return err_set(err, STATUS_DAMAGED, "%s %llu of log %lld does not read",
		       what, (unsigned long long)n, (long long)log);
}

/* Append the raw bytes of the row's first `width` entries to `out`. */
static enum status put_entries(const struct bundle_row *row, unsigned width,
			       struct buf *out)
{
	struct buf raw = BUF_INIT;
	struct bytes bytes = row->data;
	enum status status = STATUS_OK;
	size_t end = row->raw_size;

	if (row->zstd) {
		status = pack_expand(row->data, row->raw_size, &raw);
		bytes = buf_bytes(&raw);
	}
	if (status == STATUS_OK && bytes.size != row->raw_size)
		status = STATUS_DAMAGED;
	if (status == STATUS_OK && width < row->width)
		status = bundle_offset(bytes, width, &end);
	if (status == STATUS_OK) {
		buf_put(out, bytes.data, end);
		status = buf_status(out);
	}
	buf_release(&raw);
	return status;
}

enum status log_rows_bundle(struct catalog *c, int64_t log, uint64_t n,
			    unsigned width, bool accept_zstd, struct buf *out,
			    bool *is_zstd, struct err *err)
{
	static const char find[] =
		"SELECT width, raw_size, zstd, data FROM bundles WHERE key = ?";
	struct bundle_row row;
	struct sql q;
	enum status status, read = STATUS_NOT_FOUND;
	bool packed = false;

	sql_start(&q, c, find);
	sql_put_int(&q, bundle_key(log, n));
	if (sql_next(&q) && sql_int(&q, 0) >= width) {
		row.width = (unsigned)sql_int(&q, 0);
		row.raw_size = (size_t)sql_int(&q, 1);
		row.zstd = sql_int(&q, 2) != 0;
		row.data = sql_blob(&q, 3);
		packed = accept_zstd && row.zstd && row.width == width;
		if (row.width > BUNDLE_ENTRIES ||
		    row.raw_size > BUNDLE_SIZE_MAX) {
			read = STATUS_DAMAGED;
		} else if (packed) {
			buf_put_bytes(out, row.data);
			read = buf_status(out);
		} else {
			read = put_entries(&row, width, out);
		}
	}
	status = sql_finish(&q, err);
	if (status != STATUS_OK || read == STATUS_NOT_FOUND)
		return status != STATUS_OK ? status : read;
	if (read == STATUS_NO_MEMORY)
		return err_set(err, read, "bundle %llu: out of memory",
			       (unsigned long long)n);
	if (read != STATUS_OK)
		return log_rows_damaged("bundle", log, n, err);
	*is_zstd = packed;
	return STATUS_OK;
}

enum status log_rows_put_bundle(struct catalog *c, int64_t log, uint64_t n,
				const struct bundle_row *row, struct err *err)
{
	static const char put[] =
		"INSERT OR REPLACE INTO bundles"
		" (key, width, raw_size, zstd, data) VALUES (?, ?, ?, ?, ?)";
	struct sql q;

	sql_start(&q, c, put);
	sql_put_int(&q, bundle_key(log, n));
	sql_put_int(&q, row->width);
	sql_put_int(&q, (int64_t)row->raw_size);
	sql_put_int(&q, row->zstd);
	sql_put_blob(&q, row->data);
	return sql_run(&q, err);
}

enum status log_rows_subtrees(struct catalog *c, int64_t log, unsigned level,
			      uint64_t first, uint64_t count, struct buf *out,
			      struct err *err)
{
	static const char find[] =
		"SELECT n, hash FROM subtrees WHERE log = ? AND level = ?"
		" AND n >= ? ORDER BY n LIMIT ?";
	struct sql q;
	struct bytes hash;
	size_t start = out->size;
	uint64_t got = 0;
	enum status status;

	if (count == 0)
		return STATUS_OK;
	sql_start(&q, c, find);
	sql_put_int(&q, log);
	sql_put_int(&q, level);
	sql_put_int(&q, (int64_t)first);
	sql_put_int(&q, (int64_t)count);
	while (sql_next(&q)) {
		hash = sql_blob(&q, 1);
		if ((uint64_t)sql_int(&q, 0) != first + got ||
		    hash.size != SHA256_SIZE)
			break;
		buf_put_bytes(out, hash);
		got++;
	}
	status = sql_finish(&q, err);
	if (status == STATUS_OK && buf_status(out) != STATUS_OK)
		status = err_set(err, STATUS_NO_MEMORY,
				 "subtrees: out of memory");
	else if (status == STATUS_OK && got < count)
		status = STATUS_NOT_FOUND;
	if (status != STATUS_OK)
		out->size = start;
	return status;
}

enum status log_rows_put_subtree(struct catalog *c, int64_t log,
				 unsigned level, uint64_t n,
				 const uint8_t hash[static SHA256_SIZE],
				 struct err *err)
{
	static const char put[] =
		"INSERT OR REPLACE INTO subtrees (log, level, n, hash)"
		" VALUES (?, ?, ?, ?)";
	struct sql q;

	sql_start(&q, c, put);
	sql_put_int(&q, log);
	sql_put_int(&q, level);
	sql_put_int(&q, (int64_t)n);
	sql_put_blob(&q, (struct bytes){ hash, SHA256_SIZE });
	return sql_run(&q, err);
}

enum status log_rows_fill_levels(struct catalog *c, int64_t log,
				 uint64_t old_size, uint64_t new_size,
				 struct err *err)
{
	struct buf below = BUF_INIT;
	uint8_t hash[SHA256_SIZE];
	enum status status = STATUS_OK;

	for (unsigned level = 2; level < 8 && new_size >> (8 * level) > 0;
	     level++)
		for (uint64_t n = old_size >> (8 * level);
		     status == STATUS_OK && n < new_size >> (8 * level); n++) {
			buf_clear(&below);
			status = log_rows_subtrees(c, log, level - 1,
						   n * TILE_WIDTH, TILE_WIDTH,
						   &below, err);
			if (status == STATUS_NOT_FOUND)
				status = log_rows_damaged("subtree", log, n,
							  err);
			if (status != STATUS_OK)
				break;
			merkle_fold(below.data, TILE_WIDTH, hash);
			status = log_rows_put_subtree(c, log, level, n, hash,
						      err);
		}
	buf_release(&below);
	return status;
}

enum status log_rows_range(struct catalog *c, int64_t log, uint64_t bundles,
			   struct compact_range *range, struct err *err)
{
	struct buf hashes = BUF_INIT;
	uint64_t first, end;
	enum status status = STATUS_OK;

	compact_range_init(range);
	/* At each level, what the level above does not cover. */
	for (unsigned level = 7; status == STATUS_OK && level >= 1; level--) {
		end = bundles >> (8 * (level - 1));
		first = end / TILE_WIDTH * TILE_WIDTH;
		if (level == 7)
			first = 0;
		buf_clear(&hashes);
		status = log_rows_subtrees(c, log, level, first, end - first,
					   &hashes, err);
		if (status == STATUS_NOT_FOUND)
			status = log_rows_damaged("subtree", log, first, err);
		for (uint64_t i = 0; status == STATUS_OK && i < end - first;
		     i++)
			compact_range_append_subtree(
				range, 8 * level,
				hashes.data + i * SHA256_SIZE);
	}
	buf_release(&hashes);
	return status;
}

enum status log_rows_move(struct catalog *c, int64_t log, uint64_t size,
			  const uint8_t root[static SHA256_SIZE],
			  struct bytes note, struct err *err)
{
	static const char move[] =
		"UPDATE logs SET size = ?, root = ?, note = ?,"
		" seen = max(seen, size, ?) WHERE id = ?";
	struct sql q;

	sql_start(&q, c, move);
	sql_put_int(&q, (int64_t)size);
	sql_put_blob(&q, (struct bytes){ root, SHA256_SIZE });
	if (note.size == 0)
		sql_put_null(&q);
	else
		sql_put_blob(&q, note);
	sql_put_int(&q, (int64_t)size);
	sql_put_int(&q, log);
	return sql_run(&q, err);
}

enum status log_rows_set_seen(struct catalog *c, int64_t log, uint64_t size,
			      struct err *err)
{
	static const char see[] =
		"UPDATE logs SET seen = ?1 WHERE id = ?2 AND seen < ?1";
	struct sql q;

	sql_start(&q, c, see);
	sql_put_int(&q, (int64_t)size);
	sql_put_int(&q, log);
	return sql_run(&q, err);
}

enum status log_rows_note(struct catalog *c, const char *sql, int64_t id,
			  struct buf *out, struct err *err)
{
	struct sql q;
	enum status status;
	bool there;

	sql_start(&q, c, sql);
	sql_put_int(&q, id);
	there = sql_next(&q);
	if (there)
		buf_put_bytes(out, sql_blob(&q, 0));
	status = sql_finish(&q, err);
	if (status == STATUS_OK && buf_status(out) != STATUS_OK)
		return err_set(err, STATUS_NO_MEMORY, "note: out of memory");
	return status == STATUS_OK && !there ? STATUS_NOT_FOUND : status;
}
