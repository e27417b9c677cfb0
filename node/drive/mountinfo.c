/* 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw
 *        dev  root  path  …         …          type  source    …
 *
 * A space, tab, newline or backslash in a word is \ooo. */
#include "node/drive/mountinfo.h"

#include <stdlib.h>
#include <string.h>

enum { DEVICE_MAX = 24 };

static struct bytes take_until(struct bytes *text, uint8_t end)
{
	const uint8_t *at = text->size == 0 ?
				    NULL :
				    memchr(text->data, end, text->size);
	struct bytes word = { text->data,
			      at == NULL ? text->size :
					   (size_t)(at - text->data) };

	text->data += word.size + (at != NULL);
	text->size -= word.size + (at != NULL);
	return word;
}

static bool is_octal(struct bytes at)
{
	return at.size >= 4 && at.data[0] == '\\' && at.data[1] >= '0' &&
	       at.data[1] <= '3' && at.data[2] >= '0' && at.data[2] <= '7' &&
	       at.data[3] >= '0' && at.data[3] <= '7';
}

/* Undo the escapes. A word without bytes, or with a zero, is none. */
static bool read_word(struct bytes word, char *out, size_t room)
{
	size_t size = 0;

	while (word.size > 0) {
		size_t step = is_octal(word) ? 4 : 1;
		unsigned c = word.data[0];

		if (step == 4)
			c = (word.data[1] - '0') * 64U +
			    (word.data[2] - '0') * 8U + (word.data[3] - '0');
		if (c == 0 || size + 1 >= room)
			return false;
		out[size++] = (char)c;
		word.data += step;
		word.size -= step;
	}
	out[size] = 0;
	return size > 0;
}

static bool read_number(const char **at, unsigned *out)
{
	char *end;
	unsigned long value;

	if (**at < '0' || **at > '9')
		return false;
	value = strtoul(*at, &end, 10);
	*at = end;
	*out = (unsigned)value;
	return value <= UINT32_MAX;
}

static bool read_device(struct bytes word, struct mountinfo *m)
{
	char text[DEVICE_MAX];
	const char *at = text;

	return read_word(word, text, sizeof(text)) &&
	       read_number(&at, &m->major) && *at++ == ':' &&
	       read_number(&at, &m->minor) && *at == 0;
}

static bool read_line(struct bytes line, struct mountinfo *m)
{
	struct bytes word;

	(void)take_until(&line, ' '); /* its number */
	(void)take_until(&line, ' '); /* that of what it is mounted in */
	if (!read_device(take_until(&line, ' '), m))
		return false;
	word = take_until(&line, ' ');
	m->whole = word.size == 1 && word.data[0] == '/';
	if (!read_word(take_until(&line, ' '), m->path, sizeof(m->path)) ||
	    m->path[0] != '/')
		return false;
	(void)take_until(&line, ' '); /* how */
	do {
		if (line.size == 0)
			return false;
		word = take_until(&line, ' ');
	} while (word.size != 1 || word.data[0] != '-');
	return read_word(take_until(&line, ' '), m->type, sizeof(m->type)) &&
	       read_word(take_until(&line, ' '), m->source,
			 sizeof(m->source));
}

bool mountinfo_next(struct bytes *text, struct mountinfo *out)
{
	while (text->size > 0)
		if (read_line(take_until(text, '\n'), out))
			return true;
	return false;
}
