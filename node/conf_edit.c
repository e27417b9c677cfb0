#include "node/conf_edit.h"

#include <string.h>

static size_t skip_blanks(const char *line, size_t size, size_t at)
{
	while (at < size && (line[at] == ' ' || line[at] == '\t'))
		at++;
	return at;
}

/* "  key = …"? As conf_parse() reads it. */
static bool sets(const char *line, size_t size, const char *key)
{
	size_t at = skip_blanks(line, size, 0), key_size = strlen(key);

	if (size - at < key_size || memcmp(line + at, key, key_size) != 0)
		return false;
	at = skip_blanks(line, size, at + key_size);
	return at < size && line[at] == '=';
}

static void put_values(struct buf *out, const char *key,
		       const char *const *values, size_t count,
		       const char *end)
{
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%s = %s%s", key, values[i], end);
}

enum status conf_edit(const char *text, const char *key,
		      const char *const *values, size_t count, struct buf *out)
{
	/* As the rest of the file has it. */
	const char *end = strstr(text, "\r\n") != NULL ? "\r\n" : "\n";
	bool put = false;

	while (*text != 0) {
		size_t size = strcspn(text, "\n");
		bool ended = text[size] == '\n';

		if (!sets(text, size, key)) {
			buf_put(out, text, size);
			buf_puts(out, ended ? "\n" : end);
		} else if (!put) {
			put_values(out, key, values, count, end);
			put = true;
		}
		text += size + ended;
	}
	if (!put)
		put_values(out, key, values, count, end);
	return buf_status(out);
}
