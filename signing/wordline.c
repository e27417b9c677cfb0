#include "signing/wordline.h"

#include <string.h>

/* Take what stands before the next `separator`, which goes too. What it leaves
 * is NULL at the end; an empty piece is none. */
static enum status take_until(struct bytes *rest, char separator,
			      struct bytes *piece)
{
	const uint8_t *end;
	size_t size;

	if (rest->data == NULL || rest->size == 0)
		return STATUS_MALFORMED;
	end = memchr(rest->data, separator, rest->size);
	size = end == NULL ? rest->size : (size_t)(end - rest->data);
	if (size == 0 || size + 1 == rest->size)
		return STATUS_MALFORMED;
	*piece = (struct bytes){ rest->data, size };
	*rest = end == NULL ? (struct bytes){ NULL, 0 } :
			      (struct bytes){ end + 1, rest->size - size - 1 };
	return STATUS_OK;
}

enum status wordline_next(struct bytes *rest, struct bytes *word)
{
	return take_until(rest, ' ', word);
}

enum status wordline_next_item(struct bytes *list, struct bytes *item)
{
	return take_until(list, ',', item);
}

bool wordline_take(struct bytes *rest, const char *name, struct bytes *value)
{
	struct bytes after = *rest, word;
	size_t size = strlen(name);

	if (wordline_next(&after, &word) != STATUS_OK ||
	    !bytes_start_with(word, name) || word.size == size ||
	    word.data[size] != '=')
		return false;
	*value = (struct bytes){ word.data + size + 1, word.size - size - 1 };
	*rest = after;
	return true;
}

enum status wordline_read_number(struct bytes_reader *r, const char *word,
			       uint64_t max, uint64_t *number)
{
	struct bytes_reader moved = *r;
	struct bytes line, head;
	uint64_t value;

	if (bytes_read_line(&moved, &line) != STATUS_OK ||
	    wordline_next(&line, &head) != STATUS_OK || !bytes_is(head, word) ||
	    decimal_parse(line, &value) != STATUS_OK || value == 0 ||
	    value > max)
		return STATUS_MALFORMED;
	*r = moved;
	*number = value;
	return STATUS_OK;
}
