/* Appending to our own log: the entries go behind the raw tail; each bundle
 * that fills is hashed, packed and stored; then the new head is signed. */
#include <string.h>

#include "catalog/log.h"
#include "catalog/log_rows.h"
#include "catalog/pack.h"
#include "proto/bundle.h"
#include "signing/checkpoint.h"

/* Where a log ends. */
struct tip {
	struct catalog *catalog;
	int64_t log;
	struct compact_range full; /* over the full bundles */
	struct compact_range last; /* over the entries behind them */
	struct buf tail; /* these entries, raw */
};

static enum status tip_load(struct tip *tip, uint64_t size, struct err *err)
{
	unsigned width = (unsigned)(size % BUNDLE_ENTRIES);
	uint64_t n = size / BUNDLE_ENTRIES;
	bool is_zstd;
	enum status status;

	compact_range_init(&tip->last);
	status = log_rows_range(tip->catalog, tip->log, n, &tip->full, err);
	if (status != STATUS_OK || width == 0)
		return status;
	status = log_rows_bundle(tip->catalog, tip->log, n, width, false,
				 &tip->tail, &is_zstd, err);
	if (status == STATUS_NOT_FOUND ||
	    (status == STATUS_OK &&
	     bundle_check(buf_bytes(&tip->tail), width, ENTRY_SIZE_MAX) !=
		     STATUS_OK))
		return log_rows_damaged("bundle", tip->log, n, err);
	if (status == STATUS_OK)
		compact_range_append_bundle(&tip->last, buf_bytes(&tip->tail));
	return status;
}

/* Store the tail as a row; a full one packed. */
static enum status tip_store(struct tip *tip, struct err *err)
{
	struct buf packed = BUF_INIT;
	struct bundle_row row = { .width = (unsigned)tip->last.size,
				  .raw_size = tip->tail.size,
				  .data = buf_bytes(&tip->tail) };
	enum status status = STATUS_OK;

	if (row.width == BUNDLE_ENTRIES) {
		status = pack_compress(row.data, PACK_SMALL, &packed);
		if (status != STATUS_OK)
			status = err_set(err, status, "pack: out of memory");
		row.zstd = true;
		row.data = buf_bytes(&packed);
	}
	if (status == STATUS_OK)
		status = log_rows_put_bundle(tip->catalog, tip->log,
					     tip->full.size / BUNDLE_ENTRIES,
					     &row, err);
	buf_release(&packed);
	return status;
}

static enum status tip_add(struct tip *tip, struct bytes entry, struct err *err)
{
	uint8_t leaf[SHA256_SIZE];
	enum status status;

	if (bundle_put(&tip->tail, entry) != STATUS_OK)
		return err_set(err, STATUS_MALFORMED,
			       "an entry of %zu bytes (at most %d)", entry.size,
			       ENTRY_SIZE_MAX);
	if (buf_status(&tip->tail) != STATUS_OK)
		return err_set(err, STATUS_NO_MEMORY, "entry: out of memory");
	merkle_leaf(entry, leaf);
	compact_range_append(&tip->last, leaf);
	if (tip->last.size < BUNDLE_ENTRIES)
		return STATUS_OK;
	status = tip_store(tip, err);
	if (status == STATUS_OK)
		status = log_rows_put_subtree(tip->catalog, tip->log, 1,
					      tip->full.size / BUNDLE_ENTRIES,
					      tip->last.hashes[0], err);
	compact_range_append_range(&tip->full, &tip->last);
	compact_range_init(&tip->last);
	buf_clear(&tip->tail);
	return status;
}

/* Sign the head behind the last entry and move the log to it. */
static enum status tip_sign(struct tip *tip, const struct log_info *info,
			    const struct secret_key *key, struct err *err)
{
	struct checkpoint head = { .size = tip->full.size + tip->last.size };
	struct compact_range all = tip->full;
	struct buf note = BUF_INIT;
	enum status status;

	compact_range_append_range(&all, &tip->last);
	compact_range_root(&all, head.root);
	memcpy(head.origin, info->origin, strlen(info->origin) + 1);
	status = checkpoint_sign(&head, key, &note);
	if (status != STATUS_OK)
		(void)err_set(err, status, "sign the checkpoint of %s: %s",
			      info->origin, status_text(status));
	else
		status = log_rows_move(tip->catalog, tip->log, head.size,
				       head.root, buf_bytes(&note), err);
	buf_release(&note);
	return status;
}

static enum status may_append(const struct log_info *info, struct err *err)
{
	if (!info->own)
		return err_set(err, STATUS_UNTRUSTED, "%s is not our own log",
			       info->origin);
	if (info->forked)
		return err_set(err, STATUS_FORKED,
			       "%s is forked: it ends here for ever",
			       info->origin);
	if (info->seen > info->size)
		return err_set(err, STATUS_OLD,
			       "%s has %llu entries here, but a checkpoint of "
			       "%llu was signed: take these in first",
			       info->origin, (unsigned long long)info->size,
			       (unsigned long long)info->seen);
	return STATUS_OK;
}

/* The whole of it, inside a transaction. */
static enum status append(struct catalog *c, int64_t id,
			  const struct bytes *entries, size_t count,
			  const struct secret_key *key, struct err *err)
{
	struct tip tip = { .catalog = c, .log = id, .tail = BUF_INIT };
	struct log_info info;
	enum status status = log_get(c, id, &info, err);

	if (status == STATUS_NOT_FOUND)
		return err_set(err, status, "no log %lld", (long long)id);
	if (status == STATUS_OK)
		status = may_append(&info, err);
	if (status == STATUS_OK)
		status = tip_load(&tip, info.size, err);
	for (size_t i = 0; status == STATUS_OK && i < count; i++)
		status = tip_add(&tip, entries[i], err);
	if (status == STATUS_OK && tip.last.size > 0)
		status = tip_store(&tip, err);
	if (status == STATUS_OK)
		status = log_rows_fill_levels(
			c, id, info.size, tip.full.size + tip.last.size, err);
	if (status == STATUS_OK)
		status = tip_sign(&tip, &info, key, err);
	buf_release(&tip.tail);
	return status;
}

enum status log_append(struct catalog *c, int64_t id,
		       const struct bytes *entries, size_t count,
		       const struct secret_key *key, struct err *err)
{
	enum status status;

	if (catalog_in_transaction(c))
		return append(c, id, entries, count, key, err);
	status = catalog_begin(c, CATALOG_DURABLE, err);
	if (status != STATUS_OK)
		return status;
	status = append(c, id, entries, count, key, err);
	if (status == STATUS_OK)
		return catalog_commit(c, err);
	catalog_rollback(c);
	return status;
}
