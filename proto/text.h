/* UTF-8 text as people see it: is it well-formed, is it safe to show on one
 * line, how many columns does it take on a terminal, how does it read in
 * bytes and minutes. */
#ifndef PROTO_TEXT_H
#define PROTO_TEXT_H

#include <stdbool.h>

#include "proto/bytes.h"

/* Well-formed UTF-8 (no surrogates, nothing overlong, nothing beyond
 * U+10FFFF). */
bool text_is_utf8(struct bytes text);

/* Take the next code point; false (and nothing moves) at the end or where the
 * bytes are not UTF-8. */
bool text_next(struct bytes_reader *r, uint32_t *code);

/* How many bytes of UTF-8 `text` to keep of at most `max`, so that no character
 * is cut. */
size_t text_cut(const char *text, size_t max);

/* UTF-8 that fits on one line and hides nothing: no control characters (C0,
 * DEL, C1), no line or paragraph separators, no bidirectional or zero-width
 * characters (U+061C, 200B-200F, 2028-202E, 2060-2064, 2066-2069, FEFF). */
bool text_is_plain(struct bytes text);

/* Columns on a terminal: 2 for wide East Asian characters, 0 for combining
 * marks, 1 for the rest. Bytes that are not UTF-8 count 1 each. */
size_t text_width(const char *text);

/* Append `text` cut or padded with spaces to exactly `columns`; a cut ends in
 * "…". */
void buf_put_column(struct buf *b, const char *text, size_t columns);

/* Append `text` as it stands in HTML, within an attribute's double quotes too;
 * NULL is nothing. */
void buf_put_html(struct buf *b, const char *text);

/* "812 B", "23.4 MB", "1.25 GB": at most 8 columns, powers of 1000. */
void text_size(uint64_t bytes, char out[static 16]);
/* Read "1984M", "2G" or plain bytes: powers of 1024, up to T. STATUS_MALFORMED
 * when it is none, or too large. */
enum status size_parse(const char *text, uint64_t *bytes);
/* What reads back the same, with the largest unit that does. */
enum { SIZE_ROOM = 24 };
void size_format(uint64_t bytes, char out[static SIZE_ROOM]);
/* "0:07", "12:30", "1:02:03". */
void text_duration(uint64_t seconds, char out[static 24]);

#endif
