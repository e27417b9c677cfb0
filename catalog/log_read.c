/* Reading what a log has committed. Every call looks at the size first: rows
 * beyond it belong to an unfinished intake. */
#include <string.h>

#include "catalog/log.h"
#include "catalog/log_rows.h"
#include "proto/bundle.h"

enum status log_read_bundle(struct catalog *c, int64_t id, uint64_t n,
			    unsigned width, bool accept_zstd, struct buf *out,
			    bool *is_zstd, struct err *err)
{
	struct log_info info;
	enum status status = log_get(c, id, &info, err);

	if (status != STATUS_OK)
		return status;
	if (width == 0 || width > tile_width_at(0, n, info.size))
		return STATUS_NOT_FOUND;
	status = log_rows_bundle(c, id, n, width, accept_zstd, out, is_zstd,
				 err);
	/* What the size promises must be there. */
	return status == STATUS_NOT_FOUND ?
		       log_rows_damaged("bundle", id, n, err) :
		       status;
}

/* Append the leaf hashes of the first `width` entries of bundle `n`. */
static enum status put_leaves(struct catalog *c, int64_t id, uint64_t n,
			      unsigned width, struct buf *out, struct err *err)
{
	uint8_t leaf[SHA256_SIZE];
	struct buf raw = BUF_INIT;
	struct bytes_reader r;
	struct bytes entry;
	size_t start = out->size;
	bool is_zstd;
	enum status status;

	status = log_rows_bundle(c, id, n, width, false, &raw, &is_zstd, err);
	if (status == STATUS_OK) {
		bytes_reader_init(&r, buf_bytes(&raw));
		while (bundle_next(&r, &entry) == STATUS_OK) {
			merkle_leaf(entry, leaf);
			buf_put(out, leaf, sizeof(leaf));
		}
		if (buf_status(out) != STATUS_OK)
			status = err_set(err, STATUS_NO_MEMORY,
					 "tile: out of memory");
		else if (out->size - start != width * sizeof(leaf))
			status = log_rows_damaged("bundle", id, n, err);
		if (status != STATUS_OK)
			out->size = start;
	}
	buf_release(&raw);
	return status;
}

enum status log_read_tile(struct catalog *c, int64_t id, unsigned level,
			  uint64_t n, unsigned width, struct buf *out,
			  struct err *err)
{
	struct log_info info;
	enum status status = log_get(c, id, &info, err);

	if (status != STATUS_OK)
		return status;
	if (level > TILE_LEVEL_MAX || width == 0 ||
	    width > tile_width_at(level, n, info.size))
		return STATUS_NOT_FOUND;
	if (level == 0)
		status = put_leaves(c, id, n, width, out, err);
	else
		status = log_rows_subtrees(c, id, level, n * TILE_WIDTH, width,
					   out, err);
	return status == STATUS_NOT_FOUND ?
		       log_rows_damaged("tile", id, n, err) :
		       status;
}

enum status log_root_at(struct catalog *c, int64_t id, uint64_t size,
			uint8_t root[static SHA256_SIZE], struct err *err)
{
	struct compact_range range;
	struct buf tail = BUF_INIT;
	struct log_info info;
	bool is_zstd;
	enum status status = log_get(c, id, &info, err);

	if (status != STATUS_OK)
		return status;
	if (size > info.size)
		return STATUS_NOT_FOUND;
	if (size == info.size) {
		memcpy(root, info.root, SHA256_SIZE);
		return STATUS_OK;
	}
	status = log_rows_range(c, id, size / BUNDLE_ENTRIES, &range, err);
	if (status == STATUS_OK && size % BUNDLE_ENTRIES != 0) {
		status = log_rows_bundle(c, id, size / BUNDLE_ENTRIES,
					 (unsigned)(size % BUNDLE_ENTRIES),
					 false, &tail, &is_zstd, err);
		if (status == STATUS_NOT_FOUND)
			status = log_rows_damaged("bundle", id,
						  size / BUNDLE_ENTRIES, err);
		if (status == STATUS_OK &&
		    bundle_check(buf_bytes(&tail),
				 (unsigned)(size % BUNDLE_ENTRIES),
				 ENTRY_SIZE_MAX) != STATUS_OK)
			status = log_rows_damaged("bundle", id,
						  size / BUNDLE_ENTRIES, err);
		if (status == STATUS_OK)
			compact_range_append_bundle(&range, buf_bytes(&tail));
	}
	if (status == STATUS_OK)
		compact_range_root(&range, root);
	buf_release(&tail);
	return status;
}

/* Call back for the entries of one bundle from `index` on, up to `end`. */
static enum status each_in_bundle(struct bytes bundle, uint64_t index,
				  uint64_t end, log_entry_cb each, void *owner,
				  struct err *err)
{
	struct bytes_reader r;
	struct bytes entry;
	enum status status = STATUS_OK;

	bytes_reader_init(&r, bundle);
	for (uint64_t skip = index % BUNDLE_ENTRIES; skip > 0; skip--)
		if (bundle_next(&r, &entry) != STATUS_OK)
			return err_set(err, STATUS_DAMAGED,
				       "entry %llu does not read",
				       (unsigned long long)index);
	for (; status == STATUS_OK && index < end; index++) {
		if (bundle_next(&r, &entry) != STATUS_OK)
			return err_set(err, STATUS_DAMAGED,
				       "entry %llu does not read",
				       (unsigned long long)index);
		status = each(owner, index, entry, err);
	}
	return status;
}

enum status log_read_entries(struct catalog *c, int64_t id, uint64_t first,
			     uint64_t max, log_entry_cb each, void *owner,
			     struct err *err)
{
	struct buf raw = BUF_INIT;
	struct log_info info;
	uint64_t end, n, stop;
	bool is_zstd;
	enum status status = log_get(c, id, &info, err);

	if (status != STATUS_OK)
		return status;
	end = first >= info.size	  ? first :
	      max > info.size - first ? info.size :
					first + max;
	while (status == STATUS_OK && first < end) {
		n = first / BUNDLE_ENTRIES;
		stop = (n + 1) * BUNDLE_ENTRIES;
		if (stop > end)
			stop = end;
		buf_clear(&raw);
		status = log_rows_bundle(c, id, n,
					 (unsigned)(stop - n * BUNDLE_ENTRIES),
					 false, &raw, &is_zstd, err);
		if (status == STATUS_NOT_FOUND)
			status = log_rows_damaged("bundle", id, n, err);
		if (status == STATUS_OK)
			status = each_in_bundle(buf_bytes(&raw), first, stop,
						each, owner, err);
		first = stop;
	}
	buf_release(&raw);
	return status;
}
