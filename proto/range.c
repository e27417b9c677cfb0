#include <string.h>

#include "proto/bytes.h"
#include "proto/range.h"

/* Take a run of digits; leading zeros are fine here, as in the RFC. Numbers
 * beyond 2^64-1 count as that. */
static bool take_number(const char **at, uint64_t *value)
{
	uint64_t number = 0;
	const char *from = *at;

	for (; **at >= '0' && **at <= '9'; (*at)++) {
		uint64_t digit = (uint64_t)(**at - '0');

		if (number > (UINT64_MAX - digit) / 10)
			number = UINT64_MAX;
		else
			number = number * 10 + digit;
	}
	if (*at == from)
		return false;
	*value = number;
	return true;
}

static enum range_kind suffix(const char *at, uint64_t length,
			      struct range *range)
{
	uint64_t count;

	if (!take_number(&at, &count) || *at != '\0')
		return RANGE_ALL;
	if (count == 0 || length == 0)
		return RANGE_UNSATISFIABLE;
	range->first = count < length ? length - count : 0;
	range->last = length - 1;
	return RANGE_PART;
}

enum range_kind range_parse(const char *header, uint64_t length,
			    struct range *range)
{
	const char *at = header;
	uint64_t first;
	uint64_t last = UINT64_MAX;

	if (header == NULL || strncmp(header, "bytes=", 6) != 0)
		return RANGE_ALL;
	at += 6;
	if (*at == '-')
		return suffix(at + 1, length, range);
	if (!take_number(&at, &first) || *at != '-')
		return RANGE_ALL;
	at++;
	if (*at != '\0' && (!take_number(&at, &last) || *at != '\0'))
		return RANGE_ALL;
	if (last < first)
		return RANGE_ALL;
	if (first >= length)
		return RANGE_UNSATISFIABLE;
	range->first = first;
	range->last = last < length ? last : length - 1;
	return RANGE_PART;
}

enum status content_range_parse(const char *header, struct range *range,
				uint64_t *total)
{
	const char *at = header;
	uint64_t first;
	uint64_t last;
	uint64_t all;

	if (header == NULL || strncmp(header, "bytes ", 6) != 0)
		return STATUS_MALFORMED;
	at += 6;
	if (!take_number(&at, &first) || *at++ != '-' ||
	    !take_number(&at, &last) || *at++ != '/')
		return STATUS_MALFORMED;
	if (strcmp(at, "*") == 0)
		all = RANGE_TOTAL_UNKNOWN;
	else if (!take_number(&at, &all) || *at != '\0')
		return STATUS_MALFORMED;
	if (first > last || last >= all)
		return STATUS_MALFORMED;
	range->first = first;
	range->last = last;
	*total = all;
	return STATUS_OK;
}
