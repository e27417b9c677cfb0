/* Entry bundles (C2SP tlog-tiles, "Entry bundles"): up to 256 entries one
 * behind the other, each as a big-endian 16-bit length and its bytes. A bundle
 * of W entries is how the bundle of W + 1 begins. */
#ifndef PROTO_BUNDLE_H
#define PROTO_BUNDLE_H

#include "proto/bytes.h"

enum {
	ENTRY_SIZE_MAX = 65535,
	BUNDLE_ENTRIES = 256,
	BUNDLE_SIZE_MAX = BUNDLE_ENTRIES * (2 + ENTRY_SIZE_MAX)
};

/* Take the next entry; it points into what the reader reads.
 * STATUS_NOT_FOUND at the end; STATUS_MALFORMED when the bytes end within an
 * entry. `entry` and the reader are then untouched. */
enum status bundle_next(struct bytes_reader *r, struct bytes *entry);

/* Append an entry; STATUS_MALFORMED (nothing appended) when it is longer than
 * ENTRY_SIZE_MAX. Memory is checked by buf_status(). */
enum status bundle_put(struct buf *b, struct bytes entry);

/* Check the whole of a bundle: exactly `count` entries of at most `entry_max`
 * bytes and nothing behind them. STATUS_OK or STATUS_MALFORMED. */
enum status bundle_check(struct bytes bundle, unsigned count,
			 size_t entry_max);

/* Where the first `count` entries of a well-formed bundle end; STATUS_MALFORMED
 * when it has fewer. */
enum status bundle_offset(struct bytes bundle, unsigned count, size_t *offset);

#endif
