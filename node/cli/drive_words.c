#include "node/cli/drive_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/text.h"

enum status drive_size(const char *option, const char *text, uint64_t *bytes,
		       struct err *err)
{
	uint64_t number;

	if (size_parse(text, &number) != STATUS_OK || number == 0)
		return err_set(err, STATUS_USAGE,
			       "--%s wants a size like 2G or 500M, not '%s'",
			       option, text);
	*bytes = number;
	return STATUS_OK;
}

void drive_line(const char *name, const char *value)
{
	struct buf line = BUF_INIT;

	buf_put_column(&line, name, 14);
	printf("%s %s\n", buf_string(&line), value);
	buf_release(&line);
}
