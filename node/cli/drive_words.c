#include "node/cli/drive_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/text.h"

enum status drive_size(const char *option, const char *text, uint64_t *bytes,
		       struct err *err)
{
	static const char units[] = "KMGT";
	size_t size = strlen(text);
	const char *unit = size == 0 ? NULL : strchr(units, text[size - 1]);
	unsigned shift = unit == NULL ? 0 : 10 * (unsigned)(unit - units + 1);
	struct bytes digits = { (const uint8_t *)text,
				unit == NULL ? size : size - 1 };
	uint64_t number;

	if (decimal_parse(digits, &number) != STATUS_OK || number == 0 ||
	    number > (UINT64_MAX >> 1) >> shift)
		return err_set(err, STATUS_USAGE,
			       "--%s wants a size like 2G or 500M, not '%s'",
			       option, text);
	*bytes = number << shift;
	return STATUS_OK;
}

void drive_line(const char *name, const char *value)
{
	struct buf line = BUF_INIT;

	buf_put_column(&line, name, 14);
	printf("%s %s\n", buf_string(&line), value);
	buf_release(&line);
}
