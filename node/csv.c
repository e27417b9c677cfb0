#include "node/csv.h"

#include <string.h>

static char separator_of(struct bytes text)
{
	static const char candidates[] = { ',', '\t', ';' };
	size_t count[3] = { 0, 0, 0 }, best = 0;

	for (size_t i = 0; i < text.size && text.data[i] != '\n' &&
			   text.data[i] != '\r';
	     i++)
		for (size_t k = 0; k < 3; k++)
			count[k] += text.data[i] == (uint8_t)candidates[k];
	for (size_t k = 1; k < 3; k++)
		if (count[k] > count[best])
			best = k;
	return candidates[best];
}

void csv_init(struct csv *csv, struct bytes text)
{
	memset(csv, 0, sizeof(*csv));
	bytes_reader_init(&csv->left, text);
	csv->separator = separator_of(text);
	csv->next_line = 1;
}

void csv_release(struct csv *csv)
{
	buf_release(&csv->text);
}

static int peek(const struct csv *c)
{
	return c->left.left == 0 ? -1 : *c->left.next;
}

static int take(struct csv *c)
{
	int byte = peek(c);

	if (byte >= 0) {
		c->left.next++;
		c->left.left--;
	}
	return byte;
}

/* Step over the end of a line; true when there was one (or no more text). */
static bool take_end(struct csv *c)
{
	int byte = peek(c);

	if (byte < 0)
		return true;
	if (byte != '\n' && byte != '\r')
		return false;
	(void)take(c);
	if (byte == '\r' && peek(c) == '\n')
		(void)take(c);
	c->next_line++;
	return true;
}

static enum status wrong(const struct csv *c, const char *what,
			 struct err *err)
{
	return err_set(err, STATUS_MALFORMED, "line %u: %s", c->line, what);
}

static enum status put(struct csv *c, int byte, size_t from, struct err *err)
{
	if (c->text.size - from >= CSV_FIELD_MAX)
		return wrong(c, "a field is too long", err);
	if ((byte >= 0 && byte < ' ' && byte != '\n' && byte != '\t') ||
	    byte == 0x7f)
		return wrong(c, "a control character in it", err);
	buf_put_u8(&c->text, (uint8_t)byte);
	return STATUS_OK;
}

static enum status take_quoted(struct csv *c, size_t from, struct err *err)
{
	enum status status = STATUS_OK;

	(void)take(c);
	while (status == STATUS_OK) {
		int byte = peek(c);

		if (byte < 0)
			return wrong(c, "a quote (\") that never ends", err);
		if (byte == '\n' || byte == '\r') {
			(void)take_end(c);
			status = put(c, '\n', from, err);
			continue;
		}
		(void)take(c);
		if (byte == '"' && peek(c) != '"')
			break;
		if (byte == '"')
			(void)take(c);
		status = put(c, byte, from, err);
	}
	/* Some write blanks there. */
	while (status == STATUS_OK && peek(c) == ' ')
		(void)take(c);
	if (status == STATUS_OK && peek(c) >= 0 &&
	    peek(c) != c->separator && peek(c) != '\n' && peek(c) != '\r')
		return wrong(c, "something stands behind a closing quote (\")",
			     err);
	return status;
}

static enum status take_plain(struct csv *c, size_t from, struct err *err)
{
	enum status status = STATUS_OK;

	while (status == STATUS_OK && peek(c) >= 0 &&
	       peek(c) != c->separator && peek(c) != '\n' && peek(c) != '\r')
		status = put(c, take(c), from, err);
	return status;
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n';
}

/* One field, with a zero byte behind it; *at: where it begins. */
static enum status take_field(struct csv *c, size_t *at, struct err *err)
{
	enum status status;
	size_t from;

	while (peek(c) == ' ')
		(void)take(c);
	from = c->text.size;
	status = peek(c) == '"' ? take_quoted(c, from, err) :
				  take_plain(c, from, err);
	if (status != STATUS_OK)
		return status;
	while (c->text.size > from &&
	       is_blank(c->text.data[c->text.size - 1]))
		buf_cut(&c->text, c->text.size - 1);
	*at = from;
	while (*at < c->text.size && is_blank(c->text.data[*at]))
		++*at;
	buf_put_u8(&c->text, 0);
	return buf_status(&c->text) == STATUS_OK ?
		       STATUS_OK :
		       err_set(err, STATUS_NO_MEMORY, "out of memory");
}

static enum status take_row(struct csv *c, bool *empty, struct err *err)
{
	size_t at[CSV_COLUMNS_MAX];
	enum status status;

	buf_clear(&c->text);
	c->count = 0;
	*empty = true;
	for (;;) {
		if (c->count == CSV_COLUMNS_MAX)
			return wrong(c, "too many columns", err);
		status = take_field(c, &at[c->count], err);
		if (status != STATUS_OK)
			return status;
		*empty = *empty && c->text.data[at[c->count]] == 0;
		c->count++;
		if (take_end(c))
			break;
		(void)take(c); /* the separator */
	}
	for (unsigned i = 0; i < c->count; i++)
		c->fields[i] = (const char *)c->text.data + at[i];
	return STATUS_OK;
}

enum status csv_next(struct csv *csv, struct err *err)
{
	bool empty = true;

	while (empty) {
		enum status status;

		if (csv->left.left == 0)
			return STATUS_NOT_FOUND;
		csv->line = csv->next_line;
		status = take_row(csv, &empty, err);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

void csv_put(struct buf *out, const char *field)
{
	if (field[0] != ' ' && strpbrk(field, ",;\t\"\r\n") == NULL) {
		buf_puts(out, field);
		return;
	}
	buf_puts(out, "\"");
	for (; *field != 0; field++) {
		if (*field == '"')
			buf_puts(out, "\"");
		buf_put_u8(out, (uint8_t)*field);
	}
	buf_puts(out, "\"");
}
