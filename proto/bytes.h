/* Bounded reading and growing of byte runs: a reader never moves past its
 * end, a buffer never writes past its memory.
 *
 * Integers on the wire are little-endian unless a format says otherwise
 * (docs/formats.md, "Conventions"). */
#ifndef PROTO_BYTES_H
#define PROTO_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/status.h"

/* A borrowed run of bytes; whoever made it says how long it stays valid. */
struct bytes {
	const uint8_t *data;
	size_t size;
};

/* The bytes of a C string, without its final zero. */
struct bytes bytes_of(const char *string);
bool bytes_equal(struct bytes a, struct bytes b);
/* Is `prefix` how `b` begins? */
bool bytes_start_with(struct bytes b, const char *prefix);
/* Compare with a C string. */
bool bytes_is(struct bytes b, const char *string);
/* Copy into `out` of `room` bytes with a final zero. STATUS_MALFORMED when it
 * does not fit or holds a zero byte; `out` is then untouched. */
enum status bytes_to_string(struct bytes b, char *out, size_t room);

struct bytes_reader {
	const uint8_t *next;
	size_t left;
};

void bytes_reader_init(struct bytes_reader *r, struct bytes from);

/* Each read consumes what it returns, or returns STATUS_MALFORMED and leaves
 * both the reader and the result untouched. */
enum status bytes_read_u8(struct bytes_reader *r, uint8_t *value);
enum status bytes_read_u16(struct bytes_reader *r, uint16_t *value);
enum status bytes_read_u32(struct bytes_reader *r, uint32_t *value);
enum status bytes_read_u64(struct bytes_reader *r, uint64_t *value);
enum status bytes_read_run(struct bytes_reader *r, size_t size,
			   struct bytes *run);
/* Copy exactly `size` bytes to `out`. */
enum status bytes_read_copy(struct bytes_reader *r, uint8_t *out, size_t size);
/* Take the bytes up to the next '\n' and step over it; `line` excludes it.
 * STATUS_MALFORMED when there is no '\n' left. */
enum status bytes_read_line(struct bytes_reader *r, struct bytes *line);

/* Among `count` rows of `row_size` bytes that begin with 32 bytes and are
 * sorted by them: does one begin with the 32 bytes at `key`? *at is where it
 * is, or would go. */
bool bytes_find32(const void *rows, size_t count, size_t row_size,
		  const uint8_t *key, size_t *at);

/* A growing buffer. A failed append leaves the content untouched and sets
 * `failed`, which stays set: a run of appends may be checked once, at its
 * end, with buf_status(). */
struct buf {
	uint8_t *data; /* NULL while empty; the buffer's own */
	size_t size;

	/* private */
	size_t room;
	bool failed;
};

#define BUF_INIT { .data = NULL, .size = 0, .room = 0, .failed = false }

/* Free the memory; the buffer is empty and usable again. */
void buf_release(struct buf *b);
/* Forget the content and the failure, keep the memory. */
void buf_clear(struct buf *b);
/* Forget what stands beyond `size` (at most b->size): how a run of appends that
 * went wrong is taken back. A failure stays recorded. */
void buf_cut(struct buf *b, size_t size);
/* STATUS_OK, or STATUS_NO_MEMORY when an append failed since the last clear. */
enum status buf_status(const struct buf *b);
struct bytes buf_bytes(const struct buf *b);
/* The content as a C string (a zero is kept behind it, not counted); never
 * NULL. Valid until the next change. */
const char *buf_string(const struct buf *b);

void buf_put(struct buf *b, const void *data, size_t size);
void buf_put_bytes(struct buf *b, struct bytes run);
void buf_puts(struct buf *b, const char *string);
__attribute__((format(printf, 2, 3))) void buf_printf(struct buf *b,
						      const char *fmt, ...);
void buf_put_u8(struct buf *b, uint8_t value);
void buf_put_u16(struct buf *b, uint16_t value);
void buf_put_u32(struct buf *b, uint32_t value);
void buf_put_u64(struct buf *b, uint64_t value);
/* Make room for `size` more bytes and return where they go (to be followed by
 * buf_grew()), or NULL when out of memory. */
uint8_t *buf_reserve(struct buf *b, size_t size);
void buf_grew(struct buf *b, size_t size);

/* Parse a whole run of ASCII decimal digits without leading zeros ("0" alone
 * is zero). STATUS_MALFORMED for anything else or beyond 2^63-1. */
enum status decimal_parse(struct bytes text, uint64_t *value);

#endif
