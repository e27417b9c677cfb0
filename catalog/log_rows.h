/* The rows a log consists of (catalog/schema_logs.c): bundles, the hashes of
 * complete subtrees, and its own row. Private to catalog/log*.c, intake*.c and
 * mirror.c.
 *
 * Nothing here looks at how far the log reaches: rows beyond its size are the
 * scratch of an intake, and only that may ask for them. Writing calls belong
 * into the caller's transaction. */
#ifndef CATALOG_LOG_ROWS_H
#define CATALOG_LOG_ROWS_H

#include "catalog/log.h"
#include "catalog/merkle.h"

/* Append the one blob that `sql` gives for the log `id`. STATUS_NOT_FOUND (err
 * untouched) when there is none. */
enum status log_rows_note(struct catalog *c, const char *sql, int64_t id,
			  struct buf *out, struct err *err);

struct bundle_row {
	unsigned width; /* entries */
	size_t raw_size;
	bool zstd;
	struct bytes data;
};

/* Append the first `width` entries of bundle `n` to `out`, and say in
 * `*is_zstd` whether they came as the stored frame, which happens only when
 * `accept_zstd` and the row is exactly as wide as asked.
 *
 * Returns: STATUS_NOT_FOUND (err untouched) when there is no such row or it is
 *          shorter; STATUS_DAMAGED when it does not read. */
enum status log_rows_bundle(struct catalog *c, int64_t log, uint64_t n,
			    unsigned width, bool accept_zstd, struct buf *out,
			    bool *is_zstd, struct err *err);
enum status log_rows_put_bundle(struct catalog *c, int64_t log, uint64_t n,
				const struct bundle_row *row, struct err *err);

/* Append `count` hashes of complete subtrees of 256^level leaves to `out`,
 * from number `first` on. STATUS_NOT_FOUND (err untouched) when one of them is
 * not there; `out` then holds what it held. */
enum status log_rows_subtrees(struct catalog *c, int64_t log, unsigned level,
			      uint64_t first, uint64_t count, struct buf *out,
			      struct err *err);
enum status log_rows_put_subtree(struct catalog *c, int64_t log,
				 unsigned level, uint64_t n,
				 const uint8_t hash[static SHA256_SIZE],
				 struct err *err);
/* Compute and store the subtrees of level 2 and above that became complete
 * between two sizes, from those of level 1. */
enum status log_rows_fill_levels(struct catalog *c, int64_t log,
				 uint64_t old_size, uint64_t new_size,
				 struct err *err);

/* The tree over the first `bundles` full bundles. */
enum status log_rows_range(struct catalog *c, int64_t log, uint64_t bundles,
			   struct compact_range *range, struct err *err);

/* Move the log's head; an empty note is none. */
enum status log_rows_move(struct catalog *c, int64_t log, uint64_t size,
			  const uint8_t root[static SHA256_SIZE],
			  struct bytes note, struct err *err);
/* A validly signed checkpoint of `size` was seen; kept when it is larger. */
enum status log_rows_set_seen(struct catalog *c, int64_t log, uint64_t size,
			      struct err *err);

/* Stored bytes that do not read: name them. */
enum status log_rows_damaged(const char *what, int64_t log, uint64_t n,
			     struct err *err);

#endif
