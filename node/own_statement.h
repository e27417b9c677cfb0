/* The note around a node statement: signed by the node's own key, opened only
 * when the very key it names has signed it. And the bitmaps inside it.
 *
 * Pure: memory and arithmetic. The text is proto/statement.h's. */
#ifndef NODE_OWN_STATEMENT_H
#define NODE_OWN_STATEMENT_H

#include "proto/statement.h"
#include "signing/key.h"

/*
 * Sign a statement text and append the whole note to `out`.
 *
 * Returns: STATUS_OK; STATUS_MALFORMED when the text is not a well-formed
 *          statement or its vkey is not that of `key`; STATUS_NO_ROOM
 *          beyond STATEMENT_MAX; STATUS_NO_MEMORY. On failure `out` may hold
 *          part of it.
 */
enum status statement_sign(struct bytes text, const struct secret_key *key,
			   struct buf *out);

/*
 * Open a note from anywhere and read the statement in it.
 *
 * Owns:    `out->lists` points into `note`.
 * Returns: STATUS_OK; STATUS_MALFORMED (note, statement or size);
 *          STATUS_UNTRUSTED when the key that the statement names has not
 *          signed it. `out` is untouched on failure.
 */
enum status statement_open(struct bytes note, struct statement *out);

/*
 * Append `bitmap` (bit n%8 of byte n/8 is entry n) to `zstd` as one zstd frame
 * that tells its content size; trailing zero bytes are left out.
 *
 * Returns: STATUS_OK or STATUS_NO_MEMORY.
 */
enum status bitmap_compress(struct bytes bitmap, struct buf *zstd);

/*
 * Append to `bitmap` what a WANT or HAVE line carries (base64 of a zstd
 * frame). `max` bounds the bytes that come out, so that a small line cannot
 * cost much memory: (size of the log + 7) / 8 is the natural one.
 *
 * Returns: STATUS_OK; STATUS_MALFORMED (base64, frame, or larger than `max`);
 *          STATUS_NO_MEMORY.
 */
enum status bitmap_expand(struct bytes base64, size_t max, struct buf *bitmap);

/* Is bit `n` set? False beyond the end. */
bool bitmap_has(struct bytes bitmap, uint64_t n);

#endif
