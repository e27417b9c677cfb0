#include "node/renditions.h"

#include <string.h>

#include "proto/bytes.h"

enum { LINES_MIN = 120, LINES_MAX = 2160 };

enum status rendition_lines(const char *as, unsigned *lines)
{
	size_t size = strlen(as);
	uint64_t number;

	if (strcmp(as, "original") == 0) {
		*lines = 0;
		return STATUS_OK;
	}
	if (size < 2 || as[size - 1] != 'p' ||
	    decimal_parse((struct bytes){ (const uint8_t *)as, size - 1 },
			  &number) != STATUS_OK ||
	    number < LINES_MIN || number > LINES_MAX)
		return STATUS_MALFORMED;
	*lines = (unsigned)number;
	return STATUS_OK;
}

bool rendition_is_setting(const char *value)
{
	unsigned lines;

	return strlen(value) <= LESSON_AS_MAX &&
	       (strcmp(value, "all") == 0 ||
		rendition_lines(value, &lines) == STATUS_OK);
}

enum status renditions_add(struct renditions *r, const char *as,
			   struct err *err)
{
	unsigned lines;

	if (rendition_lines(as, &lines) != STATUS_OK)
		return err_set(err, STATUS_MALFORMED,
			       "'%s' is no rendition like 480p or 720p", as);
	if (lines == 0)
		return STATUS_OK;
	for (unsigned i = 0; i < r->count; i++)
		if (r->lines[i] == lines)
			return STATUS_OK;
	if (r->count == LESSON_ALSO_MAX)
		return err_set(err, STATUS_NO_ROOM,
			       "more than %d renditions of one lesson",
			       LESSON_ALSO_MAX);
	r->lines[r->count++] = lines;
	return STATUS_OK;
}
