#include "proto/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool text_next(struct bytes_reader *r, uint32_t *code)
{
	uint8_t first;
	uint32_t value, least;
	size_t more;

	if (r->left == 0)
		return false;
	first = r->next[0];
	if (first < 0x80) {
		value = first, more = 0, least = 0;
	} else if ((first & 0xe0) == 0xc0) {
		value = first & 0x1f, more = 1, least = 0x80;
	} else if ((first & 0xf0) == 0xe0) {
		value = first & 0x0f, more = 2, least = 0x800;
	} else if ((first & 0xf8) == 0xf0) {
		value = first & 0x07, more = 3, least = 0x10000;
	} else {
		return false;
	}
	if (more >= r->left)
		return false;
	for (size_t i = 1; i <= more; i++) {
		if ((r->next[i] & 0xc0) != 0x80)
			return false;
		value = value << 6 | (r->next[i] & 0x3f);
	}
	if (value < least || value > 0x10ffff ||
	    (value >= 0xd800 && value <= 0xdfff))
		return false;
	r->next += more + 1;
	r->left -= more + 1;
	*code = value;
	return true;
}

bool text_is_utf8(struct bytes text)
{
	struct bytes_reader r;
	uint32_t code;

	bytes_reader_init(&r, text);
	while (text_next(&r, &code))
		;
	return r.left == 0;
}

size_t text_cut(const char *text, size_t max)
{
	size_t size = strlen(text);

	if (size <= max)
		return size;
	while (max > 0 && ((uint8_t)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

static bool is_hidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x2064) || (c >= 0x2066 && c <= 0x2069) ||
	       c == 0xfeff;
}

bool text_is_plain(struct bytes text)
{
	struct bytes_reader r;
	uint32_t code;

	bytes_reader_init(&r, text);
	while (text_next(&r, &code))
		if (is_hidden(code))
			return false;
	return r.left == 0;
}

/* Unicode East Asian Width W and F, as blocks: enough for what titles hold. */
static size_t code_width(uint32_t c)
{
	if ((c >= 0x300 && c <= 0x36f) || (c >= 0x20d0 && c <= 0x20ff) ||
	    (c >= 0xfe00 && c <= 0xfe0f) || is_hidden(c))
		return 0;
	if ((c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0x303e) ||
	    (c >= 0x3041 && c <= 0xa4cf) || (c >= 0xa960 && c <= 0xa97c) ||
	    (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
	    (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff01 && c <= 0xff60) ||
	    (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) ||
	    (c >= 0x20000 && c <= 0x3fffd))
		return 2;
	return 1;
}

/* The next character and its width; a byte that is no UTF-8 is one column. */
static size_t step(struct bytes_reader *r)
{
	uint32_t code;

	if (text_next(r, &code))
		return code_width(code);
	r->next++;
	r->left--;
	return 1;
}

size_t text_width(const char *text)
{
	struct bytes_reader r;
	size_t width = 0;

	bytes_reader_init(&r, bytes_of(text));
	while (r.left > 0)
		width += step(&r);
	return width;
}

void buf_put_column(struct buf *b, const char *text, size_t columns)
{
	struct bytes_reader r;
	size_t limit = columns, width = 0;
	const uint8_t *end = (const uint8_t *)text;
	bool cut = text_width(text) > columns;

	if (cut && limit > 0)
		limit--;
	bytes_reader_init(&r, bytes_of(text));
	while (r.left > 0) {
		size_t next = step(&r);

		if (width + next > limit)
			break;
		width += next;
		end = r.next;
	}
	buf_put(b, text, (size_t)(end - (const uint8_t *)text));
	if (cut && columns > 0) {
		buf_puts(b, "…");
		width++;
	}
	for (; width < columns; width++)
		buf_put_u8(b, ' ');
}

void buf_put_html(struct buf *b, const char *text)
{
	for (; text != NULL && *text != 0; text++) {
		if (*text == '<')
			buf_puts(b, "&lt;");
		else if (*text == '&')
			buf_puts(b, "&amp;");
		else if (*text == '"')
			buf_puts(b, "&quot;");
		else
			buf_put_u8(b, (uint8_t)*text);
	}
}

void text_size(uint64_t bytes, char out[static 16])
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB" };
	double value = (double)bytes / 1000;
	size_t unit = 0;

	if (bytes < 1000) {
		(void)snprintf(out, 16, "%u B", (unsigned)bytes);
		return;
	}
	for (; value >= 999.5 && unit < 4; unit++)
		value /= 1000;
	(void)snprintf(out, 16, value < 9.995  ? "%.2f %s" :
				value < 99.95 ? "%.1f %s" :
						"%.0f %s",
		       value, units[unit]);
}

static const char size_units[] = "KMGT";

enum status size_parse(const char *text, uint64_t *bytes)
{
	size_t size = strlen(text);
	const char *unit =
		size == 0 ? NULL : strchr(size_units, text[size - 1]);
	unsigned shift =
		unit == NULL ? 0 : 10 * (unsigned)(unit - size_units + 1);
	struct bytes digits = { (const uint8_t *)text,
				unit == NULL ? size : size - 1 };
	uint64_t number;

	if (decimal_parse(digits, &number) != STATUS_OK ||
	    number > (UINT64_MAX >> 1) >> shift)
		return STATUS_MALFORMED;
	*bytes = number << shift;
	return STATUS_OK;
}

void size_format(uint64_t bytes, char out[static SIZE_ROOM])
{
	char unit[2] = "";

	for (const char *next = size_units;
	     bytes > 0 && bytes % 1024 == 0 && *next != 0; next++) {
		bytes /= 1024;
		unit[0] = *next;
	}
	(void)snprintf(out, SIZE_ROOM, "%" PRIu64 "%s", bytes, unit);
}

void text_duration(uint64_t seconds, char out[static 24])
{
	unsigned s = (unsigned)(seconds % 60),
		 m = (unsigned)(seconds / 60 % 60);
	uint64_t h = seconds / 3600;

	if (h > 0)
		(void)snprintf(out, 24, "%" PRIu64 ":%02u:%02u", h, m, s);
	else
		(void)snprintf(out, 24, "%u:%02u", m, s);
}
