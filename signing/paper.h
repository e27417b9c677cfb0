/* Bytes on paper, to be typed in again by hand.
 *
 *     01  08g00 4dk6q ccpvg 64r3a e1g70 t39cd hm6rw 42vkf  7q2mz
 *     02  …
 *
 * A line is 25 bytes as 8 groups of 5 base32 digits (proto/encoding.h) and a
 * ninth group that checks them and the line's number, so that a mistake is
 * found in the line it was made in. The first byte of line 1 says how many
 * lines there are; behind the last byte come zeros. docs/formats-trust.md,
 * "Key backup". Threads: any. */
#ifndef SIGNING_PAPER_H
#define SIGNING_PAPER_H

#include "proto/bytes.h"

enum {
	PAPER_LINE_BYTES = 25,
	PAPER_LINES_MAX = 128,
	PAPER_BYTES_MAX = PAPER_LINES_MAX * PAPER_LINE_BYTES - 1
};

/* Append the lines. STATUS_NO_ROOM beyond PAPER_BYTES_MAX, STATUS_NO_MEMORY. */
enum status paper_put(struct bytes data, struct buf *out);

/*
 * Find the lines in a text, in any order, and append their bytes and the zeros
 * behind them. Case, spaces, line ends, punctuation, wide characters of an
 * input method, `o` for 0, `l` and `i` for 1 do not matter; numbers of lines
 * may be missing, and other text may stand around and between.
 *
 * Before:  `text` is bounded by the caller: a text of n characters without
 *          any line in it costs n hashes.
 * Returns: STATUS_MALFORMED with `*line` the number of the first line that is
 *          not there as it was written, 0 when there is nothing of the kind;
 *          STATUS_NO_MEMORY.
 */
enum status paper_read(struct bytes text, struct buf *out, unsigned *line);

#endif
