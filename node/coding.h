/* The zstd content coding (RFC 8878, RFC 9659): what travels compressed over
 * HTTP. Decoding gives up at a cap and at windows beyond 8 MiB, so that a few
 * bytes from outside cannot fill the memory. */
#ifndef NODE_CODING_H
#define NODE_CODING_H

#include "proto/bytes.h"

/* Append `in` as one zstd frame. STATUS_NO_MEMORY leaves `out` as it was. */
enum status coding_compress(struct bytes in, struct buf *out);

/*
 * Append what `in` (one or more whole frames) decodes to, at most `max` bytes.
 *
 * Returns: STATUS_MALFORMED for anything but whole frames, STATUS_NO_ROOM when
 *          more than `max` bytes come out, STATUS_NO_MEMORY. On failure `out`
 *          holds what it held before.
 */
enum status coding_decompress(struct bytes in, size_t max, struct buf *out);

#endif
