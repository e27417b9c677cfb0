#include "proto/bytes.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bytes bytes_of(const char *string)
{
	return (struct bytes){ (const uint8_t *)string, strlen(string) };
}

bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.size == b.size &&
	       (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool bytes_start_with(struct bytes b, const char *prefix)
{
	size_t size = strlen(prefix);

	return b.size >= size &&
	       (size == 0 || memcmp(b.data, prefix, size) == 0);
}

bool bytes_is(struct bytes b, const char *string)
{
	return bytes_equal(b, bytes_of(string));
}

enum status bytes_to_string(struct bytes b, char *out, size_t room)
{
	if (b.size >= room || (b.size > 0 && memchr(b.data, 0, b.size) != NULL))
		return STATUS_MALFORMED;
	if (b.size > 0)
		memcpy(out, b.data, b.size);
	out[b.size] = 0;
	return STATUS_OK;
}

void bytes_reader_init(struct bytes_reader *r, struct bytes from)
{
	*r = (struct bytes_reader){ .next = from.data, .left = from.size };
}

enum status bytes_read_run(struct bytes_reader *r, size_t size,
			   struct bytes *run)
{
	if (size > r->left)
		return STATUS_MALFORMED;

	*run = (struct bytes){ .data = r->next, .size = size };
	if (size > 0)
		r->next += size;
	r->left -= size;
	return STATUS_OK;
}

static enum status read_integer(struct bytes_reader *r, size_t size,
				uint64_t *value)
{
	struct bytes run;
	enum status status = bytes_read_run(r, size, &run);
	uint64_t sum = 0;

	if (status != STATUS_OK)
		return status;
	for (size_t i = size; i > 0; i--)
		sum = sum << 8 | run.data[i - 1];
	*value = sum;
	return STATUS_OK;
}

enum status bytes_read_u8(struct bytes_reader *r, uint8_t *value)
{
	uint64_t wide;
	enum status status = read_integer(r, sizeof(*value), &wide);

	if (status == STATUS_OK)
		*value = (uint8_t)wide;
	return status;
}

enum status bytes_read_u16(struct bytes_reader *r, uint16_t *value)
{
	uint64_t wide;
	enum status status = read_integer(r, sizeof(*value), &wide);

	if (status == STATUS_OK)
		*value = (uint16_t)wide;
	return status;
}

enum status bytes_read_u32(struct bytes_reader *r, uint32_t *value)
{
	uint64_t wide;
	enum status status = read_integer(r, sizeof(*value), &wide);

	if (status == STATUS_OK)
		*value = (uint32_t)wide;
	return status;
}

enum status bytes_read_u64(struct bytes_reader *r, uint64_t *value)
{
	return read_integer(r, sizeof(*value), value);
}

enum status bytes_read_copy(struct bytes_reader *r, uint8_t *out, size_t size)
{
	struct bytes run;
	enum status status = bytes_read_run(r, size, &run);

	if (status == STATUS_OK && size > 0)
		memcpy(out, run.data, size);
	return status;
}

enum status bytes_read_line(struct bytes_reader *r, struct bytes *line)
{
	const uint8_t *end =
		r->left == 0 ? NULL : memchr(r->next, '\n', r->left);

	if (end == NULL)
		return STATUS_MALFORMED;
	*line = (struct bytes){ r->next, (size_t)(end - r->next) };
	r->left -= line->size + 1;
	r->next = end + 1;
	return STATUS_OK;
}

bool bytes_find32(const void *rows, size_t count, size_t row_size,
		  const uint8_t *key, size_t *at)
{
	size_t low = 0, high = count;
	bool found = false;

	while (low < high && !found) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp((const uint8_t *)rows + middle * row_size,
				   key, 32);

		found = order == 0;
		if (found)
			low = middle;
		else if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*at = low;
	return found;
}

void buf_release(struct buf *b)
{
	free(b->data);
	*b = (struct buf)BUF_INIT;
}

void buf_clear(struct buf *b)
{
	b->size = 0;
	b->failed = false;
	if (b->data != NULL)
		b->data[0] = 0;
}

void buf_cut(struct buf *b, size_t size)
{
	assert(size <= b->size);

	b->size = size;
	if (b->data != NULL)
		b->data[size] = 0;
}

enum status buf_status(const struct buf *b)
{
	return b->failed ? STATUS_NO_MEMORY : STATUS_OK;
}

struct bytes buf_bytes(const struct buf *b)
{
	return (struct bytes){ b->data, b->size };
}

const char *buf_string(const struct buf *b)
{
	return b->data == NULL ? "" : (const char *)b->data;
}

uint8_t *buf_reserve(struct buf *b, size_t size)
{
	size_t room = b->room;
	uint8_t *data;

	if (size >= SIZE_MAX / 2 - b->size) {
		b->failed = true;
		return NULL;
	}
	if (b->size + size + 1 > room) {
		room = room < 64 ? 64 : room;
		while (room < b->size + size + 1)
			room *= 2;
		data = realloc(b->data, room);
		if (data == NULL) {
			b->failed = true;
			return NULL;
		}
		b->data = data;
		b->room = room;
		b->data[b->size] = 0;
	}
	return b->data + b->size;
}

void buf_grew(struct buf *b, size_t size)
{
	b->size += size;
	b->data[b->size] = 0;
}

void buf_put(struct buf *b, const void *data, size_t size)
{
	uint8_t *at = buf_reserve(b, size);

	if (at == NULL)
		return;
	if (size > 0)
		memcpy(at, data, size);
	buf_grew(b, size);
}

void buf_put_bytes(struct buf *b, struct bytes run)
{
	buf_put(b, run.data, run.size);
}

void buf_puts(struct buf *b, const char *string)
{
	buf_put(b, string, strlen(string));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list args;
	int size;
	uint8_t *at;

	va_start(args, fmt);
	size = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	at = size < 0 ? NULL : buf_reserve(b, (size_t)size);
	if (at == NULL) {
		b->failed = true;
		return;
	}
	va_start(args, fmt);
	(void)vsnprintf((char *)at, (size_t)size + 1, fmt, args);
	va_end(args);
	buf_grew(b, (size_t)size);
}

static void put_integer(struct buf *b, uint64_t value, size_t size)
{
	uint8_t wire[8];

	for (size_t i = 0; i < size; i++)
		wire[i] = (uint8_t)(value >> (8 * i));
	buf_put(b, wire, size);
}

void buf_put_u8(struct buf *b, uint8_t value)
{
	put_integer(b, value, sizeof(value));
}

void buf_put_u16(struct buf *b, uint16_t value)
{
	put_integer(b, value, sizeof(value));
}

void buf_put_u32(struct buf *b, uint32_t value)
{
	put_integer(b, value, sizeof(value));
}

void buf_put_u64(struct buf *b, uint64_t value)
{
	put_integer(b, value, sizeof(value));
}

enum status decimal_parse(struct bytes text, uint64_t *value)
{
	uint64_t sum = 0;

	if (text.size == 0 || text.size > 19 ||
	    (text.size > 1 && text.data[0] == '0'))
		return STATUS_MALFORMED;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t digit = (uint8_t)(text.data[i] - '0');

		if (digit > 9)
			return STATUS_MALFORMED;
		if (sum > ((uint64_t)INT64_MAX - digit) / 10)
			return STATUS_MALFORMED;
		sum = sum * 10 + digit;
	}
	*value = sum;
	return STATUS_OK;
}
